"""What falls due of bookings: reminders, offers that nobody answered, lists that have room, and who did not come."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, func, select, text, update

from models import booking, slot, waiting_times
from models.booking import BOOKING
from models.database import Db
from models.schedule import Schedule
from models.service import find as find_service

_NEXT = select(func.min(BOOKING.c.due)).where(BOOKING.c.due.is_not(None))
# Another scheduler steps over what this one has (PostgreSQL; SQLite has one writer).
_OVERDUE = (
    select(BOOKING)
    .where(BOOKING.c.due.is_not(None), BOOKING.c.due <= bindparam("now"))
    .order_by(BOOKING.c.due, BOOKING.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PUT_OFF = update(BOOKING).where(BOOKING.c.id == bindparam("booking")).values(due=bindparam("until"))
_BEFORE = select(func.count()).where(
    BOOKING.c.service_id == bindparam("service"),
    BOOKING.c.place_id == bindparam("place"),
    BOOKING.c.starts == bindparam("starts"),
    BOOKING.c.state == "waiting",
    # Which SQLite needs to see its index.
    text(f"booking.{booking.IS_LIVE}"),
    (BOOKING.c.at < bindparam("at"))
    | ((BOOKING.c.at == bindparam("at")) & (BOOKING.c.id <= bindparam("booking"))),
)


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def overdue(db: Db, now: datetime, most: int) -> Sequence[Row[Any]]:
    return db.rows(_OVERDUE, now=now, most=most)


def put_off(db: Db, one: Row[Any], until: datetime | None) -> None:
    """It is looked at again then; None for never."""
    db.run(_PUT_OFF, booking=one.id, until=until)


def nth(db: Db, one: Row[Any]) -> int:
    """The place in its list of somebody who waits."""
    here = {"service": one.service_id, "place": one.place_id, "starts": one.starts}
    return int(db.value(_BEFORE, **here, at=one.at, booking=one.id))


def day_ends(starts: datetime, zone: ZoneInfo) -> datetime:
    """The midnight after a slot: who has not come by then did not come."""
    day = starts.astimezone(zone).date()
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(starts.tzinfo)


def alarm(schedule: Schedule, starts: datetime, now: datetime) -> datetime:
    """When there is something to do about a booking next: the next reminder, else the end of its day."""
    planned = (schedule.before(starts - span, starts) for span in schedule.remind)
    coming = [each for each in planned if now < each < starts]
    return min(coming, default=day_ends(starts, schedule.zone))


def until(schedule: Schedule, starts: datetime) -> datetime:
    """How long somebody waits for a slot at most."""
    return waiting_times.cutoff(schedule, starts)


def offer(db: Db, one: Row[Any], schedule: Schedule, now: datetime) -> datetime | None:
    """Who waits first is offered what is free, alone and until the answer; None where it does not fit or is not yet time.

    Then it is put off until that may be otherwise.
    """
    service = find_service(db, one.service_id)
    window = slot.find(db, service, one.place_id, one.starts, schedule.zone) if service is not None else None
    last = until(schedule, one.starts)
    if window is None or window.taken + one.party > window.capacity or nth(db, one) > 1:
        put_off(db, one, last)
        return None
    begins = waiting_times.begins(schedule, one.starts, now)
    if begins > now:
        put_off(db, one, begins)
        return None
    answer_by = waiting_times.turn_by(schedule, one.starts, now)
    try:
        with db.savepoint("offer"):
            if not booking.go(db, one, "offered", None, now, capacity=window.capacity, due=answer_by):
                raise _Lost
    except _Lost:
        put_off(db, one, last)
        return None
    # There may be room for the next one too.
    booking.wake(db, one.service_id, one.place_id, [one.starts], now)
    return answer_by


class _Lost(Exception):  # noqa: N818  (it is not a fault: somebody else was first)
    """It is not in its state any more, or its place is gone."""
