"""What guides hear as time passes: more groups, none, and that a slot still lacks somebody."""

from pathlib import Path

import pytest

from bot import community
from tests.chat import Chat
from tests.handlers.test_guides import book, sign


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    community.load(say_on_both.engine, [Path(__file__).with_name("visits.toml")])
    return say_on_both


def test_a_guide_hears_once_of_every_change(say: Chat) -> None:
    book(say, "yi", 12)
    sign(say)
    say.told()
    book(say, "er", 10)
    told = say.told()
    assert (
        told["guo"].text
        == "12月2日 周三 10:00讲解「堆肥馆团队参观」，现在来约1（12人）、约2（10人），共22人。"
    )
    # Who came later learns who guides, and who knew it is not told again.
    assert set(told) == {"guo", "er"}
    assert say.told() == {}
    for who in ("yi", "er"):
        say("取消我的预约", who), say.press("确认取消", who)
    told = say.told()
    assert told["guo"].text == "12月2日 周三 10:00讲解「堆肥馆团队参观」不用来了，团队取消了。"
    assert say("我的讲解", "guo").text.startswith("您还没有报讲解。")
    assert say.told() == {}


def test_two_days_before_the_officer_and_earlier_guides_are_asked_once(say: Chat) -> None:
    book(say, "er", 5, "11月24日10点")
    called = say.told()
    # In less than two days: at once; nobody has guided yet.
    assert set(called) == {"warden"}
    assert called["warden"].text == (
        "请看看能不能讲解：明天 11月24日 周二 10:00堆肥体验馆「堆肥馆团队参观」来5人，缺1位讲解员。"
    )
    assert called["warden"].labels == ["我来讲解", "讲解员安排"]
    assert say.told() == {}
    sign(say)
    say("好的", "guo"), say.told()
    book(say, "yi", 12)
    assert say.told() == {}
    later = say.told("2026-11-30T10:00:00+08:00")
    assert "12月2日 周三 10:00" in later["warden"].text
