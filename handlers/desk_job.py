"""At midnight the lines of the day are closed: nobody is in line on the next day."""

from datetime import datetime, time, timedelta

from handlers.jobs import job
from models import desk
from models.database import Db
from models.schedule import Schedule

_SLICE = 50


def _next(db: Db, schedule: Schedule) -> datetime | None:
    day = desk.oldest(db)
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), schedule.zone)


@job("desk", next=_next)
def close(db: Db, now: datetime, schedule: Schedule) -> bool:
    left = desk.left_over(db, now.astimezone(schedule.zone).date(), _SLICE)
    for one in left:
        desk.close(db, one, now)
    return len(left) == _SLICE
