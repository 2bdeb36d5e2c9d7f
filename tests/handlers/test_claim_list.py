"""我的认领, and taking it back: whose it is, and with a reason."""

from tests.chat import Chat
from tests.handlers.given import claimed, part, quick, state

__all__ = ["quick"]


def test_what_one_claimed_is_listed_for_all_who_stand_for_it_and_withdrawn_with_a_reason(quick: Chat) -> None:
    say = quick
    none = say("我的认领", "bo")
    assert (none.did, none.text) == ("claim.list", "看看哪些项目还缺人缺东西吧，您还没有认领过。")
    assert "您现在没有可以撤回的认领" in say("撤回认领", "bo").text
    claimed(say, "枫叶认领急救包300套", "bo")
    claimed(say, "枫叶认领急救角的引导志愿者1名", "bo")
    mine = say("What have we claimed", "bo")
    assert mine.did == "claim.list"
    assert mine.text.startswith("您认领的有2项：")
    assert "项2「大堂急救角」" in say("claimed 1", "bo").text
    asked = say("我们不认领了", "bo")
    assert asked.text.splitlines()[0] == "撤回哪一项？"
    say.press("认1 急救包300套", "bo")
    assert say.press("先不撤", "bo").text.startswith("认1现在是：等答复。")
    say("撤回认领1", "bo")
    assert say.press("东西来不了", "bo").text.startswith("撤回了，谢谢您早说。")
    assert (state(say, 1), part(say, "kits")) == ("withdrawn", (0, 0, "open"))
    assert say("dropclaim 77", "bo").text == "请再看一下编号，没有找到这项认领。"
