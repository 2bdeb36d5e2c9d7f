"""From all activities to those of one place or topic in two taps."""

from tests.chat import Chat


def test_by_place_in_two_taps(say: Chat) -> None:
    say("找活动")
    offered = say.press("按地点找")
    assert (offered.text.splitlines()[0], offered.labels) == ("哪里的？", ["云杉大厦", "海棠苑"])
    found = say.press("海棠苑")
    assert (found.did, found.refs) == (
        "activity.search",
        ["activity:taiji", "activity:pressure", "activity:sorting", "activity:story"],
    )


def test_by_topic_in_two_taps_and_by_number(say: Chat) -> None:
    say("找活动")
    offered = say.press("按主题找")
    assert (offered.text.splitlines()[0], offered.labels[0]) == ("什么主题的？", "运动")
    assert say.press("瑜伽").refs == ["activity:yoga-tue", "activity:yoga-thu"]
    say("按主题找", channel="wechat")
    say("找活动", channel="wechat")
    say("按主题找", channel="wechat")
    assert say("1", channel="wechat").refs == ["activity:yoga-tue", "activity:taiji", "activity:yoga-thu"]


def test_one_s_own_place_comes_first(say: Chat) -> None:
    assert say("byplace", "he").labels[0] == "海棠苑"
