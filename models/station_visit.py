"""Who comes to a station and what for: two scans within four hours are one visit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import closure, community, office_hours, visit
from models.database import Db
from models.member import MEMBER
from models.place import PLACE
from models.visit import OWN_UNDO, STANDS, VISIT, How

# Who scans again so soon is still here, or comes back on the same errand.
WITHIN = timedelta(hours=4)
_STATION = select(PLACE).where(PLACE.c.id == bindparam("place"), PLACE.c.kind == "station")
_STATIONS = select(PLACE).where(PLACE.c.kind == "station").order_by(PLACE.c.id)
# Of two scans from two accounts at once the second one sees the first one's visit.
_ALONE = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)
_LATELY = (
    select(VISIT)
    .where(
        VISIT.c.member_id == bindparam("member"),
        VISIT.c.place_id == bindparam("place"),
        VISIT.c.activity_id.is_(None),
        STANDS,
        VISIT.c.entered > bindparam("since"),
    )
    .order_by(VISIT.c.entered.desc(), VISIT.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit to a station; `again`: it is the one of a scan before."""

    visit: Row[Any]
    again: bool


def station(db: Db, place: int) -> Row[Any] | None:
    """The place with this key where it is a station."""
    return db.row(_STATION, place=place)


def stations(db: Db) -> list[Row[Any]]:
    """All of them, with everything that a pack says."""
    return list(db.rows(_STATIONS))


def is_open(db: Db, one: Row[Any], now: datetime) -> bool:
    """Whether people can come to it now; one that says no hours is open as long as nobody closes it."""
    if one.opening is None:
        shut = closure.between(db, one.id, now, now + timedelta(minutes=1))
        return not any(each.service_id is None and not each.opens and each.begins <= now for each in shut)
    zone = community.zone(db)
    return zone is not None and office_hours.is_open(db, one, now, zone)


def open_ones(db: Db, now: datetime) -> list[Row[Any]]:
    """The stations to which people can come now."""
    return [each for each in stations(db) if is_open(db, each, now)]


def lately(db: Db, place: int, member: int, now: datetime) -> Row[Any] | None:
    """The visit there that a scan of now belongs to; None where it is a new one."""
    return db.row(_LATELY, place=place, member=member, since=now - WITHIN)


def come(db: Db, place: int, member: int, how: How, now: datetime) -> Stop:
    """Somebody shows that he is at a station. It is open: `is_open` was asked before."""
    db.row(_ALONE, member=member)
    if (known := lately(db, place, member, now)) is not None:
        return Stop(known, again=True)
    return Stop(visit.enter(db, None, None, place, member, 1, how, None, now), again=False)


def purposes(db: Db) -> list[str]:
    """What one can come for, in the order of the numbers."""
    return community.purposes(db) or list(visit.PURPOSES.words)


def may_take_back(one: Row[Any], member: int, now: datetime) -> bool:
    """Whether somebody takes back that he came: he himself, while it is fresh."""
    return bool(one.member_id == member and now - one.entered <= OWN_UNDO)
