"""Who wants to help: a hand for himself, an activity of the project, or news of it where nobody is needed."""

from tests.chat import Chat
from tests.handlers.given import quick

__all__ = ["quick"]


def test_who_cannot_help_now_follows_it_and_may_leave(quick: Chat) -> None:
    say = quick
    followed = say("我想加入长椅翻新项目", "lin")
    assert (followed.did, followed.refs) == ("project.join", ["project:benches"])
    assert followed.text == "现在不缺人，替您关注了项3「长椅翻新」，有事就告诉您。"
    assert "您已经关注了" in say("我想加入长椅翻新项目", "lin").text
    assert say.press("不再关注", "lin").text.startswith("好的，项3「长椅翻新」的消息不再发给您。")


def test_one_gives_a_hand_once(quick: Chat) -> None:
    say = quick
    asked = say("我想参加急救角项目", "lin")
    assert (asked.did, asked.text.splitlines()[0]) == ("project.join", "您想做哪一项？")
    say.press("引导志愿者", "lin")
    assert say.press("确认参加", "lin").text.startswith("提交了：认1，引导志愿者1名（共需2名）。")
    again = say("I want to join project 2", "lin")
    assert again.did == "project.join", again.text
    assert say.press("引导志愿者", "lin").text == "已经有您了：认1。"
