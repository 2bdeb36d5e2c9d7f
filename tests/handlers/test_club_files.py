"""The sheet of who was there, written so that no spreadsheet computes anything of it."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

from handlers import club_files
from handlers.recipes import Maker
from models.club import Attended
from models.member import Person
from tests.chat import VAULT


def test_words_stay_words() -> None:
    starts = datetime.fromisoformat("2026-11-27T18:00:00+08:00")
    maker = Maker(Person(1, "en", None, None), starts, ZoneInfo("Asia/Shanghai"), VAULT)
    rows = [Attended("=1+1", starts, "+86", came) for came in (True, False, None)]
    content = club_files._write(maker, rows)
    read = CalamineWorkbook.from_filelike(BytesIO(content.data)).get_sheet_by_index(0).to_python()
    assert [row[1:3] for row in read[1:]] == [["'=1+1", "'+86"]] * 3
    assert [row[3] for row in read] == ["Status", "Came", "Not there", "no check-in"]
