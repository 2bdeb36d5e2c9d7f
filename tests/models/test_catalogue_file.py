"""The catalogue as a table: read from CSV and Excel as from a pack, every bad line named, nothing half loaded."""

import csv
import io
import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from sqlalchemy import Engine, select

from bot import community
from bot.clock import FixedClock
from models import catalogue_file, pack_file, service
from models.database import transaction
from models.pack import PackError, Reading
from models.place import PLACE
from models.service import ServiceEntry
from tests.conftest import PACK

DEMO = Path(community.DEMO)
HEADER = "编号,分类,事项,别名,办理地点,材料,预约时段,网办链接,核对日期,置顶,每批人数"
GOOD = (
    'permit-2,证件,暂住登记,"登记，暂住",云杉大厦服务站,身份证原件、租赁合同,'
    '"Mon-Fri 09:00-11:30,13:30-16:30/15min x2",https://example.org/a,2026年11月3日,是,'
)


def loaded(engine: Engine, clock: FixedClock, *files: Path) -> dict[str, int]:
    return community.load(engine, list(files), clock)


def written(folder: Path, *lines: str, name: str = "catalogue.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes("\n".join(lines).encode(encoding))
    return file


def excel(folder: Path, rows: list[list[Any]], name: str = "catalogue.xlsx") -> Path:
    book = xlsxwriter.Workbook(str(folder / name))
    sheet, day = book.add_worksheet("目录"), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for nth, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, nth, cell, day)
            else:
                sheet.write(at, nth, cell)
    book.close()
    return folder / name


def codes(engine: Engine) -> list[str]:
    with transaction(engine) as db:
        return [row.code for row in db.rows(select(service.SERVICE.c.code).order_by(service.SERVICE.c.id))]


def test_a_column_stands_for_each_key_of_a_pack() -> None:
    assert list(catalogue_file.HEADERS) == sorted(
        catalogue_file.HEADERS, key=list(ServiceEntry.model_fields).index
    )
    assert set(catalogue_file.HEADERS) == set(ServiceEntry.model_fields)
    assert len(set(catalogue_file.HEADERS.values())) == len(catalogue_file.HEADERS)


def test_the_75_items_of_the_demo_come_from_one_file_as_they_come_from_its_pack(tmp_path: Path) -> None:
    document = tomllib.loads(DEMO.read_text("utf-8"))
    rows = document.pop("service")
    items = [
        row
        for row in rows
        if row.get("kind", "item") not in ("visit", "pickup") and row["category"] != "便民"
    ]
    assert (len(items), len({row["category"] for row in items})) == (75, 15)
    assert [row["id"] for row in rows if row.get("pinned")] == [
        "residence-permit",
        "social-card",
        "medical-card",
    ]
    text = io.StringIO()
    table = csv.writer(text)
    names = list(ServiceEntry.model_fields)
    table.writerow([f"{catalogue_file.HEADERS[name]}（{name}）" for name in names])
    for row in rows:
        cells = [row.get(name, "") for name in names]
        table.writerow(["、".join(cell) if isinstance(cell, list) else cell for cell in cells])
    file = tmp_path / "catalogue.csv"
    file.write_text(text.getvalue(), "utf-8")
    rest = tmp_path / "rest.toml"
    # What is no service stays as it is written.
    rest.write_text(_without_services(DEMO.read_text("utf-8")), "utf-8")
    one, other = pack_file.read([DEMO]), pack_file.read([rest, file])
    assert other.entries["service"] == one.entries["service"]


def _without_services(text: str) -> str:
    kept, inside = [], False
    for line in text.splitlines():
        inside = line == "[[service]]" or (inside and not line.startswith("[["))
        kept += [] if inside else [line]
    return "\n".join(kept)


@pytest.mark.parametrize(
    ("encoding", "between"),
    [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")],
)
def test_csv_is_read_as_spreadsheets_save_it(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path, encoding: str, between: str
) -> None:
    lines = [between.join(['"' + cell + '"' for cell in row]) for row in csv.reader([HEADER, GOOD])]
    file = written(tmp_path, *lines, encoding=encoding)
    assert loaded(sqlite_engine, clock, file) == loaded(sqlite_engine, clock, file) == {"service": 1}
    with transaction(sqlite_engine) as db:
        (found,) = [each for each in service.everything(db) if each.code == "permit-2"]
        where = db.value(select(PLACE.c.code).where(PLACE.c.id.in_(service.stations(db, found.id))))
    assert where == "tower-station"
    assert (found.name, found.aliases, found.materials) == (
        "暂住登记",
        ["登记", "暂住"],
        ["身份证原件", "租赁合同"],
    )
    assert (found.pinned, found.checked, found.slots) == (
        True,
        date(2026, 11, 3),
        "Mon-Fri 09:00-11:30,13:30-16:30/15min x2",
    )


AFTER_A_GAP: list[Any] = ["空一行", "second", "参观"]


def test_excel_is_read_with_its_dates_and_numbers(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    header = [
        "事项",
        "编号 (id)",
        "分类",
        "类型",
        "每批人数",
        "讲解员",
        "核对日期",
        "改约截止",
        "地点",
        "置顶",
    ]
    rows: list[list[Any]] = [
        header,
        ["展厅参观", "tour", "参观", "参观", 30, 2.0, date(2026, 11, 3), "2小时", "tower-station", True],
        [],
    ]
    assert loaded(engine, clock, excel(tmp_path, [*rows, AFTER_A_GAP])) == {"service": 2}
    with transaction(engine) as db:
        tour, second = service.everything(db)[-2:]
    assert (tour.kind, tour.party, tour.guides, tour.checked) == ("visit", 30, 2, date(2026, 11, 3))
    assert (tour.lock, tour.pinned, second.code) == (120, True, "second")


BAD = (
    HEADER,
    GOOD,
    "A 2,证件,社保卡,,不存在的站,,Mon-Fry 09:00-11:30/15min x2,example.org,昨天,也许,三十",
    "",
    "permit-2,,,,nowhere,,,,,,",
    "third,证件,三,,,,,,,,,多出来",
    "third,证件,又三,,,,,,2026-02-30,,",
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_bad_line_is_told_and_nothing_is_loaded(
    engine: Engine, clock: FixedClock, tmp_path: Path, kind: str
) -> None:
    before = codes(engine)
    file = written(tmp_path, *BAD)
    if kind == "xlsx":
        file = excel(tmp_path, list(csv.reader(BAD)))
    with pytest.raises(PackError) as told:
        loaded(engine, clock, file)
    head, *lines = str(told.value).splitlines()
    assert head == "14 to mend, and nothing was loaded:"
    assert [line.removeprefix(f"{file}: ") for line in lines] == [
        'line 3, 办理地点: there is no place "不存在的站", or there are several; write the full name or the id',
        "line 3, 核对日期: '昨天' is no day; write it as 2026-11-20",
        "line 3, 置顶: '也许' is neither yes nor no; write 是 or 否",
        "line 3, 每批人数: '三十' is no whole number; write one, as 30",
        "line 3, 编号: 'A 2' is no slug; use a-z, 0-9 and single hyphens",
        lines[5].removeprefix(f"{file}: "),
        "line 3, 网办链接: is no link; begin it with https://",
        "line 5, 分类: is missing; add it",
        "line 5, 事项: is missing; add it",
        "line 5, 编号: 'permit-2' stands twice; give one of them another id",
        'line 5, 办理地点: there is no place "nowhere"; add it or correct the id',
        "line 6: 多出来 stands under no header; add one",
        "line 7, 核对日期: '2026-02-30' is no day; write it as 2026-11-20",
        "line 7, 编号: 'third' stands twice; give one of them another id",
    ]
    # What is wrong with the hours is said by their own grammar.
    assert lines[5].startswith(f"{file}: line 3, 预约时段: ")
    assert "Mon-Fry" in lines[5]
    assert codes(engine) == before
    # The twin: without its bad lines the same file is loaded.
    assert loaded(engine, clock, written(tmp_path, *BAD[:2])) == {"service": 1}
    assert codes(engine) == [*before, "permit-2"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("编号,分类,事项,颜色", "a,b,c,d"), "line 1, 颜色: unknown column; the columns are 编号、类型、"),
        (("编号,分类,分类,事项", "a,b,c,d"), "line 1, 分类: stands twice; keep one of them"),
        (("编号,事项", "a,b"), "line 1, 分类 (category): is missing; add this column"),
        (
            ("",),
            "line 1: the file is empty; begin with a line of headers, at least 编号 (id), 分类 (category)",
        ),
        ((HEADER,), "line 1: nothing stands under the headers; add the services"),
        (
            ("编号,分类,事项,核对日期", "a,b,c,2026-11-24"),
            "line 2, 核对日期: is still to come; write the day on which somebody checked it",
        ),
        (
            ("编号,分类,事项,材料", "a,b,c," + "、".join(map(str, range(51)))),
            "line 2, 材料: are more than 50 papers; put some of them together",
        ),
        ((HEADER, 'a,b,c,"d'), "line 2: unexpected end of data; look at the quotes from there on"),
    ],
)
def test_what_is_no_table_of_services(
    sqlite_engine: Engine, clock: FixedClock, tmp_path: Path, lines: tuple[str, ...], problem: str
) -> None:
    file = written(tmp_path, *lines)
    with pytest.raises(PackError) as told:
        loaded(sqlite_engine, clock, file)
    assert str(told.value).split(f"{file}: ")[1].startswith(problem)


def test_files_that_cannot_be_read(sqlite_engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    for name, content, mend in (
        (
            "a.csv",
            b"\xff\xff\xff\xff\x80",
            "encoding: this is neither UTF-8 nor GB 18030; save the file as CSV UTF-8",
        ),
        ("a.xlsx", b"PK\x03\x04 no book", "save it again as .xlsx"),
        ("a.xls", b"", ".xls: is not read here; save it as .xlsx or .csv"),
        ("no.csv", None, "there is no such file; check the path"),
    ):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PackError) as told:
            loaded(sqlite_engine, clock, file)
        assert str(told.value).startswith(f"{file}: ")
        assert str(told.value).endswith(mend)


def test_a_table_alone_makes_no_community(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, GOOD)
    with pytest.raises(
        PackError, match="community: there is none yet; load a pack with it first, or with this"
    ):
        pack_file.read([file])
    # Together with a pack it may name what that has.
    assert list(pack_file.read([PACK, file]).entries["service"]["permit-2"].references())


def test_a_name_that_several_have_is_no_station(tmp_path: Path) -> None:
    named = catalogue_file.by_name({}, lambda _section, name: "known" if name == "站" else None)
    file = written(tmp_path, "编号,分类,事项,地点", "a,b,c,站", "d,e,f,两个站")
    table = catalogue_file.read(file, Reading(ZoneInfo("UTC")), named)
    assert [list(catalogue_file.references(row)) for row in table.rows] == [
        [("stations", "place", "known")],
        [],
    ]
    assert [problem.line for problem in table.problems] == [3]
