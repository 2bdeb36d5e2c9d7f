"""What the bot says it can do is what the handlers declare."""

import pytest

from handlers.talk import ACTIONS, examples, menu
from tests.chat import Chat
from tests.test_papers import LED_TO


@pytest.mark.parametrize("line", ["帮助", "菜单", "你能干啥", "你是谁", "help", "what can you do?", "/start"])
def test_help_gives_an_example_of_each_thing(say: Chat, line: str) -> None:
    shown = say(line)
    assert shown.did == "help"
    assert shown.text.splitlines()[1:] == [f"· {example.message}" for example in examples()[:8]]
    assert "· 转人工" in shown.text
    assert shown.labels == [*(choice.label.message for choice in menu()), "更多说法"]
    more = say.press("更多说法")
    assert (more.did, more.labels) == ("help", [choice.label.message for choice in menu()])
    assert more.text.splitlines() == [
        "还可以这样说：",
        *(f"· {example.message}" for example in examples()[8:]),
    ]
    assert say("还有别的说法").text == more.text


def test_help_names_every_action_that_people_can_ask_for() -> None:
    told = {action.name for action in ACTIONS.values() if action.example}
    beside = {"smalltalk", "activity.show"}  # asked for by these very words, or by a number
    # Of no use to most: for administrators, for whoever was given a code, or was told of a strange account.
    beside |= {"staff.invite", "account.join", "account.unbind"}
    # What 转人工 leads to.
    beside |= {"question.ask", "question.show", "question.close"}
    # Answers to an emergency notice, which says so itself.
    beside |= {"emergency.acknowledge", "emergency.help"}
    assert told == {action.name for action in ACTIONS.values()} - beside - LED_TO


def test_staff_are_told_what_they_can_say_besides(say: Chat) -> None:
    asked, told = say("帮助").text.splitlines(), say("帮助", "officer").text.splitlines()
    assert told == [
        *asked,
        "您是工作人员，还可以说：",
        *(f"· {each.message}" for each in examples(for_staff=True)[:8]),
    ]
    more = say("更多说法", "officer").text.splitlines()
    assert more[-len(examples(for_staff=True)[8:]) :] == [
        f"· {each.message}" for each in examples(for_staff=True)[8:]
    ]
    assert "· 收件箱" in more


@pytest.mark.parametrize("line", ["你好", "侬好呀", "谢谢", "hello", "再见"])
def test_a_greeting_is_answered_with_what_to_do(say: Chat, line: str) -> None:
    answer = say(line)
    assert (answer.did, answer.text) == ("smalltalk", "您好！要办什么，直接说就行。")


@pytest.mark.parametrize(("who", "station"), [("lin", "place:tower-station"), ("he", "place:estate-station")])
def test_people_are_found_at_the_nearest_station(say: Chat, who: str, station: str) -> None:
    shown = say("人工", who)
    assert (shown.did, shown.refs) == ("help", [station])
