"""The rows of a table file, CSV or Excel, each with the number that its line has there."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from models import sheet_check
from models.pack import PackError

SUFFIXES = (".csv", ".xlsx")
# What other programs save, and we do not read.
OTHERS = (".xls", ".et", ".ods", ".numbers", ".tsv")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not empty. A cell is its words; of Excel also what stands in it as a date.

    `failed` are the positions of cells whose formula gave an error, which are empty.
    """

    number: int
    cells: tuple[str | date, ...]
    failed: frozenset[int] = frozenset()


def is_one(path: Path) -> bool:
    """Whether this is a table, and no pack in TOML. Raises PackError for one of another program."""
    if path.suffix.lower() in OTHERS:
        raise PackError(f"{path}: {path.suffix}: is not read here; save it as .xlsx or .csv")
    return path.suffix.lower() in SUFFIXES


def read(path: Path) -> list[Line]:
    """Every row with something in it. Raises PackError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise PackError(f"{path}: there is no such file; check the path") from None
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); check the path and its rights") from None
    lines = _sheet(path, data) if path.suffix.lower() == ".xlsx" else _text(path, data)
    return [line for line in lines if any(line.cells) or line.failed]


def _text(path: Path, data: bytes) -> Iterator[Line]:
    words = _decoded(path, data)
    # What stands between the cells of the first line stands between all.
    first = words.partition("\n")[0]
    between = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=between, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Line(begins, tuple(cell.strip() for cell in cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise PackError(f"{path}: line {begins}: {error}; look at the quotes from there on") from None


def _decoded(path: Path, data: bytes) -> str:
    """UTF-8, or as the spreadsheets of Chinese computers save it."""
    codecs = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    raise PackError(f"{path}: encoding: this is neither UTF-8 nor GB 18030; save the file as CSV UTF-8")


def _sheet(path: Path, data: bytes) -> Iterator[Line]:
    from python_calamine import CalamineError, CalamineWorkbook  # few tables are read

    try:
        failed = sheet_check.failed_cells(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except sheet_check.SheetError as error:
        raise PackError(f"{path}: {error}, and save it again") from None
    except (CalamineError, IndexError) as error:
        reason = str(error).partition("\n")[0]
        raise PackError(f"{path}: cannot be read as Excel ({reason}); save it again as .xlsx") from None
    for (top, left), (bottom, _) in merged:
        # Of cells that are merged down each line has what is seen beside it; only the first one holds it.
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
    for at, row in enumerate(rows):
        wrong = frozenset(column for column in range(len(row)) if (at, column) in failed)
        yield Line(at + 1, tuple(_cell(value) for value in row), wrong)


def _cell(value: object) -> str | date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value).strip()
