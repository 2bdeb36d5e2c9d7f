"""收到 and 需要帮助: how people answer an emergency notice."""

import pytest
from sqlalchemy import select

from models.acknowledgement import ACKNOWLEDGEMENT
from models.database import transaction
from tests.chat import Chat
from tests.handlers.test_emergencies import LEAVE, sent

NOTED = "记下了，您已收到。要人帮忙，就点下面。"
SMALLTALK = "好的。要办什么，直接说就行。"


def answers(say: Chat) -> list[bool]:
    with transaction(say.engine) as db:
        return [row.needs_help for row in db.rows(select(ACKNOWLEDGEMENT).order_by(ACKNOWLEDGEMENT.c.id))]


def test_a_press_counts_once(say_on_both: Chat) -> None:
    say = say_on_both
    sent(say)
    pressed = say.press("收到")
    assert (pressed.did, pressed.text, pressed.labels) == ("emergency.acknowledge", NOTED, ["需要帮助"])
    assert say("received 1").text == NOTED
    assert answers(say) == [False]


@pytest.mark.parametrize(
    "line",
    [
        "收到",
        "收到了",
        "已收到",
        "收到，谢谢",
        "OK收到",
        "好的，收到！",
        "我收到了",
        "收到👌",
        "received",
        "Got it",
        "got it, thanks",
    ],
)
def test_typed_it_means_the_newest(say: Chat, line: str) -> None:
    assert (say(line).did, answers(say)) == ("smalltalk", [])
    sent(say)
    assert (say(line).did, answers(say)) == ("emergency.acknowledge", [False])
    again = say(line)
    assert (again.did, again.text) == ("smalltalk", SMALLTALK)


def test_who_was_not_told_has_nothing_to_answer(say: Chat) -> None:
    sent(say)
    refused = say("received 1", "he")
    assert (refused.did, refused.text) == (
        "emergency.acknowledge",
        "不用回复，这条通知不是发给您的。要帮忙，请发“人工”。",
    )
    assert say("收到", "he").did == "smalltalk"
    assert say("assist 1", "he").did == "emergency.help"
    assert answers(say) == []


def test_the_next_day_a_word_means_nothing_and_the_button_still_does(say: Chat) -> None:
    sent(say)
    say.at("2026-11-24T09:10:01+08:00")
    assert say("收到").did == "smalltalk"
    assert say("received 1").text == NOTED


def test_in_the_middle_of_a_form(say: Chat) -> None:
    sent(say)
    say("register 1")
    assert say("收到").did == "emergency.acknowledge"
    assert answers(say) == [False]


def test_help_is_called_for_at_once_also_at_night(say_on_both: Chat) -> None:
    say = say_on_both
    say.at("2026-11-23T23:30:00+08:00")
    sent(say)
    called = say.press("需要帮助")
    assert called.did == "emergency.help"
    assert called.text == (
        "有危险，请先打110、119或120。\n已经告诉站长（云杉大厦），您需要帮助。在哪儿、怎么了，可以再说一句。"
    )
    told = say.told()
    assert set(told) == {"officer"}
    assert told["officer"].text.startswith(
        f"请马上联系林一，需要帮助。回复的是“{LEAVE}”。\n也可以发“回复1：”"
    )
    assert answers(say) == [True]
    # More words reach him at night too, and calling twice is one call.
    say.press("再说一句")
    assert "以后能看到" not in say("二楼楼梯口").text
    assert "二楼楼梯口" in say.told()["officer"].text
    assert say("需要帮助").text.startswith("已经告诉工作人员了")
    assert say.told() == {}
    # The answer comes back into his chat.
    say("回复1：马上到", "officer")
    assert "马上到" in say.told()["lin"].text


def test_who_has_asked_too_much_still_gets_help(say: Chat) -> None:
    sent(say)
    for nth in range(3):
        say("转人工")
        say(f"问题{nth}")
    say.told()
    say("received 1")
    assert "已经告诉站长" in say("assist 1").text
    assert say.told()["officer"].text == f"请马上联系林一，需要帮助。回复的是“{LEAVE}”。"


def test_help_without_an_emergency_names_the_numbers_to_call(say: Chat) -> None:
    said = say("需要帮助")
    assert (said.did, said.text) == ("help", "有危险，请先打110、119或120。")
    assert said.labels[0] == "找工作人员"
