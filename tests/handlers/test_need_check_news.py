"""Who hears of the check: staff each working day of what still waits, and who wrote what is not shown."""

from tests.chat import Chat
from tests.handlers.needs import reported


def test_what_is_clearly_bad_is_not_shown_and_its_author_is_told(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, "灯坏了，物业都是脑残")
    assert say.told()["lin"].text.startswith("请放心，您写的照样在办。里面有骂人的话，这一段不公开")
    assert say("待核对", "officer").text == "都核对过了，现在没有等核对的。"
    assert "脑残" not in say(f"need {number}", "he").text
    assert "脑残" in say(f"need {number}").text


def test_staff_are_reminded_once_a_working_day_of_what_waits(say_on_both: Chat) -> None:
    say = say_on_both
    say.at("2026-11-26T09:10:00+08:00")
    reported(say), reported(say, "车库太暗")
    assert say.told("2026-11-27T09:00:00+08:00") == {}
    told = say.told("2026-11-27T10:00:00+08:00")
    assert list(told) == ["officer"]
    assert told["officer"].text.startswith("请核对一下，核对过别人才看得到。等核对的有2条，最久的等了")
    assert told["officer"].labels == ["待核对"]
    # Not at the weekend, and no more once somebody has looked.
    assert "officer" not in say.told("2026-11-29T20:00:00+08:00")
    say("mayshow 1", "officer")
    assert "等核对的有1条" in say.told("2026-11-30T12:00:00+08:00")["officer"].text
    say("mayshow 2", "officer")
    assert "officer" not in say.told("2026-12-02T12:00:00+08:00")
