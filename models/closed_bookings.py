"""Who booked a time in which a place is closed after all, or stands in its line when it closes."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, bindparam, or_, select

from models import booking, office_hours, place, service, slot
from models.booking import BOOKING
from models.database import Db

_LOST = ("waiting", "offered", "booked", "arrived")
_HERE = (
    BOOKING.c.place_id == bindparam("place"),
    or_(
        bindparam("service", type_=BOOKING.c.service_id.type).is_(None),
        BOOKING.c.service_id == bindparam("service"),
    ),
)
_INSIDE = (
    select(BOOKING)
    .where(
        *_HERE,
        or_(
            and_(
                BOOKING.c.state.in_(_LOST),
                BOOKING.c.starts < bindparam("until"),
                BOOKING.c.ends > bindparam("since"),
            ),
            and_(
                BOOKING.c.state == "queued",
                BOOKING.c.starts.is_(None),
                BOOKING.c.day == bindparam("day"),
            ),
        ),
    )
    .order_by(BOOKING.c.id)
)
_PARTY = (
    select(BOOKING.c.party)
    .where(
        BOOKING.c.member_id == bindparam("member"),
        BOOKING.c.service_id == bindparam("service"),
        BOOKING.c.state == "revoked",
    )
    .order_by(BOOKING.c.id.desc())
    .limit(1)
)


def inside(
    db: Db,
    place_id: int,
    service_id: int | None,
    begins: datetime,
    ends: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> list[Row[Any]]:
    """Bookings in this time whose slot has not begun, and once it is closed those who drew a number that day."""
    since = max(begins, now)
    # Nobody has this day where it has not begun yet.
    day = now.astimezone(zone).date() if begins <= now < ends else datetime.min.date()
    here = {"place": place_id, "service": service_id, "since": since, "until": ends}
    return list(db.rows(_INSIDE, **here, day=day))


def lost(db: Db, one: Row[Any], now: datetime, zone: ZoneInfo) -> list[Row[Any]]:
    """Of a closure those for whom there is nobody: what was opened again meanwhile stays booked."""
    known: dict[tuple[int, object], set[datetime]] = {}

    def is_given(row: Row[Any]) -> bool:
        if row.starts is None:
            station = place.whole(db, row.place_id)
            return station is not None and office_hours.is_open(db, station, now, zone)
        day = row.starts.astimezone(zone).date()
        if (row.service_id, day) not in known:
            wanted = service.find(db, row.service_id)
            windows = slot.of_day(db, wanted, row.place_id, day, zone) if wanted is not None else []
            known[row.service_id, day] = {each.starts for each in windows}
        return known[row.service_id, day].issuperset(booking.begins(row))

    found = inside(db, one.place_id, one.service_id, one.begins, one.ends, now, zone)
    return [row for row in found if not is_given(row)]


def revoke(db: Db, row: Row[Any], one: Row[Any], reason: str, now: datetime) -> bool:
    """False where he cancelled, or was served, at the same moment."""
    return booking.go(db, row, "revoked", one.by_id, now, reason=reason, due=None, settled=now)


def party(db: Db, member: int, service_id: int) -> int | None:
    """How many would have come with the last booking that was revoked."""
    found: int | None = db.value(_PARTY, member=member, service=service_id)
    return found
