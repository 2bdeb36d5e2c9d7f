"""What somebody is registered for, or waits for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam

from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.registration import LIVE, MINE, REGISTRATION, live


@dataclass(frozen=True, slots=True)
class Held:
    """A live registration of somebody, and what it is for."""

    id: int
    seats: int
    state: str
    answer_by: datetime | None
    role: int | None
    guest: str | None
    activity: Listing


_HELD = ("id", "seats", "state", "answer_by", "role_id", "guest")
_MINE = (
    listed()
    .add_columns(*(REGISTRATION.c[name].label(f"registration_{name}") for name in _HELD))
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(MINE, LIVE, PUBLISHED, ACTIVITY.c.ends > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id, REGISTRATION.c.id)
)
_CLASHING = (
    listed()
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        LIVE,
        PUBLISHED,
        ACTIVITY.c.id != bindparam("activity"),
        ACTIVITY.c.starts < bindparam("ends"),
        ACTIVITY.c.ends > bindparam("starts"),
    )
    .order_by(ACTIVITY.c.starts)
)


def party_of(db: Db, wanted: Listing, member: int) -> int:
    """How many seats somebody has for sure there; 0 is none."""
    one = live(db, wanted, member)
    return int(one.seats) if one and one.state == "confirmed" else 0


def mine(db: Db, member: int, now: datetime) -> list[Held]:
    """What somebody is registered for, or waits for, and has not ended, soonest first; his guests too."""
    found = db.rows(_MINE, member=member, now=now)
    return [_held(row) for row in found]


def _held(row: Row[Any]) -> Held:
    shown, own = row[: -len(_HELD)], row[-len(_HELD) :]
    return Held(*own, listing(shown))  # type: ignore[call-arg, arg-type]


def clashes(db: Db, wanted: Listing, member: int) -> list[Listing]:
    """What somebody is registered for at the same time. An end at the other's start is no clash."""
    rows = db.rows(_CLASHING, member=member, activity=wanted.id, starts=wanted.starts, ends=wanted.ends)
    return [listing(row) for row in rows]
