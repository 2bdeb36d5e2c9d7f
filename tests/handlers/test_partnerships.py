"""Partners: applied for with aims, decided by staff, listed under each aim, asked once about another year, ended by either."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import notice, partnership
from models.database import transaction
from models.delivery import DELIVERY
from models.notice import NOTICE
from models.partnership import PARTNERSHIP
from tests import units
from tests.chat import Chat

DUE = "2027-10-24T12:00:00+08:00"
THEN = "2027-11-25T12:00:00+08:00"


def applied(say: Chat, folder: Path) -> Chat:
    units.load(say.engine, folder)
    assert say("我们公司想成为社区伙伴", "cen").did == "partnership.apply"
    say("1、3", "cen")
    say("会议室一间", "cen")
    done = say.press("提交", "cen")
    assert (done.did, done.text.splitlines()[0]) == (
        "partnership.apply",
        "提交了，编号伙1。工作人员看过告诉您。",
    )
    return say


def approved(say: Chat, folder: Path) -> Chat:
    applied(say, folder)
    asked = say.told()["officer"]
    assert "雪松科技想成为社区伙伴" in asked.text
    assert "会议室一间" in asked.text
    assert say.press("同意", "officer").did == "partnership.decide"
    assert "雪松科技是社区伙伴了，到2027年11月23日" in say.told()["cen"].text
    return say


def state(say: Chat) -> tuple[str, str | None]:
    with transaction(say.engine) as db:
        row = db.row(select(PARTNERSHIP))
    assert row is not None
    return row.state, row.until and row.until.isoformat()[:10]


def renewals(say: Chat) -> int:
    """How many messages about another year anybody has."""
    with transaction(say.engine) as db:
        rows = db.rows(
            select(DELIVERY.c.id)
            .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
            .where(NOTICE.c.kind == "question")
        )
    return len(rows)


def test_a_unit_is_listed_under_each_of_its_aims_once_staff_agree(say_on_both: Chat, tmp_path: Path) -> None:
    say = applied(say_on_both, tmp_path)
    assert "现在有0家" in say("社区伙伴有哪些").text
    assert "已经提交过" in say("成为伙伴", "cen").text
    # Nobody but staff of the unit's place decides, by no old button either.
    assert say("partnerok 1", "lin").text == "请找站长、银主任，云杉大厦的事由工作人员办。"
    assert state(say)[0] == "applied"
    say.told()
    say.press("同意", "officer")
    assert "不用再点" in say("partnerok 1", "officer").text
    shown = say("社区伙伴有哪些", "he")
    assert shown.refs == ["organization:cedar"]
    assert all(aim in shown.text for aim in ("共议楼宇", "绿意楼宇", "平安楼宇"))
    assert shown.text.count("雪松科技") == 2
    assert say("绿意楼宇的社区伙伴有哪些").refs == []
    assert "已经是社区伙伴" in say("成为伙伴", "cen").text


def test_what_is_declined_has_a_reason_and_may_come_again(say_on_both: Chat, tmp_path: Path) -> None:
    say = applied(say_on_both, tmp_path)
    say.told()
    say.press("不同意", "officer")
    say("请先完成登记", "officer")
    assert "原因：请先完成登记" in say.told()["cen"].text
    assert say.press("再提一次", "cen").did in ("partnership.apply", "answer")
    assert say("我想成为伙伴", "lin").text.startswith("请先")
    assert "partnership" in say("成为伙伴", "lin").did


def test_its_contact_is_asked_once_and_one_tap_is_another_year(say_on_both: Chat, tmp_path: Path) -> None:
    say = approved(say_on_both, tmp_path)
    assert "现在不用续" in say("partneron 1", "cen").text
    told = say.told(DUE)
    assert "续一年吗？雪松科技的伙伴关系到" in told["cen"].text
    say.restart()
    assert say.told("2027-10-30T12:00:00+08:00") == {}
    assert say("partneron 1", "fan").text.startswith("请找岑经理")
    assert "续好了，到2028年11月23日" in say.press("续一年", "cen").text
    # A second tap adds no second year.
    assert "现在不用续" in say("partneron 1", "cen").text
    assert state(say) == ("active", "2028-11-23")
    assert "雪松科技续了一年" in say.told()["officer"].text
    assert "cen" not in say.told(THEN)
    assert renewals(say) == 1


def test_two_schedulers_ask_once(say: Chat, tmp_path: Path) -> None:
    approved(say, tmp_path)
    say.told(DUE)
    _look_again(say)
    assert "cen" not in say.told()
    assert renewals(say) == 1


def test_without_its_key_a_second_scheduler_asks_twice(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(say, tmp_path)
    say.told(DUE)
    monkeypatch.setattr(notice, "_TOLD", notice._TOLD.where(NOTICE.c.id < 0))
    monkeypatch.setattr(notice, "_INSERT", notice._INSERT.values())
    with transaction(say.engine) as db:
        db.run(NOTICE.update().values(key=None))
    _look_again(say)
    say.told()
    assert renewals(say) == 2


def _look_again(say: Chat) -> None:
    """As another scheduler would that read the row before the first one moved it on."""
    with transaction(say.engine) as db:
        db.run(PARTNERSHIP.update().values(due=say.clock.now()))


def test_what_is_not_prolonged_ends_and_either_side_may_end_it(say_on_both: Chat, tmp_path: Path) -> None:
    say = approved(say_on_both, tmp_path)
    say.told("2027-11-22T12:00:00+08:00")
    assert "到期了" in say.told(THEN)["cen"].text
    assert state(say)[0] == "expired"
    assert "现在有0家" in say("社区伙伴有哪些").text
    say("成为伙伴", "cen")
    say("都选", "cen")
    say.press("以后再说", "cen")
    say.press("提交", "cen")
    say.told()
    say.press("同意", "officer")
    say("我们不再做社区伙伴了", "cen")
    assert say.press("结束伙伴关系", "cen").did == "partnership.end"
    assert "退出了社区伙伴" in say.told()["officer"].text
    with transaction(say.engine) as db:
        assert partnership.active(db, say.clock.now()) == []


def test_where_there_are_no_buttons_it_is_applied_for_by_numbers(say: Chat, tmp_path: Path) -> None:
    units.load(say.engine, tmp_path, units.UNITS.replace("console:cen", "wechat:cen"))

    def typed(text: str) -> str:
        return say(text, "cen", channel="wechat").text

    typed("我们公司想成为社区伙伴")
    assert "已选共议楼宇" not in typed("1 3")
    sure = typed("会议室一间")
    (line,) = [line for line in sure.splitlines() if line.endswith("提交") and "先不" not in line]
    assert typed(line[0]).startswith("提交了，编号伙1")
