"""Excel files as offices keep them: merged cells, formulas that failed, a stray cell far away, a file that swells."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import Engine

from bot import community
from bot.clock import FixedClock
from models import service, sheet_check
from models.database import transaction
from models.pack import PackError

HEADER = ("编号", "分类", "事项", "办理地点", "材料", "费用", "核对日期")


def table(folder: Path) -> tuple[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet, Path]:
    file = folder / "catalogue.xlsx"
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    return book, sheet, file


def told(engine: Engine, clock: FixedClock, file: Path) -> list[str]:
    with pytest.raises(PackError) as error:
        community.load(engine, [file], clock)
    return str(error.value).replace(f"{file}: ", "").splitlines()


def test_each_line_has_what_a_merged_cell_shows_beside_it(
    engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    book, sheet, file = table(tmp_path)
    for at in (1, 2, 3):
        sheet.write_row(at, 0, (f"merged-{at}", "", f"事项{at}", "", "身份证原件"))
    sheet.merge_range(1, 1, 2, 1, "证件")
    sheet.merge_range(1, 3, 3, 3, "云杉大厦服务站")
    sheet.write(3, 1, "医疗")
    book.close()
    community.load(engine, [file], clock)
    with transaction(engine) as db:
        rows = [row for row in service.everything(db) if row.code.startswith("merged-")]
        assert [row.category for row in rows] == ["证件", "证件", "医疗"]
        # A line below the first one would silently be given nowhere.
        assert len({tuple(service.stations(db, row.id)) for row in rows}) == 1
        assert service.stations(db, rows[2].id)


def test_a_formula_that_failed_is_told_and_never_becomes_an_empty_cell(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    book, sheet, file = table(tmp_path)
    sheet.write_row(1, 0, ("first", "证件", "甲"))
    sheet.write_formula(1, 5, "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ("second", "证件"))
    sheet.write_formula(2, 2, '=A2&"乙"', None, "second乙")
    sheet.write_formula(3, 6, "=VLOOKUP(1,A:A,1)", None, "#N/A")
    book.close()
    assert told(sqlite_engine, clock, file)[1:] == [
        "line 2, 费用: the formula here gives an error; write its result instead",
        "line 4, 核对日期: the formula here gives an error; write its result instead",
        "line 4, 编号: is missing; add it",
        "line 4, 分类: is missing; add it",
        "line 4, 事项: is missing; add it",
    ]


@pytest.mark.parametrize("at", [(1_048_575, 5), (900, 16_383)])
def test_a_stray_cell_far_away_is_told_before_it_takes_all_memory(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path, at: tuple[int, int]
) -> None:
    book, sheet, file = table(tmp_path)
    sheet.write_row(1, 0, ("first", "证件", "甲"))
    sheet.write(*at, " ")
    book.close()
    assert told(sqlite_engine, clock, file) == [
        f"row {at[0] + 1}, column {at[1] + 1}: a cell stands far away from the table; "
        "delete the rows and columns beyond it, and save it again"
    ]


def test_what_is_only_formatted_stands_in_nobodys_way(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    book, sheet, file = table(tmp_path)
    sheet.write_row(1, 0, ("first", "证件", "甲"))
    sheet.write_blank(1_048_575, 5, None, book.add_format({"bold": True}))
    book.close()
    assert community.load(sqlite_engine, [file], clock) == {"service": 1}


def test_a_file_that_swells_is_not_unpacked(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, sheet, file = table(tmp_path)
    sheet.write_row(1, 0, ("first", "证件", "甲"))
    book.close()
    monkeypatch.setattr(sheet_check, "MOST_BYTES", 1_000_000)
    community.load(sqlite_engine, [file], clock)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/photo.bin", bytes(1_000_000))
    assert told(sqlite_engine, clock, file) == [
        "holds more than 1 MB; keep the table alone in it, and save it again"
    ]
