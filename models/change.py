"""The log of what changed: every state change with actor, time and reason, appended and never edited."""

from datetime import datetime

from sqlalchemy import Index, insert
from sqlmodel import Field, SQLModel

from models.database import Db, table_of


class Change(SQLModel, table=True):
    __table_args__ = (Index("ix_change_subject", "subject", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    before: str | None = None
    after: str
    actor_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    reason: str | None = None


_APPEND = insert(table_of(Change))


def record(
    db: Db,
    subject: str,
    subject_id: int,
    before: str | None,
    after: str,
    actor: int | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Appends one change; it is part of the same transaction as the change itself."""
    db.run(
        _APPEND,
        subject=subject,
        subject_id=subject_id,
        before=before,
        after=after,
        actor_id=actor,
        at=at,
        reason=reason,
    )
