"""One thing at several times, as the weeks of a course or the shifts of a campaign: its other occurrences."""

from datetime import datetime

from sqlalchemy import bindparam

from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db

_OTHERS = (
    listed()
    .where(
        ACTIVITY.c.occasion == bindparam("occasion"),
        ACTIVITY.c.id != bindparam("activity"),
        PUBLISHED,
        ACTIVITY.c.starts > bindparam("now"),
    )
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
    .limit(bindparam("most"))
)


def others(db: Db, wanted: Listing, now: datetime, most: int) -> list[Listing]:
    """The other times at which the same is still to come, soonest first."""
    if wanted.occasion is None:
        return []
    return db.objects(listing, _OTHERS, occasion=wanted.occasion, activity=wanted.id, now=now, most=most)
