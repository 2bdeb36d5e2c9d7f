"""How what has states goes from one to the next: only as its machine allows, and never without a Change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Table, Update, bindparam, func, select, update

from models import change
from models.database import Db


@dataclass(frozen=True, eq=False, slots=True)
class Machine:
    """`moves` says what may follow each state, `begins` the states in which a row may be entered.

    `explained` are the states into which nothing goes without a reason in words.
    """

    subject: str
    table: Table
    moves: Mapping[str, Collection[str]]
    begins: Collection[str]
    explained: Collection[str] = field(default=())


MACHINES: dict[str, Machine] = {}


def machine(
    subject: str,
    table: Table,
    moves: Mapping[str, Collection[str]],
    begins: Collection[str],
    explained: Collection[str] = (),
) -> Machine:
    """Declares the states of what the changes call `subject`."""
    MACHINES[subject] = Machine(subject, table, moves, begins, explained)
    return MACHINES[subject]


def begin(
    db: Db,
    of: Machine,
    key: int,
    state: str,
    actor: int | None,
    now: datetime,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Notes that a row was entered in this state."""
    if state not in of.begins:
        raise ValueError(f"no {of.subject} begins as {state}")
    change.record(db, of.subject, key, None, state, actor, now, reason, detail)


def go(
    db: Db,
    of: Machine,
    row: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> bool:
    """A row (id, state) goes to its next state; `values` are columns that change with it.

    False where somebody else moved it first. Raises ValueError where the machine does not allow it.
    """
    if after not in of.moves.get(row.state, ()):
        raise ValueError(f"a {of.subject} does not go from {row.state} to {after}")
    if after in of.explained and not (reason and reason.strip()):
        raise ValueError(f"a {of.subject} does not become {after} without a reason")
    statement = _go(of, tuple(sorted(values)))
    given = {f"new_{name}": value for name, value in values.items()}
    if not db.run(statement, key=row.id, before=row.state, after=after, **given):
        return False
    change.record(db, of.subject, row.id, row.state, after, actor, now, reason, detail)
    return True


def event(db: Db, of: Machine, key: int) -> int:
    """The key of the last thing that was noted of it: what is told of that is told once."""
    return int(db.value(_LAST, subject=of.subject, key=key) or 0)


_LAST = select(func.max(change.CHANGE.c.id)).where(
    change.CHANGE.c.subject == bindparam("subject"), change.CHANGE.c.subject_id == bindparam("key")
)


@cache
def _go(of: Machine, columns: tuple[str, ...]) -> Update:
    """One statement for each set of columns that ever changes with the state."""
    named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    here = (of.table.c.id == bindparam("key"), of.table.c.state == bindparam("before"))
    return update(of.table).where(*here).values(state=bindparam("after"), **named)
