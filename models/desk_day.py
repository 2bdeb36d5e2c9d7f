"""Everybody who comes to a place on one day, in the order of the clock."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models.booking import BOOKING, HOLDING
from models.database import Db
from models.service import SERVICE

# Who only waits for a place, or is offered one, does not come yet.
COMES = (*(state for state in HOLDING if state != "offered"), "queued")
_PLACES = (
    select(BOOKING.c.place_id, BOOKING.c.service_id)
    .where(BOOKING.c.day == bindparam("day"), BOOKING.c.state.in_(COMES))
    .distinct()
    .order_by(BOOKING.c.place_id, BOOKING.c.service_id)
)
_OF = select(
    BOOKING,
    SERVICE.c.name.label("service"),
    SERVICE.c.kind,
    SERVICE.c.private,
    SERVICE.c.desk.label("usual_desk"),
).join(SERVICE, SERVICE.c.id == BOOKING.c.service_id)
_ALL = _OF.where(
    BOOKING.c.place_id == bindparam("place"), BOOKING.c.day == bindparam("day"), BOOKING.c.state.in_(COMES)
)


def places(db: Db, day: date) -> list[Row[Any]]:
    """Where (place_id) anybody comes that day, and for what (service_id)."""
    return list(db.rows(_PLACES, day=day))


def of(db: Db, place: int, day: date, services: Collection[int] | None = None) -> list[Row[Any]]:
    """Who comes; with `services` for these alone."""
    rows = [
        row for row in db.rows(_ALL, place=place, day=day) if services is None or row.service_id in services
    ]
    return sorted(rows, key=order)


def order(one: Row[Any]) -> tuple[datetime, int]:
    return one.starts or one.at, one.id


def sums(rows: Iterable[Row[Any]]) -> list[tuple[str, int]]:
    """How many are in each state, as the states follow each other."""
    counted = Counter(row.state for row in rows)
    return [(state, counted[state]) for state in COMES if counted[state]]
