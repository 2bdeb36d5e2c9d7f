"""Who came to an activity and who did not: decided some hours after its end, where anybody was checked in at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, bindparam, func, literal_column, or_, select, text, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import change, credit, visit
from models.activity import ACTIVITY, PUBLISHED
from models.database import Db, table_of
from models.personal import impersonal
from models.registration import CONFIRMED, REGISTRATION
from models.visit import VISIT

# So long after the end staff may still tick off who came.
AFTER = timedelta(hours=3)
_IS_DUE = "due IS NOT NULL"


class Closing(SQLModel, table=True):
    """An activity at which somebody was checked in; at `due` it is decided who came. One without any has no row."""

    __table_args__ = (
        Index("ix_closing_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    due: datetime | None = None


CLOSING = table_of(Closing)


@dataclass(frozen=True, slots=True)
class Counts:
    """People, not registrations: a party counts whole. `excused` are none of the absent."""

    registered: int
    came: int
    absent: int
    excused: int
    minutes: int


# Both databases say it alike.
_PLAN = (
    postgresql.insert(CLOSING)
    .values(activity_id=bindparam("activity"), due=bindparam("due"))
    .on_conflict_do_nothing()
)
_REOPEN = update(CLOSING).where(CLOSING.c.activity_id == bindparam("activity")).values(due=bindparam("due"))
_IS_DECIDED = select(CLOSING.c.activity_id).where(
    CLOSING.c.activity_id == bindparam("activity"), CLOSING.c.due.is_(None)
)
_NEXT = select(func.min(CLOSING.c.due)).where(CLOSING.c.due.is_not(None))
_DUE = (
    select(CLOSING.c.activity_id, ACTIVITY.c.ends, PUBLISHED.label("held"))
    .join(ACTIVITY, ACTIVITY.c.id == CLOSING.c.activity_id)
    .where(CLOSING.c.due <= bindparam("now"))
    .order_by(CLOSING.c.due, CLOSING.c.activity_id)
    .limit(1)
    .with_for_update(of=CLOSING, skip_locked=True)
)
_HERE = REGISTRATION.c.activity_id == bindparam("activity")
_VISITED = select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None))
# Whose hours staff entered by hand was there, whether he was checked in or not.
_ENTERED = select(credit.CREDIT.c.id).where(
    credit.CREDIT.c.registration_id == REGISTRATION.c.id,
    credit.CREDIT.c.ledger == literal_column("'entered'"),
)
_ANYBODY = (
    select(VISIT.c.id).where(VISIT.c.activity_id == bindparam("activity"), VISIT.c.undone.is_(None)).limit(1)
)
_OPEN = (
    select(
        REGISTRATION.c.id, REGISTRATION.c.member_id, or_(_VISITED.exists(), _ENTERED.exists()).label("came")
    )
    .where(_HERE, CONFIRMED, REGISTRATION.c.outcome.is_(None))
    .order_by(REGISTRATION.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=REGISTRATION)
)
_OUTCOME = select(REGISTRATION.c.outcome, REGISTRATION.c.activity_id).where(
    REGISTRATION.c.id == bindparam("registration")
)
_DECIDE = (
    update(REGISTRATION)
    .where(
        REGISTRATION.c.id == bindparam("registration"),
        REGISTRATION.c.outcome.is_not_distinct_from(bindparam("before", type_=REGISTRATION.c.outcome.type)),
    )
    .values(outcome=bindparam("after"))
)
_CAME = (
    select(REGISTRATION.c.member_id)
    .where(_HERE, REGISTRATION.c.member_id.is_not(None), _VISITED.exists())
    .order_by(REGISTRATION.c.member_id)
)
_SEATS = func.sum(REGISTRATION.c.seats)
_COUNTS = select(
    _SEATS.filter(CONFIRMED),
    _SEATS.filter(CONFIRMED, REGISTRATION.c.outcome == literal_column("'absent'")),
    _SEATS.filter(CONFIRMED, REGISTRATION.c.outcome == literal_column("'excused'")),
).where(_HERE)


def arrived(db: Db, one: Row[Any], now: datetime) -> None:
    """Somebody was checked in at `one`: a registration (id, activity_id), and when that activity `ends`."""
    if not db.run(_PLAN, activity=one.activity_id, due=max(now, one.ends + AFTER)):
        found = db.row(_OUTCOME, registration=one.id)
        assert found is not None
        if found.outcome != "attended" and db.value(_IS_DECIDED, activity=one.activity_id) is not None:
            decide(db, one.id, found.outcome, "attended", None, now)


def undone(db: Db, registration: int, now: datetime) -> None:
    """A check-in was taken back: who did not come after all is decided anew, where it was decided."""
    found = db.row(_OUTCOME, registration=registration)
    assert found is not None
    if found.outcome == "attended":
        decide(db, registration, "attended", None, None, now)
    if db.value(_IS_DECIDED, activity=found.activity_id) is not None:
        db.run(_REOPEN, activity=found.activity_id, due=now)


def decide(
    db: Db,
    registration: int,
    before: str | None,
    after: str | None,
    actor: int | None,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """The one function by which an outcome changes; False where it is not `before` any more."""
    if not db.run(_DECIDE, registration=registration, before=before, after=after):
        return False
    change.record(db, "attendance", registration, before, after or "undecided", actor, now, reason)
    return True


def outcome(db: Db, registration: int) -> str | None:
    """What came of a registration: attended, absent, excused; None while it is not decided."""
    found = db.row(_OUTCOME, registration=registration)
    return found.outcome if found else None


def next_due(db: Db) -> datetime | None:
    """When it is decided next who came."""
    due: datetime | None = db.value(_NEXT)
    return due


def close(db: Db, now: datetime, most: int) -> tuple[int | None, list[Row[Any]], bool]:
    """Decides one slice of one activity: which, who is absent of it (id, member_id), and whether more is due."""
    due = db.row(_DUE, now=now)
    if due is None:
        return None, [], False
    if due.held and due.ends + AFTER > now:
        # It was put off, or goes on for longer.
        db.run(_REOPEN, activity=due.activity_id, due=due.ends + AFTER)
        return due.activity_id, [], True
    # Where nobody was checked in, nobody looked who came.
    watched = due.held and db.value(_ANYBODY, activity=due.activity_id) is not None
    open_ones = db.rows(_OPEN, activity=due.activity_id, most=most) if watched else []
    for row in open_ones:
        decide(db, row.id, None, "attended" if row.came else "absent", None, now)
    if len(open_ones) < most:
        db.run(_REOPEN, activity=due.activity_id, due=None)
    return due.activity_id, [row for row in open_ones if not row.came], True


def came(db: Db, activity: int) -> list[int]:
    """The members who were checked in there, whether it was decided yet or not."""
    return [row.member_id for row in db.rows(_CAME, activity=activity)]


def counts(db: Db, activity: int) -> Counts:
    """What an organiser's summary says of it."""
    row = db.row(_COUNTS, activity=activity)
    assert row is not None
    registered, absent, excused = (int(each or 0) for each in row)
    return Counts(registered, visit.count(db, activity), absent, excused, credit.of_activity(db, activity))


impersonal(CLOSING, "when it is decided who came to an activity; it names nobody")
