"""Which slots of a service one may still book: upcoming, and with room for all who come along."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from models import slot
from models.database import Db
from models.slot import Window

# A full slot offers so many others.
NEXT = 3


def of_day(
    db: Db,
    service: Row[Any],
    place: int,
    day: date,
    party: int,
    now: datetime,
    zone: ZoneInfo,
    count: int = 1,
) -> list[Window]:
    """Those of a day that have not begun and take so many; or so many slots in a row."""
    windows = slot.of_day(db, service, place, day, zone, count)
    return [each for each in windows if each.starts > now and each.free >= party]


def days(
    db: Db,
    service: Row[Any],
    place: int,
    party: int,
    now: datetime,
    zone: ZoneInfo,
    ahead: int,
    count: int = 1,
) -> Iterator[tuple[date, list[Window]]]:
    """Each day with something free, from today so many days ahead."""
    today = now.astimezone(zone).date()
    for later in range(ahead + 1):
        day = today + timedelta(days=later)
        if windows := of_day(db, service, place, day, party, now, zone, count):
            yield day, windows


def after(
    db: Db,
    service: Row[Any],
    place: int,
    moment: datetime,
    party: int,
    now: datetime,
    zone: ZoneInfo,
    ahead: int,
    count: int = 1,
) -> list[Window]:
    """The next three from a moment on, on whatever day they are."""
    found = (
        window
        for _, windows in days(db, service, place, party, now, zone, ahead, count)
        for window in windows
        if window.starts >= moment
    )
    return list(islice(found, NEXT))
