"""Who waits for a slot is asked in order, one at a time, never at night; reminders, and who did not come."""

from pathlib import Path

import pytest

from models import waiting_times
from tests import booking
from tests.chat import Chat


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


def book(say: Chat, who: str) -> None:
    say("预约后天上午9点半档案查询", who)
    say.press({"mei": "確認預約"}.get(who, "确认预约"), who)


def wait(say: Chat, who: str) -> None:
    say("预约后天上午9点半档案查询", who)
    say.press({"mei": "候補09:30"}.get(who, "候补09:30"), who)
    say.press({"mei": "確認候補"}.get(who, "确认候补"), who)


def test_a_free_place_goes_to_the_first_alone_and_then_to_the_next(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(say, "lin")
    wait(say, "he")
    wait(say, "mei")
    assert booking.counters(say.engine) == [(1, 2)]
    assert "候补第1位" in say("我的预约", "he").text
    say("unbook 1")
    say.press("确认取消")
    told = say.told()
    assert list(told) == ["he"]
    assert told["he"].text.split("\n")[0] == (
        "有空位了，要吗？「档案查询」11月25日 周三 09:30。请在今天 11月23日 周一 15:10前回复，过了就问下一位。"
    )
    assert told["he"].labels[:2] == ["要这个", "不要了"]
    # Nobody passes him: a newcomer finds it full.
    assert say("预约后天上午9点半档案查询", "officer").labels[3] == "候补09:30"
    say("取消", "officer")
    assert booking.counters(say.engine) == [(1, 1)]
    # Who does not answer makes room for the next one; a late yes has no effect.
    later = say.told("2026-11-23T15:10:00+08:00")
    assert later["he"].text.startswith("空位让给下一位了：「档案查询」")
    assert later["mei"].text.startswith("有空位了，要嗎？")
    late = say("takeslot 2", "he")
    assert (late.did, late.text.split("，")[0]) == ("service.book", "请重新候补")
    taken = say.press("要這個", "mei")
    assert (taken.did, taken.refs) == ("service.book", ["service:archive", "booking:3"])
    assert say("takeslot 3", "mei").text == taken.text
    assert booking.states(say.engine) == {1: "cancelled", 2: "expired", 3: "booked"}
    assert booking.counters(say.engine) == [(1, 0)]


def test_who_says_no_and_who_waits_in_vain(say: Chat) -> None:
    book(say, "lin")
    wait(say, "he")
    wait(say, "mei")
    say("unbook 1")
    say.press("确认取消")
    say.told()
    no = say.press("不要了", "he")
    assert (no.did, no.text) == ("service.cancel", "好的，让给下一位了。")
    assert say("passslot 2", "he").text == "请看看您的预约，约2现在是：已取消。"
    assert "有空位了" in say.told()["mei"].text
    say.press("要這個", "mei")
    wait(say, "he")
    end = say.told("2026-11-25T08:30:00+08:00")
    assert "这次没等到空位：「档案查询」今天 11月25日 周三 09:30。" in end["he"].text
    assert booking.counters(say.engine) == [(1, 0)]


def test_nobody_is_asked_at_night(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    book(say, "lin")
    wait(say, "he")
    say.at("2026-11-23T22:30:00+08:00")
    say("unbook 1")
    say.press("确认取消")
    assert say.told() == {}
    # It is kept for him until the morning.
    assert say("预约后天上午9点半档案查询", "officer").labels[3] == "候补09:30"
    assert "有空位了" in say.told("2026-11-24T08:00:00+08:00")["he"].text


def test_who_may_be_offered_anything_at_night_without_the_guard(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the quiet hours."""
    monkeypatch.setattr(waiting_times, "begins", lambda _schedule, _starts, now: now)
    book(say, "lin")
    wait(say, "he")
    say.at("2026-11-23T22:30:00+08:00")
    say("unbook 1")
    say.press("确认取消")
    assert "he" in say.told()


def test_reminders_say_what_to_bring_and_absence_is_told_once(say: Chat) -> None:
    book(say, "lin")
    book_other = "预约后天上午10点档案查询"
    say(book_other, "he")
    say.press("确认预约", "he")
    day = say.told("2026-11-24T09:30:00+08:00")
    assert day["lin"].text.split("\n")[:3] == [
        "别忘了：明天 11月25日 周三 09:30「档案查询」（约1）。",
        "请带上：身份证原件、介绍信。",
        "来不了请先取消，名额好让给别人。",
    ]
    assert "he" not in day
    hours = say.told("2026-11-25T07:59:00+08:00")
    assert list(hours) == ["he"]
    # 07:30 is in the quiet hours: it comes at their end.
    assert "lin" in say.told("2026-11-25T08:00:00+08:00")
    say.told("2026-11-25T12:00:00+08:00")
    booking.note(say.engine, 2, "served")
    assert booking.states(say.engine)[1] == "booked"
    missed = say.told("2026-11-26T08:00:00+08:00")
    assert list(missed) == ["lin"]
    assert missed["lin"].text.startswith("昨天没等到您：「档案查询」11月25日 周三 09:30。")
    assert booking.states(say.engine) == {1: "absent", 2: "served"}
    assert say.told("2026-11-27T12:00:00+08:00") == {}


def test_a_day_on_which_nobody_was_noted_accuses_nobody(say: Chat) -> None:
    book(say, "lin")
    say.told("2026-11-25T12:00:00+08:00")
    assert say.told("2026-11-26T09:00:00+08:00") == {}
    assert booking.states(say.engine) == {1: "absent"}
