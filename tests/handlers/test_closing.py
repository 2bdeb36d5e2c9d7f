"""Whether it is solved: said with a score and thanks, asked again, never answered, or taken back before."""

from datetime import timedelta

import pytest

from handlers import closing
from models import replay
from models.database import transaction
from tests.chat import Chat
from tests.handlers.needs import found, reported


def test_solved_with_a_score_and_thanks(say_on_both: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = say_on_both
    number = reported(say, state="resolved")
    assert say(f"need {number}").labels[:3] == ["解决了", "解决了一部分", "没解决"]
    done = say.press("解决了")
    assert (done.did, done.refs) == ("need.confirm", [f"need:{number}"])
    assert done.text.startswith(f"记下了，需{number}到这里结束。您满意吗？")
    assert (found(say, number).state, found(say, number).outcome) == ("closed", "solved")
    assert say(f"isdone {number}").text == done.text
    assert say.press("满意").text.startswith("记下了：满意。")
    assert found(say, number).score == 4
    passed_on: list[str] = []
    monkeypatch.setattr(closing, "_THANKED", [lambda _db, _one, words, _now: passed_on.append(words)])
    say.press("写句感谢")
    assert "不带您的名字" in say("谢谢师傅，当天就修好了").text
    assert say.press("转给他们").text == "收到了，核对过就转给他们。谢谢您。"
    told = say.told()["officer"].text
    assert "谢谢师傅，当天就修好了" in told
    assert "林一" not in told
    # Who helped reads it once a person has looked.
    assert passed_on == []
    for line in ("checks", "check 2", "mayshow 2", "mayshow 1"):
        say(line, "officer")
    assert passed_on == ["谢谢师傅，当天就修好了"]
    assert say(f"partdone {number}", "he").text.startswith("这要由反映的人来说。")


def test_who_says_nothing_is_asked_once_more_and_then_it_ends(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, state="resolved")
    silence = say.equipment.schedule.deadlines.silence
    start = say.clock.now()
    # Nobody but who is to look at the words.
    assert "lin" not in say.told((start + silence - timedelta(hours=1)).isoformat())
    told = say.told((start + silence + timedelta(hours=1)).isoformat())
    assert told["lin"].text.startswith(f"需{number}「照明」解决了吗？")
    assert told["lin"].labels == ["解决了", "解决了一部分", "没解决"]
    assert found(say, number).asked_times == 1
    assert "lin" not in say.told((start + 2 * silence + timedelta(hours=2)).isoformat())
    assert (found(say, number).state, found(say, number).outcome) == ("closed", "no_answer")
    assert say(f"reopen {number}").text.startswith("请反映一件新的")


def test_taken_back_before_it_was_taken_up(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, state="triaged")
    say(f"撤回 {number}")
    assert say.press("不撤回").text.startswith("好的，没有撤回。")
    say(f"撤回 {number}")
    assert say.press("撤回诉求").text == "撤回了，不会再办。要再反映，随时说。"
    assert "反映的人撤回了" in say.told()["officer"].text
    assert say(f"need {number}", "he").text.startswith("请再看看编号")
    assert say(f"withdrawneed {number}").text == f"不用再撤回，需{number}已经撤回了。"
    busy = reported(say, state="resolved")
    assert "撤不回来了" in say(f"撤回 {busy}").text


def test_what_others_reported_too_goes_on_when_the_first_is_taken_back(say_on_both: Chat) -> None:
    say = say_on_both
    for who in ("lin", "anna", "mei"):
        say("云杉大厦3楼走廊的灯不亮", who)
        if who == "lin":
            say("跳过"), say("提交")
        else:
            say("answer 1.1", who)
    say("支持 1", "he"), say.told()
    assert "别人也报过的，我们接着办" in say("撤回 1").text
    assert say.press("撤回诉求").text == "撤回了。别人也报过这一件，我们接着办。"
    told = say.told()
    assert sorted(told) == ["anna", "he", "mei", "officer"]
    assert "We go on with your need 2" in told["anna"].text
    assert told["he"].text.startswith("需1撤回了，同一件事需2接着办")
    heir, third = found(say, 2), found(say, 3)
    assert (heir.state, heir.duplicate_of_id, heir.officer_id) == ("triaged", None, found(say, 1).officer_id)
    assert heir.due is not None
    assert (third.state, third.duplicate_of_id) == ("duplicate", 2)
    assert say("我的诉求", "he").refs == ["need:2"]
    # Nobody else reported it: who followed it learns how to.
    alone = reported(say, "车库太暗", state="triaged")
    say(f"支持 {alone}", "he"), say.told()
    say(f"撤回 {alone}"), say.press("撤回诉求")
    assert say.told()["he"].text.startswith("还没解决的，请点“反映问题”再报")
    with transaction(say.engine) as db:
        assert replay.everything(db) == []
