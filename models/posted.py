"""What a code on a poster stands for: an activity or a place, by the id that a pack gives it."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models.activity import ACTIVITY
from models.database import Db
from models.place import PLACE

_FIND = {
    "activity": select(ACTIVITY.c.number.label("number"), ACTIVITY.c.title.label("name")).where(
        ACTIVITY.c.code == bindparam("id")
    ),
    "place": select(PLACE.c.id.label("number"), PLACE.c.name.label("name")).where(
        PLACE.c.code == bindparam("id")
    ),
}


def find(db: Db, ref: str) -> Row[Any] | None:
    """The number and the name of `activity:CODE` or `place:CODE`; None where there is no such thing."""
    section, _, code = ref.partition(":")
    return db.row(_FIND[section], id=code) if section in _FIND else None
