"""What follows a seat that is somebody's for sure: his reminders, and the question the day before to who was often absent."""

from datetime import datetime

from models import promise, reminder
from models.activity import Listing
from models.database import Db
from models.reminder import Time
from models.schedule import Schedule


def plan(
    db: Db, key: int, wanted: Listing, member: int | None, schedule: Schedule, now: datetime
) -> list[Time]:
    """Whoever has this registration is expected from now on; gives when he is reminded. A guest has no member."""
    if member is not None:
        promise.plan(db, key, wanted, member, schedule, now)
    return reminder.plan(db, key, wanted.starts, schedule, now)
