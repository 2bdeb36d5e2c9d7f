"""双报告 as staff see it: how far a quarter is, and its cards made now."""

from pathlib import Path

from tests.chat import Chat
from tests.handlers.test_double_reports import cards, lived


def test_staff_make_them_now_and_nobody_is_asked_twice(say_on_both: Chat, tmp_path: Path) -> None:
    say = lived(say_on_both, tmp_path)
    assert "请找服务站的工作人员" in say("本季度双报告", "qu").text
    overview = say("本季度双报告", "hai")
    assert overview.did == "staff.report"
    assert "2026年第4季度双报告：报到的0位有服务卡" in overview.text
    say.press("请本人确认", "hai")
    assert "2次、240分钟" in say.told()["qu"].text
    say.press("确认并发给单位", "qu")
    say.press("不发", "yu")
    assert "确认1位，不对0位，不发1位" in say("本季度双报告", "hai").text
    say.press("现在发给单位", "hai")
    assert "瞿工" in say.told()["cen"].text
    # At the end of the quarter nothing has changed: nobody is asked again.
    later = say.told("2027-01-16T09:00:00+08:00")
    assert not any("服务卡" in said.text for said in later.values())
    assert len(cards(say)) == 2
    assert "到现在为止" in say("2027年第四季度双报告", "hai").text
