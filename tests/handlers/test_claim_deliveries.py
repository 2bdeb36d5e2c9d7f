"""From an accepted claim to its delivery: reminders, photo, confirmed or sent back; what does not come lapses."""

from tests.chat import Chat
from tests.handlers.given import claimed, part, quarter, quick, state

__all__ = ["quarter", "quick"]


def accepted(say: Chat, line: str = "枫叶认领急救包500套，12月4日前", who: str = "bo") -> None:
    claimed(say, line, who)
    say.told()
    assert say.press("接受", "officer").text.startswith("接受了")
    say.told()


def test_it_is_reminded_of_delivered_sent_back_and_confirmed(quick: Chat) -> None:
    say = quick
    accepted(say)
    first = say.told("2026-12-01T18:00:00+08:00")
    assert first["bo"].text.startswith("请在12月4日 周五 18:00前到位：急救包500套，给项2「大堂急救角」。")
    assert "地点：云杉大厦" in first["bo"].text
    assert "联系人：站长" in first["bo"].text
    assert "officer" not in first
    second = say.told("2026-12-03T18:00:00+08:00")
    assert list(second) == ["bo"]
    asked = say("送到了", "bo")
    assert (asked.did, asked.text.splitlines()[0]) == ("claim.deliver", "到位了多少？")
    say("400套", "bo")
    assert say.press("不发照片", "bo").text == "记下了，谢谢。认1等工作人员确认收到。"
    told = say.told()
    assert told["officer"].text.startswith("枫叶医药（柏四）说急救包400套到位了。请看一看，收到了吗？")
    say.press("退回重送", "officer")
    say("还差一百套", "officer")
    back = say.told()["bo"]
    assert back.text.startswith("请再送一次：认1（急救包500套）还不行。还差一百套")
    assert (state(say, 1), part(say, "kits")) == ("accepted", (0, 500, "filled"))
    say.press("到位了", "bo")
    say.press("全部急救包500套", "bo")
    say.press("不发照片", "bo")
    told = say.told()
    assert say.press("确认收到", "officer").text == "确认了，枫叶医药收到了感谢。"
    assert say.told()["bo"].text.startswith("收到了，谢谢。认1（急救包500套）记在项2「大堂急救角」里。")
    assert (state(say, 1), part(say, "kits")) == ("confirmed", (0, 500, "delivered"))
    assert "认1现在是：已确认。" in say(told["officer"].buttons["确认收到"], "officer").text
    assert "认1现在是：已确认。" in say("gaveclaim 1", "bo").text
    assert "请找站长" in say("gotclaim 1", "bo").text


def test_what_does_not_come_lapses_and_who_waits_is_asked_first(quarter: Chat) -> None:
    say = quarter
    accepted(say)
    say("雪松科技认领急救包200套", "wen")
    assert say.press("确认认领", "wen").text.startswith("排上了：认2。")
    say.told("2026-12-07T17:59:00+08:00")
    assert state(say, 1) == "accepted"
    told = say.told("2026-12-07T18:00:00+08:00")
    assert (state(say, 1), state(say, 2), part(say, "kits")) == ("lapsed", "offered", (200, 0, "open"))
    assert told["bo"].text.startswith("认1（急救包500套）过了日子没有到位，先空出来给别人了。")
    assert told["wen"].text.startswith("轮到您了：项2「大堂急救角」又缺急救包200套了")
    assert "认1（急救包500套）过了日子没有到位" in told["officer"].text
    assert "请答复一项认领：雪松科技（文五）想给项目出急救包200套。" in told["officer"].text
    # Nothing is said twice, however often it is looked.
    assert say.told() == {}


def test_who_does_not_answer_is_asked_again_and_then_who_stands_above(quick: Chat) -> None:
    say = quick
    claimed(say, "枫叶认领急救包500套", "bo")
    assert list(say.told()) == ["officer"]
    assert say.told("2026-11-26T17:59:00+08:00") == {}
    late = say.told("2026-11-26T18:00:00+08:00")
    assert list(late) == ["officer"]
    assert late["officer"].text.startswith("请答复：枫叶医药（柏四）的认1（急救包500套）过了期限还没人处理。")
    above = say.told("2026-11-27T18:00:00+08:00")
    assert list(above) == ["chief"]
    assert above["chief"].labels == ["接受", "不接受"]
    assert say.press("接受", "chief").text.startswith("接受了")
    assert list(say.told("2026-11-30T18:00:00+08:00")) == ["bo"]


def test_staff_confirm_in_words_what_came(quick: Chat) -> None:
    say = quick
    nothing = say("确认收到", "officer")
    assert (nothing.did, nothing.text) == ("staff.claim", "现在没有等您确认收到的认领。")
    accepted(say, "枫叶认领急救包100套，12月4日前")
    accepted(say, "枫叶认领急救包300套，12月4日前")
    asked = say("认2交付200套", "bo")
    assert (asked.did, asked.text.splitlines()[0]) == ("claim.deliver", "请发一张照片，没有可以跳过。")
    say.press("不发照片", "bo")
    assert "急救包200套到位了" in say.told()["officer"].text
    # Who gave it does not confirm it himself.
    assert say("认2确认收到", "bo").text.startswith("请找站长")
    assert say("确认收到", "bo").text == "现在没有等您确认收到的认领。"
    assert say("确认收到了", "officer").text == "确认了，枫叶医药收到了感谢。"
    assert (state(say, 1), state(say, 2)) == ("accepted", "confirmed")
    assert say("确认认1到位", "officer").text == "确认了，枫叶医药收到了感谢。"
    assert "认1现在是：已确认。" in say("认1确认收到", "officer").text


def test_of_several_that_came_staff_are_asked_which(quick: Chat) -> None:
    say = quick
    for nth in (1, 2):
        accepted(say, "枫叶认领急救包100套，12月4日前")
        say(f"认{nth}到位100套", "bo")
        say.press("不发照片", "bo")
    say.told()
    asked = say("确认收到了。", "officer")
    assert (asked.text.splitlines()[0], asked.labels[:2]) == (
        "收到的是哪一项？",
        ["认1 急救包100套", "认2 急救包100套"],
    )
    assert say.press("认2 急救包100套", "officer").text == "确认了，枫叶医药收到了感谢。"
    assert (state(say, 1), state(say, 2)) == ("delivered", "confirmed")
