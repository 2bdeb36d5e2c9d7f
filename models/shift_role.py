"""Roles of a shift: what there is to do, how many it takes, and what who does it must be able to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, UniqueConstraint, bindparam, select, text
from sqlmodel import Field, SQLModel

from models.activity import ACTIVITY, PUBLISHED, WAITED_FOR
from models.database import Db, table_of
from models.personal import impersonal


class ShiftRole(SQLModel, table=True):
    """One role of an activity. `seats` are taken, `waiting` registrations wait for one; see models/registration.py."""

    __tablename__ = "shift_role"
    __table_args__ = (
        UniqueConstraint("activity_id", "code"),
        Index(
            "ix_shift_role_waiting", "id", sqlite_where=text(WAITED_FOR), postgresql_where=text(WAITED_FOR)
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id")
    code: str
    name: str
    capacity: int
    seats: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    waiting: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # What staff must have confirmed of who takes it, as models/skill.py keeps it.
    skill: str | None = None


SHIFT_ROLE = table_of(ShiftRole)


@dataclass(frozen=True, slots=True)
class Role:
    """A role as people choose it."""

    id: int
    code: str
    name: str
    capacity: int
    seats: int
    waiting: int
    skill: str | None

    @property
    def free(self) -> int:
        """Places left for who comes now: while people wait, what is free is theirs."""
        return 0 if self.waiting else max(0, self.capacity - self.seats)


_COLUMNS = [SHIFT_ROLE.c[name] for name in ("id", "code", "name", "capacity", "seats", "waiting", "skill")]
_OF = select(*_COLUMNS).where(SHIFT_ROLE.c.activity_id == bindparam("activity")).order_by(SHIFT_ROLE.c.id)
_ONE = select(*_COLUMNS).where(SHIFT_ROLE.c.id == bindparam("role"))

_ACTIVITY = select(SHIFT_ROLE.c.activity_id).where(SHIFT_ROLE.c.id == bindparam("role"))
_UPCOMING = (
    select(ACTIVITY.c.number, SHIFT_ROLE.c.name)
    .join(ACTIVITY, ACTIVITY.c.id == SHIFT_ROLE.c.activity_id)
    .where(PUBLISHED, ACTIVITY.c.ends > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id, SHIFT_ROLE.c.id)
)


def _role(row: Row[Any]) -> Role:
    return Role(*tuple(row))


def of(db: Db, activity: int) -> list[Role]:
    """The roles of an activity, as they were written; none is an activity without roles."""
    return [_role(row) for row in db.rows(_OF, activity=activity)]


def held(db: Db, key: int) -> Role:
    """The role with this key, which is known to be there."""
    row = db.row(_ONE, role=key)
    assert row is not None
    return _role(row)


def find(db: Db, key: int) -> tuple[Role, int] | None:
    """The role with this key and the activity that it is of; None where there is none (any more)."""
    activity = db.value(_ACTIVITY, role=key)
    return None if activity is None else (held(db, key), activity)


def upcoming(db: Db, now: datetime) -> list[tuple[int, str]]:
    """The public number and the name of each role of what has not ended, soonest first."""
    return [(row.number, row.name) for row in db.rows(_UPCOMING, now=now)]


impersonal(SHIFT_ROLE, "packs and staff write it: what a shift needs")
