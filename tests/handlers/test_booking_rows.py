"""A room for some hours: slots in a row are one booking, taken and given back together."""

from pathlib import Path

import pytest

from models.slot import Window
from tests import booking
from tests.chat import Chat


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("后天下午2点借服务站会议室两个小时", "14:00–16:00"),
        ("后天下午两点到四点借会议室", "14:00–16:00"),
        ("后天14:00-16:00订服务站的会议室", "14:00–16:00"),
        ("后天下午2点借会议室一个半小时", "14:00–16:00"),
        ("后天下午2点借会议室90分钟", "14:00–16:00"),
        ("後天下午兩點想借會議室兩個小時", "14:00–16:00"),
        ("book an appointment for 服务站会议室 tomorrow from 2pm to 4pm", "14:00–16:00"),
        ("后天下午2点借会议室半小时", "14:00–15:00"),
        ("后天下午2点借会议室", "14:00–15:00"),
        # What is no room is as long as it is.
        ("预约后天上午9点半档案查询两个小时", "09:30–10:00"),
    ],
)
def test_how_long_is_said_as_people_say_it(say: Chat, said: str, hours: str) -> None:
    asked = say(said)
    assert (asked.did, hours in asked.text) == ("service.book", True)


def test_hours_in_a_row_are_one_booking(say: Chat) -> None:
    take(say)
    assert booking.states(say.engine) == {1: "booked"}
    assert booking.counters(say.engine) == [(1, 0), (1, 0)]
    # Who wants one hour of these waits for it; who wants two has another time.
    assert "候补15:00" in say("后天下午3点借会议室", "he").labels
    say("取消", "he")
    full = say("后天下午3点借会议室两个小时", "he")
    assert full.text.split("\n")[0] == "请换一个时间，11月25日 周三 15:00–17:00没有连着空的。"
    assert full.labels[:3] == ["11月26日 周四 13:00", "11月26日 周四 14:00", "11月26日 周四 15:00"]
    say("取消", "he")
    say("unbook 1")
    say.press("确认取消")
    assert booking.counters(say.engine) == [(0, 0), (0, 0)]


def test_it_moves_as_long_as_it_is(say: Chat) -> None:
    take(say)
    say("会议室的预约改到周四下午1点")
    moved = say.press("确认改")
    assert "时间：11月26日 周四 13:00–15:00" in moved.text
    assert booking.counters(say.engine) == [(0, 0), (0, 0), (1, 0), (1, 0)]


def test_a_closed_hour_takes_all_of_it(say: Chat) -> None:
    take(say)
    say("云杉服务站后天15点到17点关门，停电", "officer")
    say.press("确认关门", "officer")
    assert list(say.told()) == ["lin"]
    assert booking.states(say.engine) == {1: "revoked"}
    assert set(booking.counters(say.engine)) == {(0, 0)}


def test_too_long_is_refused(say: Chat) -> None:
    assert say("后天借会议室8个小时").text == "请少约一些时间，一次最多连着约5个时段。"
    assert say("后天借会议室五个小时").text == "请少约一些时间，「服务站会议室」没有连着空的5个时段。"
    assert booking.states(say.engine) == {}


def test_what_becomes_free_of_it_is_offered(say: Chat) -> None:
    take(say)
    say("后天下午3点借会议室", "he")
    say.press("候补15:00", "he")
    say.press("确认候补", "he")
    say("unbook 1")
    say.press("确认取消")
    assert list(say.told()) == ["he"]
    # The word that answers it.
    assert say("要", "he").refs == ["service:meeting-room", "booking:2"]
    assert booking.counters(say.engine) == [(0, 0), (1, 0)]


def test_with_the_first_hour_alone_two_would_have_the_second(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a booking that takes only the slot in which it begins."""
    monkeypatch.setattr(Window, "begins", property(lambda window: [window.starts]))
    take(say)
    say("后天下午3点借会议室", "he")
    assert say.press("确认预约", "he").did == "service.book"
    assert booking.states(say.engine) == {1: "booked", 2: "booked"}


def take(say: Chat) -> None:
    say("后天下午2点借会议室两个小时")
    assert say.press("确认预约").did == "service.book"
