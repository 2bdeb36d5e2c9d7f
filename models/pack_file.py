"""Reads community packs from their files, and checks them whole before anything is written."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from models import catalogue_file, spreadsheet
from models.pack import (
    SECTIONS,
    UTC,
    Entry,
    Pack,
    PackError,
    Reading,
    Reference,
    Section,
    TableError,
    Unique,
    marked,
)
from models.pack_mends import mend


def read(
    paths: Iterable[Path],
    *,
    zone: ZoneInfo | None = None,
    known: Callable[[str, str], bool] = lambda _section, _code: False,
    called: catalogue_file.Called = lambda _section, _name: None,
    moved: timedelta = timedelta(),
    now: datetime | None = None,
) -> Pack:
    """Reads and checks packs, and tables of services, without touching a database. Raises PackError.

    `zone` is the one of a community that is already there; `known` tells whether it has an entry, and `called`
    the id of what is called so there.
    """
    pack = Pack()
    tables: list[Path] = []
    packs: list[Path] = []
    for path in paths:
        (tables if spreadsheet.is_one(path) else packs).append(path)
    documents = {path: _parse(path) for path in packs}
    reading = Reading(_zone_of(documents) or zone or UTC, moved, now)
    for path, document in documents.items():
        for name, found in document.items():
            _read_section(pack, path, name, found, reading)
    if zone is None and documents and "community" not in pack.entries:
        raise PackError(
            f"{next(iter(documents))}: community: is missing; add a table [community] with a name"
        )
    if zone is None and tables and not documents:
        raise PackError(f"{tables[0]}: community: there is none yet; load a pack with it first, or with this")
    _read_tables(pack, tables, reading, known, called)
    for name, entries in pack.entries.items():
        for code, entry in entries.items():
            _check_references(pack, name, code, entry, known)
        _check_unique(pack, name)
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


def _read_tables(
    pack: Pack,
    tables: Iterable[Path],
    reading: Reading,
    known: Callable[[str, str], bool],
    called: catalogue_file.Called,
) -> None:
    """All that is wrong in all of them is told at once: an office mends a table in one go."""
    problems: list[str] = []
    services = dict(pack.entries.get("service", {}))
    seen = set(services)
    for path in tables:
        table = catalogue_file.read(path, reading, catalogue_file.by_name(pack.entries, called))
        found = list(table.problems)
        for row in table.rows:
            code = str(row.raw.get("id", ""))
            if code in seen:
                what = f"{code!r} stands twice; give one of them another id"
                found.append(table.problem(row, "id", what))
            for field, section, wanted in catalogue_file.references(row):
                if wanted not in pack.entries.get(section, {}) and not known(section, wanted):
                    what = f'there is no {section} "{wanted}"; add it or correct the id'
                    found.append(table.problem(row, field, what))
            seen |= {code} - {""}
            if row.entry:
                services[code] = row.entry
                pack.files["service", code] = path
        problems += [each.told(path) for each in sorted(found, key=lambda each: each.line)]
    if services:
        pack.entries["service"] = services
    if problems:
        raise TableError(problems)


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
    place, what = mend(error.errors()[0], entry)
    return f"{place}: {what}" if place else what


def _check_references(
    pack: Pack, name: str, code: str, entry: Entry, known: Callable[[str, str], bool]
) -> None:
    for field_name, section_name, wanted in entry.references():
        if wanted not in pack.entries.get(section_name, {}) and not known(section_name, wanted):
            raise PackError(
                f"{pack.files[name, code]}: {name} {code}: {field_name}: there is no {section_name} "
                f'"{wanted}"; add it or correct the id'
            )


def _check_unique(pack: Pack, name: str) -> None:
    seen: dict[tuple[str, object], str] = {}
    for code, entry in pack.entries[name].items():
        for field_name, _ in marked(type(entry), Unique):
            value = getattr(entry, field_name)
            other = seen.setdefault((field_name, value), code)
            if other != code:
                raise PackError(
                    f"{pack.files[name, code]}: {name} {code}: {field_name}: {value!r} is {other}'s already; "
                    "give another one"
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
        declared.name: {mark.section for _, mark in marked(declared.entry, Reference)} - {declared.name}
        | ({"community"} if declared.name != "community" else set())
        for declared in SECTIONS.values()
    }
    return list(TopologicalSorter(graph).static_order()).index(name)
