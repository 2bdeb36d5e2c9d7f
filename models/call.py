"""Urgent calls for volunteers: who of a place is asked at once, until as many as are needed have said that they come."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, Select, bindparam, exists, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from models import activity, audience
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.audience import Audience
from models.database import Db, table_of
from models.member import MEMBER
from models.personal import impersonal
from models.registration import LIVE, REGISTRATION
from models.still import still_for
from models.subscription import SUBSCRIPTION

# What begins so soon is asked at once, also in the quiet hours.
URGENT = timedelta(hours=12)
_OPEN = "told IS NULL OR filled IS NULL"


class Call(SQLModel, table=True):
    """`wide`: too few of the place are volunteers, so all who agree to its notices are asked.

    `reached` is the key of the last member who has a delivery, `told` when all had one or nobody needs one,
    `filled` when as many as are needed had said that they come, or when it was too late for it.
    """

    __tablename__ = "urgent_call"
    __table_args__ = (
        Index("ix_urgent_call_open", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id", unique=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    wide: bool
    at: datetime
    reached: int = 0
    told: datetime | None = None
    filled: datetime | None = None


CALL = table_of(Call)
_ENTER = insert(CALL)
_FIND = select(CALL).where(CALL.c.id == bindparam("call"))
_OF = select(CALL).where(CALL.c.activity_id == bindparam("activity"))
_UNTOLD = (
    select(CALL).where(CALL.c.told.is_(None)).order_by(CALL.c.id).limit(1).with_for_update(skip_locked=True)
)
_UNTOLD_SINCE = select(CALL.c.at).where(CALL.c.told.is_(None)).order_by(CALL.c.at).limit(1)
_UNFILLED = (
    select(CALL.c.at, ACTIVITY.c.starts, ACTIVITY.c.seats, ACTIVITY.c.capacity, ACTIVITY.c.state)
    .join(ACTIVITY, ACTIVITY.c.id == CALL.c.activity_id)
    .where(CALL.c.filled.is_(None))
)
_FILLED = (
    select(CALL)
    .join(ACTIVITY, ACTIVITY.c.id == CALL.c.activity_id)
    .where(
        CALL.c.filled.is_(None),
        or_(ACTIVITY.c.seats >= ACTIVITY.c.capacity, ACTIVITY.c.starts <= bindparam("now"), ~PUBLISHED),
    )
    .order_by(CALL.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=CALL)
)
_PROGRESS = update(CALL).where(CALL.c.id == bindparam("call")).values(reached=bindparam("last"))
_TOLD = update(CALL).where(CALL.c.id == bindparam("call")).values(told=bindparam("now"))
_FILL = (
    update(CALL)
    .where(CALL.c.id == bindparam("call"), CALL.c.filled.is_(None))
    .values(filled=bindparam("now"))
)
_COMING = select(REGISTRATION.c.member_id).where(
    REGISTRATION.c.activity_id == bindparam("activity"),
    LIVE,
    REGISTRATION.c.member_id.in_(bindparam("members", expanding=True)),
)
# Who did volunteer, or wants to hear of it.
_VOLUNTEERED = exists().where(
    REGISTRATION.c.member_id == MEMBER.c.id,
    REGISTRATION.c.activity_id == ACTIVITY.c.id,
    ACTIVITY.c.kind == "volunteering",
)
_FOLLOWS = exists().where(
    SUBSCRIPTION.c.member_id == MEMBER.c.id,
    SUBSCRIPTION.c.subject == "kind:volunteering",
    SUBSCRIPTION.c.wanted,
)


def asked(db: Db, place: int, caller: int | None, *, wide: bool) -> Select[Any]:
    """The keys of the members who are asked: those of the place who agree to its notices, volunteers alone unless `wide`."""
    willing = audience.members(db, Audience(places=(place,))).where(MEMBER.c.id != (caller or 0))
    return willing if wide else willing.where(or_(_VOLUNTEERED, _FOLLOWS))


def reach(db: Db, place: int, caller: int, needed: int) -> tuple[bool, int]:
    """Whether all who agree to notices are to be asked, since too few are volunteers; and how many that makes."""
    volunteers = audience.count(db, asked(db, place, caller, wide=False)).recipients
    if volunteers >= needed:
        return False, volunteers
    return True, audience.count(db, asked(db, place, caller, wide=True)).recipients


def make(db: Db, wanted: Listing, wide: bool, now: datetime) -> int:
    """From now on they are asked, slice by slice."""
    return db.insert(_ENTER, activity_id=wanted.id, place_id=wanted.place_id, wide=wide, at=now, reached=0)


def of(db: Db, wanted: Listing) -> Row[Any] | None:
    """The call for this activity; None where it is an ordinary one."""
    return db.row(_OF, activity=wanted.id)


def is_urgent(wanted: Listing, now: datetime) -> bool:
    """Whether people are asked at once, also in the quiet hours."""
    return wanted.starts - now <= URGENT


def next_untold(db: Db) -> Row[Any] | None:
    """The first that not all have a delivery of; nobody else gets it until the end of the transaction."""
    return db.row(_UNTOLD)


def those_asked(db: Db, one: Row[Any], wanted: Listing) -> Select[Any]:
    """The members who have no delivery of it yet."""
    return asked(db, one.place_id, wanted.contact_id, wide=one.wide).where(MEMBER.c.id > one.reached)


def progress(db: Db, one: Row[Any], last: int) -> None:
    db.run(_PROGRESS, call=one.id, last=last)


def done(db: Db, one: Row[Any], now: datetime) -> None:
    """Nobody is left to be asked."""
    db.run(_TOLD, call=one.id, now=now)


def next_filled(db: Db, now: datetime) -> Row[Any] | None:
    """One that is over: enough come, it has begun, or it is off; its caller is to hear of it."""
    return db.row(_FILLED, now=now)


def fill(db: Db, one: Row[Any], now: datetime) -> bool:
    """It is over; False where another one noted that."""
    return db.run(_FILL, call=one.id, now=now) == 1


def next_due(db: Db) -> datetime | None:
    """When there is something to do for one."""
    found: list[datetime] = [at for at in (db.value(_UNTOLD_SINCE),) if at is not None]
    for row in db.rows(_UNFILLED):
        full = row.capacity is not None and row.seats >= row.capacity
        found.append(row.at if full or row.state != "published" else row.starts)
    return min(found, default=None)


@still_for("volunteers")
def _still(db: Db, key: str, members: Collection[int], now: datetime) -> Mapping[int, str]:
    """Nobody is asked for what has enough; nor who comes already, or wants no more notices."""
    one = db.row(_FIND, call=int(key))
    wanted = activity.held(db, one.activity_id) if one else None
    if one is None or wanted is None or wanted.stands(now) != "open":
        return dict.fromkeys(members, "enough came")
    coming = {row.member_id for row in db.rows(_COMING, activity=wanted.id, members=list(members))}
    agreeing = audience.agreeing(db, Audience(places=(one.place_id,)), members)
    return {
        member: "registered already" if member in coming else "no wish to hear of it"
        for member in members
        if member in coming or member not in agreeing
    }


impersonal(
    CALL, "what staff asked of many; who comes is a registration, who asked is the contact of the activity"
)
