"""Who is registered for an activity, waits for it and came: for who looks after it, and for nobody else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal_column, select

from models import duty
from models.activity import Listing
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import LIVE, REGISTRATION
from models.shift_role import SHIFT_ROLE
from models.text import Prose, Text
from models.visit import VISIT

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One registration: `name` is a member's or a guest's, `by` who registered a guest, `phone` is sealed."""

    id: int
    name: str | None
    is_guest: bool
    by: str | None
    seats: int
    state: str
    role: str | None
    at: datetime
    answers: dict[str, Any]
    phone: str | None
    entered: datetime | None
    left: datetime | None
    how: str | None
    # How many of them came, and whether a location that came along lay near: a hint.
    came: int | None
    near: bool | None


@dataclass(frozen=True, slots=True)
class Counts:
    """People, not registrations, by how they stand."""

    confirmed: int
    came: int
    pending: int
    offered: int
    waiting: int


_BY = MEMBER.alias("registered_by")
_OWN_VISIT = and_(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None))
_HERE = REGISTRATION.c.activity_id == bindparam("activity")
# Who has a seat first, then who is to get one, each in the order of their coming.
_ORDER = case(
    (REGISTRATION.c.state == literal_column("'confirmed'"), 0),
    (REGISTRATION.c.state == literal_column("'pending'"), 1),
    (REGISTRATION.c.state == literal_column("'offered'"), 2),
    else_=3,
)
_LINES = (
    select(
        REGISTRATION.c.id,
        func.coalesce(MEMBER.c.name, REGISTRATION.c.guest).label("name"),
        REGISTRATION.c.guest.is_not(None).label("is_guest"),
        _BY.c.name.label("by"),
        REGISTRATION.c.seats,
        REGISTRATION.c.state,
        SHIFT_ROLE.c.name.label("role"),
        REGISTRATION.c.at,
        REGISTRATION.c.answers,
        MEMBER.c.phone,
        VISIT.c.entered,
        VISIT.c.left,
        VISIT.c.how,
        VISIT.c.seats.label("came"),
        VISIT.c.near,
    )
    .outerjoin(MEMBER, MEMBER.c.id == REGISTRATION.c.member_id)
    .outerjoin(_BY, _BY.c.id == REGISTRATION.c.by_id)
    .outerjoin(SHIFT_ROLE, SHIFT_ROLE.c.id == REGISTRATION.c.role_id)
    .outerjoin(VISIT, _OWN_VISIT)
    .where(_HERE, LIVE)
    .order_by(_ORDER, REGISTRATION.c.at, REGISTRATION.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_COUNTS = (
    select(
        REGISTRATION.c.state,
        func.sum(REGISTRATION.c.seats).label("people"),
        func.coalesce(func.sum(VISIT.c.seats), 0).label("came"),
        func.count().label("lines"),
    )
    .outerjoin(VISIT, _OWN_VISIT)
    .where(_HERE, LIVE)
    .group_by(REGISTRATION.c.state)
)


def lines(db: Db, wanted: Listing, most: int = _MOST, skipped: int = 0) -> list[Line]:
    """Its live registrations, those with a seat first."""
    return [Line(*tuple(row)) for row in db.rows(_LINES, activity=wanted.id, most=most, skipped=skipped)]


def counts(db: Db, wanted: Listing) -> tuple[Counts, int]:
    """How many people stand how; and how many lines its list has."""
    rows = {row.state: row for row in db.rows(_COUNTS, activity=wanted.id)}
    people = {state: int(row.people) for state, row in rows.items()}
    came = sum(int(row.came) for row in rows.values())
    found = Counts(
        people.get("confirmed", 0),
        came,
        people.get("pending", 0),
        people.get("offered", 0),
        people.get("waiting", 0),
    )
    return found, sum(int(row.lines) for row in rows.values())


def may(db: Db, member: int, wanted: Listing) -> bool:
    """Whether somebody may see who comes: staff of the place, its contact, and who keeps the door."""
    return wanted.contact_id == member or duty.may(db, member, wanted.place_id, "door")


def may_export(db: Db, member: int, wanted: Listing) -> bool:
    """Whether somebody may take the list away as a file: staff of the place and its contact, not who keeps the door."""
    return wanted.contact_id == member or duty.covers(db, member, wanted.place_id)


def may_phone(db: Db, member: int, wanted: Listing) -> bool:
    """Whether somebody may see phone numbers too: staff of the place alone, and none who only plays it."""
    return duty.covers(db, member, wanted.place_id) and not duty.plays(db, member)


def check(db: Db, member: int, wanted: Listing) -> None:
    """Raises a Refusal that says who may."""
    if not may(db, member, wanted):
        duty.check(db, member, wanted.place_id, wanted.ref)
    if duty.plays(db, member):
        sentence = Text("演示到这里为止，看不到「{title}」别人的名字。", title=Prose(wanted.title))
        raise Refusal("demo.ends", sentence, wanted.ref)
