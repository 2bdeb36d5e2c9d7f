"""What was reported where volunteers have their next shift, and is of what the shift is about."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models import reporting, shift
from models.activity import Listing
from models.database import Db
from models.need import NEED
from models.need_reading import IS_PUBLIC
from models.place import PLACE, below

_MOST = 3
# Somebody still waits for something to happen.
_OPEN = ("new", "triaged", "in_progress", "reopened")
_HERE = (
    select(NEED.c.id, NEED.c.title, NEED.c.category, PLACE.c.name.label("place"))
    .join(PLACE, PLACE.c.id == NEED.c.place_id)
    .where(
        NEED.c.place_id.in_(bindparam("places", expanding=True)),
        NEED.c.category.in_(bindparam("categories", expanding=True)),
        NEED.c.state.in_(_OPEN),
        IS_PUBLIC,
    )
    .order_by(NEED.c.id.desc())
    .limit(_MOST)
)


def of(db: Db, wanted: Listing) -> list[Row[Any]]:
    """The newest public needs at the place of a shift or below it, of the categories that its title and tags name."""
    if not shift.is_one(wanted):
        return []
    named = {each.code for each, _ in reporting.categories(db, " ".join((wanted.title, *wanted.tags)))}
    named.discard(reporting.OTHER)
    if not named:
        return []
    return list(db.rows(_HERE, places=below(db, [wanted.place_id]), categories=sorted(named)))
