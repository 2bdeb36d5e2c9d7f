"""The catalogue of services as a table, CSV or Excel: a line for each service, read as a pack's entry is."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from models import spreadsheet
from models.folding import fold
from models.pack import Entry, Reading, Reference, marked
from models.pack_mends import mend
from models.service import ServiceEntry

# The key of a section's entry that is called so; None where none or several are.
Called = Callable[[str, str], str | None]
# Of a cell the value that an entry takes. Raises ValueError with reason and mend.
Read = Callable[[str | date], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line; `column` as its header stands in the file."""

    line: int
    column: str | None
    what: str

    def told(self, path: Path) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{path}: {where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line as far as its cells could be read; `entry` is None where one cannot be made of it."""

    line: int
    raw: Mapping[str, object]
    entry: ServiceEntry | None


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its lines, the headers of the columns, and what is wrong with single lines."""

    rows: list[Row]
    headers: Mapping[str, str]
    problems: list[Problem]

    def problem(self, row: Row, field: str, what: str) -> Problem:
        return Problem(row.line, self.headers[field], what)


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LIST = re.compile(r"\s*[、；;|\n]\s*")
_NAMES = re.compile(r"\s*[、；;|\n，,]\s*")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?: 00:00(?::00)?)?")
_SPAN = re.compile(r"(\d{1,5})\s*(?:(m|分钟?)|(h|个?小时)|(d|天))")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：]")
_FLAGS = {
    **dict.fromkeys(("是", "有", "√", "y", "yes", "true", "1"), True),
    **dict.fromkeys(("否", "无", "×", "x", "n", "no", "false", "0"), False),
}
_KINDS = {
    **dict.fromkeys(("事项", "服务事项"), "item"),
    **dict.fromkeys(("咨询", "专家咨询"), "consultation"),
    **dict.fromkeys(("场地", "会议室", "房间"), "room"),
    **dict.fromkeys(("参观", "参访"), "visit"),
    **dict.fromkeys(("领取", "物资领取"), "pickup"),
    **dict.fromkeys(("专窗", "跨省专窗"), "window"),
}


def _words(cell: str | date) -> str:
    return cell.isoformat() if isinstance(cell, date) else cell


def _several(cell: str | date) -> list[str]:
    return [each for each in _LIST.split(_words(cell)) if each]


def _names(cell: str | date) -> list[str]:
    return [each for each in _NAMES.split(_words(cell)) if each]


def _kind(cell: str | date) -> str:
    return _KINDS.get(_words(cell), _words(cell))


def _flag(cell: str | date) -> bool:
    if (found := _FLAGS.get(fold(_words(cell)))) is None:
        raise ValueError(f"{_words(cell)!r} is neither yes nor no; write 是 or 否")
    return found


def _number(cell: str | date) -> int:
    words = fold(_words(cell))
    if not (words.isascii() and words.isdigit()):
        raise ValueError(f"{words!r} is no whole number; write one, as 30")
    return int(words)


def _day(cell: str | date) -> date:
    if isinstance(cell, date):
        return cell
    found = _DAY.fullmatch(fold(cell))
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise ValueError(f"{cell!r} is no day; write it as 2026-11-20") from None


def _span(cell: str | date) -> str:
    found = _SPAN.fullmatch(fold(_words(cell)))
    if found is None:
        return _words(cell)
    return f"{found[1]}{'m' if found[2] else 'h' if found[3] else 'd'}"


# Each column: the field of an entry, how its header may read besides, how its cells are read.
_COLUMNS: dict[str, tuple[tuple[str, ...], Read]] = {
    "id": (("编号", "代码"), _words),
    "kind": (("类型",), _kind),
    "category": (("分类", "类别", "大类"), _words),
    "name": (("名称", "事项", "事项名称", "服务名称"), _words),
    "aliases": (("别名", "又叫", "俗称"), _names),
    "summary": (("说明", "简介"), _words),
    "stations": (("办理地点", "地点", "服务站"), _names),
    "hosts": (("值班人",), _names),
    "provider": (("提供单位", "单位"), _words),
    "materials": (("材料", "所需材料", "办理材料"), _several),
    "fee": (("费用", "收费"), _words),
    "takes": (("时限", "办理时限"), _words),
    "slots": (("预约时段",), _words),
    "online": (("网办链接", "网上办理"), _words),
    "desk": (("窗口",), _words),
    "checked": (("核对日期",), _day),
    "pinned": (("置顶",), _flag),
    "province": (("省份", "省"), _words),
    "party": (("每批人数",), _number),
    "guides": (("讲解员",), _number),
    "lock": (("改约截止",), _span),
    "private": (("保密",), _flag),
    "paused": (("暂停",), _flag),
}
HEADERS = {name: says[0] for name, (says, _) in _COLUMNS.items()}
_MEANT = {fold(word): name for name, (says, _) in _COLUMNS.items() for word in (name, *says)}


def read(path: Path, reading: Reading, called: Called) -> Table:
    """Reads all of a file, whatever is wrong with some of it. Raises PackError where it is no table."""
    lines = spreadsheet.read(path)
    if not lines:
        return Table([], {}, [Problem(1, None, f"the file is empty; begin with {_required()}")])
    columns, problems = _columns(lines[0])
    headers = {name: str(lines[0].cells[at]) for at, name in columns.items()}
    rows = []
    for line in lines[1:] if not problems else ():
        row, wrong = _row(line, columns, headers, reading, called)
        problems += wrong
        rows.append(row)
    if not rows and not problems:
        problems.append(Problem(lines[0].number, None, "nothing stands under the headers; add the services"))
    return Table(rows, headers, problems)


def references(row: Row) -> Iterator[tuple[str, str, str]]:
    """Every id that a line names, as (field, section, id), also where something else is wrong with it."""
    for name, mark in marked(ServiceEntry, Reference):
        value = row.raw.get(name)
        for code in value if isinstance(value, list) else [value] if isinstance(value, str) else ():
            yield name, mark.section, code


def _required() -> str:
    wanted = (name for name, field in ServiceEntry.model_fields.items() if field.is_required())
    return "a line of headers, at least " + ", ".join(f"{HEADERS[name]} ({name})" for name in wanted)


def _columns(header: spreadsheet.Line) -> tuple[dict[int, str], list[Problem]]:
    """The field of each column by its position, and the headers that cannot be."""
    columns: dict[int, str] = {}
    problems = []
    for at, cell in enumerate(header.cells):
        words = str(cell)
        name = _MEANT.get(fold(words)) or _MEANT.get(fold(_BRACKETS.sub("", words)))
        if not words:
            continue
        if name is None:
            known = "、".join(HEADERS.values())
            problems.append(Problem(header.number, words, f"unknown column; the columns are {known}"))
        elif name in columns.values():
            problems.append(Problem(header.number, words, "stands twice; keep one of them"))
        else:
            columns[at] = name
    for name, field in ServiceEntry.model_fields.items():
        if field.is_required() and name not in columns.values() and not problems:
            problems.append(
                Problem(header.number, f"{HEADERS[name]} ({name})", "is missing; add this column")
            )
    return columns, problems


def _row(
    line: spreadsheet.Line,
    columns: Mapping[int, str],
    headers: Mapping[str, str],
    reading: Reading,
    called: Called,
) -> tuple[Row, list[Problem]]:
    """A line, and everything that is wrong with it."""
    raw: dict[str, object] = {}
    problems = []
    for at, cell in enumerate(line.cells):
        if at in line.failed:
            what = "the formula here gives an error; write its result instead"
            problems.append(Problem(line.number, headers.get(columns.get(at, "")), what))
        if not cell:
            continue
        if at not in columns:
            problems.append(Problem(line.number, None, f"{cell!s:.60} stands under no header; add one"))
            continue
        name = columns[at]
        try:
            raw[name] = _coded(name, _COLUMNS[name][1](cell), called)
        except ValueError as error:
            problems.append(Problem(line.number, headers[name], str(error)))
    unread = {problem.column for problem in problems}
    try:
        return Row(line.number, raw, ServiceEntry.model_validate(raw, context=reading)), problems
    except ValidationError as error:
        for problem in error.errors():
            field = str(problem["loc"][0]) if problem["loc"] else ""
            column = headers.get(field, field) or None
            if column not in unread:
                problems.append(Problem(line.number, column, mend(problem, ServiceEntry)[1]))
        return Row(line.number, raw, None), problems


_REFERS = {"stations": "place", "provider": "organization"}


def _coded(name: str, value: object, called: Called) -> object:
    """What is named by its own name becomes its id; members are named by their ids alone."""
    if name not in _REFERS:
        return value
    named = value if isinstance(value, list) else [value]
    codes = [_code(_REFERS[name], str(each), called) for each in named]
    return codes if isinstance(value, list) else codes[0]


def _code(section: str, words: str, called: Called) -> str:
    if _SLUG.fullmatch(words):
        return words
    code = called(section, words)
    if code is None:
        raise ValueError(
            f'there is no {section} "{words}", or there are several; write the full name or the id'
        )
    return code


def by_name(entries: Mapping[str, Mapping[str, Entry]], known: Called) -> Called:
    """What packs that are loaded together call so; else what is `known`."""
    found: dict[tuple[str, str], set[str]] = {}
    for section in set(_REFERS.values()):
        for code, entry in entries.get(section, {}).items():
            for word in (getattr(entry, "name", ""), *getattr(entry, "aliases", ())):
                found.setdefault((section, fold(word)), set()).add(code)

    def called(section: str, words: str) -> str | None:
        codes = found.get((section, fold(words)))
        if codes is None:
            return known(section, words)
        return next(iter(codes)) if len(codes) == 1 else None

    return called
