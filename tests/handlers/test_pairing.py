"""Pairing as staff do it: only with stations of their own places, or going along, and ended by them with both told."""

from pathlib import Path

from tests import units
from tests.chat import Chat
from tests.handlers.test_pairs import asked, state, wished


def test_only_their_own_staff_pair_and_may_go_along(say: Chat, tmp_path: Path) -> None:
    wished(say, tmp_path)
    for head in ("pairup 1", "pairsafe 1", "pairstop 1"):
        assert say(head, "lin").text.startswith("请")
    say("pairup 1", "hai")
    say.press("何二（海棠苑北区）", "hai")
    say.press("我陪着去", "hai")
    assert "工作人员陪同" in say("周五14:00", "hai").text


def test_staff_end_it_and_both_are_told(say: Chat, tmp_path: Path) -> None:
    asked(say, tmp_path)
    say.told()
    assert "已经告诉双方" in say("pairstop 1", "hai").text
    assert state(say) == "ended"
    told = say.told()
    assert {who for who, said in told.items() if "这次结对结束了" in said.text} == {"qu", "he"}
    assert "已经结束" in say("pairstop 1", "hai").text


def test_where_there_are_no_buttons_every_step_goes_by_numbers(say: Chat, tmp_path: Path) -> None:
    by_number = units.UNITS.replace("console:qu", "wechat:qu")
    units.load(say.engine, tmp_path, by_number)
    last = say("我想陪老人聊聊天", "qu", channel="wechat")
    last = say(number(last.text, "上课"), "qu", channel="wechat")
    # What is written freely has its way on as a word to send.
    last = say("不写了", "qu", channel="wechat")
    assert "记下了" in say(number(last.text, "提交"), "qu", channel="wechat").text


def number(text: str, label: str) -> str:
    """What to type for this answer, as the message says it."""
    (line,) = [
        line for line in text.splitlines() if line.endswith(label) and line[0].isdigit() and "不" not in line
    ]
    return line.split()[0].rstrip(".．、 ")
