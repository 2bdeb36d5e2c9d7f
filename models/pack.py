"""A community pack: TOML that says what a community has, checked whole before anything is written.

Each models file declares its own section with `@section`; nothing here knows which there are.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
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
_UTC = ZoneInfo("UTC")


class PackError(Exception):
    """A pack that cannot be loaded: one line with file, field and mend."""

    def __init__(self, message: str) -> None:
        super().__init__("\\n".join(message.splitlines()))


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a field that holds the id (or ids) of an entry of another section."""

    section: str


class Keys:
    """What writing an entry has to know: the database keys of the ids of each section, and the zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.of: dict[str, dict[str, int]] = {}
        self.zone = zone

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
        """Times without offset are the community's; a demo moves all of them by whole weeks."""
        if not isinstance(value, datetime) or info.context is None:
            return value
        reading: Reading = info.context
        try:
            moment = (value if value.tzinfo else value.replace(tzinfo=reading.zone)) + reading.moved
            moment.astimezone(_UTC)
        except OverflowError:
            raise ValueError("is beyond the calendar; write a year that can be") from None
        return moment

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("holds the character NUL, which PostgreSQL does not take; leave it out")
        return value

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Every id of another entry that this one names, as (field, section, id)."""
        for name, declared in type(self).model_fields.items():
            for mark in declared.metadata:
                if isinstance(mark, Reference):
                    value = getattr(self, name)
                    for code in [value] if isinstance(value, str) else value or []:
                        yield name, mark.section, code

    def row(self, keys: Keys) -> Mapping[str, object]:
        """The columns that the entry writes each time it is loaded."""
        return {}

    def once(self, db: Db) -> Mapping[str, object]:
        """The columns that are written only when the entry is new."""
        return {}

    def children(self, keys: Keys) -> Children:
        """Rows of other tables that belong to this entry alone and are replaced with it."""
        return {}

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
    """How a file is read: the zone of times without offset, and how far all times are moved."""

    zone: ZoneInfo
    moved: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Pack:
    """Entries by section and id, in an order in which each comes after what it refers to."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    files: dict[tuple[str, str], Path] = field(default_factory=dict)


SECTIONS: dict[str, Section] = {}
_Declared = TypeVar("_Declared", bound=type[Entry])


def section(name: str, table: type[SQLModel]) -> Callable[[_Declared], _Declared]:
    """Declares the section of packs that fills `table`."""

    def declare(entry: _Declared) -> _Declared:
        SECTIONS[name] = Section(name, entry, table)
        return entry

    return declare


def read(
    paths: Iterable[Path],
    *,
    zone: ZoneInfo | None = None,
    known: Callable[[str, str], bool] = lambda _section, _code: False,
    moved: timedelta = timedelta(),
) -> Pack:
    """Reads and checks packs without touching a database. Raises PackError.

    `zone` is the one of a community that is already there; `known` tells whether it has an entry.
    """
    pack = Pack()
    documents = {path: _parse(path) for path in paths}
    reading = Reading(_zone_of(documents) or zone or _UTC, moved)
    for path, document in documents.items():
        for name, found in document.items():
            _read_section(pack, path, name, found, reading)
    if zone is None and documents and "community" not in pack.entries:
        raise PackError(
            f"{next(iter(documents))}: community: is missing; add a table [community] with a name"
        )
    for name, entries in pack.entries.items():
        for code, entry in entries.items():
            _check_references(pack, name, code, entry, known)
        pack.entries[name] = _parents_first(pack, name)
    return Pack(dict(sorted(pack.entries.items(), key=lambda item: _rank(item[0]))), pack.files)


def first_moment(pack: Pack) -> datetime | None:
    """When the first activity of the pack starts."""
    starts = [getattr(entry, "starts", None) for entry in pack.entries.get("activity", {}).values()]
    return min((moment for moment in starts if moment is not None), default=None)


def _parse(path: Path) -> dict[str, Any]:
    try:
        # Some editors put a mark at the beginning of what they save as UTF-8.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise PackError(f"{path}: there is no such file; check the path") from None
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); check the path and its rights") from None
    except UnicodeDecodeError:
        raise PackError(f"{path}: encoding: this is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{path}: TOML: {error}; mend that line") from None


def _zone_of(documents: Mapping[Path, dict[str, Any]]) -> ZoneInfo | None:
    """The zone that the packs themselves declare; a wrong one is left to its own check."""
    for document in documents.values():
        community = document.get("community")
        if isinstance(community, dict) and isinstance(community.get("timezone"), str):
            try:
                return ZoneInfo(community["timezone"])
            except (OSError, ValueError, ZoneInfoNotFoundError):
                return None
    return None


def _read_section(pack: Pack, path: Path, name: str, found: Any, reading: Reading) -> None:
    declared = SECTIONS.get(name)
    if declared is None:
        raise PackError(f"{path}: {name}: unknown table; a pack has {', '.join(sorted(SECTIONS))}")
    expected = dict if declared.single else list
    if not isinstance(found, expected):
        form = f"[{name}]" if declared.single else f"[[{name}]]"
        raise PackError(f"{path}: {name}: is written in another form; write it as {form}")
    for position, raw in enumerate([found] if declared.single else found, 1):
        entry, code = _read_entry(path, declared, raw, position, reading)
        if code in pack.entries.setdefault(name, {}):
            if declared.single:
                raise PackError(f"{path}: {name}: stands twice; keep it in one of the files")
            raise PackError(f"{path}: {name} {code}: id: stands twice; give one of them another id")
        pack.entries[name][code] = entry
        pack.files[name, code] = path


def _read_entry(
    path: Path, declared: Section, raw: Any, position: int, reading: Reading
) -> tuple[Entry, str]:
    code = str(raw.get("id", f"no. {position}")) if isinstance(raw, dict) else f"no. {position}"
    try:
        entry = declared.entry.model_validate(raw, context=reading)
    except ValidationError as error:
        where = declared.name if declared.single else f"{declared.name} {code}"
        raise PackError(f"{path}: {where}: {_mend(error, declared.entry)}") from None
    return entry, "" if declared.single else code


def _mend(error: ValidationError, entry: type[Entry]) -> str:
    """The first thing that is wrong, as `field: what; mend`."""
    problem = error.errors()[0]
    place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in problem["loc"])
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"{place}: unknown key; the keys are {', '.join(entry.model_fields)}"
    if kind == "missing":
        return f"{place}: is missing; add it"
    if kind == "string_pattern_mismatch":
        return f"{place}: {problem['input']!r} is no slug; use a-z, 0-9 and single hyphens"
    message = message[0].lower() + message[1:]
    if ";" not in message:
        message = f"{message}, not {str(problem['input'])[:60]!r}; write another value"
    return f"{place}: {message}" if place else message


def _check_references(
    pack: Pack, name: str, code: str, entry: Entry, known: Callable[[str, str], bool]
) -> None:
    for field_name, section_name, wanted in entry.references():
        if wanted not in pack.entries.get(section_name, {}) and not known(section_name, wanted):
            raise PackError(
                f"{pack.files[name, code]}: {name} {code}: {field_name}: there is no {section_name} "
                f'"{wanted}"; add it or correct the id'
            )


def _parents_first(pack: Pack, name: str) -> dict[str, Entry]:
    """The entries of a section, each after the one of the same section that it refers to."""
    entries = pack.entries[name]
    graph = {
        code: [wanted for _, section_name, wanted in entry.references() if section_name == name]
        for code, entry in entries.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        ring = " > ".join(error.args[1])
        raise PackError(
            f"{pack.files[name, error.args[1][0]]}: {name}: parent: the entries {ring} stand in a ring; "
            "take one parent away"
        ) from None
    return {code: entries[code] for code in order if code in entries}


def _rank(name: str) -> int:
    """Sections in an order in which each comes after those that it refers to."""
    graph = {
        declared.name: {
            mark.section
            for declared_field in declared.entry.model_fields.values()
            for mark in declared_field.metadata
            if isinstance(mark, Reference) and mark.section != declared.name
        }
        | ({"community"} if declared.name != "community" else set())
        for declared in SECTIONS.values()
    }
    return list(TopologicalSorter(graph).static_order()).index(name)
