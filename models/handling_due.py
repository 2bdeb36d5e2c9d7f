"""When the next step of a need is owed, and which needs are late: due times in working days, and who is told."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from models import category, duty, need, working_days
from models.database import Db
from models.need import NEED
from models.schedule import Schedule
from models.still import still

# The states in which somebody owes a step by `due`; an appeal waits in `rejected`.
OWED = ("new", "triaged", "referred", "in_progress", "reopened", "rejected")
# After so long the officer is asked what became of what was handed to somebody outside.
OUTCOME = timedelta(days=7)
_DAY = timedelta(days=1)
_LATE = (
    select(NEED)
    .where(NEED.c.kind == "need", NEED.c.climbs <= bindparam("now"), NEED.c.state.in_(OWED))
    .order_by(NEED.c.climbs, NEED.c.id)
    .limit(bindparam("most"))
)
_NEXT = (
    select(NEED.c.climbs)
    .where(NEED.c.kind == "need", NEED.c.climbs.is_not(None), NEED.c.state.in_(OWED))
    .order_by(NEED.c.climbs)
    .limit(1)
)
_CLIMB = (
    update(NEED)
    .where(NEED.c.id == bindparam("need"), NEED.c.climbs == bindparam("seen"))
    .values(climbs=bindparam("then"), climbed=NEED.c.climbed + 1)
)
_STILL_LATE = (
    select(NEED.c.id)
    .where(
        NEED.c.kind == "need",
        NEED.c.climbed > 0,
        NEED.c.climbs.is_not(None),
        NEED.c.state.in_(OWED),
        or_(
            NEED.c.officer_id == bindparam("member"),
            NEED.c.place_id.in_(bindparam("places", expanding=True)),
            NEED.c.place_id.is_(None),
        ),
    )
    .limit(1)
)
Times = dict[str, Any]
# Nothing is owed any more.
NOTHING: Times = {"due": None, "climbs": None, "climbed": 0}


def answered(db: Db, schedule: Schedule, now: datetime) -> Times:
    """Who reported is answered by then: of what is new, what is open again, and what an officer has to decide."""
    return _by(working_days.due(db, schedule, now, schedule.deadlines.answer))


def resolved(db: Db, schedule: Schedule, code: str | None, now: datetime, *, assigned: bool) -> Times:
    """It is resolved by then; whoever accepts it without giving it to anybody is reminded of that sooner."""
    due = working_days.due(db, schedule, now, days(db, schedule, code))
    if assigned:
        return _by(due)
    return {**_by(due), "climbs": min(due, working_days.due(db, schedule, now, schedule.deadlines.assign))}


def sorted_anew(
    db: Db, schedule: Schedule, one: Row[Any], code: str | None, since: datetime, now: datetime
) -> Times:
    """What was accepted then is about something else: in the days of that, with the time to give it to somebody."""
    soon = working_days.due(db, schedule, now, schedule.deadlines.assign)
    due = max(working_days.due(db, schedule, since, days(db, schedule, code)), soon)
    due = one.due if one.extended else min(due, max(latest(db, schedule, since), one.due))
    return {**_by(due), "climbs": min(due, soon)}


def days(db: Db, schedule: Schedule, code: str | None) -> int:
    """The working days in which what is about this is resolved."""
    known = category.everything(db).get(code or "")
    return known.days if known and known.days else schedule.deadlines.resolve


def outcome(now: datetime) -> Times:
    """The officer asks what became of it then; nothing is owed by us meanwhile."""
    return {"due": now + OUTCOME, "climbs": now + OUTCOME, "climbed": 0}


def latest(db: Db, schedule: Schedule, since: datetime) -> datetime:
    """The last day to which what was accepted then may be put off."""
    return working_days.due(db, schedule, since, schedule.deadlines.extended)


def on_day(schedule: Schedule, day: date) -> datetime:
    """When that day's work ends; UTC."""
    return working_days.end_of(schedule, day)


def _by(due: datetime) -> Times:
    return {"due": due, "climbs": due, "climbed": 0}


def is_late(one: Row[Any], now: datetime) -> bool:
    """Whether the step that is owed was not done in time; what is with somebody outside is never late with us."""
    owed = one.state in OWED and one.state != "referred"
    return owed and one.due is not None and one.due <= now


def late(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """Of which somebody is to be told by now, what waits longest first."""
    return list(db.rows(_LATE, now=now, most=most))


def next_one(db: Db) -> datetime | None:
    """When somebody is to be told next."""
    at: datetime | None = db.value(_NEXT)
    return at


def climb(db: Db, schedule: Schedule, one: Row[Any], now: datetime) -> bool:
    """On the next working day the next one is told too; False where somebody else saw to it first."""
    then = working_days.next_one(db, schedule, one.climbs)
    while then <= now:
        then = working_days.next_one(db, schedule, then)
    return _put_off(db, one, schedule.awake(then))


def ask_again(db: Db, one: Row[Any], now: datetime) -> bool:
    """The officer is asked for the outcome again after as long; False where somebody else saw to it first."""
    return _put_off(db, one, now + OUTCOME)


def calm_down(db: Db, one: Row[Any], now: datetime) -> bool:
    """Everybody was told of the danger: from then on it is late as anything else is."""
    return _put_off(db, one, max(one.due, now + _DAY) if one.due else now + _DAY)


def _put_off(db: Db, one: Row[Any], then: datetime) -> bool:
    return db.run(_CLIMB, need=one.id, seen=one.climbs, then=then) == 1


@still("lateneeds")
def why_not(db: Db, member: int, _now: datetime) -> str | None:
    """Asked when the reminder goes out, which may be in the morning after."""
    places = duty.everywhere(db, member)
    late = db.value(_STILL_LATE, member=member, places=places)
    return None if late is not None else "it was seen to"


@still("dangerneed")
def is_seen_to(db: Db, number: int, _now: datetime) -> str | None:
    one = need.find(db, number)
    return None if one is not None and one.state == "new" else "it was seen to"
