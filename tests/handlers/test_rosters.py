"""The list as a spreadsheet: Chinese is right, phone numbers are text, and nothing that somebody wrote is a formula."""

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select, update

from handlers import attendance, rosters
from handlers.recipes import RECIPES, Content, Maker
from models import member
from models.activity import ACTIVITY
from models.database import transaction
from models.member import MEMBER, ROLE
from models.place import PLACE
from tests.chat import SCHEDULE, VAULT, Chat
from tests.handlers.test_attendance import enter, filled, key

PHONE = "13812345678"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x.example", "00123"]


def made(say: Chat, who: str) -> Content:
    with transaction(say.engine) as db:
        maker = Maker(member.person(db, key(db, who)), say.clock.now(), SCHEDULE.zone, VAULT)
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee"))
        making = RECIPES[attendance.FILE](db, maker, number)
    return making()


def sheets(content: Content) -> dict[str, Any]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def formulas(content: Content) -> int:
    """How many cells a spreadsheet would compute."""
    with zipfile.ZipFile(io.BytesIO(content.data)) as parts:
        return sum(parts.read(name).count(b"<f>") for name in parts.namelist() if "worksheets/" in name)


def test_three_sheets_with_everybody_and_numbers_as_text(say: Chat) -> None:
    filled(say)
    with transaction(say.engine) as db:
        sealed = {"phone": VAULT.seal(PHONE)}
        db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(sealed))
    content = made(say, "officer")
    found = sheets(content)
    assert list(found) == ["报名", "候补", "签到"]
    heads = ["姓名", "人数", "岗位", "状态", "谁报的", "报名时间", "手机号", "对什么过敏吗？"]
    assert found["报名"] == [
        heads,
        ["林一", "2", "", "已到", "", "2026-11-17 14:00", PHONE, "=1+1"],
        ["林妈妈", "1", "", "已报名", "林一", "2026-11-17 14:00", "", ""],
        ["Anna", "1", "", "待审核", "", "2026-11-17 14:00", "", ""],
    ]
    assert [row[0] for row in found["候补"]] == ["姓名", "梅三"]
    assert found["签到"][1] == ["林一", "2", "2026-11-26 12:30", "", "工作人员登记", ""]
    assert content.media_type.endswith("spreadsheetml.sheet")


def test_no_cell_is_a_formula_a_link_or_a_number(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(say.engine) as db:
        for words in FORMULAS:
            enter(db, None, guest=words)
    content = made(say, "officer")
    assert [row[0] for row in sheets(content)["报名"][1:]] == FORMULAS
    assert formulas(content) == 0
    # The twin: written as the library does by itself, some are.
    monkeypatch.setattr(rosters, "_AS_WRITTEN", {})
    monkeypatch.setattr(
        xlsxwriter.worksheet.Worksheet, "write_string", lambda sheet, *cell: sheet.write(*cell)
    )
    assert formulas(made(say, "officer")) > 0


def test_phone_numbers_are_for_staff_of_the_place_alone(say: Chat) -> None:
    filled(say)
    with transaction(say.engine) as db:
        db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(phone=VAULT.seal(PHONE)))
        enter(db, None, guest="何伯", answers={"allergy": f"打{PHONE}"})
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
        db.run(insert(ROLE), member_id=key(db, "mei"), kind="door", place_id=tower)
    assert PHONE in str(sheets(made(say, "officer")))
    found = str(sheets(made(say, "he")))  # its contact
    assert "林一" in found
    assert PHONE not in found
    # Who keeps the door reads the list in the chat, and takes nothing away.
    for who in ("mei", "anna"):
        with pytest.raises(KeyError):
            made(say, who)
