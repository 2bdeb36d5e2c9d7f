"""Whose a booking is: two accounts that become one have one slot of a service; who is erased gives his back."""

from pathlib import Path

import pytest

from tests import booking
from tests.chat import Chat
from tests.handlers.test_accounts import code_of


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


def book(say: Chat, line: str, who: str) -> None:
    say(line, who)
    assert say.press("确认预约", who).did == "service.book"


def test_of_two_bookings_of_a_service_the_older_stays(say: Chat) -> None:
    book(say, "预约后天上午9点半档案查询", "lin")
    book(say, "预约后天上午10点档案查询", "second")
    book(say, "后天下午2点借服务站会议室两个小时", "second")
    say(code_of(say), "second")
    assert say.press("确认关联", "second").did == "account.join"
    assert booking.states(say.engine) == {1: "booked", 2: "cancelled", 3: "booked"}
    assert booking.counters(say.engine) == [(1, 0), (0, 0), (1, 0), (1, 0)]
    for who in ("lin", "second"):
        held = say("我的预约", who)
        assert (held.text.split("\n")[0], held.refs) == ("您约了2项：", ["booking:1", "booking:3"])
    # The other slot is free again.
    assert "时间：11月25日 周三 10:00–10:30" in say("预约后天上午10点档案查询", "he").text


def test_a_slot_counts_more_than_a_place_in_a_list(say: Chat) -> None:
    book(say, "预约后天上午9点半档案查询", "he")
    say("预约后天上午9点半档案查询", "lin")
    say.press("候补09:30", "lin")
    say.press("确认候补", "lin")
    book(say, "预约后天上午10点档案查询", "second")
    say(code_of(say), "second")
    say.press("确认关联", "second")
    assert booking.states(say.engine) == {1: "booked", 2: "cancelled", 3: "booked"}
    assert booking.counters(say.engine) == [(1, 0), (1, 0)]


def test_who_is_erased_gives_all_of_it_back(say: Chat) -> None:
    book(say, "后天下午2点借服务站会议室两个小时", "second")
    say("后天下午3点借服务站会议室", "he")
    say.press("候补15:00", "he")
    say.press("确认候补", "he")
    say("删除我的账号", "second")
    say("确认删除", "second")
    assert booking.states(say.engine)[1] == "cancelled"
    assert booking.find(say.engine, 1).member_id is None
    assert list(say.told()) == ["he"]
    assert booking.counters(say.engine) == [(0, 0), (1, 0)]
