"""What is personal in each table, declared where the table is: whose it is, how it reads, what erasing and joining do."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Row,
    Table,
    bindparam,
    delete,
    select,
    tuple_,
    update,
)
from sqlmodel import SQLModel

from models import phone
from models.card import Card
from models.database import Db
from models.text import Several, Text, as_said
from models.vault import Vault

# In `whose` it stands for the member's key.
OWNER: BindParameter[int] = bindparam("member")

Read = Callable[[Any], Text]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as its owner reads it: what it is called, and how its value is said where it is no plain word."""

    name: Text
    read: Read | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What is erased: the rows of a table that the condition meets, all of this member."""

    table: Table
    these: ColumnElement[bool]
    member: int


Erase = Callable[[Db, Rows, datetime], object]
# Makes room in a table before the rows of a member become another one's: table, who stays, who goes.
Join = Callable[[Db, Table, int, int, datetime], object]


@dataclass(frozen=True, slots=True)
class Personal:
    """A table with rows of members.

    `whose` is the condition that finds them; `besides` are columns that are not shown, each with the reason.
    `kept` is how long a row is kept, or why as long as the member is one. `refers` are columns that hold a
    member's key where the condition holds, and are no foreign keys. `joins` decides which of two rows stays that
    may not both be one member's; a table without such rows needs none. `told` finds the rows that an export tells,
    where others only hold the member's key: work for somebody else.
    """

    table: Table
    title: Text
    whose: ColumnElement[bool]
    shows: Mapping[str, Shown]
    besides: Mapping[str, str]
    erase: Erase
    kept: timedelta | str
    refers: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    joins: Join | None = None
    told: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A table that holds nothing about members, and why that is so."""

    table: Table
    reason: str


DECLARED: dict[str, Personal | Impersonal] = {}


def delete_rows(db: Db, rows: Rows, _now: datetime) -> None:
    db.run(delete(rows.table).where(rows.these))


def clear(**values: Any) -> Erase:
    """The row stays without a name: these columns get these values."""

    def erase(db: Db, rows: Rows, _now: datetime) -> None:
        db.run(update(rows.table).where(rows.these).values(values))

    return erase


def owners(table: Table) -> list[Column[Any]]:
    """The columns that lead to a member."""
    return [
        column
        for column in table.c
        if any((key.column.table.name, key.column.name) == ("member", "id") for key in column.foreign_keys)
    ]


def keep_older(*columns: str) -> Join:
    """Of two rows that are the same in these columns, the older stays and the other goes."""

    def join(db: Db, table: Table, stays: int, goes: int, _now: datetime) -> None:
        (owner,) = owners(table)
        key = list(table.primary_key)
        same = [table.c[name] for name in columns]
        known: set[tuple[Any, ...]] = set()
        # Who stays comes first where the key does not tell what is older.
        oldest = [*([table.c.id] if "id" in table.c else []), owner != stays]
        for row in db.rows(select(*key, *same).where(owner.in_([stays, goes])).order_by(*oldest)):
            found, what = row[: len(key)], tuple(row[len(key) :])
            if what in known:
                db.run(
                    delete(table).where(*(column == part for column, part in zip(key, found, strict=True)))
                )
            known.add(what)

    return join


def personal(
    table: Table,
    title: Text,
    *,
    whose: ColumnElement[bool],
    shows: Mapping[str, Text | Shown],
    kept: timedelta | str,
    besides: Mapping[str, str] | None = None,
    erase: Erase = delete_rows,
    refers: Mapping[str, ColumnElement[bool]] | None = None,
    joins: Join | None = None,
    told: ColumnElement[bool] | None = None,
) -> None:
    """Declares a table with rows of members."""
    named = {name: shown if isinstance(shown, Shown) else Shown(shown) for name, shown in shows.items()}
    DECLARED[table.name] = Personal(
        table, title, whose, named, besides or {}, erase, kept, refers or {}, joins, told
    )


def impersonal(table: Table, reason: str) -> None:
    """Declares a table that holds nothing about members."""
    DECLARED[table.name] = Impersonal(table, reason)


@dataclass(frozen=True, slots=True)
class Codes:
    """Reads a column of codes, which are nobody's own words; one without words is shown as it is."""

    words: Mapping[str, Text]

    def __call__(self, code: str) -> Text:
        return self.words.get(code) or as_said(code)


def declared() -> Iterator[Personal]:
    """Every table with rows of members, each after those that it refers to."""
    for table in SQLModel.metadata.sorted_tables:
        found = DECLARED.get(table.name)
        if isinstance(found, Personal):
            yield found


def rows(db: Db, of: Personal, member: int) -> Rows | None:
    """This member's rows, which are met also when what led to them is gone; None where there are none."""
    key = list(of.table.primary_key)
    found = db.rows(select(*key).where(of.whose), member=member)
    if not found:
        return None
    if len(key) == 1:
        return Rows(of.table, key[0].in_([row[0] for row in found]), member)
    return Rows(of.table, tuple_(*key).in_([tuple(row) for row in found]), member)


def read_cards(dumped: Iterable[dict[str, Any]]) -> Text:
    """Reads dumped cards: what they say, and the titles of what they show."""
    loaded = [Card.load(card) for card in dumped]
    texts = [text for card in loaded for text in (card.text, *(each.title for each in card.articles))]
    return Text("{lines}", lines=Several(tuple(texts), lines=True))


# Export.

# What leads to messages, or is about them.
_MESSAGES = {"address", "delivery", "notice"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: the column, its name for the reader, the value for programs, and what the reader reads of it."""

    column: str
    name: Text
    value: Any
    words: Text | datetime


@dataclass(frozen=True, slots=True)
class Section:
    """All rows of a member in one table; what is empty has no cell."""

    table: str
    title: Text
    rows: tuple[tuple[Cell, ...], ...]


def export(db: Db, member: int, vault: Vault) -> list[Section]:
    """Everything that is stored about this member, opened where it is sealed: it is theirs."""
    sections = (_section(db, each, member, vault) for each in sorted(declared(), key=_distance))
    return [section for section in sections if section.rows]


def _distance(of: Personal) -> int:
    """A reader begins with the member, goes on with what is said of the member, and ends with messages."""
    if of.table.name == "member":
        return 0
    about = {key.column.table.name for key in of.table.foreign_keys}
    return 2 if of.table.name in _MESSAGES or about & _MESSAGES else 1


def _section(db: Db, of: Personal, member: int, vault: Vault) -> Section:
    these = of.whose if of.told is None else of.told
    found = db.rows(select(of.table).where(these).order_by(*of.table.primary_key), member=member)
    return Section(of.table.name, of.title, tuple(tuple(_cells(db, of, row, vault)) for row in found))


def _cells(db: Db, of: Personal, row: Row[Any], vault: Vault) -> Iterator[Cell]:
    for column, shown in of.shows.items():
        stored = getattr(row, column)
        if shown.sealed and stored:
            stored = vault.open(stored)
        stored = phone.open_in(stored, vault)
        if stored in (None, "", [], {}):
            continue
        value = _named(db, of.table, column, stored)
        words = shown.read(stored) if shown.read else _words(value)
        yield Cell(column, shown.name, value, words)


def _named(db: Db, table: Table, column: str, stored: Any) -> Any:
    """What a key of another table refers to, by its name: keys of the database never leave it."""
    for reference in table.c[column].foreign_keys:
        other = reference.column.table
        name = other.c.get("name", other.c.get("title"))
        if name is None:
            continue
        called = select(name).where(reference.column == bindparam("key"))
        if "visibility" not in other.c:
            return db.value(called, key=stored)
        # What is not shown to all (any more) is called by its number alone.
        public = db.value(called.where(other.c.visibility == "public"), key=stored)
        return stored if public is None else public
    return stored


def _words(value: Any) -> Text | datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        return Text("是") if value else Text("否")
    if isinstance(value, list):
        return Text("{words}", words=Several(tuple(as_said(str(each)) for each in value)))
    if isinstance(value, dict):
        lines = tuple(Text("{name}：{fact}", name=name, fact=str(each)) for name, each in value.items())
        return Text("{lines}", lines=Several(lines, lines=True))
    return as_said(str(value))
