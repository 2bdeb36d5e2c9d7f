"""The second person: who is asked, what they approve, and that nothing goes out without them."""

import pytest
from sqlalchemy import update

from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat
from tests.crowd import add, add_many, make_staff

LINE = "通知云杉大厦和海棠苑全体:周五空调检修"
OWN = "请另一位工作人员来批准，自己写的自己不能批。"


@pytest.fixture
def two(say: Chat) -> Chat:
    """Two who are staff of both places, and one of one of them only."""
    with transaction(say.engine) as db:
        make_staff(db, "officer", "estate")
        add(db, "chief", "tower")
        make_staff(db, "chief", "ginkgo")
        add(db, "porter", "tower")
        make_staff(db, "porter", "tower")
    return say


def submitted(say: Chat) -> dict[str, str]:
    """The buttons of who is asked, after the officer sent it to be approved."""
    seen = say(LINE, "officer")
    assert "不止一栋楼，要另一位工作人员批准。" in seen.text
    asked = say(seen.buttons["请人批准"], "officer")
    assert asked.text == "送去批准了，chief批准后才发。"
    told = say.told()
    assert set(told) == {"chief"}
    assert told["chief"].text == (
        "请看一遍，批准了才会发。云杉大厦 · 站长写的。\n发给云杉大厦的人、海棠苑的人，7人会收到。\n"
        "—— 简体中文 ——\n【云杉大厦 · 站长】\n周五空调检修"
    )
    return told["chief"].buttons


def test_it_goes_out_after_the_hold_once_approved(two: Chat) -> None:
    buttons = submitted(two)
    asks = two(buttons["批准"], "chief")
    assert asks.text.startswith("批准发给云杉大厦的人、海棠苑的人吗？7人会收到。")
    sent = two("批准发送", "chief")
    assert sent.text == "好的，120秒后发给7人。要停，现在点“停止”。"
    assert two.told()["officer"].text == "批准了。好的，120秒后发给7人。要停，现在点“停止”。"
    assert two.told("2026-11-23T09:11:59+08:00") == {}
    readers = {"lin", "anna", "mei", "he", "officer", "chief", "porter"}
    assert set(two.told("2026-11-23T09:12:01+08:00")) == readers


def test_without_approval_nothing_goes_out(two: Chat) -> None:
    submitted(two)
    assert two.told("2026-11-24T12:00:00+08:00") == {}


def test_author_and_approver_can_both_stop_it_in_the_hold(two: Chat) -> None:
    for who in ("chief", "officer"):
        buttons = submitted(two)
        two(buttons["批准"], "chief")
        two("批准发送", "chief")
        stop = two.told()["officer"].buttons["停止"]
        assert two(stop, who).text == "好的，没有发，谁也没收到。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_its_author_cannot_approve_it(two: Chat) -> None:
    approve = submitted(two)["批准"]
    assert two(approve, "officer").text == OWN
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_who_is_staff_of_one_of_both_cannot_approve_it(two: Chat) -> None:
    approve = submitted(two)["批准"]
    assert two(approve, "porter").text == "请找站长、chief，海棠苑的事由工作人员办。"
    assert two(approve, "lin").text.startswith("请找")
    assert two("批准", "porter").text == "没有等您批准的，不用办。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_an_edit_voids_what_was_sent_to_be_approved(two: Chat) -> None:
    buttons = submitted(two)
    two(f"reword {buttons['批准'].split()[1]}", "officer")
    two("周四空调检修", "officer")
    assert two(buttons["批准"], "chief").text == "请看看它的进度，已经有人办了。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_an_edit_while_the_approver_reads_voids_his_yes(two: Chat) -> None:
    buttons = submitted(two)
    two(buttons["批准"], "chief")
    two(f"reword {buttons['批准'].split()[1]}", "officer")
    two("周四空调检修", "officer")
    assert two("批准发送", "chief").text == "请看看它的进度，已经有人办了。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_another_number_while_the_approver_reads_voids_his_yes(two: Chat) -> None:
    buttons = submitted(two)
    two(buttons["批准"], "chief")
    two("退订", "mei")
    assert two("批准发送", "chief").text == "请再点一次批准，内容或者人数刚刚变了。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}
    assert "6人会收到" in two(buttons["批准"], "chief").text
    two("批准发送", "chief")
    assert set(two.told("2026-11-23T09:40:00+08:00")) == {"lin", "anna", "he", "officer", "chief", "porter"}


def test_sent_back_with_what_is_to_be_changed(two: Chat) -> None:
    buttons = submitted(two)
    two(buttons["退回"], "chief")
    assert two("写清楚几点", "chief").text == "好的，退回了，没有发。"
    assert two.told()["officer"].text == "退回来了，没有发：“周五空调检修”。\n要改的：写清楚几点"
    assert two(buttons["批准"], "chief").text == "请看看它的进度，已经有人办了。"
    assert two.told("2026-11-23T09:30:00+08:00") == {}


def test_a_no_leaves_it_waiting(two: Chat) -> None:
    buttons = submitted(two)
    two(buttons["批准"], "chief")
    assert two("先不批", "chief").text == "好的，没有批。"
    two("批准", "chief")
    assert two("批准发送", "chief").text.startswith("好的，120秒后")


def test_more_than_500_take_a_second_person_in_one_building_too(two: Chat) -> None:
    with transaction(two.engine) as db:
        add_many(db, 500, "tower")
    seen = two("通知云杉大厦全体:周五空调检修", "officer")
    assert "506人会收到" in seen.text
    assert seen.labels[0] == "请人批准"
    assert two("确认发送", "officer").text == "送去批准了，porter、chief批准后才发。"
    assert set(two.told("2026-11-23T09:30:00+08:00")) == {"chief", "porter"}


def test_where_nobody_else_may_approve_it_says_whom_to_ask(say: Chat) -> None:
    with transaction(say.engine) as db:
        make_staff(db, "officer", "estate")
    say(LINE, "officer")
    alone = say("请人批准", "officer")
    assert alone.text == "请管理员再定一位管这里的人，现在没有别人能批准。"
    assert say.told("2026-11-23T09:30:00+08:00") == {}


def test_the_frozen_audience_is_that_of_the_approval(two: Chat) -> None:
    buttons = submitted(two)
    two(buttons["批准"], "chief")
    two("批准发送", "chief")
    with transaction(two.engine) as db:
        add(db, "late", "tower")
        db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(name="林"))
    assert "late" not in two.told("2026-11-23T09:30:00+08:00")
