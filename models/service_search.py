"""What of the catalogue is shown in lists: by keys, by category, for the people of a province; pinned ones first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from models.database import Db
from models.service import SERVICE

_THOSE = select(SERVICE).where(SERVICE.c.id.in_(bindparam("keys", expanding=True)))
_PINNED = select(SERVICE).where(SERVICE.c.pinned).order_by(SERVICE.c.id)
# In the order in which the catalogue begins them; the first of a category stands for it in a button.
_CATEGORIES = (
    select(SERVICE.c.category, func.min(SERVICE.c.id).label("first"), func.count().label("many"))
    .group_by(SERVICE.c.category)
    .order_by(func.min(SERVICE.c.id))
)
_IN = (
    select(SERVICE)
    .where(SERVICE.c.category == bindparam("category"))
    .order_by(~SERVICE.c.pinned, SERVICE.c.id)
)
_WINDOWS = (
    select(SERVICE.c.category)
    .where(or_(SERVICE.c.kind == "window", SERVICE.c.province.is_not(None)))
    .group_by(SERVICE.c.category)
    .order_by(func.min(SERVICE.c.id))
)


def those(db: Db, keys: Sequence[int]) -> list[Row[Any]]:
    """The services with these keys, in this order; what is gone is left out."""
    found = {row.id: row for row in db.rows(_THOSE, keys=list(keys))} if keys else {}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def pinned(db: Db) -> list[Row[Any]]:
    """What most people come for."""
    return list(db.rows(_PINNED))


def categories(db: Db) -> list[Row[Any]]:
    """Every category: its name, the key of its `first` service, and how `many` it has."""
    return list(db.rows(_CATEGORIES))


def in_category(db: Db, category: str) -> list[Row[Any]]:
    return list(db.rows(_IN, category=category))


def window_categories(db: Db) -> list[str]:
    """The categories of what is done for people from other provinces."""
    return [row.category for row in db.rows(_WINDOWS)]
