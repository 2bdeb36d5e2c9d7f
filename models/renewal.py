"""When a card or a permit runs out: the day alone, never its number, so that its owner is told in time."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, UniqueConstraint, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, keep_older, personal
from models.service import SERVICE
from models.text import Text

# How many days before its owner is told, and at what hour.
BEFORE = (30, 7)
HOUR = time(10)
# Nobody plans further ahead than the longest permit lasts.
LONGEST = timedelta(days=20 * 366)
KEPT = timedelta(days=30)
_SLICE = 1000


class Renewal(SQLModel, table=True):
    """`due` is the last day on which it is good; `next` is when its owner is told next, None: not any more."""

    __table_args__ = (UniqueConstraint("member_id", "service_id"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id")
    service_id: int = Field(foreign_key="service.id", index=True)
    due: date = Field(index=True)
    next: datetime | None = Field(default=None, index=True)


RENEWAL = table_of(Renewal)
_NAMED = select(RENEWAL, SERVICE.c.code, SERVICE.c.name).join(SERVICE, SERVICE.c.id == RENEWAL.c.service_id)
_OWN = _NAMED.where(RENEWAL.c.member_id == bindparam("member")).order_by(RENEWAL.c.due, RENEWAL.c.id)
_OF_SERVICE = _NAMED.where(
    RENEWAL.c.member_id == bindparam("member"), RENEWAL.c.service_id == bindparam("service")
)
_ONE = _NAMED.where(RENEWAL.c.id == bindparam("key"))
_NEW = postgresql.insert(RENEWAL)
# Both databases say it alike.
_ENTER = _NEW.on_conflict_do_update(
    index_elements=["member_id", "service_id"],
    set_={"due": _NEW.excluded.due, "next": _NEW.excluded.next},
)
_LEAVE = delete(RENEWAL).where(RENEWAL.c.id == bindparam("key"), RENEWAL.c.member_id == bindparam("owner"))
_NEXT = select(func.min(RENEWAL.c.next))
_DUE = _NAMED.where(RENEWAL.c.next <= bindparam("now")).order_by(RENEWAL.c.next, RENEWAL.c.id).limit(1)
_PUT_OFF = update(RENEWAL).where(RENEWAL.c.id == bindparam("key")).values(next=bindparam("then"))
_OLD = select(RENEWAL.c.id).where(RENEWAL.c.due < bindparam("limit")).limit(_SLICE)
_FORGET = delete(RENEWAL).where(RENEWAL.c.id.in_(bindparam("old", expanding=True)))


def moments(due: date, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When its owner is told from now on; never where it is too late for that."""
    told = (datetime.combine(due - timedelta(days=days), HOUR, zone) for days in BEFORE)
    return [each for each in told if each > now]


def enter(db: Db, member: int, service: int, due: date, now: datetime, zone: ZoneInfo) -> None:
    """One for each service: a new day takes the place of the old one."""
    then = next(iter(moments(due, now, zone)), None)
    db.run(_ENTER, member_id=member, service_id=service, due=due, next=then)


def of_member(db: Db, member: int) -> list[Row[Any]]:
    """What runs out first comes first (with the service's `code` and `name`)."""
    return list(db.rows(_OWN, member=member))


def of_service(db: Db, member: int, service: int) -> Row[Any] | None:
    return db.row(_OF_SERVICE, member=member, service=service)


def find(db: Db, key: int) -> Row[Any] | None:
    return db.row(_ONE, key=key)


def leave(db: Db, member: int, key: int) -> bool:
    """False where it is gone already."""
    return bool(db.run(_LEAVE, key=key, owner=member))


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def due(db: Db, now: datetime) -> Row[Any] | None:
    """One whose owner is to be told by now."""
    return db.row(_DUE, now=now)


def put_off(db: Db, row: Row[Any], now: datetime, zone: ZoneInfo) -> None:
    db.run(_PUT_OFF, key=row.id, then=next(iter(moments(row.due, now, zone)), None))


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what ran out long enough ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=(now - KEPT).date())]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


personal(
    RENEWAL,
    Text("您的到期提醒"),
    whose=RENEWAL.c.member_id == OWNER,
    shows={"service_id": Text("服务"), "due": Text("到期日"), "next": Text("下次提醒")},
    joins=keep_older("service_id"),
    kept="until 30 days after the day, or until he takes it back",
)
