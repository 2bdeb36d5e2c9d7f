"""What there is at a station: today's programme, its place on the map, services, rooms and visits."""

from pathlib import Path

import pytest

from bot import community
from tests.chat import Chat


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    community.load(say_on_both.engine, [Path(__file__).with_name("visits.toml")])
    return say_on_both


def test_what_is_on_there_and_what_one_can_book(say: Chat) -> None:
    shown = say("槭树工场服务站在哪", "yi")
    assert "今天有：12:10 槭树茶会\n可借：小会议室" in shown.text
    assert shown.labels == ["今天的活动", "借房间", "能办的事", "企业提问", "看地图"]
    today = say.press("今天的活动", "yi")
    assert (today.did, today.refs) == ("activity.search", ["activity:tea-today"])
    say("槭树工场服务站在哪", "yi")
    given = say.press("能办的事", "yi")
    assert (given.did, given.refs) == ("service.search", ["service:parcels"])
    say("槭树工场服务站在哪", "yi")
    assert say.press("借房间", "yi").did == "service.book"
    say("取消", "yi"), say("槭树工场服务站在哪", "yi")
    mapped = say.press("看地图", "yi")
    assert (mapped.text.split("\n")[0], mapped.refs) == (
        "槭树工场服务站在槭树路3号2楼。",
        ["place:works-station"],
    )
    assert say("visitsat 999", "yi").text == "请看看有哪些服务站，没有找到这一个。"


def test_what_is_on_at_the_stations(say: Chat) -> None:
    assert "activity:tea-today" in say("服务站今天有什么", "yi").refs
    assert say("服务站有什么课", "yi").did == "activity.search"
