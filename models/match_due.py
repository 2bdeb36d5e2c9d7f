"""What waits for its matches to be told: a project, one of its parts, or what somebody offers or wants."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, UniqueConstraint, bindparam, delete, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import impersonal


class MatchDue(SQLModel, table=True):
    """`subject` is `project`, `part` or `offer`; from `at` on it is told. Whatever a pack brings is not told of:
    nobody opened it just now.
    """

    __tablename__ = "match_due"
    __table_args__ = (UniqueConstraint("subject", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    at: datetime = Field(index=True)


MATCH_DUE = table_of(MatchDue)
# Both databases say it alike.
_NEW = postgresql.insert(MATCH_DUE)
_ENTER = _NEW.on_conflict_do_update(
    index_elements=["subject", "subject_id"],
    set_={"at": _NEW.excluded.at},
    where=_NEW.excluded.at < MATCH_DUE.c.at,
)
_FIRST = select(MATCH_DUE).order_by(MATCH_DUE.c.at, MATCH_DUE.c.id).limit(1)
_DONE = delete(MATCH_DUE).where(MATCH_DUE.c.id == bindparam("key"))


def enter(db: Db, subject: str, key: int, at: datetime) -> None:
    """Whom it suits is told then; what waits already waits once, until the earlier time."""
    db.run(_ENTER, subject=subject, subject_id=key, at=at)


def first(db: Db) -> Row[Any] | None:
    """What is told next."""
    return db.row(_FIRST)


def done(db: Db, key: int) -> bool:
    """Of two schedulers one tells it: False for the other."""
    return db.run(_DONE, key=key) == 1


impersonal(MATCH_DUE, "what is open to everybody and is to be matched")
