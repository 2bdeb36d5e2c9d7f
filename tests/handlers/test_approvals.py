"""Approval: who asks is decided by the organiser, hears it with the reason, and comes back by staff alone."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from models import approval, duty, registration
from models.activity import ACTIVITY
from models.database import transaction
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import REGISTRATION
from tests.chat import Chat, Said
from tests.conftest import NOW
from tests.handlers import courses, officers
from tests.handlers.test_registrations import seats_of

ASKED = "已经提交，等工作人员审核，名额先给您留着。最晚11月27日 周五 12:00告诉您结果。"


@pytest.fixture
def drawing(say_on_both: Chat, tmp_path: Path) -> Chat:
    return courses.add(say_on_both, tmp_path)


def apply(say: Chat, who: str = "lin", answer: str = "画过两年") -> Said:
    say("报名水彩入门", who)
    say(answer, who)
    return say("确认报名", who)


def states(say: Chat) -> list[str]:
    with transaction(say.engine) as db:
        return [row.state for row in db.rows(select(REGISTRATION.c.state).order_by(REGISTRATION.c.id))]


def test_who_asks_is_decided_on_and_told(drawing: Chat) -> None:
    say = drawing
    asked = apply(say)
    assert asked.messages[0][1].text.startswith(ASKED)
    assert "待审核" in asked.text
    assert seats_of(say, "drawing") == 1
    told = say.told()
    assert list(told) == ["tutor"]
    assert told["tutor"].text.startswith("请定一下，林一能不能参加「水彩入门」。")
    assert "画过两年" in told["tutor"].text
    assert told["tutor"].labels == ["通过", "不通过", "待审核名单"]
    passed = say.press("通过", "tutor")
    assert passed.text == "好的，林一通过了，已经告诉本人。"
    told = say.told()
    assert list(told) == ["lin"]
    assert told["lin"].text.startswith("通过了，「水彩入门」有您的位子。")
    assert "提醒" in told["lin"].text
    # A second press says how it stands, and tells nobody.
    assert say("approve 1", "tutor").text.startswith("请看看名单，这位已经是“已报名”。")
    assert say.told() == {}
    assert states(say) == ["confirmed"]
    # A day before he is reminded as everybody is.
    assert "还来吗" in say.told("2026-11-26T14:00:00+08:00")["lin"].text


def test_who_is_refused_hears_why_and_comes_back_by_staff_alone(drawing: Chat) -> None:
    say = drawing
    apply(say)
    say.told()
    why = say.press("不通过", "tutor")
    assert "不通过林一报名「水彩入门」。原因写什么？对方会看到。" in why.text
    assert why.labels[:3] == ["名额有限", "不符合条件", "信息不全"]
    done = say("请先上基础班", "tutor")
    assert done.text.startswith("好的，没有通过，原因已经告诉本人。")
    assert seats_of(say, "drawing") == 0
    told = say.told()["lin"]
    assert told.text.startswith("「水彩入门」这次没有通过。")
    assert "请先上基础班" in told.text
    assert "请找周老师" in told.text
    assert "看看同类的" in told.labels
    again = say("报名水彩入门")
    assert again.text == "请找周老师。「水彩入门」上次没有通过，由他们恢复。"
    assert again.labels == ["看看同类的", "找活动"]
    # The list shows him, and whoever decides gives him another registration.
    assert "没有通过" in say("待审核名单 水彩入门", "tutor").text
    back = say(done.buttons["恢复报名"], "tutor")
    assert back.text == "好的，林一的报名恢复了，已经告诉本人。"
    assert say.told()["lin"].text.startswith("工作人员恢复了您的报名，「水彩入门」有您的位子。")
    assert states(say) == ["rejected", "confirmed"]
    assert say(done.buttons["恢复报名"], "tutor").text.startswith("请看看名单，这位已经是“已报名”。")
    # What he gives back himself he may ask for again.
    say("取消水彩入门")
    say("确认取消")
    assert apply(say).text.startswith(ASKED)


def test_all_of_a_list_at_once(drawing: Chat) -> None:
    say = drawing
    for who in ("lin", "anna", "he"):
        apply(say, who, "跳过" if who != "anna" else "Skip")
    say.told()
    listed = say("待审核名单", "tutor")
    assert listed.text.startswith("「水彩入门」有3位等您审核，先报的在前：")
    # One more has given up meanwhile.
    say("取消水彩入门", "he")
    say("确认取消", "he")
    asked = say.press("全部通过", "tutor")
    assert "通过「水彩入门」的全部2位吗？林一、Anna" in asked.text
    # Who asks now was not shown, and is not let in by this.
    apply(say, "mei", "跳过")
    say.told()
    assert say("全部通过", "tutor").text == "好的，2位都通过了，已经告诉本人。"
    assert {"lin", "anna"} <= set(say.told())
    assert states(say) == ["confirmed", "confirmed", "cancelled", "pending"]
    assert say("通过全部", "officer").text.splitlines()[0].startswith("通过「水彩入门」的全部1位吗？")


def test_who_decides_is_reminded_once_and_who_was_forgotten_hears_it_in_time(drawing: Chat) -> None:
    say = drawing
    apply(say)
    say.told()
    told = say.told("2026-11-26T15:00:00+08:00")
    assert list(told) == ["tutor"]
    assert told["tutor"].text.startswith(
        "请定一下：「水彩入门」还有1位等您审核。最晚明天 11月27日 周五 12:00，过了就算没报上。"
    )
    assert told["tutor"].labels == ["待审核名单"]
    assert not {"lin", "tutor"} & set(say.told("2026-11-27T11:59:00+08:00"))
    told = say.told("2026-11-27T12:00:30+08:00")
    assert list(told) == ["lin"]
    assert told["lin"].text.startswith("「水彩入门」这次没有报上，工作人员没来得及定。")
    assert "请找周老师" in told["lin"].text
    assert states(say) == ["expired"]
    assert seats_of(say, "drawing") == 0
    assert not {"lin", "tutor"} & set(say.told("2026-11-28T12:00:00+08:00"))


OTHER = "请找周老师。「水彩入门」谁来参加由他们定。"


def test_others_decide_nothing(drawing: Chat) -> None:
    say = drawing
    apply(say)
    say.told()
    here = number_of(say)
    lines = ("approve 1", "reject 1", "remove 1", "readmit 1", f"applicants {here}", f"approveall {here}")
    for line in lines:
        refused = say(line, "he")
        assert refused.text == OTHER, line
        assert refused.labels
    assert states(say) == ["pending"]
    # Staff of the place do, and who moderates there.
    with transaction(say.engine) as db:
        officers.make(db, "anna", "moderator", "tower")
    assert say("approve 1", "anna").did == "staff.activity"
    assert states(say) == ["confirmed"]


def number_of(say: Chat, code: str = "drawing") -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def test_without_its_scope_anybody_could_decide(drawing: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval, "may", lambda *_: True)
    say = drawing
    apply(say)
    say("approve 1", "he")
    assert states(say) == ["confirmed"]


def test_a_visitor_of_the_demo_decides_nothing(drawing: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = drawing
    apply(say)
    monkeypatch.setattr(duty, "plays", lambda _db, _member: True)
    refused = say("approve 1", "officer")
    assert refused.text.startswith("请先发给自己看看。")
    assert states(say) == ["pending"]


def test_what_began_is_not_decided_any_more(drawing: Chat) -> None:
    say = drawing
    apply(say)
    say.at("2026-11-27T14:10:00+08:00")
    assert say("approve 1", "tutor").text.startswith("「水彩入门」已经开始，不能再报名。")
    assert states(say) == ["pending"]


def test_of_two_who_decide_at_once_one_is_heard(drawing: Chat) -> None:
    """Both have read that it is pending; the second changes nothing."""
    say = drawing
    apply(say)
    with transaction(say.engine) as db:
        officer = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "officer"))
        one = approval.find(db, 1)
        assert one is not None
        approval.approve(db, one, officer, NOW)
        with pytest.raises(Refusal) as refused:
            approval.reject(db, one, officer, NOW, "晚了")
        assert refused.value.code == "approval.past"
    assert states(say) == ["confirmed"]
    assert seats_of(say, "drawing") == 1


def test_without_approval_or_memory_of_it_anybody_is_in(
    drawing: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twins: nobody is asked, and who was refused comes back by himself."""
    say = drawing
    apply(say, "he", "跳过")
    say("reject 1", "tutor")
    say("名额有限", "tutor")
    monkeypatch.setattr(registration, "latest", lambda *_: None)
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "drawing").values(approval=False))
    say.told()
    assert apply(say, "he", "跳过").text.startswith("报名成功。")
    assert states(say) == ["rejected", "confirmed"]
    assert say.told() == {}
