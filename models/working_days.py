"""Due times as an office counts them: in working days, to the end of the last of them."""

from datetime import UTC, date, datetime, time, timedelta

from models import community, days_off
from models.database import Db
from models.schedule import Schedule

# When an office closes.
_CLOSES = time(18)


def due(db: Db, schedule: Schedule, at: datetime, days: int) -> datetime:
    """The end of the so manieth working day after the day of `at`, which itself does not count; UTC as `at`."""
    holidays, workdays = community.days(db)
    day = at.astimezone(schedule.zone).date()
    while days > 0:
        day += timedelta(1)
        days -= days_off.is_workday(day, holidays, workdays)
    return datetime.combine(day, _CLOSES, schedule.zone).astimezone(at.tzinfo)


def end_of(schedule: Schedule, day: date) -> datetime:
    """When the office closes that day, UTC."""
    return datetime.combine(day, _CLOSES, schedule.zone).astimezone(UTC)


def next_one(db: Db, schedule: Schedule, at: datetime) -> datetime:
    """The same clock time on the next working day."""
    day = due(db, schedule, at, 1).astimezone(schedule.zone).date()
    here = at.astimezone(schedule.zone)
    return datetime.combine(day, here.timetz()).astimezone(at.tzinfo)
