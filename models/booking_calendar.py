"""The slots that somebody has booked, as a calendar shows them; of what is private nothing leaves the chat."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from models.booking import BOOKING
from models.calendar import BACK, Event
from models.change import CHANGE
from models.database import Db
from models.place import PLACE
from models.service import SERVICE

# These go out of a calendar; who only waits has nothing in it.
_OFF = ("cancelled", "revoked")
_SHOWN = ("booked", "arrived", "called", "served", "absent", *_OFF)
_SINCE = (
    select(func.max(CHANGE.c.at))
    .where(CHANGE.c.subject == "booking", CHANGE.c.subject_id == BOOKING.c.id)
    .scalar_subquery()
)
_MINE = (
    select(
        BOOKING,
        SERVICE.c.name.label("title"),
        PLACE.c.name.label("place"),
        PLACE.c.address,
        PLACE.c.latitude,
        PLACE.c.longitude,
        func.coalesce(_SINCE, BOOKING.c.at).label("changed"),
    )
    .select_from(
        BOOKING.join(SERVICE, SERVICE.c.id == BOOKING.c.service_id).join(
            PLACE, PLACE.c.id == BOOKING.c.place_id
        )
    )
    .where(
        BOOKING.c.member_id == bindparam("member"),
        BOOKING.c.ends > bindparam("since"),
        BOOKING.c.state.in_(_SHOWN),
        SERVICE.c.private.is_(False),
    )
    .order_by(BOOKING.c.starts, BOOKING.c.id)
)
_ONE = _MINE.where(BOOKING.c.id == bindparam("number"))


def events(db: Db, member: int, now: datetime) -> list[Event]:
    """Somebody's slots, soonest first."""
    return [_event(row) for row in db.rows(_MINE, member=member, since=now - BACK)]


def event(db: Db, number: int, member: int, now: datetime) -> Event | None:
    """One of his own."""
    row = db.row(_ONE, number=number, member=member, since=now - BACK)
    return _event(row) if row is not None else None


def _event(row: Row[Any]) -> Event:
    return Event(
        # No activity has a space in its code.
        f"booking {row.id}",
        row.title,
        None,
        row.starts,
        row.ends,
        row.place,
        row.address,
        None if row.latitude is None else (row.latitude, row.longitude),
        # Once moved, once off.
        row.moved + (row.state in _OFF),
        row.changed,
        row.state in _OFF,
    )
