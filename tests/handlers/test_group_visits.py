"""参观: what groups can visit, and that a slot never takes more people than it is for."""

from pathlib import Path

import pytest

from bot import community
from tests.chat import Chat, Said


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    community.load(say_on_both.engine, [Path(__file__).with_name("visits.toml")])
    return say_on_both


def ask(say: Chat, who: str, party: int) -> Said:
    return say(f"预约周三10点堆肥馆团队参观，{party}个人", who)


def test_what_a_group_can_visit(say: Chat) -> None:
    said = say("我们单位想参观堆肥体验馆", "yi")
    assert (said.did, said.refs) == ("service.search", ["service:tour"])
    assert said.text.split("\n")[2:] == [
        "堆肥馆团队参观",
        "地点：堆肥体验馆",
        "状态：现在休息，明天09:00开门",
        "一队最多：30人",
        "讲解：有志愿讲解员",
    ]
    assert say.press("预约参观", "yi").did == "service.book"


def test_who_says_how_many_come_is_asked_for_the_day(say: Chat) -> None:
    asked = say("我们想组织12个人参观堆肥体验馆", "yi")
    assert (asked.did, asked.refs, asked.text) == ("service.book", ["service:tour"], "约哪一天？")
    say("取消", "yi")
    assert "人数：12位" in say("周三10点参观堆肥体验馆，12个人", "yi").text
    say("取消", "yi")
    assert say("we want to visit 堆肥馆团队参观 with 12 people", "yi").text == "约哪一天？"


def test_twelve_and_twelve_fit_into_thirty_and_eight_more_get_the_next_slot(say: Chat) -> None:
    for who in ("yi", "er"):
        asked = ask(say, who, 12)
        assert (asked.did, "人数：12位" in asked.text) == ("service.book", True)
        assert "约好了" in say.press("确认预约", who).text
    refused = ask(say, "san", 8)
    assert (refused.did, refused.refs) == ("service.book", ["service:tour"])
    assert "11月25日 周三 10:00" in refused.text
    assert any("11月25日 周三 11:00" in label for label in refused.labels), refused.labels
    say("取消", "san")
    # Six fit still.
    ask(say, "san", 6)
    assert "约好了" in say.press("确认预约", "san").text
