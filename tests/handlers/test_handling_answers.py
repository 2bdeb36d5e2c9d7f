"""An answer, another unit's name, or no with its reason: each with words, told once, and what may follow."""

from sqlalchemy import select

from models import follow
from models.database import transaction
from models.need_line import LINE
from models.notice import NOTICE
from tests import crowd
from tests.chat import Chat
from tests.conftest import NOW
from tests.handlers.handled import enter, found, report, states
from tests.handlers.officers import ask


def test_an_answer_in_one_line_asks_whether_it_helps(say_on_both: Chat) -> None:
    say = say_on_both
    report(say)
    done = say("答复 1：张师傅负责，周三上门，电话021-64331234。", "officer")
    assert (done.did, done.text.splitlines()[0]) == ("staff.need", "答复记下了。已经告诉反映的人。")
    told = say.told()["lin"]
    assert told.text.startswith("需1「楼道灯不亮」有答复了：张师傅负责，周三上门，电话021-64331234。")
    assert list(told.buttons.values())[:3] == ["isdone 1", "partdone 1", "reopen 1"]
    assert (states(say), found(say).due) == (["draft", "new", "triaged", "answered"], None)
    # A number that somebody typed stands nowhere as it is.
    with transaction(say.engine) as db:
        kept = str([row.text for row in db.rows(select(LINE.c.text))])
        kept += str([row.cards for row in db.rows(select(NOTICE.c.cards))])
    assert "64331234" not in kept
    # Once more, and too late.
    assert say("答复 1：再说一次", "officer").text.startswith("请先看看需1，现在的状态是：已答复。")
    assert say.told() == {}


def test_it_is_asked_for_where_it_was_not_said(say: Chat) -> None:
    report(say)
    assert say("回复需1", "officer").text.startswith("答复写什么？")
    assert say("周三换灯管。", "officer").text.startswith("答复记下了。")
    report(say)
    assert say("reply to need 2: the lamp is changed on Wednesday", "officer").did == "staff.need"
    assert states(say, 2)[-1] == "answered"


def test_a_number_that_a_question_has_too_is_asked_about(say: Chat) -> None:
    """An answer never goes to the wrong one of two people."""
    ask(say, who="anna")
    assert say("答复1：马上看", "officer").did == "staff.question"
    ask(say, "电梯坏了", who="anna")
    say.told()
    say("问题 1", "officer"), report(say)
    with transaction(say.engine) as db:
        from sqlalchemy import update

        from models.question import QUESTION

        db.run(update(QUESTION).values(state="open"))
    asked = say("答复1：马上看", "officer")
    assert (asked.text.startswith("是哪一个？"), asked.labels[:2]) == (True, ["诉求1号", "1号问题"])
    assert say.press("诉求1号", "officer").text.startswith("答复记下了。")
    assert list(say.told()) == ["lin"]


def test_not_ours_always_names_whose_and_is_asked_about_after_a_week(say_on_both: Chat) -> None:
    say = say_on_both
    report(say)
    assert say("转办 1", "officer").text.startswith("转给哪个单位？")
    assert "请把名称和电话写在一起" in say("城管中队", "officer").text
    assert say("城管中队 电话021-64331234", "officer").text.startswith("转办了，一周后提醒您问结果。")
    one = found(say)
    assert (one.state, one.unit, one.sent) == ("referred", "城管中队", "sent")
    assert "转给别的单位办：城管中队，电话021-64331234。" in say.told()["lin"].text
    week = say.told("2026-11-30T10:00:00+08:00")
    assert week["officer"].text.startswith("请问问城管中队，需1「楼道灯不亮」办得怎么样了？")
    assert list(say.told("2026-12-06T10:00:00+08:00")) == []
    assert list(say.told("2026-12-07T10:00:00+08:00")) == ["officer"]
    assert say.press("没有下文", "officer").text.startswith("请写一句结果")
    say("城管回复下月统一整修。", "officer")
    assert "由城管中队接着办，我们这里到此为止：城管回复下月统一整修。" in say.told()["lin"].text
    assert (states(say)[-1], found(say).outcome) == ("closed", "referred")
    assert say.told("2027-01-10T10:00:00+08:00") == {}


def test_in_one_line_with_the_contact(say: Chat) -> None:
    report(say), report(say)
    assert "转办了" in say("把2转办给城管中队，电话 12345", "officer").text
    assert found(say, 2).unit == "城管中队"
    # A name that was said needs no second time.
    say("转办1给绿化所", "officer")
    assert "转办了" in say("021-64331234", "officer").text
    assert found(say).unit == "绿化所"


def test_no_has_a_reason_a_sentence_and_one_appeal(staffed: Chat) -> None:
    say = staffed
    report(say)
    assert say("不予受理 1", "officer").labels[0] == "不归社区管"
    say.press("私人之间的事", "officer")
    assert say("请双方协商，或者找人民调解委员会。", "officer").text.startswith("记下了。")
    told = say.told()["lin"]
    assert "没有受理。原因：私人之间的事。请双方协商，或者找人民调解委员会。" in told.text
    assert (states(say), "申诉" in told.labels) == (["draft", "new", "triaged", "rejected"], True)
    say.press("申诉", "lin")
    say("灯在公共楼道里，不是私人的。", "lin")
    decides = say.told()
    assert "officer" not in decides  # who said no does not decide
    assert "需1" in say("待处理的诉求", "mei").text
    assert say.press("去辦理", "mei").labels[:2] == ["改為受理", "維持不受理"]
    say.press("改為受理", "mei")
    assert (states(say)[-1], "lin" in say.told()) == ("triaged", True)


def test_who_follows_it_hears_no_too_and_not_ours_names_the_hotline(say_on_both: Chat) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        for private in (False, True):
            number = enter(db, "lin", "tower", NOW, visibility="private" if private else "public")
            follow.follow(db, crowd.member(db, "he"), NOW, need=number)
    for number in (1, 2):
        say(f"{number}不归我们管，请找城管。", "officer")
    told = say.told()
    assert told["he"].text == "您关注的需1「楼道灯不亮」没有受理。原因：不归社区管。"
    assert told["lin"].text.count("请找城管。\n找不到人，请打12345热线。") == 2


def test_what_is_outside_arrived_there(say: Chat) -> None:
    report(say)
    shown = say("转办1给城管中队，电话021-64331234", "officer")
    assert shown.labels[0] == "对方收到了"
    say.told()
    assert "单位：收到了" in say.press("对方收到了", "officer").text
    assert "对方收到了" not in say("1对方收到了", "officer").labels
    assert (found(say).sent, found(say).state, say.told()) == ("acknowledged", "referred", {})
    # Where no button of the moment fits the state, the answer leads to one that does.
    assert say("延期1", "officer").labels == ["去办理"]
