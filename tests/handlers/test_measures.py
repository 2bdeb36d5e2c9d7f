"""华悦 3.2: a figure in one line, its correction, one reminder at the hour, and sums that everybody reads."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import community
from models import measure, metric, notice
from models.database import transaction
from models.measure import MEASURE
from models.metric import Point
from models.refusal import Refusal
from tests import street
from tests.chat import Chat
from tests.shifts import member
from tests.street import rows

DAY = date(2026, 11, 23)


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def point(say: Chat, name: str) -> Point:
    with transaction(say.engine) as db:
        return next(each for each in metric.points(db) if each.name == name)


def enter(say: Chat, name: str, day: date, amount: int, who: str = "weigher") -> None:
    at = point(say, name)
    with transaction(say.engine) as db:
        known = measure.of_day(db, at, day)
        measure.enter(db, at, day, amount, member(db, who), say.clock.now(), known.id if known else None)


def test_a_line_is_entered_echoed_and_corrected(say: Chat) -> None:
    done = say("北点 3.2", "weigher")
    assert done.did == "measure.enter"
    assert done.text == "记下了。\n北点 11月23日：3.2吨\n11月到这天共3.2吨。要改就发“更正 北点 数字”。"
    late = say("昨天北点湿垃圾三吨二", "weigher")
    assert late.text.startswith("记下了。\n北点 11月22日：3.2吨\n11月到这天共3.2吨。")
    assert say("北点 3.2", "weigher").text.startswith("已经是这个数了，不用再记。")
    again = say("今天湿垃圾 3.5吨", "weigher")
    assert again.text == "北点11月23日已经记了3.2吨，改成3.5吨吗？"
    assert say.press("不记", "weigher").text == "好的，没有记。"
    fixed = say("更正 北点 3.5", "weigher")
    assert fixed.text.startswith("更正好了，原来的数也留着。\n北点 11月23日：3.5吨\n11月到这天共6.7吨。")
    assert say("更正 北点 4000公斤", "weigher").text.startswith(
        "更正好了，原来的数也留着。\n北点 11月23日：4吨"
    )
    assert rows(say, MEASURE.c.id, MEASURE.c.amount, MEASURE.c.replaces_id) == [
        (1, 3200, None),
        (2, 3200, None),
        (3, 3500, 1),
        (4, 4000, 3),
    ]


@pytest.mark.parametrize(
    ("line", "day", "value"),
    [
        ("北点 3，2", "11月23日", "3.2"),
        ("北点 3。2", "11月23日", "3.2"),
        ("北点3点2吨", "11月23日", "3.2"),
        ("北点 1,200公斤", "11月23日", "1.2"),
        ("北点3吨200公斤", "11月23日", "3.2"),
        ("北点半吨", "11月23日", "0.5"),
        ("北点今天没有", "11月23日", "0"),
        ("大前天北点 3", "11月20日", "3"),
        ("周一北点 3", "11月23日", "3"),
        ("周五北点 3", "11月20日", "3"),
        ("上周日北点 3", "11月22日", "3"),
        ("北点11-20 3.1", "11月20日", "3.1"),
    ],
)
def test_as_it_is_typed_or_dictated(say: Chat, line: str, day: str, value: str) -> None:
    assert say(line, "weigher").text.startswith(f"记下了。\n北点 {day}：{value}吨\n")


def test_the_day_is_that_of_the_community(say: Chat) -> None:
    say.at("2026-11-30T23:59:00+08:00")
    assert say("北点 3", "weigher").text.startswith("记下了。\n北点 11月30日：3吨\n11月到这天共3吨。")
    say.at("2026-12-01T00:01:00+08:00")
    assert say("北点 2", "weigher").text.startswith("记下了。\n北点 12月1日：2吨\n12月到这天共2吨。")
    assert say("更正昨天北点 1", "weigher").text.startswith("更正好了，原来的数也留着。\n北点 11月30日：1吨")
    # What is older than two months staff correct.
    assert "超过62天" in say("8月1日 北点 3", "weigher").text
    assert say("8月1日 北点 3", "estate-officer").text.startswith("记下了。\n北点 8月1日：3吨")


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("北点 -3", "请发0或更大的数"),
        ("北点 nan", "请发一个数字"),
        ("更正北点", "请发一个数字"),
        ("北点 inf", "请发一个数字"),
        ("北点 1e99", "请再看看这个数，一天最多记10000吨。"),
        ("北点 99999", "请再看看这个数，一天最多记10000吨。"),
        ("北点 3.12345", "请少写几位"),
        ("12月31日 北点 3", "请到那一天再记"),
        ("8月1日 北点 3", "请找工作人员，超过62天的数要他们来改。"),
        ("南点 3", "请找居委老师、主任，南点的数由记录员或工作人员记。"),
    ],
)
def test_what_cannot_be_is_refused_in_words(say: Chat, line: str, refused: str) -> None:
    told = say(line, "weigher")
    assert (told.did, told.text.startswith(refused)) == ("measure.enter", True)
    assert rows(say, MEASURE.c.id) == []


def test_only_who_measures_there_enters(say: Chat) -> None:
    for who in ("lin", "acme-rep", "officer"):
        assert say("北点 3", who).text.startswith("请找居委老师、主任，北点的数由记录员或工作人员记。")
        assert say(f"measure {point(say, '北点').place}", who).text.startswith("请找居委老师、主任")
    assert rows(say, MEASURE.c.id) == []
    for who in ("weigher", "estate-officer", "chief"):
        assert "11月23日" in say("更正 北点 0", who).text
    assert rows(say, MEASURE.c.id, MEASURE.c.amount) == [(1, 0)]


def test_what_is_far_from_usual_asks(say: Chat) -> None:
    for ago in range(1, 4):
        enter(say, "北点", DAY - timedelta(ago), 1000)
    # Three times the median is still usual; what is more asks, and a figure of long ago does not count.
    enter(say, "北点", DAY - timedelta(31), 90_000)
    assert say("北点 3", "weigher").text.startswith("记下了。")
    odd = say("更正 北点 3.001", "weigher")
    assert odd.text == "北点11月23日是3.001吨，对吗？比平时多了好几倍。"
    assert say.press("记下", "weigher").text.startswith("更正好了")
    assert rows(say, MEASURE.c.id, MEASURE.c.amount)[-1] == (6, 3001)


def test_two_at_once_leave_one_chain(say: Chat) -> None:
    at = point(say, "北点")
    enter(say, "北点", DAY, 1000)
    with transaction(say.engine) as db:
        who, now = member(db, "weigher"), say.clock.now()
        with pytest.raises(Refusal):
            measure.enter(db, at, DAY, 2000, who, now)
        measure.enter(db, at, DAY, 3000, who, now, replaces=1)
        with pytest.raises(Refusal):
            measure.enter(db, at, DAY, 4000, who, now, replaces=1)
        counts = measure.of_day(db, at, DAY)
        assert counts is not None
        assert (counts.amount, measure.so_far(db, at, DAY)) == (3000, 3000)


def test_one_reminder_at_the_hour(say: Chat) -> None:
    assert "weigher" not in say.told("2026-11-23T19:59:00+08:00")
    told = say.told("2026-11-23T23:00:00+08:00")
    assert told["weigher"].text == "请记一下北点今天的湿垃圾，回一句“北点 3.2”就行，没有就发0。"
    # Where nobody has the role its officer is told.
    assert told["estate-officer"].text.count("请记一下") == 1
    assert told["officer"].text.count("请记一下") == 1
    assert say.press("记录北点", "weigher").text == "北点今天湿垃圾多少吨？比如“3.2”，没有就发0。"
    assert say("三点五", "weigher").text.startswith("记下了。\n北点 11月23日：3.5吨")
    say.at("2026-11-24T12:00:00+08:00")
    say("北点 2", "weigher")
    assert "weigher" not in say.told("2026-11-25T12:00:00+08:00")
    assert say.told("2026-11-25T20:30:00+08:00")["weigher"].text.count("请记一下") == 1


def test_a_repeat_of_the_job_tells_nobody_twice(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say.told("2026-11-23T20:00:00+08:00")
    with transaction(say.engine) as db:
        metric.put_off(db, 1, say.clock.now())
    assert "weigher" not in say.told("2026-11-23T20:05:00+08:00")
    # The twin: another key is another message.
    with transaction(say.engine) as db:
        metric.put_off(db, 1, say.clock.now())
    whole = notice.tell_member

    def anew(*given: Any, **named: Any) -> bool:
        return whole(*given, **{**named, "key": None})

    monkeypatch.setattr(notice, "tell_member", anew)
    assert "weigher" in say.told("2026-11-23T20:10:00+08:00")


def test_it_is_off_where_the_pack_says_no_hour(say: Chat, tmp_path: Path) -> None:
    file = tmp_path / "street.toml"
    file.write_text(street.PACK.replace('by = "20:00"\n', ""), "utf-8")
    community.load(say.engine, [file])
    assert "weigher" not in say.told("2026-11-24T21:00:00+08:00")
