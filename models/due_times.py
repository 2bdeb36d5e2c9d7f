"""When something is due next; and leases and due times that a clock which was set has made wrong."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, text, union_all, update

from models.claim import AHEAD, LEASE
from models.database import Db
from models.delivery import DELIVERY, LANES, NEVER, WAITS
from models.settling import LONGEST_WAIT

# Before everything that is due.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_SLICE = 1000


@cache
def _next(channels: tuple[str, ...]) -> Select[Any]:
    """The first of each lane of each channel: as many looks into the index."""
    due = DELIVERY.alias("next")
    firsts = [
        select(due.c.due)
        .where(text(f"next.{WAITS}"), due.c.lane == lane, due.c.via == via, due.c.due > bindparam("after"))
        .order_by(due.c.due)
        .limit(1)
        .subquery()
        for lane in LANES.values()
        for via in channels
    ]
    every = union_all(*(select(each.c.due) for each in firsts)).subquery()
    return select(func.min(every.c.due))


def next_due(db: Db, channels: Collection[str], after: datetime = ALWAYS) -> datetime | None:
    """When something is due next, later than this; None where nothing waits but for its reader."""
    due: datetime | None = db.value(_next(tuple(sorted(channels))), after=after) if channels else None
    return None if due is None or due >= NEVER else due


_TOO_LONG = (
    update(DELIVERY)
    .where(text("state = 'sending'"), DELIVERY.c.due > bindparam("far"))
    .values(due=bindparam("until"))
)
_WRITTEN_AHEAD = and_(
    DELIVERY.c.state == "pending",
    ~DELIVERY.c.held,
    DELIVERY.c.due > bindparam("now"),
    or_(
        DELIVERY.c.due <= bindparam("was"),
        and_(DELIVERY.c.attempts > 0, DELIVERY.c.due <= bindparam("was_and_more")),
    ),
)
_BRING_BACK = (
    update(DELIVERY)
    .where(
        DELIVERY.c.id.in_(
            select(DELIVERY.c.id).where(text(f"delivery.{WAITS}"), _WRITTEN_AHEAD).limit(_SLICE)
        )
    )
    .values(due=bindparam("now"))
)


def mend(db: Db, now: datetime) -> None:
    """A lease that ends later than any can is one of before the clock was set back: it ends as if begun now."""
    db.run(_TOO_LONG, far=now + LEASE + AHEAD, until=now + LEASE)


def turn_back(db: Db, was: datetime, now: datetime) -> bool:
    """One slice of what was due already when the clock was set back from `was`; True while there may be more."""
    return db.run(_BRING_BACK, now=now, was=was, was_and_more=was + LONGEST_WAIT) == _SLICE
