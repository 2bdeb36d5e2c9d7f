"""Who looks after the catalogue: what is paused, and what nobody has checked for half a year."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, func, or_, select, update

from models import change, community, duty, place, service
from models.booking import BOOKING
from models.change import CHANGE
from models.checked import STALE, look_at
from models.database import Db
from models.service import SERVICE, SERVICE_STATION

AGAIN = timedelta(days=30)
PAUSED, RESUMED, CHECKED = "paused", "resumed", "card checked"
_IS_OLD = or_(SERVICE.c.checked.is_(None), SERVICE.c.checked < bindparam("limit"))
_STALE = (
    select(SERVICE)
    .where(_IS_OLD, ~SERVICE.c.paused)
    # What was never checked comes first; the two databases order nothing differently.
    .order_by(SERVICE.c.checked.is_not(None), SERVICE.c.checked, SERVICE.c.id)
)
_PLACES = select(SERVICE_STATION.c.service_id, SERVICE_STATION.c.place_id)
_CHECK = (
    update(SERVICE)
    .where(SERVICE.c.id == bindparam("service"))
    .values(checked=bindparam("day"), look=bindparam("then"))
)
_PAUSE = (
    update(SERVICE)
    .where(SERVICE.c.id == bindparam("service"), SERVICE.c.paused != bindparam("after"))
    .values(paused=bindparam("after"))
)
_LAST = (
    select(CHANGE)
    .where(
        CHANGE.c.subject == "service",
        CHANGE.c.subject_id == bindparam("service"),
        CHANGE.c.after.in_((PAUSED, RESUMED)),
    )
    .order_by(CHANGE.c.id.desc())
    .limit(1)
)
_BOOKED = select(func.count()).where(
    BOOKING.c.service_id == bindparam("service"),
    BOOKING.c.state == "booked",
    BOOKING.c.starts > bindparam("now"),
)
_NEXT = select(func.min(SERVICE.c.look))
_DUE = select(SERVICE).where(SERVICE.c.look <= bindparam("now"))
_PUT_OFF = update(SERVICE).where(SERVICE.c.look <= bindparam("now")).values(look=bindparam("then"))


def stale(db: Db, officer: int, today: date) -> list[Row[Any]]:
    """What this officer is to check, the oldest first; what is given nowhere is everybody's who is over all."""
    mine = set(duty.everywhere(db, officer))
    at: dict[int, set[int]] = {}
    for row in db.rows(_PLACES):
        at.setdefault(row.service_id, set()).add(row.place_id)
    roots = set(place.roots(db))
    return [row for row in db.rows(_STALE, limit=today - STALE) if (at.get(row.id) or roots) & mine]


def keeps(db: Db, officer: int, of: int) -> bool:
    """Whether somebody is staff of a place where it is given."""
    return any(duty.covers(db, officer, each) for each in _where(db, of))


def check_keeps(db: Db, officer: int, of: Row[Any]) -> None:
    """Raises a Refusal that says who may, where this member may not."""
    if not keeps(db, officer, of.id):
        duty.check(db, officer, _where(db, of.id)[0], service.ref(of))


def officers(db: Db, of: int) -> list[int]:
    """Who is told of it: for each place where it is given, the officer who is nearest to it."""
    found = (duty.officers(db, each)[:1] for each in _where(db, of))
    return list(dict.fromkeys(row.id for rows in found for row in rows))


def note_checked(db: Db, of: Row[Any], day: date, officer: int, now: datetime, zone: ZoneInfo) -> None:
    """Somebody made sure on this day that it is right."""
    change.record(db, "service", of.id, None, CHECKED, officer, now, detail={"day": day.isoformat()})
    db.run(_CHECK, service=of.id, day=day, then=look_at(day, now, zone))
    community.touch(db)


def set_paused(
    db: Db, of: Row[Any], officer: int, now: datetime, *, paused: bool, reason: str | None = None
) -> bool:
    """False where it is so already."""
    if not db.claim(_PAUSE, service=of.id, after=paused):
        return False
    before, after = (None, PAUSED) if paused else (PAUSED, RESUMED)
    change.record(db, "service", of.id, before, after, officer, now, reason)
    community.touch(db)
    return True


def why_paused(db: Db, of: int) -> str | None:
    """What staff said when they paused it."""
    row = db.row(_LAST, service=of)
    return row.reason if row is not None and row.after == PAUSED else None


def booked(db: Db, of: int, now: datetime) -> int:
    """How many have a time there that is still to come."""
    return int(db.value(_BOOKED, service=of, now=now) or 0)


def next_look(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def looked_at(db: Db, now: datetime) -> list[Row[Any]]:
    """What became stale by now; the next look at it is a month later."""
    due = list(db.rows(_DUE, now=now))
    if due:
        db.run(_PUT_OFF, now=now, then=now + AGAIN)
    return due


def _where(db: Db, of: int) -> list[int]:
    return service.stations(db, of) or place.roots(db)
