"""Finding projects: by board, kind of what is missing, place, words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, bindparam, case, exists, func, or_, select

from models.board import BOARD
from models.database import Db
from models.project import PROJECT, PROJECT_PLACE, PUBLIC
from models.project_label import LABEL
from models.project_part import PART

# In these somebody can still join.
OPEN = ("claiming", "ready", "running")
_LISTED = tuple(state for state in PUBLIC if state not in ("reported", "archived"))


@dataclass(frozen=True, slots=True)
class Query:
    """`missing`: something of it is not claimed yet, of one of these `kinds` where they are said."""

    boards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    missing: bool = False
    charity: bool = False
    finished: bool = False


_ADAPTER = TypeAdapter(Query)


def dump(query: Query) -> dict[str, Any]:
    return asdict(query)


def load(dumped: dict[str, Any]) -> Query:
    return _ADAPTER.validate_python(dumped)


# What is only meant to be given of money counts nowhere: it is looked for until it came.
_ASKED_FOR = case((PART.c.kind == "money", 0), else_=PART.c.held)
_LEFT = (PART.c.project_id == PROJECT.c.id, PART.c.taken + _ASKED_FOR < PART.c.quantity)
_ORDER = (
    case((PROJECT.c.state == "claiming", 0), (PROJECT.c.state.in_(["ready", "running"]), 1), else_=2),
    PROJECT.c.id.desc(),
)
_PUBLIC = PROJECT.c.state.in_(PUBLIC)
_FIND = select(PROJECT).where(PROJECT.c.id.in_(bindparam("numbers", expanding=True)), _PUBLIC)
_TITLES = select(PROJECT.c.id, PROJECT.c.title, PROJECT.c.place_id).where(_PUBLIC).order_by(PROJECT.c.id)
_PARTS = (
    select(PART.c.project_id, PART.c.name)
    .join(PROJECT, PROJECT.c.id == PART.c.project_id)
    .where(_PUBLIC)
    .order_by(PART.c.id)
)
_BOARDS = select(PROJECT.c.board).where(PROJECT.c.board.is_not(None)).distinct().order_by(PROJECT.c.board)


def search(db: Db, query: Query, *, limit: int, offset: int = 0) -> tuple[list[Row[Any]], int]:
    """The matches, those that one can still join first, and how many there are in all."""
    found = list(db.rows(_narrowed(select(PROJECT), query).order_by(*_ORDER).limit(limit).offset(offset)))
    if offset == 0 and len(found) < limit:
        return found, len(found)
    return found, int(db.value(_narrowed(select(func.count()).select_from(PROJECT), query)))


def those(db: Db, numbers: Sequence[int]) -> list[Row[Any]]:
    """The public projects with these numbers, in this order."""
    found = {row.id: row for row in db.rows(_FIND, numbers=list(numbers))} if numbers else {}
    return [found[number] for number in numbers if number in found]


def titles(db: Db) -> list[Row[Any]]:
    """What all public ones are called: id, title, place_id."""
    return list(db.rows(_TITLES))


def parts(db: Db) -> list[Row[Any]]:
    """What their parts are called: project_id, name."""
    return list(db.rows(_PARTS))


def boards(db: Db) -> list[str]:
    """Every board that has a project: its id or its label."""
    return [row.board for row in db.rows(_BOARDS)]


def _narrowed(statement: Select[Any], query: Query) -> Select[Any]:
    return statement.where(*_conditions(query))


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    states = ("delivered", "reported", "archived") if query.finished else _LISTED
    found: list[ColumnElement[bool]] = [PROJECT.c.state.in_(OPEN if query.missing else states)]
    if query.boards:
        labelled = (
            select(LABEL.c.project_id)
            .join(BOARD, BOARD.c.id == LABEL.c.board_id)
            .where(LABEL.c.project_id == PROJECT.c.id, BOARD.c.code.in_(query.boards))
        )
        found.append(or_(PROJECT.c.board.in_(query.boards), exists(labelled)))
    if query.charity:
        found.append(PROJECT.c.kind == "charity")
    if query.missing or query.kinds:
        kinds = (PART.c.kind.in_(query.kinds),) if query.kinds else ()
        left = _LEFT if query.missing else _LEFT[:1]
        found.append(exists(select(PART.c.id).where(*left, *kinds)))
    if query.places:
        more = select(PROJECT_PLACE.c.project_id).where(
            PROJECT_PLACE.c.project_id == PROJECT.c.id, PROJECT_PLACE.c.place_id.in_(query.places)
        )
        found.append(or_(PROJECT.c.place_id.in_(query.places), exists(more)))
    for word in query.words:
        here = func.lower(PROJECT.c.title + " " + func.coalesce(PROJECT.c.summary, ""))
        found.append(here.contains(word, autoescape=True))
    return found
