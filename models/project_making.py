"""Projects that are made in the chat: a draft with its parts, and what is published of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, insert, select

from models import community, editions, moves
from models.change import CHANGE
from models.database import Db
from models.project import MACHINE, PROJECT, go
from models.project_part import MACHINE as PART_MACHINE
from models.project_part import PART, PartKind
from models.refusal import Refusal
from models.text import Prose, Text

_ENTER, _ENTER_PART = insert(PROJECT), insert(PART)
_FIND = select(PROJECT).where(PROJECT.c.id == bindparam("number"))
_TAKEN = select(PROJECT.c.id).where(PROJECT.c.code == bindparam("code"))
_UNNOTED = select(PROJECT.c.id, PROJECT.c.state).where(
    PROJECT.c.id == bindparam("project"),
    ~exists(select(CHANGE.c.id).where(CHANGE.c.subject == "project", CHANGE.c.subject_id == PROJECT.c.id)),
)
_UNNOTED_PARTS = (
    select(PART.c.id, PART.c.state)
    .where(
        PART.c.project_id == bindparam("project"),
        ~exists(select(CHANGE.c.id).where(CHANGE.c.subject == "part", CHANGE.c.subject_id == PART.c.id)),
    )
    .order_by(PART.c.id)
)
# Where a pack is loaded without a time, nothing of it is news.
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_NEWEST = select(PROJECT.c.id).order_by(PROJECT.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One thing that a project needs; `least` is the smallest share of it that one may give."""

    kind: PartKind
    name: str
    quantity: int
    unit: str | None = None
    least: int = 1
    mandatory: bool = True


def find(db: Db, number: int) -> Row[Any] | None:
    """The whole project with this number, of whatever state."""
    return db.row(_FIND, number=number)


def make(db: Db, title: str, parts: Sequence[PartPlan], actor: int, now: datetime, **columns: Any) -> int:
    """A new draft with its parts; gives its number. `columns` are those of a project."""
    given = {"kind": "project", "origin": "community", "at": now, "changed": now, **columns}
    key = db.insert(_ENTER, code=_code(db), title=title, state="draft", progress=0, **given)
    moves.begin(db, MACHINE, key, "draft", actor, now)
    for nth, part in enumerate(parts, 1):
        add_part(db, key, part, nth, actor, now)
    return key


def add_part(db: Db, project: int, part: PartPlan, nth: int, actor: int, now: datetime) -> int:
    """One more part, open for claims as soon as the project is."""
    key = db.insert(
        _ENTER_PART,
        project_id=project,
        code=f"part-{nth}",
        kind=part.kind,
        name=part.name,
        quantity=part.quantity,
        unit=part.unit,
        least=part.least,
        mandatory=part.mandatory,
        held=0,
        taken=0,
        state="open",
    )
    moves.begin(db, PART_MACHINE, key, "open", actor, now)
    return key


def note_begun(db: Db, project: int, now: datetime | None) -> None:
    """What a pack has comes without an entry in the log, which from then on tells the state of it alone."""
    for machine, statement in ((MACHINE, _UNNOTED), (PART_MACHINE, _UNNOTED_PARTS)):
        for row in db.rows(statement, project=project):
            if row.state in machine.begins:
                moves.begin(db, machine, row.id, row.state, None, now or _LONG_AGO)


def publish(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """A draft (the whole row) is open for claims from now on; False where somebody moved it first.

    Of a next edition who gave something the last time comes first. Raises Refusal where it may not be published.
    """
    check_verified(one)
    if not go(db, one, "published", actor, now, reserved=editions.until(db, one, now)):
        return False
    published = find(db, one.id)
    assert published is not None
    # It is understood by its name from the next line on.
    community.touch(db)
    return go(db, published, "claiming", actor, now)


def drop(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """A draft that nobody saw and nobody wants any more."""
    return go(db, one, "cancelled", actor, now, reason="draft dropped")


def check_verified(one: Any) -> None:
    """Raises a Refusal where a charity project was verified by nobody yet."""
    if one.kind == "charity" and not (one.verified_by and one.verified_at):
        sentence = Text(
            "请先写谁在什么时候核实过「{title}」，公益项目核实了才能发布。", title=Prose(one.title)
        )
        raise Refusal("project.unverified", sentence, f"project:{one.code}")


def _code(db: Db) -> str:
    """Its public code for ever; a pack may have used the first one that comes to mind."""
    nth = (db.value(_NEWEST) or 0) + 1
    while db.value(_TAKEN, code=f"chat-{nth}") is not None:
        nth += 1
    return f"chat-{nth}"
