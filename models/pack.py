"""A community pack: TOML that says what a community has, checked whole before anything is written.

Each models file declares its own section with `@section`; nothing here knows which there are.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from sqlmodel import SQLModel

from models.database import Db

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
# Whole numbers that both databases can hold.
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Quantity = Annotated[int, Field(ge=1, le=2**31 - 1)]
Children = dict[type[SQLModel], list[dict[str, object]]]

# The zone in which a section is read that the community's own zone is taken from.
# Nothing that is shown to people is longer than this.
LONGEST_WORDS = 1000
_UNSEEN = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
UTC = ZoneInfo("UTC")


class PackError(Exception):
    """A pack that cannot be loaded: one line with file, field and mend."""

    def __init__(self, message: str) -> None:
        super().__init__("\\n".join(message.splitlines()))


class TableError(PackError):
    """A table that cannot be loaded: a line for each thing that is wrong with it, and above them that nothing was."""

    def __init__(self, messages: Sequence[str]) -> None:
        lines = (f"{len(messages)} to mend, and nothing was loaded:", *messages)
        Exception.__init__(self, "\n".join(" ".join(each.splitlines()) for each in lines))


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a field that holds the id (or ids) of an entry of another section."""

    section: str


@dataclass(frozen=True, slots=True)
class Unique:
    """Marks a field in which no two entries of the section hold the same."""


class Keys:
    """What writing an entry has to know: the database keys of the ids of each section, the zone, and when it is.

    Without `now` nothing of it is news to anybody.
    """

    def __init__(self, zone: ZoneInfo, now: datetime | None = None) -> None:
        self.of: dict[str, dict[str, int]] = {}
        self.zone = zone
        self.now = now

    def has(self, section_name: str, code: str) -> bool:
        return code in self.of[section_name]

    def get(self, section_name: str, code: str | None) -> int | None:
        return None if code is None else self.of[section_name][code]


class Entry(BaseModel):
    """One entry of a section as the pack writes it. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _in_zone(cls, value: Any, info: ValidationInfo) -> Any:
        """Times without offset are the community's; a demo moves all of them, and its days, by whole weeks."""
        if not isinstance(value, date) or info.context is None:
            return value
        reading: Reading = info.context
        try:
            if not isinstance(value, datetime):
                return value + reading.moved
            moment = (value if value.tzinfo else value.replace(tzinfo=reading.zone)) + reading.moved
            moment.astimezone(UTC)
        except OverflowError:
            raise ValueError("is beyond the calendar; write a year that can be") from None
        return moment

    @field_validator("*")
    @classmethod
    def _can_be_shown(cls, value: Any) -> Any:
        """Words of a pack stand in one line, and nothing in them is unseen."""
        for words in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
            if not isinstance(words, str):
                continue
            if _UNSEEN.search(words):
                raise ValueError("holds a line break or another character that is not seen; leave it out")
            if not words.strip():
                raise ValueError("is blank; write some words or leave it out")
            if len(words) > LONGEST_WORDS:
                raise ValueError(f"is longer than {LONGEST_WORDS} characters; shorten it")
        return value

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Every id of another entry that this one names, as (field, section, id)."""
        for name, mark in marked(type(self), Reference):
            value = getattr(self, name)
            for code in [value] if isinstance(value, str) else value or []:
                yield name, mark.section, code

    def row(self, keys: Keys) -> Mapping[str, object]:
        """The columns that the entry writes each time it is loaded."""
        return {}

    def handles(self) -> Collection[str]:
        """Where whom the entry is about is reached, as `channel:key`."""
        return ()

    def withheld(self, db: Db, key: int) -> Collection[str]:
        """The columns that stay as they are, since whom the entry is about has the last word on them."""
        return ()

    def once(self, db: Db, keys: Keys) -> Mapping[str, object]:
        """The columns that are written only when the entry is new."""
        return {}

    def revise(self, db: Db, key: int, keys: Keys) -> None:
        """What of an entry that is there already changes by a rule of its own; see `withheld`."""

    def children(self, keys: Keys) -> Children:
        """Rows of other tables that belong to this entry alone and are replaced with it."""
        return {}

    def begin(self, db: Db, key: int, keys: Keys) -> None:
        """What the log notes of it and of its children, where it knows nothing of them yet."""

    def bind(self, db: Db, key: int) -> None:
        """What else has to be joined to the row. Raises ValueError with field, reason and mend."""


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    entry: type[Entry]
    table: type[SQLModel]

    @property
    def single(self) -> bool:
        """`[community]` stands once and has no id."""
        return "id" not in self.entry.model_fields


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: the zone of times without offset, how far all times are moved, and when it is.

    Without `now` nothing is too far ahead to have been.
    """

    zone: ZoneInfo
    moved: timedelta = timedelta()
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Entries by section and id, in an order in which each comes after what it refers to."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    files: dict[tuple[str, str], Path] = field(default_factory=dict)


SECTIONS: dict[str, Section] = {}
Mark = TypeVar("Mark")


def marked(entry: type[Entry], mark: type[Mark]) -> Iterator[tuple[str, Mark]]:
    """The fields that bear such a mark, with it."""
    for name, declared in entry.model_fields.items():
        yield from ((name, found) for found in declared.metadata if isinstance(found, mark))


_Declared = TypeVar("_Declared", bound=type[Entry])


def section(name: str, table: type[SQLModel]) -> Callable[[_Declared], _Declared]:
    """Declares the section of packs that fills `table`."""

    def declare(entry: _Declared) -> _Declared:
        SECTIONS[name] = Section(name, entry, table)
        return entry

    return declare
