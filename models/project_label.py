"""By what a project is sorted besides its board: a field, an aim, as many labels as it has."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models import board
from models.board import BoardKind
from models.database import Db, table_of
from models.personal import impersonal
from models.project import PROJECT


class ProjectLabel(SQLModel, table=True):
    __tablename__ = "project_label"
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    board_id: int = Field(foreign_key="board.id", primary_key=True, index=True)


LABEL = table_of(ProjectLabel)
_ENTER = insert(LABEL)
_CLEAR = delete(LABEL).where(LABEL.c.project_id == bindparam("project"))
_OF = select(LABEL.c.board_id).where(LABEL.c.project_id == bindparam("project")).order_by(LABEL.c.board_id)
_ALL = select(LABEL).order_by(LABEL.c.project_id, LABEL.c.board_id)
_THOSE = (
    select(PROJECT)
    .where(PROJECT.c.id.in_(select(LABEL.c.project_id).where(LABEL.c.board_id == bindparam("board"))))
    .order_by(PROJECT.c.id)
)


def set_to(db: Db, project: int, boards: Sequence[int]) -> None:
    """The project is sorted by these from now on, besides its own board."""
    db.run(_CLEAR, project=project)
    for each in dict.fromkeys(boards):
        db.insert(_ENTER, project_id=project, board_id=each)


def of(db: Db, project: int) -> list[int]:
    return [row.board_id for row in db.rows(_OF, project=project)]


def with_label(db: Db, number: int) -> list[Row[Any]]:
    """The whole projects, of whatever state, that have this label."""
    return list(db.rows(_THOSE, board=number))


def sorted_by(db: Db, kind: BoardKind, projects: Sequence[Row[Any]]) -> list[tuple[int | None, Row[Any]]]:
    """Each of these projects once, with the board of this kind under which it counts; None where it has none.

    Its own board comes first, of further labels the one that a pack has first: so counts add up to the total.
    """
    known = board.everything(db, kind)
    by_label = {label: row.id for row in reversed(known) for label in (row.name, row.code)}
    keys = {row.id for row in known}
    labelled: dict[int, int] = {}
    for row in db.rows(_ALL):
        if row.board_id in keys:
            labelled.setdefault(row.project_id, row.board_id)
    return [(by_label.get(one.board or "") or labelled.get(one.id), one) for one in projects]


def counts(db: Db, kind: BoardKind, projects: Sequence[Row[Any]]) -> Counter[int | None]:
    """How many of these projects each board of this kind has."""
    return Counter(key for key, _ in sorted_by(db, kind, projects))


impersonal(LABEL, "how projects are sorted, which names nobody")
