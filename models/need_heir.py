"""What is left of a need that was taken back: whoever reported the same still has it, in the first of their reports."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, update

from models import follow, handling_due, handling_merging, need
from models.database import Db
from models.need import NEED
from models.schedule import Schedule

_REPOINT = (
    update(NEED)
    .where(NEED.c.duplicate_of_id == bindparam("before"))
    .values(duplicate_of_id=bindparam("heir"))
)


def settle(db: Db, schedule: Schedule, one: Row[Any], now: datetime) -> Row[Any] | None:
    """The first report of the same thing is worked on instead, by who had this one, and the others are its duplicates;
    who followed this one follows that. None where nobody else reported it.
    """
    same = handling_merging.duplicates(db, one.id)
    heir = need.find(db, same[0]) if same else None
    if heir is None:
        return None
    times = handling_due.resolved(db, schedule, heir.category, now, assigned=one.unit_id is not None)
    has = {"officer_id": one.officer_id, "unit_id": one.unit_id, "duplicate_of_id": None}
    if not need.go(db, heir, "triaged", None, now, **has, **times):
        return None
    db.run(_REPOINT, before=one.id, heir=heir.id)
    for member in follow.followers(db, need=one.id):
        if member != heir.reporter_id:
            follow.follow(db, member, now, need=heir.id)
    return need.find(db, heir.id)
