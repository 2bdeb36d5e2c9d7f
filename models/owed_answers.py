"""Plans and consultations of which somebody is to be told: not answered in time, or answered and then forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from models import need
from models.database import Db
from models.handling_due import NOTHING
from models.need import NEED

# An answer is owed in these; in the last one who asked says what comes next.
_OPEN = ("new", "triaged", "reopened", "answered")
_DUE = (NEED.c.kind.in_(("plan", "consultation")), NEED.c.state.in_(_OPEN))
_LATE = (
    select(NEED)
    .where(*_DUE, NEED.c.climbs <= bindparam("now"))
    .order_by(NEED.c.climbs, NEED.c.id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(NEED.c.climbs)).where(*_DUE)


def late(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """Whole needs, what waits longest first."""
    return list(db.rows(_LATE, now=now, most=most))


def next_one(db: Db) -> datetime | None:
    """When somebody is to be told next."""
    at: datetime | None = db.value(_NEXT)
    return at


def end(db: Db, one: Row[Any], now: datetime) -> bool:
    """Who asked said no more for so long; False where he did meanwhile."""
    return need.go(db, one, "closed", None, now, outcome="no_answer", **NOTHING)
