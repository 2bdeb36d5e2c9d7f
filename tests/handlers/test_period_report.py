"""成果报告: every figure of a month, a quarter or a year is the count or the sum of the records that it leads to."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from handlers import period_cards, period_report
from handlers.recipes import RECIPES, Content, Maker
from models import duty, member, need
from models import period_report as records
from models.database import transaction
from models.need import NEED
from tests import crowd
from tests.chat import SCHEDULE, VAULT, Chat
from tests.handlers.test_showcase_staff import finished

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    """One finished project with a claim, and three needs of the tower, one of them late, one of another month."""
    say = say_on_both
    finished(say, tmp_path)
    with transaction(say.engine) as db:
        lin, tower, now = crowd.member(db, "lin"), crowd.place(db, "tower"), say.clock.now()
        for nth, title in enumerate(("灯坏了", FORMULA, "漏水", "十月的")):
            at = now if nth < 3 else now.replace(month=10)
            number = need.enter(db, at, lin, title=title, reporter_id=lin, place_id=tower)
            db.run(update(NEED).where(NEED.c.id == number).values(state="new", climbed=int(nth == 2)))
        db.run(update(NEED).where(NEED.c.title == "老人没人陪").values(visibility="hidden"))
    return say


def test_each_figure_leads_to_what_it_counts(say: Chat) -> None:
    shown = say("本月报告", "officer")
    assert (shown.did, shown.text.splitlines()[0]) == ("staff.report", "2026年11月")
    assert "诉求，按时没按时：按时2、过了时限1" in shown.text
    assert "项目，按板块：彩虹周1" in shown.text
    assert "认领，按种类：人力（项）1、志愿者（人）2" in shown.text
    assert "出力的单位：单位（家）1" in shown.text
    listed = say.press("诉求，按时没按时", "officer")
    assert re.findall("需[0-9]+ .*", listed.text) == ["需2 灯坏了", f"需3 {FORMULA}", "需4 漏水"]
    with transaction(say.engine) as db:
        asked = period_report.days(202611, date(2026, 11, 23))
        assert asked is not None
        places = duty.everywhere(db, crowd.member(db, "officer"))
        found = period_cards.sections(db, records.of(db, asked, places, SCHEDULE.zone))
    counted = {group.name.message: group for _, groups in found for group in groups if group.total is None}
    assert all(group.figure == len(group.records) for group in counted.values())
    assert "需5" in say("上月报告", "officer").text + say.press("诉求，按时没按时", "officer").text


def test_periods_in_words(say: Chat) -> None:
    today = date(2026, 11, 23)
    said = (
        "本月报告",
        "上月报告",
        "9月报告",
        "本季度报告",
        "上季度报告",
        "第一季度报告",
        "今年报告",
        "去年年报",
        "2025年报告",
    )
    assert [period_report.read(each, today) for each in said] == [
        *(202611, 202610, 202609, 202624, 202623, 202621, 2026, 2025, 2025)
    ]
    quarter = period_report.days(202624, today)
    assert quarter == records.Period(date(2026, 10, 1), date(2026, 12, 31))
    assert period_report.days(202699, today) is period_report.days(1999, today) is None
    assert say("第四季度报告", "officer").text.startswith("2026年第4季度\n")


def made(say: Chat, who: str) -> Content:
    with transaction(say.engine) as db:
        maker = Maker(member.person(db, crowd.member(db, who)), say.clock.now(), SCHEDULE.zone, VAULT)
        making = RECIPES[period_report.FILE](db, maker, 202611)
    return making()


def test_the_file_has_the_records_and_no_formula(say: Chat) -> None:
    content = made(say, "officer")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
    sheet = book.get_sheet_by_name("诉求，按时没按时").to_python()
    assert sheet[1:] == [["按时", "需2", "灯坏了"], ["按时", "需3", FORMULA], ["过了时限", "需4", "漏水"]]
    with zipfile.ZipFile(io.BytesIO(content.data)) as parts:
        assert sum(parts.read(name).count(b"<f>") for name in parts.namelist() if "worksheets/" in name) == 0


def test_only_staff_and_of_their_own_places(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    assert say("本月报告", "he").text == "请找服务站的工作人员，报告只有工作人员看。"
    with pytest.raises(KeyError):
        made(say, "he")
    with transaction(say.engine) as db:
        tower = duty.everywhere(db, crowd.member(db, "officer"))
    # The twin: without the scope a resident would read it.
    monkeypatch.setattr(duty, "everywhere", lambda *_: tower)
    assert "灯坏了" in say("periodlist 2026113", "he").text
