"""我也遇到: counted once a person, left again, and more words that wait for the check."""

from sqlalchemy import select

from models.follow import FOLLOW
from tests.chat import Chat
from tests.handlers.needs import reported
from tests.handlers.officers import rows


def test_support_counts_once_and_can_be_left(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say)
    first = say(f"支持 {number}", "he")
    assert (first.did, first.refs) == ("need.support", [f"need:{number}"])
    assert first.text.startswith("算上您了，有进展就告诉您。")
    again = say(f"support {number}", "he")
    assert again.text.startswith("您已经关注了，有进展就告诉您。")
    assert say("照明那个问题我也要+1", "anna").refs == [f"need:{number}"]
    assert say(f"+1 {number}").text.startswith("这一件就是您反映的")
    assert "2位" in say(f"need {number}", "he").text
    assert len(rows(say, select(FOLLOW.c.id))) == 2
    assert say("我的诉求", "he").refs == [f"need:{number}"]
    left = say(f"不再关注 {number}", "he")
    assert (left.did, left.text) == ("need.support", f"好的，需{number}有进展不再告诉您。")
    assert say(f"不再关注 {number}", "he").text == "没有要取消的，这一件您没有关注。"
    assert len(rows(say, select(FOLLOW.c.id))) == 1


def test_more_words_reach_the_officer_and_wait_for_others(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, state="triaged")
    say(f"支持 {number}", "he")
    say.press("补充几句", "he")
    say("四楼也不亮", "he")
    done = say.press("不发照片", "he")
    assert (done.did, done.text.split("\n")[0]) == (
        "need.support",
        "补充好了，办理的人现在就看得到。别人要等核对过才看得到。",
    )
    assert "四楼也不亮" in say.told()["officer"].text
    assert "四楼也不亮" not in say(f"need {number}", "anna").text
    assert "四楼也不亮" in say(f"need {number}", "he").text
