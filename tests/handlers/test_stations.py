"""Stations: which is nearest, whether it is open, what it does and what one can come there for."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from bot import community
from bot.inbound import Inbound
from models.database import transaction
from tests.chat import Chat, Said

VISITS = Path(__file__).with_name("visits.toml")


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    community.load(say_on_both.engine, [VISITS])
    return say_on_both


def stand(say: Chat, here: tuple[float, float], who: str = "er", **besides: object) -> Said:
    return say.send(Inbound("console", who, location=here, **besides))  # type: ignore[arg-type]


def test_the_nearest_to_where_one_works_lives_or_names(say: Chat) -> None:
    work = say("离我公司最近的服务站在哪", "yi")
    assert (work.did, work.refs) == ("station.search", ["place:works-station"])
    assert work.text.split("\n\n")[0].split("\n") == ["离槭树工场最近的是："]
    assert "状态：现在开着，18:00关门" in work.text
    assert "距离：100米以内" in work.text
    assert say("我家附近最近的服务站", "yi").refs == ["place:grove-station"]
    assert say("离松鼠苑最近的服务站", "yi").refs == ["place:grove-station"]
    near = say("公司附近有服务站吗", "yi")
    assert (near.refs, near.text.split("\n")[0]) == (
        ["place:works-station", "place:grove-station"],
        "1公里内有2个服务站，近的在前：",
    )
    assert say("where is the nearest service station", "yi").refs == ["place:works-station"]


def test_open_now_and_when_next(say: Chat) -> None:
    closed = say("松鼠苑服务站几点开门", "yi")
    assert (closed.did, closed.refs) == ("station.show", ["place:grove-station"])
    # It is a Monday.
    assert "松鼠苑服务站【休息】\n状态：现在休息，明天08:30开门" in closed.text
    assert "11月28日周六：08:30–17:00" in say("松鼠苑服务站周六几点开门", "yi").text
    opened = say("现在开着的服务站有哪些", "yi")
    assert "place:grove-station" not in opened.refs
    assert "place:works-station" in opened.refs
    # 2027-02-06 begins the Spring Festival.
    say.at("2027-02-08T10:00:00+08:00")
    assert "【休息】" in say("槭树工场服务站开着吗", "yi").text


def test_near_the_office_is_also_where_things_get_done(say: Chat) -> None:
    for words in (
        "公司附近哪里能办事",
        "公司附近办事的地方",
        "公司附近邊度可以辦事",
        "where can I get things done near my office",
    ):
        said = say(words, "yi")
        assert (said.did, said.refs[:2]) == (
            "station.search",
            ["place:works-station", "place:grove-station"],
        ), words
    # Who names what is to be done asks for that, and 附近 alone for what is on.
    assert say("公司附近哪里可以代收快件", "yi").did == "service.search"
    assert say("公司附近", "yi").did == "activity.search"
    assert say("附近有什么社团", "yi").did == "club.search"
    home = say("居委会在哪", "yi")
    assert (home.did, home.refs[0]) == ("station.search", "place:grove-station")
    for words in ("最近的地铁站在哪", "where is the nearest metro station"):
        assert say(words, "yi").did == "unknown", words
    assert say("服务站附近有人乱停车", "yi").did == "need.report"


def test_where_all_are_seen_from_is_said_and_the_nearest_comes_first(say: Chat) -> None:
    assert say("离我家最近的服务站", "yi").text.startswith("离松鼠苑最近的是：")
    assert say("服务站怎么走", "yi").refs[:2] == ["place:works-station", "place:grove-station"]
    assert say("服务站怎么走", "yi", group="g1").refs[:1] != ["place:works-station"]


def test_open_at_an_hour_and_none_at_all(say: Chat) -> None:
    evening = say("下午5点半还开着的服务站", "yi")
    assert "place:works-station" in evening.refs
    assert "place:far-station" not in evening.refs
    # It is Monday: the state of now is not said beside the hours of another day.
    assert "【" not in say("哪些服务站周四开门", "yi").text
    say.at("2026-11-24T03:00:00+08:00")
    night = say("哪个服务站还开着", "yi")
    assert night.text.startswith("请等开门再来，现在都不开门：")
    assert "槭树工场服务站【休息】\n   现在休息，今天09:00开门" in night.text


@pytest.mark.parametrize(
    "words",
    [
        "槭树工场服务站元旦开吗",
        "is the 槭树工场服务站 open on new year's day",
    ],
)
def test_on_a_holiday(say: Chat, words: str) -> None:
    said = say(words, "yi")
    assert (said.did, "1月1日周五：休息" in said.text) == ("station.show", True)


def test_all_days_of_a_holiday(say: Chat) -> None:
    assert "2月5日周五至2月8日周一：休息" in say("槭树工场服务站春节开门吗", "yi").text
    assert "11月28日周六至11月29日周日：休息" in say("槭树工场服务站周末开吗", "yi").text
    none = say("服务站2月8日开门吗", "yi")
    assert none.text.startswith("请换个时间来，那时候都不开门：")


@pytest.mark.parametrize(
    "words",
    [
        "槭树工场服务站",
        "槭树工场服务站营业时间",
        "槭树工场服务站开门时间",
        "槭树工场服务站开著嗎",
        "槭树工场服务站能做什么",
        "槭树工场服务站电话",
        "槭树工场服务站今天开到几点",
        "槭树工场服务站 opening hours",
    ],
)
def test_its_name_and_whatever_is_asked_of_it_shows_it(say: Chat, words: str) -> None:
    said = say(words, "yi")
    assert (said.did, said.refs) == ("station.show", ["place:works-station"])


def test_the_name_of_a_station_answers_where_one_is(say: Chat) -> None:
    say("附近的服务站", "er")
    assert say("槭树工场服务站", "er").text.startswith("离槭树工场服务站最近的是：")
    say("路灯坏了", "yi")
    assert say("松鼠苑服务站", "yi").did == "answer"


def test_all_of_them_page_by_page(say: Chat) -> None:
    first = say("有哪些服务站", "yi")
    assert (first.did, len(first.refs), first.text.split("\n")[0]) == ("station.search", 5, "有5个服务站：")
    assert [*say("stationpage 99", "yi").refs] == first.refs


def test_of_a_day_only_those_that_are_open_then(say: Chat) -> None:
    listed = say("哪些服务站周日开门", "yi")
    assert (listed.did, listed.refs) == ("station.search", ["place:far-station"])
    assert "11月29日周日：10:00–16:00" in listed.text
    # 我们楼里的 and 有服务站吗 of a building mean the one in it; what is on there is something else.
    assert say("槭树工场有服务站吗", "yi").refs == ["place:works-station"]
    assert say("我们小区的服务站有人吗", "yi").refs == ["place:grove-station"]
    assert say("槭树工场有什么好玩的", "yi").did == "activity.search"


def test_a_group_does_not_learn_where_somebody_works(say: Chat) -> None:
    shown = say("公司附近的服务站", "yi", group="g1")
    assert (shown.did, shown.text.split("\n")[0]) == ("station.search", "有5个服务站：")
    assert "距离" not in shown.text
    for words in ("我们楼有服务站吗", "我们小区的服务站有人吗"):
        shown = say(words, "yi", group="g1")
        assert (shown.text.split("\n")[0], len(shown.refs) > 1) == ("有5个服务站：", True), words


def test_what_a_station_does_finds_it(say: Chat) -> None:
    for words in ("找企业管家", "哪里有法律服务", "哪里可以找律师", "where can I find a lawyer"):
        said = say(words, "yi")
        assert (said.did, said.refs) == ("station.search", ["place:works-station"]), words
    assert say("哪里有老年助餐", "yi").refs == ["place:grove-station"]


def test_a_sent_location_says_inside_or_nearest_and_is_not_kept(say: Chat) -> None:
    """Nor how far it is: three distances tell where somebody was."""
    asked = say("附近的服务站", "er")
    assert asked.text.startswith("您在哪里？请发一下位置")
    inside = stand(say, (31.30123, 121.50117))
    assert (inside.did, inside.refs) == ("station.search", ["place:works-station"])
    assert inside.text.startswith("您就在这里：")
    assert "距离" not in inside.text
    say("附近的服务站", "er")
    assert stand(say, (31.30517, 121.50533)).text.startswith("离您最近的是：")
    say("附近的服务站", "er")
    assert say("松鼠苑", "er").refs == ["place:grove-station"]
    # Without a question what is on there is shown too.
    told = stand(say, (31.30123, 121.50117))
    assert (told.did, told.messages[-1][1].text) == (
        "activity.search",
        "您在槭树工场服务站，现在开着，18:00关门。",
    )
    told = stand(say, (31.30517, 121.50533))
    assert told.messages[-1][1].text == "离您最近的服务站是松鼠苑服务站，现在休息，明天08:30开门。"
    with transaction(say.engine) as db:
        stored = [
            str(row)
            for table in SQLModel.metadata.sorted_tables
            if table.name != "place"
            for row in db.rows(select(table))
        ]
    assert [each for each in stored if "31.3012" in each or "121.5011" in each or "31.3051" in each] == []


def test_a_location_of_a_while_ago_or_of_somebody_else_is_not_looked_at(say: Chat) -> None:
    now = say.clock.now().astimezone(UTC)
    refused = "请再发一次位置，要现在的、自己的。刚才那个我们没有看。"
    for besides in ({"sent": now - timedelta(seconds=61)}, {"forwarded": True}):
        old = stand(say, (31.30123, 121.50117), **besides)
        assert (old.did, old.text, old.refs) == ("unknown", refused, [])
    assert stand(say, (31.30123, 121.50117), sent=now - timedelta(seconds=59)).did == "activity.search"
    say("附近的服务站", "er")
    assert refused in stand(say, (31.30123, 121.50117), sent=now - timedelta(seconds=61)).text


def test_what_is_about_something_else_is_not_taken_for_a_station(say: Chat) -> None:
    for words, did in {
        "槭树工场服务站有什么活动": "activity.search",
        "我到槭树工场服务站了,签到": "station.checkin",
        "槭树工场服务站的灯坏了": "need.report",
    }.items():
        assert say(words, "yi").did == did, words
        say("取消", "yi")
