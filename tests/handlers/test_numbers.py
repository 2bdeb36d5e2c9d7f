"""取号: a number, how many are ahead, and what is told while one waits."""

from pathlib import Path

import pytest

from models.database import transaction
from tests import desk
from tests.chat import Chat


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    desk.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_a_number_is_drawn_once_and_says_who_is_ahead(say: Chat) -> None:
    first = say("取号办图书证", "lin")
    assert (first.did, first.refs) == ("service.queue", ["booking:1"])
    assert (
        first.text
        == "您的号是A001，在云杉大厦服务站办「图书证办理」。\n请在旁边等，下一个就是您，轮到了发到这里。"
    )
    assert first.labels == ["前面几位", "不等了"]
    say("取号办图书证", "he")
    assert "前面还有1位" in say.press("前面几位", "he").text
    asked = say("我要取号", "bo")
    assert asked.text == "要办什么事？说名字就行，比如“居住证”。"
    assert say("没有的东西", "bo").text.startswith("请换个名字说")
    where = say("盖章", "bo")
    assert where.text == "在哪里取号？"
    drawn = say("云杉大厦服务站", "bo")
    assert drawn.text.splitlines() == [
        "您的号是A003，在云杉大厦服务站办「盖章服务」。",
        "前面还有2位，请在旁边等，轮到您就发到这里。",
    ]
    again = say("取号办图书证", "bo")
    assert again.text == drawn.text == say("前面还有几个人", "bo").text
    assert desk.states(say.engine) == ["queued"] * 3


def test_the_number_that_was_said_while_it_was_asked_for_what_is_told_once(say: Chat) -> None:
    say("取号", "lin")
    drawn = say("取号办图书证", "lin")
    assert drawn.text.count("您的号是A001") == 1
    assert say("取消", "lin").text.startswith("没有填到一半的")


def test_when_two_are_ahead_it_is_told_once_and_then_the_call(say: Chat) -> None:
    people = ["lin", "he", "bo", "cen"]
    for who in people:
        said = say("取号办图书证", who)
    assert said.text.endswith("前面还有3位。剩2位时，还有轮到您时，都发到这里。")
    say("叫下一个", "officer")
    told = say.told()
    assert told["lin"].text == "请到3号窗口，轮到您了：A001，图书证办理。"
    assert told["cen"].text == "请到云杉大厦服务站来，快到您了：A004，前面还有2位。"
    assert set(told) == {"lin", "cen"}
    given = say("退号", "he")
    assert (given.did, given.text) == ("service.cancel", "退掉了，A002不再叫。还想办，再发“取号”。")
    assert say.told() == {}
    assert say.press("不等了", "cen").text.startswith("退掉了，A004不再叫。")
    assert say("unqueue 4", "cen").text == "想排队就发“取号”。您现在没有号。"
    assert say("unqueue 3", "cen").text == "想排队就发“取号”。您现在没有号。"
    assert desk.states(say.engine) == ["called", "cancelled", "queued", "cancelled"]


def test_there_are_no_numbers_where_it_is_closed_or_by_appointment(say: Chat) -> None:
    with transaction(say.engine) as db:
        law = desk.wanted(db, "law").id
    closed = say(f"drawnumber {law}", "lin")
    assert closed.text == "请先约时间，「法律咨询」不取号。"
    assert closed.labels == ["预约", "所有服务站"]
    number = desk.book(say.engine, "card", "lin", "10:00")
    booked = say("取号办图书证", "lin")
    assert booked.text.startswith("不用取号，您约了今天 11月23日 周一 10:00。")
    assert booked.refs == [f"booking:{number}"]
    say.at(desk.at("19:00:00"))
    late = say("取号办图书证", "he")
    assert late.text == "请明天 11月24日 周二 09:00以后来取号，云杉大厦服务站现在没开门。"
    assert (late.did, late.refs) == ("service.queue", ["service:card", "place:tower-station"])
    assert say("drawnumber 999", "he").text.startswith("请换个名字说")


def test_numbers_begin_anew_the_next_day_and_nobody_is_left_in_line(say: Chat) -> None:
    for who in ("lin", "he"):
        say("取号办图书证", who)
    say("叫下一个", "officer")
    booked = desk.book(say.engine, "card", "bo", "10:00")
    desk.scan(say, "officer", desk.pass_of(say, booked))
    say.told("2026-11-24T09:30:00+08:00")
    # Who was called was served, as far as anybody knows; who was never called loses nothing.
    assert desk.states(say.engine) == ["served", "cancelled", "served"]
    assert say("取号办图书证", "he").text.startswith("您的号是A001，")


def test_who_is_erased_is_no_longer_called(say: Chat) -> None:
    say("取号办图书证", "he")
    say("取号办图书证", "lin")
    say("erase", "he")
    say("确认删除", "he")
    assert "A002（林*）" in say("叫下一个", "officer").text
