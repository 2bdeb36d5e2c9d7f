"""Who has not come ten minutes after the start is asked once, where others came already; and what he answers."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import attendance, notice, registration
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.card import Card
from models.database import Db, table_of
from models.personal import impersonal
from models.registration import CONFIRMED, REGISTRATION
from models.still import still
from models.visit import STANDS, VISIT

# So long after the start, and no later than so long after it.
AFTER = timedelta(minutes=10)
LATEST = timedelta(minutes=40)
_IS_DUE = "due IS NOT NULL"


class ArrivalCall(SQLModel, table=True):
    """An activity to which somebody has come: at `due` those who have not are asked, `reached` is the last of them."""

    __tablename__ = "arrival_call"
    __table_args__ = (
        Index("ix_arrival_call_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    due: datetime | None = None
    reached: int = 0


ARRIVAL_CALL = table_of(ArrivalCall)
_HERE = ARRIVAL_CALL.c.activity_id == bindparam("activity")
_IS_THERE = select(ARRIVAL_CALL.c.activity_id).where(_HERE)
# Both databases say it alike.
_EXPECT = (
    postgresql.insert(ARRIVAL_CALL)
    .values(activity_id=bindparam("activity"), due=bindparam("due"), reached=0)
    .on_conflict_do_nothing()
)
_NEXT = select(func.min(ARRIVAL_CALL.c.due)).where(ARRIVAL_CALL.c.due.is_not(None))
_DUE = (
    select(
        ARRIVAL_CALL.c.activity_id,
        ARRIVAL_CALL.c.reached,
        ACTIVITY.c.starts,
        ACTIVITY.c.ends,
        PUBLISHED.label("held"),
    )
    .join(ACTIVITY, ACTIVITY.c.id == ARRIVAL_CALL.c.activity_id)
    .where(ARRIVAL_CALL.c.due <= bindparam("now"))
    .order_by(ARRIVAL_CALL.c.due, ARRIVAL_CALL.c.activity_id)
    .limit(1)
    # Another scheduler steps over what this one has (PostgreSQL; SQLite has one writer).
    .with_for_update(of=ARRIVAL_CALL, skip_locked=True)
)
_PUT_OFF = update(ARRIVAL_CALL).where(_HERE).values(due=bindparam("later"))
_DONE = update(ARRIVAL_CALL).where(_HERE).values(due=None)
_REACH = update(ARRIVAL_CALL).where(_HERE).values(reached=bindparam("last"))
_IS_HERE = select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, STANDS).exists()
_IS_ANYBODY_HERE = select(VISIT.c.id).where(VISIT.c.activity_id == bindparam("activity"), STANDS).limit(1)
_MISSING = (
    select(REGISTRATION.c.id, REGISTRATION.c.member_id)
    .where(
        REGISTRATION.c.activity_id == bindparam("activity"),
        CONFIRMED,
        REGISTRATION.c.member_id.is_not(None),
        REGISTRATION.c.outcome.is_(None),
        REGISTRATION.c.id > bindparam("reached"),
        ~_IS_HERE,
    )
    .order_by(REGISTRATION.c.id)
    .limit(bindparam("most"))
)
_STILL_MISSING = (
    select(REGISTRATION.c.id)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(
        REGISTRATION.c.id == bindparam("registration"),
        CONFIRMED,
        PUBLISHED,
        ACTIVITY.c.ends > bindparam("now"),
        ~_IS_HERE,
    )
)


def expect(db: Db, wanted: Listing, now: datetime) -> None:
    """Somebody has come: the others are asked after the start, unless that is done already."""
    if db.value(_IS_THERE, activity=wanted.id) is None:
        db.run(_EXPECT, activity=wanted.id, due=max(now, wanted.starts + AFTER))


def next_due(db: Db) -> datetime | None:
    due: datetime | None = db.value(_NEXT)
    return due


def due(db: Db, now: datetime) -> Row[Any] | None:
    """One activity whose missing ones are asked now; settles what moved, or is too late to ask."""
    row = db.row(_DUE, now=now)
    while row is not None:
        if row.held and row.starts + AFTER > now:
            db.run(_PUT_OFF, activity=row.activity_id, later=row.starts + AFTER)
        elif (
            row.held and now < limit(row) and db.value(_IS_ANYBODY_HERE, activity=row.activity_id) is not None
        ):
            return row
        else:
            done(db, row.activity_id)
        row = db.row(_DUE, now=now)
    return None


def limit(one: Row[Any]) -> datetime:
    """Until when it is of use to ask."""
    latest: datetime = min(one.ends, one.starts + LATEST)
    return latest


def missing(db: Db, one: Row[Any], most: int) -> list[Row[Any]]:
    """The next of those who are registered and not there (id, member_id)."""
    return list(db.rows(_MISSING, activity=one.activity_id, reached=one.reached, most=most))


def ask(db: Db, one: Row[Any], card: Card, those: list[Row[Any]], now: datetime) -> None:
    """Each of them is asked once, at a time that is not quiet."""
    for each in those:
        notice.tell_member(
            db,
            [card],
            each.member_id,
            now,
            key=f"arrival:{each.id}",
            kind="reminder",
            still=f"arrival {each.id}",
            rests=True,
            expires=limit(one),
        )
    if those:
        db.run(_REACH, activity=one.activity_id, last=those[-1].id)


def done(db: Db, activity: int) -> None:
    db.run(_DONE, activity=activity)


def excuse(db: Db, wanted: Listing, member: int, now: datetime) -> bool:
    """Whoever says that he cannot come does not count as absent; False where he is not registered, or is there."""
    own = registration.live(db, wanted, member)
    if own is None or db.value(_STILL_MISSING, registration=own.id, now=now) is None:
        return False
    attendance.decide(db, own.id, None, "excused", member, now, "said so after the start")
    return True


@still("arrival")
def _still_missing(db: Db, key: int, now: datetime) -> str | None:
    return (
        None
        if db.value(_STILL_MISSING, registration=key, now=now) is not None
        else "arrived, or not expected"
    )


impersonal(ARRIVAL_CALL, "when those are asked who are not there; it names nobody")
