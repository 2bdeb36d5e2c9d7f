"""What an Excel file holds that its reader would not say: cells far away from the table, and formulas that failed."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator

# The reader fills the whole rectangle from the first cell to the farthest, so that one stray cell costs all memory.
MOST_CELLS = 5_000_000
MOST_BYTES = 200_000_000
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(?:(?!</?(?:\w+:)?c\b).)*?<(?:\w+:)?(?:v|is|f)\b", re.DOTALL)
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FAILED = re.compile(rb'\bt="e"')
_FIRST = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\b\w+:id="([^"]+)"')
_RELATED = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


class SheetError(Exception):
    """A file that is not to be opened; it says why, and how to mend it."""


def failed_cells(data: bytes) -> set[tuple[int, int]]:
    """Where formulas of the first sheet gave an error, as (row, column) from 0. Raises SheetError.

    Of a file that is no workbook it says nothing: its reader does.
    """
    failed = set()
    bottom = right = 0
    for row, column, wrong in _cells(_first_sheet(data)):
        bottom, right = max(bottom, row + 1), max(right, column + 1)
        if bottom * right > MOST_CELLS:
            raise SheetError(
                f"row {row + 1}, column {column + 1}: a cell stands far away from the table; "
                "delete the rows and columns beyond it"
            )
        if wrong:
            failed.add((row, column))
    return failed


def _cells(sheet: bytes) -> Iterator[tuple[int, int, bool]]:
    for cell in _CELL.finditer(sheet):
        if at := _AT.search(cell[1]):
            column = 0
            for letter in at[1]:
                column = column * 26 + letter - ord("A") + 1
            yield int(at[2]) - 1, column - 1, _FAILED.search(cell[1]) is not None


def _first_sheet(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_BYTES:
                raise SheetError(f"holds more than {MOST_BYTES // 1_000_000} MB; keep the table alone in it")
            first = _FIRST.search(archive.read("xl/workbook.xml"))
            for related in _RELATED.findall(archive.read("xl/_rels/workbook.xml.rels")):
                if first and b'Id="%b"' % first[1] in related:
                    target = re.search(rb'\bTarget="([^"]+)"', related)
                    name = target[1].decode() if target else ""
                    return archive.read(posixpath.normpath(posixpath.join("/xl", name)).lstrip("/"))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, zlib.error):
        pass
    return b""
