"""What came through a channel's door and could not be read: kept for the operator, without what it said."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import impersonal

KEPT = timedelta(days=30)
_SLICE = 1000


class DeadLetter(SQLModel, table=True):
    """`message` is the platform's number of it, `reason` names what could not be read, never what stood there."""

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    message: str | None = None
    reason: str
    at: datetime = Field(index=True)


DEAD_LETTER = table_of(DeadLetter)
_KEEP = insert(DEAD_LETTER)
_NEWEST = select(DEAD_LETTER).order_by(DEAD_LETTER.c.id.desc()).limit(bindparam("most"))
_KNOWN = select(DEAD_LETTER.c.id).where(
    DEAD_LETTER.c.channel == bindparam("channel"), DEAD_LETTER.c.message == bindparam("message")
)
_OLD = select(DEAD_LETTER.c.id).where(DEAD_LETTER.c.at < bindparam("limit")).limit(_SLICE)
_FORGET = delete(DEAD_LETTER).where(DEAD_LETTER.c.id.in_(bindparam("old", expanding=True)))


def keep(db: Db, channel: str, message: str | None, reason: str, now: datetime) -> None:
    """Once, however often the platform repeats it."""
    if message is None or db.value(_KNOWN, channel=channel, message=message) is None:
        db.run(_KEEP, channel=channel, message=message, reason=reason, at=now)


def newest(db: Db, most: int) -> list[Row[Any]]:
    return list(db.rows(_NEWEST, most=most))


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what is older than KEPT; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


impersonal(
    DEAD_LETTER, "the number of a message and what kind of thing was wrong with it; nothing that it said"
)
