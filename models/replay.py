"""Every state, computed anew from the log of changes alone, and where a table says something else."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from models import need, project, project_claim, project_part
from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import Db, table_of
from models.personal import impersonal
from models.registration import MOVES as REGISTRATION_MOVES
from models.registration import REGISTRATION

# So many rows are looked at in one slice.
SLICE = 200
# The hour of the night is the schedule's; it is looked at once a day.
EACH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A subject of the log: its table, what may follow each state, and in which states a row begins without an entry.

    `moves` None: only the last state is told, since older versions did not note each step.
    """

    subject: str
    table: Table
    states: Collection[str]
    begins: Collection[str]
    moves: Mapping[str, Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The log says `logged` of it (None: nothing that may be), the table says `state`."""

    subject: str
    key: int
    state: str
    logged: str | None


class ReplayPass(SQLModel, table=True):
    """One look at everything: how far it came in which subject, and in how many rows log and table disagree."""

    __tablename__ = "replay_pass"
    id: int | None = Field(default=None, primary_key=True)
    began: datetime
    ended: datetime | None = None
    nth: int = 0
    upto: int = 0
    looked: int = 0
    wrong: int = 0


PASS = table_of(ReplayPass)


def _machine(machine: Any, states: Mapping[str, Any]) -> Replayed:
    # What a pack has is there as it begins, without an entry.
    return Replayed(machine.subject, machine.table, tuple(states), machine.begins, machine.moves)


SUBJECTS = (
    _machine(need.MACHINE, need.STATES),
    _machine(project.MACHINE, project.STATES),
    _machine(project_part.MACHINE, project_part.STATES),
    _machine(project_claim.MACHINE, project_claim.STATES),
    Replayed(
        "registration",
        REGISTRATION,
        tuple(sorted({after for each in REGISTRATION_MOVES.values() for after in each})),
        (),
    ),
    Replayed(
        "activity",
        ACTIVITY,
        ("published", "cancelled", "withdrawn", "proposed", "returned"),
        ("published",),
    ),
)
_NEWEST = select(PASS).order_by(PASS.c.id.desc()).limit(1)
_BEGIN = insert(PASS)
_GO_ON = (
    update(PASS)
    .where(PASS.c.id == bindparam("key"), PASS.c.upto == bindparam("was"), PASS.c.nth == bindparam("in_nth"))
    .values(
        upto=bindparam("to_key"),
        nth=bindparam("to_nth"),
        looked=PASS.c.looked + bindparam("more"),
        wrong=PASS.c.wrong + bindparam("found"),
        ended=bindparam("at"),
    )
)


def states(db: Db, of: Replayed, keys: Collection[int]) -> dict[int, str | None]:
    """The state of each of these as the log alone has it; None where no such way leads anywhere."""
    found: dict[int, str | None] = {}
    for row in _log(db, of, keys):
        before = found.get(row.subject_id)
        found[row.subject_id] = row.after if _may(of, row, before, known=row.subject_id in found) else None
    return found


def _log(db: Db, of: Replayed, keys: Collection[int]) -> Iterator[Row[Any]]:
    statement = (
        select(CHANGE.c.subject_id, CHANGE.c.before, CHANGE.c.after)
        .where(
            CHANGE.c.subject == of.subject,
            CHANGE.c.subject_id.in_(list(keys)),
            CHANGE.c.after.in_(list(of.states)),
        )
        .order_by(CHANGE.c.id)
    )
    yield from db.rows(statement)


def _may(of: Replayed, row: Row[Any], before: str | None, *, known: bool) -> bool:
    """Whether this entry follows from the one before it."""
    if of.moves is None:
        return True
    if not known:
        return row.after in of.begins if row.before is None else _follows(of, row) and row.before in of.begins
    return row.before == before and _follows(of, row)


def _follows(of: Replayed, row: Row[Any]) -> bool:
    assert of.moves is not None
    return row.after in of.moves.get(row.before, ())


def disagreements(
    db: Db, of: Replayed, after: int = 0, most: int | None = None
) -> tuple[list[Disagreement], int, int]:
    """Where log and table disagree among the rows behind this key; how many were looked at, and the last key."""
    rows = select(of.table.c.id, of.table.c.state).where(of.table.c.id > after).order_by(of.table.c.id)
    found = db.rows(rows.limit(most) if most is not None else rows)
    if not found:
        return [], 0, after
    logged = states(db, of, [row.id for row in found])
    wrong = [
        Disagreement(of.subject, row.id, row.state, logged.get(row.id))
        for row in found
        if logged.get(row.id) != row.state and (row.id in logged or row.state not in of.begins)
    ]
    return wrong, len(found), found[-1].id


def everything(db: Db) -> list[Disagreement]:
    """Of all subjects at once: for a check by hand, and for tests."""
    return [each for of in SUBJECTS for each in disagreements(db, of)[0]]


# By night, slice by slice.


def newest(db: Db) -> Row[Any] | None:
    """The newest look at everything: began, ended, looked, wrong."""
    return db.row(_NEWEST)


def begin(db: Db, now: datetime) -> None:
    db.insert(_BEGIN, began=now, nth=0, upto=0, looked=0, wrong=0)


def go_on(db: Db, one: Row[Any], now: datetime) -> list[Disagreement]:
    """One slice more of it; what disagrees there."""
    wrong, looked, last = disagreements(db, SUBJECTS[one.nth], one.upto, SLICE)
    done = looked < SLICE
    nth = one.nth + done
    ended = now if nth == len(SUBJECTS) else None
    moved = db.run(
        _GO_ON,
        key=one.id,
        was=one.upto,
        in_nth=one.nth,
        to_key=0 if done else last,
        to_nth=nth,
        more=looked,
        found=len(wrong),
        at=ended,
    )
    return wrong if moved else []


impersonal(PASS, "how often log and tables were compared, and with what result")
