"""Hiding a need from everybody but staff and who reported it, and showing it again; nothing is deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, update

from models import change
from models.database import Db
from models.need import NEED

_MOVES = {"hidden": "public", "public": "hidden"}
_GO = (
    update(NEED)
    .where(NEED.c.id == bindparam("need"), NEED.c.visibility == bindparam("before"))
    .values(visibility=bindparam("after"))
)


def go(db: Db, one: Row[Any], after: str, by: int, now: datetime) -> bool:
    """`hidden` or `public`; False where it was neither before. What is private stays so."""
    if not db.run(_GO, need=one.id, before=_MOVES[after], after=after):
        return False
    change.record(db, "need", one.id, None, after, by, now)
    return True
