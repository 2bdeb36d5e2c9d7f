"""What staff say of a place's hours beyond its usual ones: closed for a while, or open when it is not otherwise."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, bindparam, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import change
from models.database import Db, table_of
from models.personal import OWNER, clear, personal
from models.text import Text

_IS_DUE = "due IS NOT NULL"
# Whoever read the slots before it was entered has booked by then.
_AGAIN = timedelta(minutes=5)
_UPCOMING_MOST = 20


class Closure(SQLModel, table=True):
    """From `begins` to `ends` the place is closed, or, where it `opens`, open. With `service_id` it is about that
    service there alone; with `slots` what is opened can be booked too. What was `withdrawn` counts no more. `due` is when the bookings inside are looked at next:
    at once, a while later for whoever booked at that moment, and when it begins for those who stand in line.
    """

    __table_args__ = (
        Index("ix_closure_place", "place_id", "ends"),
        Index("ix_closure_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    id: int | None = Field(default=None, primary_key=True)
    place_id: int = Field(foreign_key="place.id")
    service_id: int | None = Field(default=None, foreign_key="service.id", index=True)
    begins: datetime
    ends: datetime
    opens: bool
    slots: bool = False
    reason: str | None = None
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    withdrawn: datetime | None = None
    due: datetime | None = None


CLOSURE = table_of(Closure)
_ENTER = insert(CLOSURE)
_FIND = select(CLOSURE).where(CLOSURE.c.id == bindparam("closure"))
_WITHDRAW = (
    update(CLOSURE)
    .where(CLOSURE.c.id == bindparam("closure"), CLOSURE.c.withdrawn.is_(None))
    .values(withdrawn=bindparam("now"), due=None)
)
_BETWEEN = (
    select(CLOSURE)
    .where(
        CLOSURE.c.place_id == bindparam("place"),
        CLOSURE.c.withdrawn.is_(None),
        CLOSURE.c.begins < bindparam("until"),
        CLOSURE.c.ends > bindparam("since"),
    )
    .order_by(CLOSURE.c.id)
)
_UPCOMING = (
    select(CLOSURE)
    .where(
        CLOSURE.c.place_id.in_(bindparam("places", expanding=True)),
        CLOSURE.c.withdrawn.is_(None),
        CLOSURE.c.ends > bindparam("now"),
    )
    .order_by(CLOSURE.c.begins, CLOSURE.c.id)
    .limit(_UPCOMING_MOST)
)
_NEXT = select(func.min(CLOSURE.c.due)).where(CLOSURE.c.due.is_not(None))
# Another scheduler steps over what this one has (PostgreSQL; SQLite has one writer).
_OVERDUE = (
    select(CLOSURE)
    .where(CLOSURE.c.due.is_not(None), CLOSURE.c.due <= bindparam("now"))
    .order_by(CLOSURE.c.due, CLOSURE.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PUT_OFF = update(CLOSURE).where(CLOSURE.c.id == bindparam("closure")).values(due=bindparam("until"))


def enter(
    db: Db, place: int, begins: datetime, ends: datetime, by: int, now: datetime, *, opens: bool,
    reason: str | None = None, service: int | None = None, slots: bool = False,
) -> int:  # fmt: skip
    """Gives its key."""
    values = {"place_id": place, "service_id": service, "begins": begins, "ends": ends, "opens": opens}
    values["slots"] = slots
    key = db.insert(_ENTER, **values, reason=reason, by_id=by, at=now, due=None if opens else now)
    change.record(db, "closure", key, None, "opened" if opens else "shut", by, now, reason)
    return key


def find(db: Db, key: int) -> Row[Any] | None:
    return db.row(_FIND, closure=key)


def withdraw(db: Db, key: int, by: int, now: datetime) -> bool:
    """False where it did not count any more."""
    if not db.run(_WITHDRAW, closure=key, now=now):
        return False
    change.record(db, "closure", key, None, "withdrawn", by, now)
    return True


def between(db: Db, place: int, since: datetime, until: datetime) -> list[Row[Any]]:
    """What counts of a place in this time, the newest last: it has the last word."""
    return list(db.rows(_BETWEEN, place=place, since=since, until=until))


def upcoming(db: Db, places: Collection[int], now: datetime) -> list[Row[Any]]:
    """What counts of these places and is not over, the next first."""
    return list(db.rows(_UPCOMING, places=list(places), now=now))


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def overdue(db: Db, now: datetime) -> Sequence[Row[Any]]:
    """One of those whose bookings are to be looked at now; none where there is none."""
    return db.rows(_OVERDUE, now=now)


def looked(db: Db, one: Row[Any], now: datetime) -> None:
    """Nobody is left in it that has to be told: when there may be somebody again."""
    again = one.at + _AGAIN
    coming = [each for each in (again, one.begins) if each > now and each < one.ends]
    db.run(_PUT_OFF, closure=one.id, until=min(coming, default=None))


personal(
    CLOSURE,
    Text("您关门或开门的记录"),
    whose=CLOSURE.c.by_id == OWNER,
    shows={"place_id": Text("地点"), "begins": Text("从"), "ends": Text("到"), "reason": Text("原因")},
    # The hours stay; what he wrote of them goes with him, as in the changes.
    erase=clear(by_id=None, reason=None),
    kept="for good, without who entered it: when a place was open is its history",
)
