"""Who reads who comes to a private service and why: its hosts alone, and not for longer than they need it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from models import community, consultation, service
from models.booking import BOOKING
from models.database import Db
from models.member import MEMBER
from models.schedule import Schedule
from models.service import SERVICE, SERVICE_HOST
from models.still import still
from models.vault import Vault

# What it was about is forgotten so long after the slot, and once it is off.
KEPT = timedelta(days=30)
# When a host reads in the morning that somebody comes.
_MORNING = time(8)
_SLICE = 500
_COMING = ("booked", "arrived", "called", "served", "absent")
_OFF = ("cancelled", "revoked", "expired")
_HOSTED = (
    select(SERVICE.c.id)
    .where(
        or_(
            SERVICE.c.id.in_(
                select(SERVICE_HOST.c.service_id).where(SERVICE_HOST.c.member_id == bindparam("member"))
            ),
            SERVICE.c.provider_id.in_(bindparam("providers", expanding=True)) & SERVICE.c.private,
        )
    )
    .order_by(SERVICE.c.id)
)
_ON_DAY = (
    select(BOOKING, MEMBER.c.name.label("who"), SERVICE.c.name.label("service"))
    .join(SERVICE, SERVICE.c.id == BOOKING.c.service_id)
    .outerjoin(MEMBER, MEMBER.c.id == BOOKING.c.member_id)
    .where(
        BOOKING.c.service_id.in_(bindparam("services", expanding=True)),
        BOOKING.c.day == bindparam("day"),
        BOOKING.c.starts.is_not(None),
        BOOKING.c.state.in_(_COMING),
    )
    .order_by(BOOKING.c.starts, BOOKING.c.id)
)
_NEXT_DAY = (
    select(BOOKING.c.day)
    .where(
        BOOKING.c.service_id.in_(bindparam("services", expanding=True)),
        BOOKING.c.day >= bindparam("day"),
        BOOKING.c.starts.is_not(None),
        BOOKING.c.state.in_(("booked", "arrived", "called")),
    )
    .order_by(BOOKING.c.day)
    .limit(1)
)
_OLD = (
    select(BOOKING.c.id)
    .where(
        BOOKING.c.matter.is_not(None),
        or_(BOOKING.c.state.in_(_OFF), BOOKING.c.starts < bindparam("limit")),
    )
    .order_by(BOOKING.c.id)
    .limit(_SLICE)
)
_FORGET = update(BOOKING).where(BOOKING.c.id.in_(bindparam("those", expanding=True))).values(matter=None)


def hosts(db: Db, one: Row[Any]) -> list[int]:
    """Who gives the service; of a private one also who stands for its provider."""
    found = service.hosts(db, one.id)
    if one.private and one.provider_id is not None:
        found += consultation.representatives(db, one.provider_id)
    return list(dict.fromkeys(found))


def hosted(db: Db, member: int) -> list[int]:
    """The services that somebody gives."""
    providers = consultation.stands_for(db, member)
    return [row.id for row in db.rows(_HOSTED, member=member, providers=list(providers))]


def of_day(db: Db, services: list[int], day: date) -> list[Row[Any]]:
    """Who comes that day: whole bookings with `who` and `service`, in the order of their slots."""
    return list(db.rows(_ON_DAY, services=services, day=day))


def next_day(db: Db, services: list[int], day: date) -> date | None:
    """The first day from then on for which somebody has booked."""
    found: date | None = db.value(_NEXT_DAY, services=services, day=day)
    return found


def matter(db: Db, vault: Vault, booked: Row[Any], member: int) -> str | None:
    """What it is about, for a host; None for everybody else, and where nothing was written."""
    one = service.find(db, booked.service_id)
    if not booked.matter or one is None or member not in hosts(db, one):
        return None
    return vault.open(booked.matter)


def morning(schedule: Schedule, day: date) -> datetime:
    """When its hosts are told of that day; UTC."""
    return schedule.awake(datetime.combine(day, _MORNING, schedule.zone).astimezone(UTC))


@still("hostday")
def _still(db: Db, key: int, now: datetime) -> str | None:
    zone = community.zone(db)
    day = now.astimezone(zone).date()
    return None if next_day(db, [key], day) == day else "nobody comes any more"


def forget(db: Db, now: datetime) -> bool:
    """Forgets one slice of what old bookings were about; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, those=old)
    return len(old) == _SLICE
