"""What projects, needs and offers are sorted by: boards, fields, aims, contests and funds. All of them are labels."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import HttpUrl, model_validator
from sqlalchemy import JSON, Column, Row, bindparam, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.pack import Entry, Keys, Reference, Slug, section
from models.personal import impersonal

BoardKind = Literal["board", "field", "aim", "contest", "fund"]


class Board(SQLModel, table=True):
    """`parent_id` is the programme that it is a part of. `sides` are the kinds of party that a team of a contest has,
    each as a name with the kinds of organization that stand for it. `starts` and `ends` are when a fund or a contest
    takes something in, `url` is where money is really given: a platform that is licensed for it.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    parent_id: int | None = Field(default=None, foreign_key="board.id", index=True)
    sides: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    starts: datetime | None = None
    ends: datetime | None = None
    url: str | None = None


BOARD = table_of(Board)


class SideEntry(Entry):
    name: str = Field(min_length=1)
    kinds: list[str] = Field(min_length=1)


@section("board", Board)
class BoardEntry(Entry):
    id: Slug
    kind: BoardKind = "board"
    name: str = Field(min_length=1)
    parent: Annotated[str | None, Reference("board")] = None
    sides: list[SideEntry] = []
    starts: datetime | None = None
    ends: datetime | None = None
    url: HttpUrl | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValueError("ends: is not after starts; set a later one")
        if self.sides and self.kind != "contest":
            raise ValueError("sides: only a contest has them; leave them out or make its kind contest")
        return self

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "parent_id": keys.get("board", self.parent),
            "sides": [{"name": side.name, "kinds": side.kinds} for side in self.sides],
            "starts": self.starts,
            "ends": self.ends,
            "url": str(self.url) if self.url else None,
        }


_ALL = select(BOARD).order_by(BOARD.c.id)
_NAME = select(BOARD.c.name).where(BOARD.c.code == bindparam("code"))
_FIND = select(BOARD).where(BOARD.c.id == bindparam("number"))
_OF = select(BOARD).where(BOARD.c.code == bindparam("code"))


def everything(db: Db, kind: BoardKind | None = None) -> list[Row[Any]]:
    """All of a kind, in the order in which packs have them."""
    return [row for row in db.rows(_ALL) if kind in (None, row.kind)]


def find(db: Db, number: int) -> Row[Any] | None:
    """The board with this key, which is its public number."""
    return db.row(_FIND, number=number)


def of(db: Db, label: str | None) -> Row[Any] | None:
    """The board that a project's label is the id or the name of; None where it is a plain label."""
    if label is None:
        return None
    return db.row(_OF, code=label) or next((each for each in everything(db) if each.name == label), None)


def below(db: Db, number: int) -> list[Row[Any]]:
    """This board and all that are part of it, each after what it is a part of."""
    known, found = everything(db), [row for row in everything(db) if row.id == number]
    for outer in found:
        found += [row for row in known if row.parent_id == outer.id]
    return found


def labels(db: Db, number: int) -> list[str]:
    """What projects of this board, or of one that is part of it, have as their label."""
    return [label for row in below(db, number) for label in (row.code, row.name)]


def named(db: Db, said: str) -> list[Row[Any]]:
    """The boards that a folded sentence names, the longest name first."""
    found = [row for row in everything(db) if fold(row.name) in said]
    return sorted(found, key=lambda row: (-len(row.name), row.id))


def name(db: Db, label: str | None) -> str | None:
    """What a project's board is called: the board's name where `label` is the id of one, else the label itself.

    So a board that is given another name has it everywhere at once.
    """
    return label and (db.value(_NAME, code=label) or label)


impersonal(BOARD, "packs write it: what the community itself has")
