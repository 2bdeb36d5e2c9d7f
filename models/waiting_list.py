"""Lists of those who wait: what is free is offered in order, nobody is passed and no party split."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    text,
    update,
)

from models import registration, waiting_times
from models.activity import ACTIVITY, PUBLISHED, WAITED_FOR
from models.database import Db
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.shift_role import SHIFT_ROLE

# So many change in one slice.
SLICE = 50
WAITING = REGISTRATION.c.state == literal_column("'waiting'")
OFFERED = REGISTRATION.c.state == literal_column("'offered'")
Kind = Literal["offered", "called", "noted", "missed", "rested", "uncalled"]


@dataclass(frozen=True, slots=True)
class Queue:
    """One list of those who wait: for an activity, or for one role of it.

    `head` are the seats that the first of them wants and `rests` until when they rest, `called` when somebody was
    last called, `uncalled` what the first wants who was not, `unnoted` since when the first waits who was not told
    that he still does.
    """

    activity: int
    role: int | None
    starts: datetime
    capacity: int | None
    taken: int
    role_capacity: int | None
    role_taken: int
    head: int | None
    rests: datetime | None
    called: datetime | None
    uncalled: int | None
    unnoted: datetime | None

    @property
    def free(self) -> int | None:
        """Seats that nobody holds; None is no limit."""
        limits = [] if self.capacity is None else [self.capacity - self.taken]
        if self.role_capacity is not None:
            limits.append(self.role_capacity - self.role_taken)
        return max(0, min(limits)) if limits else None

    def fits(self, party: int | None) -> bool:
        """Whether a party of this size has room; nobody has none."""
        return party is not None and (self.free is None or party <= self.free)


@dataclass(frozen=True, slots=True)
class Step:
    """What was done of one list, and with which registrations."""

    kind: Kind
    rows: Sequence[Row[Any]] = ()


# Lists.

_ROLE: Any = bindparam("role", type_=REGISTRATION.c.role_id.type)
IN_LIST = and_(
    REGISTRATION.c.activity_id == bindparam("activity"),
    REGISTRATION.c.role_id.is_not_distinct_from(_ROLE),
    registration.QUEUED,
    WAITING,
)
ORDER = (REGISTRATION.c.at, REGISTRATION.c.id)


def _of(column: Any, role: Any, *which: Any) -> Any:
    """A column of the first in a list."""
    here = (REGISTRATION.c.activity_id == ACTIVITY.c.id, REGISTRATION.c.role_id.is_not_distinct_from(role))
    # QUEUED says nothing more, but names the index of the lists, in their order.
    return (
        select(column)
        .where(*here, registration.QUEUED, WAITING, *which)
        .order_by(*ORDER)
        .limit(1)
        .scalar_subquery()
    )


def _called(role: Any) -> Any:
    here = (REGISTRATION.c.activity_id == ACTIVITY.c.id, REGISTRATION.c.role_id.is_not_distinct_from(role))
    called = (WAITING, REGISTRATION.c.called.is_not(None))
    return select(func.max(REGISTRATION.c.called)).where(*here, *called).scalar_subquery()


def _lists(role: Any, capacity: Any, seats: Any) -> Select[Any]:
    return select(
        ACTIVITY.c.id,
        role.label("role"),
        ACTIVITY.c.starts,
        ACTIVITY.c.capacity,
        ACTIVITY.c.taken + ACTIVITY.c.seats,
        capacity,
        seats,
        _of(REGISTRATION.c.seats, role),
        _of(REGISTRATION.c.rests, role),
        _called(role),
        _of(REGISTRATION.c.seats, role, REGISTRATION.c.called.is_(None)),
        _of(REGISTRATION.c.at, role, REGISTRATION.c.noted.is_(None)),
    ).where(PUBLISHED)


_NONE = literal_column("NULL", REGISTRATION.c.role_id.type)
_BY_ACTIVITY = _lists(_NONE, _NONE, literal_column("0")).where(text(f"activity.{WAITED_FOR}"))
_BY_ROLE = (
    _lists(SHIFT_ROLE.c.id, SHIFT_ROLE.c.capacity, SHIFT_ROLE.c.seats)
    .join(SHIFT_ROLE, SHIFT_ROLE.c.activity_id == ACTIVITY.c.id)
    .where(text(f"shift_role.{WAITED_FOR}"))
)
_ONE_BY_ACTIVITY = _lists(_NONE, _NONE, literal_column("0")).where(ACTIVITY.c.id == bindparam("activity"))
_ONE_BY_ROLE = _lists(SHIFT_ROLE.c.id, SHIFT_ROLE.c.capacity, SHIFT_ROLE.c.seats).join(
    SHIFT_ROLE, and_(SHIFT_ROLE.c.activity_id == ACTIVITY.c.id, SHIFT_ROLE.c.id == bindparam("role"))
)


def _queue(row: Row[Any]) -> Queue:
    return Queue(*tuple(row))


def queues(db: Db) -> list[Queue]:
    """All lists in which somebody waits for something that is held."""
    return [_queue(row) for row in (*db.rows(_BY_ACTIVITY), *db.rows(_BY_ROLE))]


def queue(db: Db, activity: int, role: int | None) -> Queue:
    """One list as it stands now."""
    found = db.row(_ONE_BY_ROLE, role=role) if role else db.row(_ONE_BY_ACTIVITY, activity=activity)
    assert found is not None
    return _queue(found)


def due(one: Queue, schedule: Schedule, always: datetime) -> datetime:
    """When there is something to do for a list next; `always` is before everything."""
    times = schedule.waiting
    found = [waiting_times.cutoff(schedule, one.starts)]
    note = waiting_times.noted(schedule, one.starts)
    if one.unnoted is not None and one.unnoted < note < found[0]:
        found.append(note)
    if one.called is not None:
        if one.free == 0:
            found.append(always)
        elif one.fits(one.uncalled):
            found.append(one.called + times.turn)
    elif one.fits(one.head):
        found.append(one.rests or always)
    return min(found)


_PLACES = select(REGISTRATION.c.id, func.row_number().over(order_by=ORDER).label("nth")).where(IN_LIST)


def places(db: Db, activity: int, role: int | None) -> dict[int, int]:
    """The place of each registration of a list."""
    return {row.id: row.nth for row in db.rows(_PLACES, activity=activity, role=role)}


# What is done as time passes.

_COLUMNS = [
    REGISTRATION.c[name]
    for name in ("id", "activity_id", "role_id", "seats", "state", "at", "member_id", "by_id", "guest")
]
# Locked before the counters are read and in their order: of two schedulers the second one sees what the first did.
_FRONT = select(*_COLUMNS).where(IN_LIST).order_by(*ORDER).limit(bindparam("most")).with_for_update()
_UNCALLED = (
    select(*_COLUMNS)
    .where(IN_LIST, REGISTRATION.c.called.is_(None))
    .order_by(*ORDER)
    .limit(bindparam("most"))
    .with_for_update()
)
_UNNOTED = (
    select(*_COLUMNS)
    .where(IN_LIST, REGISTRATION.c.noted.is_(None), REGISTRATION.c.at < bindparam("before"))
    .order_by(*ORDER)
    .limit(bindparam("most"))
    .with_for_update()
)
_LATE = (
    select(*_COLUMNS, REGISTRATION.c.answer_by)
    .select_from(REGISTRATION)
    .join(ACTIVITY, and_(ACTIVITY.c.id == REGISTRATION.c.activity_id, PUBLISHED))
    .where(OFFERED, REGISTRATION.c.answer_by <= bindparam("now"))
    .order_by(REGISTRATION.c.answer_by, REGISTRATION.c.id)
    .limit(SLICE)
    .with_for_update(of=REGISTRATION)
)
_NEXT_LATE = (
    select(func.min(REGISTRATION.c.answer_by))
    .select_from(REGISTRATION)
    .join(ACTIVITY, and_(ACTIVITY.c.id == REGISTRATION.c.activity_id, PUBLISHED))
    .where(OFFERED)
)
_HERE = REGISTRATION.c.id == bindparam("registration")
_CALL = update(REGISTRATION).where(_HERE, WAITING).values(called=bindparam("now"))
_NOTE = update(REGISTRATION).where(_HERE, WAITING).values(noted=bindparam("now"))
_REST = update(REGISTRATION).where(_HERE, WAITING).values(rests=bindparam("until"))
_UNCALL = update(REGISTRATION).where(IN_LIST, REGISTRATION.c.called.is_not(None)).values(called=null())


class _Lost(Exception):  # noqa: N818  (it is not a fault: somebody else was first)
    """A registration is not in its state any more, or its seats are gone."""


def next_late(db: Db) -> datetime | None:
    """When the next offer ends that nobody has answered."""
    found: datetime | None = db.value(_NEXT_LATE)
    return found


def expire(db: Db, now: datetime) -> list[Row[Any]]:
    """One slice of the offers whose time to answer is over: their seats are free for who comes next."""
    return [row for row in db.rows(_LATE, now=now) if went(db, row, "expired", now)]


def step(db: Db, one: Queue, schedule: Schedule, now: datetime) -> Step | None:
    """Does one slice of what is due of a list; None where nothing is, or somebody else did it.

    Done again, by another scheduler too, it finds what the first one left.
    """
    here = {"activity": one.activity, "role": one.role}
    if now >= waiting_times.cutoff(schedule, one.starts):
        missed = [row for row in db.rows(_FRONT, **here, most=SLICE) if went(db, row, "missed", now)]
        return Step("missed", missed) if missed else None
    if one.called is not None and one.free == 0:
        return Step("uncalled") if db.run(_UNCALL, **here) else None
    return _serve(db, one, schedule, now) or _note(db, one, schedule, now)


def _serve(db: Db, one: Queue, schedule: Schedule, now: datetime) -> Step | None:
    if one.called is not None:
        is_due = one.fits(one.uncalled) and now >= one.called + schedule.waiting.turn
        return _call(db, one, schedule, now) if is_due else None
    if not one.fits(one.head):
        return None
    at = waiting_times.begins(schedule, one.starts, now)
    if at > now:
        return _rest(db, one, at) if one.rests is None or one.rests <= now else None
    until = waiting_times.answer_by(schedule, one.starts, now)
    return _call(db, one, schedule, now) if until is None else _offer(db, one, until, now)


def _offer(db: Db, one: Queue, until: datetime, now: datetime) -> Step | None:
    """Each seat that is free to whose turn it is. The first whose party does not fit is waited for."""
    here = {"activity": one.activity, "role": one.role}
    most = SLICE if one.free is None else min(SLICE, one.free)
    front = db.rows(_FRONT, **here, most=most)
    one = queue(db, one.activity, one.role)
    free, offered = one.free, []
    for row in front:
        if free is not None and row.seats > free:
            break
        if not went(db, row, "offered", now, until=until):
            break
        offered.append(row)
        free = None if free is None else free - row.seats
    return Step("offered", offered) if offered else None


def _call(db: Db, one: Queue, schedule: Schedule, now: datetime) -> Step | None:
    """So near the start the next few are told at once, and the first to answer gets the seat."""
    here = {"activity": one.activity, "role": one.role}
    called = []
    front = db.rows(_UNCALLED, **here, most=schedule.waiting.call)
    one = queue(db, one.activity, one.role)
    for row in front:
        if not one.fits(row.seats) or not db.run(_CALL, registration=row.id, now=now):
            break
        called.append(row)
    return Step("called", called) if called else None


def _rest(db: Db, one: Queue, until: datetime) -> Step | None:
    front = db.rows(_FRONT, activity=one.activity, role=one.role, most=1)
    for row in front:
        db.run(_REST, registration=row.id, until=until)
    return Step("rested", front) if front else None


def _note(db: Db, one: Queue, schedule: Schedule, now: datetime) -> Step | None:
    note = waiting_times.noted(schedule, one.starts)
    if one.unnoted is None or not one.unnoted < note <= now:
        return None
    here = {"activity": one.activity, "role": one.role}
    found = [
        row
        for row in db.rows(_UNNOTED, **here, most=SLICE, before=note)
        if db.run(_NOTE, registration=row.id, now=now)
    ]
    return Step("noted", found) if found else None


def went(
    db: Db,
    row: Row[Any],
    after: str,
    now: datetime,
    *,
    actor: int | None = None,
    until: datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Whether it went to its next state; where it could not, nothing is written."""
    try:
        with db.savepoint("waiting"):
            if not registration.go(db, row, after, actor, now, until=until, reason=reason):
                raise _Lost
    except _Lost:
        return False
    return True


# An activity that moved.

_FRESH = (
    update(REGISTRATION)
    .where(REGISTRATION.c.activity_id == bindparam("activity"), WAITING)
    .values(called=null(), noted=null(), rests=null())
)
_AGAIN = (
    update(REGISTRATION)
    .where(REGISTRATION.c.activity_id == bindparam("activity"), OFFERED)
    .values(answer_by=bindparam("until"))
)
_STARTS = select(ACTIVITY.c.starts).where(ACTIVITY.c.id == bindparam("activity"))


def moved(db: Db, activity: int, schedule: Schedule, now: datetime) -> None:
    """What was said of the old start counts no more: who was offered a seat has the time of the new one to answer."""
    starts = db.value(_STARTS, activity=activity)
    db.run(_FRESH, activity=activity)
    db.run(_AGAIN, activity=activity, until=waiting_times.turn_by(schedule, starts, now))
