"""Clubs: what they are, who belongs and leads, and what joining and leaving does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from models import change, duty, membership_choice
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.member import MEMBER, MEMBERSHIP, ROLE
from models.organization import ORGANIZATION
from models.place import PLACE, roots
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION
from models.text import Prose, Text
from models.visit import VISIT

# Fewer members than this are told as "fewer": of four one knows who they are.
FEWEST = 5
# So far back a leader is shown who came.
BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Club:
    id: int
    code: str
    name: str
    place_id: int | None
    place: str | None
    location: tuple[float, float] | None
    members: int

    @property
    def ref(self) -> str:
        return f"organization:{self.code}"


@dataclass(frozen=True, slots=True)
class Attended:
    """One member of an organization at one activity; `came` is None where nobody looked."""

    title: str
    starts: datetime
    member: str | None
    came: bool | None


_MEMBERS = select(func.count()).where(MEMBERSHIP.c.organization_id == ORGANIZATION.c.id).scalar_subquery()
_CLUBS = (
    select(
        ORGANIZATION.c.id,
        ORGANIZATION.c.code,
        ORGANIZATION.c.name,
        ORGANIZATION.c.place_id,
        PLACE.c.name.label("place"),
        PLACE.c.latitude,
        PLACE.c.longitude,
        _MEMBERS.label("members"),
    )
    .select_from(ORGANIZATION.outerjoin(PLACE, PLACE.c.id == ORGANIZATION.c.place_id))
    .where(ORGANIZATION.c.kind == "club")
    .order_by(ORGANIZATION.c.id)
)
_ONE = _CLUBS.where(ORGANIZATION.c.id == bindparam("number"))
_MINE = _CLUBS.where(
    ORGANIZATION.c.id.in_(
        select(MEMBERSHIP.c.organization_id).where(MEMBERSHIP.c.member_id == bindparam("member"))
    )
)
_LED = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.kind)
    .join(ROLE, ROLE.c.organization_id == ORGANIZATION.c.id)
    .where(ROLE.c.member_id == bindparam("member"), ROLE.c.kind == "representative")
    .order_by(ORGANIZATION.c.id)
)
_LEADERS = (
    select(ROLE.c.member_id)
    .where(
        ROLE.c.organization_id == bindparam("organization"), ROLE.c.kind == "representative", ~ROLE.c.played
    )
    .order_by(ROLE.c.id)
)
_NEXT = (
    listed()
    .where(
        PUBLISHED,
        ACTIVITY.c.ends > bindparam("now"),
        ACTIVITY.c.host_id == bindparam("organization"),
    )
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
    .limit(bindparam("most"))
)
_WORDS = select(ACTIVITY.c.host_id, ACTIVITY.c.words).where(
    ACTIVITY.c.host_id.in_(bindparam("those", expanding=True)), ACTIVITY.c.ends > bindparam("since")
)
_NAMES = (
    select(MEMBER.c.name)
    .join(MEMBERSHIP, MEMBERSHIP.c.member_id == MEMBER.c.id)
    .where(MEMBERSHIP.c.organization_id == bindparam("organization"))
    .order_by(MEMBER.c.id)
)
_CAME = (
    select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None)).exists()
)
_ATTENDED = (
    select(
        ACTIVITY.c.title,
        ACTIVITY.c.starts,
        MEMBER.c.name,
        _CAME.label("visited"),
        REGISTRATION.c.outcome,
    )
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .join(MEMBER, MEMBER.c.id == REGISTRATION.c.member_id)
    .join(
        MEMBERSHIP,
        and_(
            MEMBERSHIP.c.member_id == MEMBER.c.id, MEMBERSHIP.c.organization_id == bindparam("organization")
        ),
    )
    .where(
        CONFIRMED,
        PUBLISHED,
        ACTIVITY.c.ends <= bindparam("now"),
        ACTIVITY.c.ends > bindparam("since"),
        or_(
            ACTIVITY.c.host_id == bindparam("organization"),
            # What is held by the organizations above it is held for its members too.
            ACTIVITY.c.host_id.in_(bindparam("above", expanding=True)),
        ),
    )
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id, MEMBER.c.id)
    .limit(bindparam("most"))
)
_PARENT = select(ORGANIZATION.c.parent_id).where(ORGANIZATION.c.id == bindparam("organization"))


def every(db: Db) -> list[Club]:
    return [_club(row) for row in db.rows(_CLUBS)]


def find(db: Db, number: int) -> Club:
    """The club with this number. Raises Refusal."""
    row = db.row(_ONE, number=number)
    if row is None:
        raise Refusal("club.unknown", Text("请说“有什么社团”看看都有哪些，没有找到这一个。"))
    return _club(row)


def mine(db: Db, member: int) -> list[Club]:
    """The clubs that somebody belongs to."""
    return [_club(row) for row in db.rows(_MINE, member=member)]


def _club(row: Row[Any]) -> Club:
    location = None if row.latitude is None else (row.latitude, row.longitude)
    return Club(row.id, row.code, row.name, row.place_id, row.place, location, row.members)


def coming(db: Db, one: Club, now: datetime, most: int = 3) -> list[Listing]:
    """What it holds next, soonest first."""
    return [listing(row) for row in db.rows(_NEXT, organization=one.id, now=now, most=most)]


def words(db: Db, clubs: list[Club], since: datetime) -> dict[int, str]:
    """What the activities that each of these holds are about, as a search looks through it."""
    found: dict[int, str] = {}
    for row in db.rows(_WORDS, those=[each.id for each in clubs], since=since):
        found[row.host_id] = f"{found.get(row.host_id, '')} {row.words}"
    return found


def join(db: Db, one: Club, member: int, now: datetime) -> bool:
    """Whoever wants to belongs to it; False where he did already."""
    if not membership_choice.choose(db, member, one.id, True, now):
        return False
    change.record(db, "organization", one.id, None, "joined", member, now)
    return True


def leave(db: Db, one: Club, member: int, now: datetime) -> bool:
    """He belongs to it no longer, and nothing more is sent to him; False where he did not. Raises Refusal."""
    if leads(db, member, one.id):
        raise Refusal(
            "club.leader", Text("请先请工作人员换一位负责人，「{name}」由您带着。", name=Prose(one.name))
        )
    if not membership_choice.choose(db, member, one.id, False, now):
        return False
    change.record(db, "organization", one.id, "joined", "left", member, now)
    return True


def belongs(db: Db, one: Club, member: int) -> bool:
    return membership_choice.belongs(db, member, one.id)


def led(db: Db, member: int, *, clubs: bool = False) -> list[Row[Any]]:
    """The organizations (id, name, kind) that somebody represents, or only the `clubs` among them."""
    return [row for row in db.rows(_LED, member=member) if not clubs or row.kind == "club"]


def leads(db: Db, member: int, organization: int) -> bool:
    return any(row.id == organization for row in led(db, member))


def leaders(db: Db, one: Club) -> list[int]:
    """Who is told who joined."""
    return [row.member_id for row in db.rows(_LEADERS, organization=one.id)]


def check_names(db: Db, one: Club, member: int) -> None:
    """Raises a Refusal where this member may not see who belongs to it: its leader does, and staff."""
    if leads(db, member, one.id):
        return
    for each in [one.place_id] if one.place_id else roots(db):
        duty.check(db, member, each, one.ref)


def names(db: Db, one: Club) -> list[str | None]:
    """What its members are called, the oldest first; for those alone whom `check_names` lets."""
    return [row.name for row in db.rows(_NAMES, organization=one.id)]


def attended(db: Db, organization: int, now: datetime, most: int) -> list[Attended]:
    """Who of an organization's own members was at what it and those above it held, and nobody of another one."""
    above: list[int] = []
    parent = db.value(_PARENT, organization=organization)
    while parent is not None and parent not in above:
        above.append(parent)
        parent = db.value(_PARENT, organization=parent)
    rows = db.rows(_ATTENDED, organization=organization, above=above, now=now, since=now - BACK, most=most)
    return [Attended(row.title, row.starts, row.name, _whether(row)) for row in rows]


def _whether(row: Row[Any]) -> bool | None:
    if row.visited or row.outcome == "attended":
        return True
    return False if row.outcome in ("absent", "excused") else None
