"""Registering, seeing it, cancelling: the first complete path."""

from tests.chat import Chat


def test_from_a_search_to_a_cancelled_registration(say_on_both: Chat) -> None:
    say = say_on_both
    found = say("这周四中午有什么活动")
    assert found.did == "activity.search"
    assert found.refs == ["activity:yoga-thu", "activity:coffee"]
    shown = say("1")
    assert (shown.did, shown.refs) == ("activity.show", ["activity:yoga-thu"])
    asked = say.press("报名")
    assert asked.did == "activity.register"
    assert "报名「午间瑜伽」，1位，对吗？" in asked.text
    done = say.press("确认报名")
    assert done.did == "activity.register"
    assert "报名成功" in done.text
    assert say("我的报名").refs == ["activity:yoga-thu"]
    assert say("取消周四的瑜伽").did == "activity.cancel"
    cancelled = say.press("确认取消")
    assert (cancelled.did, cancelled.refs) == ("activity.cancel", ["activity:yoga-thu"])
    assert say("我的报名").refs == []
