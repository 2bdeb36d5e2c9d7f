"""Guides: members who show the groups of one slot of a service round, and the slots that still lack one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, and_, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import moves
from models.booking import BOOKING
from models.database import Db, table_of
from models.member import MEMBER
from models.organization import ORGANIZATION
from models.place import PLACE
from models.service import SERVICE
from models.slot import SLOT
from models.text import Text

# So long before a slot somebody looks for the guides that it still lacks.
CALL = timedelta(days=2)
_SIGNED = "state = 'signed'"
_COMES = ("booked", "arrived", "called")


class Guide(SQLModel, table=True):
    """`seat` counts the guides of a slot from 1 to as many as its service wants: each seat is one guide's.

    `told` is how many people he was told would come. Without a member it is the call for the guides that a slot lacks,
    `sought` once.
    """

    __table_args__ = (
        Index(
            "uq_guide_seat",
            *("service_id", "place_id", "starts", "seat"),
            unique=True,
            sqlite_where=text(_SIGNED),
            postgresql_where=text(_SIGNED),
        ),
        Index(
            "uq_guide_own",
            *("service_id", "place_id", "starts", "member_id"),
            unique=True,
            sqlite_where=text(_SIGNED),
            postgresql_where=text(_SIGNED),
        ),
        Index(
            "uq_guide_call",
            *("service_id", "place_id", "starts"),
            unique=True,
            sqlite_where=text("state = 'sought'"),
            postgresql_where=text("state = 'sought'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    starts: datetime
    seat: int
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    state: str
    told: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    at: datetime


GUIDE = table_of(Guide)
MACHINE = moves.machine("guide", GUIDE, {"signed": ("withdrawn", "released")}, begins=("signed", "sought"))
STATES = {
    "signed": Text("会来"),
    "withdrawn": Text("来不了"),
    "released": Text("不用来了"),
    "sought": Text("在找人"),
}
_IN_SLOT = and_(
    GUIDE.c.service_id == SLOT.c.service_id,
    GUIDE.c.place_id == SLOT.c.place_id,
    GUIDE.c.starts == SLOT.c.starts,
)
_HERE = (
    GUIDE.c.service_id == bindparam("service"),
    GUIDE.c.place_id == bindparam("place"),
    GUIDE.c.starts == bindparam("starts"),
)
_HAS = (
    select(func.count(GUIDE.c.id))
    .where(_IN_SLOT, GUIDE.c.state == "signed")
    .correlate(SLOT)
    .scalar_subquery()
)
_CALLED = select(GUIDE.c.id).where(_IN_SLOT, GUIDE.c.state == "sought").correlate(SLOT).exists()
_SLOTS = (
    select(
        SLOT.c.id,
        SLOT.c.service_id,
        SLOT.c.place_id,
        SLOT.c.starts,
        SLOT.c.taken.label("people"),
        SERVICE.c.code,
        SERVICE.c.name,
        SERVICE.c.guides.label("wanted"),
        PLACE.c.name.label("place"),
        _HAS.label("has"),
    )
    .join(SERVICE, SERVICE.c.id == SLOT.c.service_id)
    .join(PLACE, PLACE.c.id == SLOT.c.place_id)
    .where(SERVICE.c.guides.is_not(None), SLOT.c.taken > 0)
)
_UPCOMING = _SLOTS.where(SLOT.c.starts > bindparam("now")).order_by(SLOT.c.starts, SLOT.c.id)
_LACKING = _UPCOMING.where(SERVICE.c.guides > _HAS)
_OF_NUMBER = _SLOTS.where(SLOT.c.id == bindparam("number"))
_UNCALLED = (
    _SLOTS.where(SERVICE.c.guides > _HAS, ~_CALLED, SLOT.c.starts <= bindparam("until"))
    .order_by(SLOT.c.starts, SLOT.c.id)
    .limit(bindparam("most"))
)
_FIRST_UNCALLED = (
    select(func.min(SLOT.c.starts))
    .join(SERVICE, SERVICE.c.id == SLOT.c.service_id)
    .where(SERVICE.c.guides.is_not(None), SLOT.c.taken > 0, SERVICE.c.guides > _HAS, ~_CALLED)
)
_WHO = (
    select(
        *GUIDE.c,
        MEMBER.c.name.label("who"),
        SERVICE.c.name.label("name"),
        SERVICE.c.code,
        PLACE.c.name.label("place"),
        func.coalesce(SLOT.c.taken, 0).label("people"),
    )
    .join(SERVICE, SERVICE.c.id == GUIDE.c.service_id)
    .join(PLACE, PLACE.c.id == GUIDE.c.place_id)
    .outerjoin(SLOT, _IN_SLOT)
    .outerjoin(MEMBER, MEMBER.c.id == GUIDE.c.member_id)
)
_FIND = _WHO.where(GUIDE.c.id == bindparam("number"), GUIDE.c.member_id.is_not(None))
_OF_SLOT = _WHO.where(*_HERE, GUIDE.c.state == "signed").order_by(GUIDE.c.seat)
_OF_MEMBER = _WHO.where(
    GUIDE.c.member_id == bindparam("member"), GUIDE.c.state == "signed", GUIDE.c.starts > bindparam("since")
).order_by(GUIDE.c.starts, GUIDE.c.id)
# Who was told other numbers than come now.
_CHANGED = (
    _WHO.where(GUIDE.c.state == "signed", GUIDE.c.told != func.coalesce(SLOT.c.taken, 0))
    .order_by(GUIDE.c.id)
    .limit(bindparam("most"))
)
_FIRST_CHANGED = (
    select(func.min(GUIDE.c.at))
    .outerjoin(SLOT, _IN_SLOT)
    .where(GUIDE.c.state == "signed", GUIDE.c.told != func.coalesce(SLOT.c.taken, 0))
)
_TELL = update(GUIDE).where(GUIDE.c.id == bindparam("number")).values(told=bindparam("people"))
# Both databases say it alike.
_SIGN = postgresql.insert(GUIDE).on_conflict_do_nothing()
_CALL = insert(GUIDE)
_GROUPS = (
    select(*BOOKING.c, ORGANIZATION.c.name.label("organization"))
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == BOOKING.c.organization_id)
    .where(
        BOOKING.c.service_id == bindparam("service"),
        BOOKING.c.place_id == bindparam("place"),
        BOOKING.c.starts == bindparam("starts"),
        BOOKING.c.state.in_(_COMES),
    )
    .order_by(BOOKING.c.id)
)
_EARLIER = (
    select(GUIDE.c.member_id)
    .where(GUIDE.c.service_id == bindparam("service"), GUIDE.c.member_id.is_not(None))
    .distinct()
    .order_by(GUIDE.c.member_id)
    .limit(bindparam("most"))
)


def upcoming(db: Db, now: datetime) -> list[Row[Any]]:
    """The slots with groups for which guides are wanted, with how many it has, soonest first."""
    return list(db.rows(_UPCOMING, now=now))


def lacking(db: Db, now: datetime) -> list[Row[Any]]:
    """Those of them that lack one."""
    return list(db.rows(_LACKING, now=now))


def slot(db: Db, number: int) -> Row[Any] | None:
    """The slot with this key, where groups come and guides are wanted."""
    return db.row(_OF_NUMBER, number=number)


def of_slot(db: Db, service: int, place_id: int, starts: datetime) -> list[Row[Any]]:
    """Who has signed up for a slot, by seat."""
    return list(db.rows(_OF_SLOT, service=service, place=place_id, starts=starts))


def of(db: Db, member: int, since: datetime) -> list[Row[Any]]:
    """What somebody has signed up for that begins later, soonest first."""
    return list(db.rows(_OF_MEMBER, member=member, since=since))


def find(db: Db, number: int) -> Row[Any] | None:
    return db.row(_FIND, number=number)


def groups(db: Db, service: int, place_id: int, starts: datetime) -> list[Row[Any]]:
    """The bookings of a slot that come, each with the name of its organization."""
    return list(db.rows(_GROUPS, service=service, place=place_id, starts=starts))


def earlier(db: Db, service: int, most: int) -> list[int]:
    """Who has ever been a guide of it."""
    return [row.member_id for row in db.rows(_EARLIER, service=service, most=most)]


def sign(db: Db, wanted: Row[Any], member: int, now: datetime) -> Row[Any] | None:
    """Signs a member up for a slot; gives his row, None where all guides that it wants are there.

    Of two who want the last seat the one whose row is first has it: a seat is unique.
    """
    here = {"service": wanted.service_id, "place": wanted.place_id, "starts": wanted.starts}
    for seat in _seats(db, wanted):
        db.run(
            _SIGN,
            service_id=wanted.service_id,
            place_id=wanted.place_id,
            starts=wanted.starts,
            seat=seat,
            member_id=member,
            state="signed",
            told=wanted.people,
            at=now,
        )
        own = next((row for row in db.rows(_OF_SLOT, **here) if row.member_id == member), None)
        if own is not None:
            moves.begin(db, MACHINE, own.id, "signed", member, now)
            return own
    return None


def _seats(db: Db, wanted: Row[Any]) -> list[int]:
    """The seats that are free as far as can be seen."""
    taken = {row.seat for row in of_slot(db, wanted.service_id, wanted.place_id, wanted.starts)}
    return [seat for seat in range(1, wanted.wanted + 1) if seat not in taken]


def withdraw(db: Db, one: Row[Any], now: datetime) -> bool:
    """He does not come; False where he did not mean to any more."""
    return one.state == "signed" and moves.go(db, MACHINE, one, "withdrawn", one.member_id, now)


def release(db: Db, one: Row[Any], now: datetime) -> bool:
    """Nobody comes whom he could show round."""
    return moves.go(db, MACHINE, one, "released", None, now)


def changed(db: Db, most: int) -> list[Row[Any]]:
    """The guides who were told other numbers than come now."""
    return list(db.rows(_CHANGED, most=most))


def note(db: Db, one: Row[Any]) -> None:
    """He is told how many come now."""
    db.run(_TELL, number=one.id, people=one.people)


def uncalled(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """The slots that begin soon and lack guides, for which nobody was called yet."""
    return list(db.rows(_UNCALLED, until=now + CALL, most=most))


def call(db: Db, wanted: Row[Any], now: datetime) -> int:
    """Notes that guides were called for a slot."""
    here = {"service_id": wanted.service_id, "place_id": wanted.place_id, "starts": wanted.starts}
    key = db.insert(_CALL, **here, seat=0, member_id=None, state="sought", told=0, at=now)
    moves.begin(db, MACHINE, key, "sought", None, now)
    return key


def next_due(db: Db) -> datetime | None:
    """When somebody is to be told or called next."""
    lacks: datetime | None = db.value(_FIRST_UNCALLED)
    due = (db.value(_FIRST_CHANGED), None if lacks is None else lacks - CALL)
    return min((each for each in due if each is not None), default=None)
