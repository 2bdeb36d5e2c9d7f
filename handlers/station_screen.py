"""What the screen at a station's door shows besides its code; it names nobody."""

from dataclasses import dataclass
from datetime import datetime

from handlers import opening
from models import community, footfall, station_visit
from models.database import Db
from models.text import Text


@dataclass(frozen=True, slots=True)
class Station:
    """A station as its screen tells of it: `hours` how it stands now, `came` how many came today."""

    place: int
    name: str
    address: str | None
    is_open: bool
    hours: Text
    came: int


def read(db: Db, place: int, now: datetime) -> Station | None:
    """None where there is no such station any more."""
    one, zone = station_visit.station(db, place), community.zone(db)
    if one is None or zone is None:
        return None
    today = now.astimezone(zone).date()
    (found,) = footfall.of(db, [place], *footfall.instants(today, today, zone))
    return Station(
        place,
        one.name,
        one.address,
        station_visit.is_open(db, one, now),
        opening.now(db, one, now, zone) if one.opening else Text("欢迎"),
        found.people,
    )
