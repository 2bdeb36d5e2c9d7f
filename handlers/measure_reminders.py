"""Who enters a point's figure is told once, at its hour, that the day's is not there."""

from datetime import UTC, date, datetime, time, timedelta

from handlers import measure_figures
from handlers.jobs import job
from models import measure, metric, notice
from models.card import Card
from models.database import Db
from models.metric import Point
from models.schedule import Schedule
from models.still import still
from models.text import Text, as_said, prose

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
# Metric, place and day stand in one number.
_PLACES = _DAYS = 1_000_000


@job("measures", next=lambda db, _schedule: metric.next_due(db, _ALWAYS))
def remind(db: Db, now: datetime, schedule: Schedule) -> bool:
    """At its hour, once a day: who enters a point's figure is told that the day's is not there."""
    due = metric.due(db, now)
    if due is None:
        return False
    clock = time.fromisoformat(due.by)
    if due.due is not None:
        day = due.due.astimezone(schedule.zone).date()
        if day == now.astimezone(schedule.zone).date():
            for point in metric.points(db, due.id):
                _remind(db, point, day, now)
    metric.put_off(db, due.id, _next(now, clock, schedule))
    return True


def _next(now: datetime, clock: time, schedule: Schedule) -> datetime:
    here = now.astimezone(schedule.zone)
    then = datetime.combine(here.date(), clock, schedule.zone)
    if then <= here:
        then = datetime.combine(here.date() + timedelta(days=1), clock, schedule.zone)
    return then.astimezone(now.tzinfo)


def _remind(db: Db, point: Point, day: date, now: datetime) -> None:
    if measure.of_day(db, point, day) is not None:
        return
    text = Text(
        "请记一下{point}今天的{metric}，回一句“{point} 3.2”就行，没有就发0。",
        point=as_said(point.name),
        metric=prose(point.of),
    )
    for member in measure.operators(db, point):
        notice.tell_member(
            db,
            [Card(text, choices=(measure_figures.enter(point),), tone="notice")],
            member,
            now,
            key=f"measure:{point.metric}:{point.place}:{day}:{member}",
            kind="reminder",
            still=f"measure {(point.metric * _PLACES + point.place) * _DAYS + day.toordinal()}",
            rests=True,
            expires=now + timedelta(days=1),
        )


@still("measure")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    which, ordinal = divmod(key, _DAYS)
    of, place = divmod(which, _PLACES)
    point = next((each for each in metric.points(db, of) if each.place == place), None)
    if point is None:
        return "the point is gone"
    entered = measure.of_day(db, point, date.fromordinal(ordinal))
    return None if entered is None else "the figure is there"
