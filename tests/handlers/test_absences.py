"""Who did not come: told once and mildly, appealed in one tap, put right in one tap; nobody is where nobody looked."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from models import absence, attendance
from models.attendance import CLOSING, Counts
from models.database import transaction
from models.registration import REGISTRATION
from tests.chat import Chat
from tests.shifts import arrive, load, register, wanted

MISSED = (
    "「垃圾分类值守」没有看到您签到。来了或者临时有事，点一下告诉我们就行。\n"
    "下次来不了，提前点“来不了”，名额就能让给别人。"
)


def outcomes(say: Chat) -> list[str | None]:
    with transaction(say.engine) as db:
        return [row.outcome for row in db.rows(select(REGISTRATION.c.outcome).order_by(REGISTRATION.c.id))]


def test_who_did_not_come_is_told_once_and_staff_put_it_right(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin", "he", "anna")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")
    assert MISSED not in str({who: each.text for who, each in say.told("2026-11-28T12:59:00+08:00").items()})
    told = say.told("2026-11-28T13:00:00+08:00")
    assert MISSED in told["he"].text
    assert "We didn't see you check in" in told["anna"].text
    assert outcomes(say) == ["attended", "absent", "absent"]
    # One tap of his, one tap of theirs.
    assert say.press("我来了", "he").text == "已经转给工作人员，核对好了告诉您。现在什么都不用做。"
    asked = say.told()["officer"]
    assert "何二说「垃圾分类值守」那天不是没来：我来了" in asked.text
    assert "「垃圾分类值守」等工作人员核对，还没有算进去。" in say("我的志愿时长", "he").text
    assert say(asked.buttons["改成来了"], "lin").text.startswith("请找站长")
    assert say.press("改成来了", "officer").text == "好的，记下了，也告诉了何二。"
    assert "改好了：「垃圾分类值守」记您来了。" in say.told()["he"].text
    assert outcomes(say) == ["attended", "attended", "absent"]
    mine = say("我的志愿时长", "he").text
    assert "您的志愿时长：2小时。其中现场签到0小时，工作人员登记2小时。" in mine
    # Old buttons do nothing a second time.
    assert say(asked.buttons["不改"], "officer").text == "请看看别的，这一条已经有人核对过了。"
    assert say(told["he"].buttons["我来了"], "he").text == "不用再说，这一条已经改好了，没有记您没来。"
    assert say.told("2026-11-30T12:00:00+08:00").keys() & {"he", "anna"} == set()


def test_an_excuse_counts_as_neither_and_is_told(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")
    say.told("2026-11-28T13:00:00+08:00")
    assert "那天怎么了？" in say.press("临时有事", "he").text
    say("孩子发烧，电话13800138000", "he")
    asked = say.told()["officer"]
    assert "孩子发烧，电话138****8000" in asked.text
    say.press("算有原因", "officer")
    assert "改好了：「垃圾分类值守」不算没来。" in say.told()["he"].text
    assert outcomes(say) == ["attended", "excused"]
    with transaction(say.engine) as db:
        assert attendance.counts(db, wanted(db, "gate").id) == Counts(2, 1, 0, 1, 120)


def test_hours_that_are_wrong_are_corrected_by_staff(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "lobby", "lin")
    arrive(say, "lobby", "lin", "2026-11-29T09:00:00+08:00")
    say.told("2026-11-29T12:30:00+08:00")
    say.press("时长不对")
    say("我只待了一小时")
    say.told()
    assert "我只待了一小时\n实际几小时？" in say.press("改时长", "officer").text
    assert "最多3小时" in say("5小时", "officer").text
    say.press("改时长", "officer") if "改时长" in say._last["officer"].labels else say("amend 1", "officer")
    say("1小时", "officer")
    assert "改好了：「大堂导览」记1小时。" in say.told()["lin"].text
    assert "您的志愿时长：1小时。" in say("我的志愿时长").text


def test_where_nobody_was_checked_in_nobody_is_absent(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    told = say.told("2026-11-29T12:00:00+08:00")
    assert "没有看到您签到" not in str({who: each.text for who, each in told.items()})
    assert outcomes(say) == [None, None]


def test_it_is_the_check_in_that_somebody_looked(say: Chat, tmp_path: Path) -> None:
    """Without the first check-in as what begins it, everybody would be absent: here it is begun by hand."""
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    with transaction(say.engine) as db:
        key = wanted(db, "gate").id
        db.run(insert(CLOSING).values(activity_id=key, due=wanted(db, "gate").ends))
    say.told("2026-11-28T13:00:00+08:00")
    assert outcomes(say) == [None, None]  # and the second guard holds
    with transaction(say.engine) as db:
        db.run(update(CLOSING).values(due=say.clock.now()))
    with pytest.MonkeyPatch.context() as without:
        without.setattr(attendance, "_ANYBODY", select(CLOSING.c.activity_id).limit(1))
        say.told()
    assert outcomes(say) == ["absent", "absent"]


@pytest.mark.parametrize("first", [True, False], ids=["before it is decided", "after it"])
def test_whose_hours_staff_entered_was_there(say_on_both: Chat, tmp_path: Path, first: bool) -> None:
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")
    say.told("2026-11-28T10:30:00+08:00" if first else "2026-11-28T13:00:00+08:00")
    say("给何二补录2小时 垃圾分类值守，因为签到机坏了", "officer")
    say("确认补录", "officer")
    told = say.told("2026-11-28T14:00:00+08:00")
    assert "没有看到您签到" not in told["he"].text
    assert outcomes(say) == ["attended", "attended"]


def test_who_was_often_absent_reads_what_it_means(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")
    with pytest.MonkeyPatch.context() as often:
        often.setattr(absence, "OFTEN", 1)
        told = say.told("2026-11-28T13:00:00+08:00")["he"].text
    assert MISSED in told
    assert "前一天先问您来不来。没有回复而有人候补，名额就让给他们。\n报名不受影响。" in told
