"""Reminders: a row for each time before a start at which somebody is told, made with the registration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import delivery
from models.activity import ACTIVITY
from models.database import Db, table_of
from models.personal import OWNER, Codes, Shown, personal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.text import Text

KEPT = delivery.KEPT
_SLICE = 1000
_WAITS = "state = 'waiting'"
_IS_SETTLED = "settled IS NOT NULL"


class Reminder(SQLModel, table=True):
    """`before` are the minutes before `starts`, the start that it was made for, and `due` when it goes out.

    `state` is waiting, then told, expired (too late to be of use) or dropped (not wanted any more), with the reason.
    """

    __table_args__ = (
        UniqueConstraint("registration_id", "before", "starts", name="uq_reminder_time"),
        Index("ix_reminder_due", "due", sqlite_where=text(_WAITS), postgresql_where=text(_WAITS)),
        Index(
            "ix_reminder_settled",
            "settled",
            sqlite_where=text(_IS_SETTLED),
            postgresql_where=text(_IS_SETTLED),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id")
    before: int
    starts: datetime
    due: datetime
    state: str
    reason: str | None = None
    settled: datetime | None = None


REMINDER = table_of(Reminder)
_TIME: Any = REMINDER.c.due.type


@dataclass(frozen=True, slots=True)
class Time:
    """When somebody is reminded, and how many minutes before the start that was meant to be."""

    before: int
    due: datetime


# Written out, so that every plan finds the index of those that wait.
WAITING = REMINDER.c.state == literal_column("'waiting'")
_ENTER = insert(REMINDER)
_DROP = (
    update(REMINDER)
    .where(REMINDER.c.registration_id == bindparam("registration"), WAITING)
    .values(state="dropped", reason=bindparam("why"), settled=bindparam("now"))
)
_OF_ACTIVITY = select(REGISTRATION.c.id).where(REGISTRATION.c.activity_id == bindparam("activity"))
_DROP_ALL = (
    update(REMINDER)
    .where(REMINDER.c.registration_id.in_(_OF_ACTIVITY), WAITING)
    .values(state="dropped", reason=bindparam("why"), settled=bindparam("now"))
)
_LIVE = and_(
    REGISTRATION.c.activity_id == bindparam("activity"),
    REGISTRATION.c.state == literal_column("'confirmed'"),
)
_WISHES = select(REGISTRATION.c.remind).where(_LIVE).distinct()
# Those who want to be reminded at the same times; one of them alone, or all of an activity.
_ALIKE = select(REGISTRATION.c.id).where(
    _LIVE, REGISTRATION.c.remind.is_not_distinct_from(bindparam("wish", type_=REGISTRATION.c.remind.type))
)
_ONE = select(REGISTRATION.c.id).where(REGISTRATION.c.id == bindparam("registration"))
_THIS_TIME = (REMINDER.c.before == bindparam("minutes"), REMINDER.c.starts == bindparam("at"))


def _again(whose: Any) -> Any:
    """What was dropped, and waits again; what was told before stays told."""
    return (
        update(REMINDER)
        .where(
            REMINDER.c.registration_id.in_(whose), *_THIS_TIME, REMINDER.c.state.in_(["dropped", "waiting"])
        )
        .values(state="waiting", due=bindparam("then"), reason=None, settled=None)
    )


def _new(whose: Any) -> Any:
    """Rows for those who have none for that time."""
    chosen = whose.subquery()
    known = REMINDER.alias("known")
    has = exists().where(
        known.c.registration_id == chosen.c.id,
        known.c.before == bindparam("minutes"),
        known.c.starts == bindparam("at", type_=_TIME),
    )
    rows = select(
        chosen.c.id,
        bindparam("minutes", type_=REMINDER.c.before.type),
        bindparam("at", type_=_TIME),
        bindparam("then", type_=_TIME),
        literal("waiting"),
    ).where(~has)
    return insert(REMINDER).from_select(["registration_id", "before", "starts", "due", "state"], rows)


_AGAIN_ALIKE, _NEW_ALIKE = _again(_ALIKE), _new(_ALIKE)
_AGAIN_ONE, _NEW_ONE = _again(_ONE), _new(_ONE)
_UNASK = update(REGISTRATION).where(REGISTRATION.c.activity_id == bindparam("activity")).values(coming=null())
_WISH = (
    update(REGISTRATION)
    .where(REGISTRATION.c.id == bindparam("registration"))
    .values(remind=bindparam("wish"))
)
_WISHED = select(REGISTRATION.c.remind).where(REGISTRATION.c.id == bindparam("registration"))
_STARTS = select(ACTIVITY.c.starts).where(ACTIVITY.c.id == bindparam("activity"))
_AHEAD = (
    select(REMINDER.c.before, REMINDER.c.due)
    .where(REMINDER.c.registration_id == bindparam("registration"), WAITING)
    .order_by(REMINDER.c.due)
)
_OLD = select(REMINDER.c.id).where(REMINDER.c.settled < bindparam("limit")).limit(_SLICE)
_FORGET = delete(REMINDER).where(REMINDER.c.id.in_(bindparam("old", expanding=True)))


def times(spans: Iterable[timedelta], starts: datetime, schedule: Schedule, now: datetime) -> list[Time]:
    """When somebody is reminded who asks for these spans now, soonest first.

    What is past is past; of two that would go out in the same instant one is enough.
    """
    starts = starts.astimezone(UTC)  # an hour before is an hour before, also where clocks are put forward
    found: dict[datetime, Time] = {}
    for span in sorted(spans, reverse=True):
        due = schedule.before(starts - span, starts)
        if now < due < starts:
            found.setdefault(due, Time(span // timedelta(minutes=1), due))
    return [found[due] for due in sorted(found)]


def plan(db: Db, registration: int, starts: datetime, schedule: Schedule, now: datetime) -> list[Time]:
    """Makes the rows of a new registration, in its transaction; gives when they are due."""
    planned = times(schedule.remind, starts, schedule, now)
    for each in planned:
        db.run(
            _ENTER,
            registration_id=registration,
            before=each.before,
            starts=starts,
            due=each.due,
            state="waiting",
        )
    return planned


def rebuild(db: Db, activity: int, schedule: Schedule, now: datetime) -> None:
    """An activity moved: its people are reminded of the new start, and asked anew whether they come.

    What was told of the old start may be told of the new one; who wanted none gets none.
    """
    starts = db.value(_STARTS, activity=activity)
    db.run(_DROP_ALL, activity=activity, why="moved", now=now)
    db.run(_UNASK, activity=activity)
    for row in db.rows(_WISHES, activity=activity):
        whose = {"activity": activity, "wish": row.remind}
        for each in times(_spans(row.remind, schedule), starts, schedule, now):
            when = {"minutes": each.before, "at": starts, "then": each.due}
            db.run(_AGAIN_ALIKE, **whose, **when)
            db.run(_NEW_ALIKE, **whose, **when)


def choose(
    db: Db,
    registration: int,
    starts: datetime,
    spans: Sequence[timedelta] | None,
    schedule: Schedule,
    now: datetime,
) -> None:
    """Its owner is reminded at these times from now on; at none where it is empty, None is as everybody."""
    wish = None if spans is None else " ".join(str(span // timedelta(minutes=1)) for span in spans)
    db.run(_WISH, registration=registration, wish=wish)
    db.run(_DROP, registration=registration, why="not wanted", now=now)
    for each in times(_spans(wish, schedule), starts, schedule, now):
        when = {"minutes": each.before, "at": starts, "then": each.due}
        db.run(_AGAIN_ONE, registration=registration, **when)
        db.run(_NEW_ONE, registration=registration, **when)


def chosen(db: Db, registration: int) -> list[timedelta] | None:
    """What its owner chose; None where that is what everybody gets."""
    wish = db.value(_WISHED, registration=registration)
    return None if wish is None else _minutes(wish)


def _spans(wish: str | None, schedule: Schedule) -> Sequence[timedelta]:
    return schedule.remind if wish is None else _minutes(wish)


def _minutes(wish: str) -> list[timedelta]:
    return [timedelta(minutes=int(each)) for each in wish.split()]


def ahead(db: Db, registration: int) -> list[Time]:
    """When its owner will still be reminded, soonest first."""
    return [Time(row.before, row.due) for row in db.rows(_AHEAD, registration=registration)]


def drop(db: Db, registration: int, why: str, now: datetime) -> None:
    """Nobody is reminded of it any more."""
    db.run(_DROP, registration=registration, why=why, now=now)


def drop_all(db: Db, activity: int, why: str, now: datetime) -> None:
    """Nobody is reminded of this activity any more."""
    db.run(_DROP_ALL, activity=activity, why=why, now=now)


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was settled KEPT ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


_STATES = Codes(
    {
        "waiting": Text("还没到时候"),
        "told": Text("已提醒"),
        "expired": Text("过时未提醒"),
        "dropped": Text("不用提醒了"),
    }
)

personal(
    REMINDER,
    Text("活动提醒"),
    whose=REMINDER.c.registration_id.in_(select(REGISTRATION.c.id).where(REGISTRATION.c.member_id == OWNER)),
    shows={
        "before": Text("提前几分钟"),
        "starts": Text("活动开始"),
        "due": Text("提醒时间"),
        "state": Shown(Text("状态"), _STATES),
        "settled": Text("完成时间"),
        "reason": Text("原因"),
    },
    besides={"registration_id": "the registration is shown by itself"},
    kept=KEPT,
)
