"""The inbox: who may answer what, the first who answers has it, and what nobody answers climbs."""

from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.inbox import climb
from models import addressee, asking, question
from models.asking import MOVES
from models.database import Db, transaction
from models.member import MEMBER
from models.notice import NOTICE
from models.place import PLACE
from models.question import LINE, QUESTION
from models.refusal import Refusal
from tests.chat import SCHEDULE, VAULT, Chat
from tests.conftest import NOW
from tests.handlers.officers import (
    ASKED,
    EMPTY,
    NOT_HIS,
    OFFICE,
    ask,
    dismiss,
    make,
    rows,
    state,
    whose,
)

# Who may.

NOT_HIS_ANY_MORE = "请转告同事，这个问题现在不归您回复。"


def test_an_officer_of_another_place_neither_reads_nor_answers(staffed: Chat) -> None:
    say = staffed
    ask(say)
    assert say("收件箱", "he").text == EMPTY
    for line in ("question 1", "reply 1", "pass 1", "settle 1", "回复1：我来"):
        refused = say(line, "he")
        assert (refused.text, ASKED in refused.text) == (NOT_HIS, False)
    assert (state(say), whose(say)) == ("open", "officer")
    # The guard is what refuses: as staff of the tower the same lines would do.
    with transaction(say.engine) as db:
        make(db, "he", "staff", "tower")
    assert say("回复1：我来", "he").text == "已经发给林一。"


def test_a_member_reads_and_answers_nothing_of_others(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say)
    for line in ("question 1", "reply 1", "回复1：我来"):
        assert say(line, "he").text == NOT_HIS
    for line in ("inbox", "pass 1", "settle 1"):
        assert say(line, "he").text == "请到服务站问一问，这件事您在这里还不能办。"
    for line in ("ask 1", "solved 1"):
        assert say(line, "he").text == "没有找到这个问题，可能已经删除了。"
    assert (state(say), len(rows(say, select(LINE)))) == ("open", 1)


def test_who_is_no_officer_any_more_cannot_use_an_old_button(staffed: Chat) -> None:
    say = staffed
    ask(say)
    button = say.told()["officer"].buttons["回复"]
    dismiss(say, "officer")
    assert say(button, "officer").text == NOT_HIS_ANY_MORE
    assert state(say) == "open"


def test_one_who_stops_being_an_officer_while_he_writes_is_not_heard(staffed: Chat) -> None:
    say = staffed
    ask(say)
    say("reply 1", "officer")
    dismiss(say, "officer")
    assert say("我来", "officer").text.startswith(NOT_HIS_ANY_MORE)
    assert state(say) == "open"


def test_nobody_answers_his_own_question(staffed: Chat) -> None:
    say = staffed
    ask(say, who="officer")
    assert say("收件箱", "officer").text == EMPTY
    assert say("回复1：我自己", "officer").text == "请看看收件箱，这个问题不归您回复。"


def test_numbers_that_are_none_are_refused(say: Chat) -> None:
    for line in ("question 99", "reply 99", "ask 99", "solved 99"):
        assert say(line, "officer").text == "没有找到这个问题，可能已经删除了。"


# Several officers.


def test_of_two_who_answer_the_first_one_has_it(staffed: Chat) -> None:
    say = staffed
    ask(say)
    say("reply 1", "officer"), say("reply 1", "mei")
    assert say("我是梅三，来看看。", "mei").text == "已經發給林一。"
    late = say("我是站长。", "officer")
    assert late.text == "不用再回复，梅三已经回复了这个问题。"
    assert [each.text for each in rows(say, select(LINE))] == [ASKED, "我是梅三，来看看。"]
    assert (whose(say), list(say.told())) == ("mei", ["lin"])  # nobody is asked to answer what is answered


def test_of_two_who_saw_it_open_the_second_is_refused_by_the_database(staffed: Chat) -> None:
    """Both read the row before either of them wrote: the condition of the update alone tells them apart."""
    say = staffed
    ask(say)
    with transaction(say.engine) as db:
        key = {row.code: row.id for row in db.rows(select(MEMBER.c.id, MEMBER.c.code))}
        seen = question.find(db, 1)
        asking.answer(db, VAULT, seen, key["mei"], "我先。", NOW)
        with pytest.raises(Refusal, match=r"question\.answered"):
            asking.answer(db, VAULT, seen, key["officer"], "我后。", NOW)
        to = addressee.of(db, key["he"], seen.place_id)
        with pytest.raises(Refusal, match=r"question\.answered"):
            asking.hand_on(db, SCHEDULE, seen, to, key["officer"], NOW)
    assert whose(say) == "mei"


def test_it_is_handed_on_and_both_are_told(staffed: Chat) -> None:
    say = staffed
    ask(say)
    say.told()
    which = say.press("转给别人", "officer")
    assert which.text == "转给谁？"
    assert which.labels == ["梅三（银杏街道）", "Anna", "何二（海棠苑）", "返回", "取消"]
    done = say.press("何二（海棠苑）", "officer")
    assert done.text == "已经转给何二（海棠苑），也告诉对方了。"
    told = say.told()
    assert told["lin"].text == f"请再等一等，您的问题转给了何二（海棠苑）。\n您说的是：{ASKED}"
    assert ASKED in told["he"].text
    assert say("回复：我来办。", "he").text == "已经发给林一。"
    assert say.told()["lin"].text.startswith("何二（海棠苑）回复您：\n我来办。")


def test_it_is_closed_with_a_word(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say)
    say.told()
    assert say.press("办结", "officer").text == f"请写一句怎么办的，会发给林一：\n{ASKED}"
    assert say("已经修好了。", "officer").text == "办结了。"
    assert (state(say), "已经修好了。" in say.told()["lin"].text) == ("closed", True)
    assert say("settle 1", "officer").text == "不用再回复，这个问题已经办结了。"


# The inbox.


def test_the_inbox_is_oldest_first_in_pages_with_its_age(staffed: Chat) -> None:
    say = staffed
    for nth, who in enumerate(("lin", "anna", "mei", "a", "b", "c"), 1):
        ask(say, f"第{nth}件事怎么办呢", who)
        with transaction(say.engine) as db:  # newcomers come from nowhere: all of these are the tower's
            tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
            db.run(update(QUESTION).values(place_id=tower))
    say.at("2026-11-23T11:30:00+08:00")
    shown = say("收件箱", "officer")
    assert shown.did == "staff.question"
    assert shown.text.startswith("等回复的有6个，等得最久的在前：")
    assert shown.refs == [f"question:{number}" for number in range(1, 6)]
    assert "等了2小时" in shown.text
    more = say.press("更多", "officer")
    assert more.refs == ["question:6"]
    shown = say("谁在问", "officer")
    assert say("2", "officer").refs == ["question:2"]
    assert say("inbox", "he").text == EMPTY


def test_a_bare_reply_asks_which_one_is_meant(say: Chat) -> None:
    ask(say, "第一件事怎么办呢"), ask(say, "第二件事怎么办呢", "he")
    which = say("回复", "officer")
    assert (which.text.splitlines()[0], which.labels[:2]) == (
        "是哪一个？",
        ["第一件事怎么办呢", "第二件事怎么办呢"],
    )
    say("2", "officer")
    assert say("这样办。", "officer").text == "已经发给何二。收件箱里还有1个。"
    assert list(say.told()) == ["officer", "he"]


# It climbs.


def test_unanswered_it_climbs_step_by_step_to_the_top(staffed: Chat) -> None:
    say = staffed
    ask(say)
    assert list(say.told()) == ["officer"]
    assert say.told("2026-11-23T13:09:59+08:00") == {}
    first = say.told("2026-11-23T13:10:00+08:00")
    assert (list(first), whose(say)) == (["mei", "lin"], "mei")
    assert first["lin"].text == f"请再等一等，您的问题转给了梅三（银杏街道）。\n您说的是：{ASKED}"
    assert first["mei"].text.startswith("請回覆林一，這個問題從今天 11月23日 週一 09:10等到現在：\n")
    second = say.told("2026-11-23T17:10:00+08:00")
    assert (list(second), whose(say)) == (["anna", "lin"], "anna")
    assert say.told("2026-11-23T21:30:00+08:00").keys() == {"anna"}  # nobody is above: he is reminded
    assert say.told("2026-11-24T21:09:00+08:00") == {}
    assert say.told("2026-11-24T21:10:00+08:00").keys() == {"anna"}
    assert state(say) == "open"
    assert say("回复1：我来。", "officer").text == "已经发给林一。"
    say.told()
    assert say.told("2026-11-27T12:00:00+08:00") == {}  # answered, nothing climbs


def test_the_quiet_hours_do_not_count(staffed: Chat) -> None:
    """Asked at 20:30: an hour and a half until 22:00, two and a half from 8:00."""
    say = staffed
    say.at("2026-11-23T20:30:00+08:00")
    ask(say)
    say.told()
    assert say.told("2026-11-24T10:29:59+08:00") == {}
    assert list(say.told("2026-11-24T10:30:00+08:00")) == ["mei", "lin"]


def test_asked_at_night_it_rests_and_the_answer_does_not(staffed: Chat) -> None:
    say = staffed
    say.at("2026-11-23T23:00:00+08:00")
    sent = ask(say)
    assert sent.text == f"已经转给{OFFICE}，明天 11月24日 周二 08:00以后能看到。一有回复就发到这里。"
    assert say.told() == {}
    say("回复1：还没睡，马上来。", "officer")
    assert list(say.told()) == ["lin"]
    assert say.told("2026-11-24T09:00:00+08:00") == {}  # it was answered before anybody was told


def test_over_a_weekend_it_is_never_lost(staffed: Chat) -> None:
    say = staffed
    say.at("2026-11-27T20:00:00+08:00")  # a Friday
    ask(say)
    assert list(say.told()) == ["officer"]
    told = say.told("2026-11-30T09:00:00+08:00")
    assert list(told) == ["mei", "lin", "anna"]
    waits = rows(say, select(QUESTION.c.climbed, QUESTION.c.due))
    assert waits[0].climbed >= 4
    assert waits[0].due.isoformat() > "2026-11-30T01:00"


def test_a_job_that_runs_twice_tells_once(staffed: Chat) -> None:
    say = staffed
    ask(say)
    say.told()
    say.at("2026-11-23T13:10:00+08:00")
    for _ in range(2):
        with transaction(say.engine) as db:
            climb(db, say.clock.now(), SCHEDULE)
    assert (sorted(say.told()), whose(say)) == (["lin", "mei"], "mei")


# What is kept.


def test_who_is_erased_leaves_no_word_of_it(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say)
    say.told()
    say("删除我的数据"), say("确认删除")
    assert rows(say, select(LINE)) == []
    (row,) = rows(say, select(QUESTION))
    assert (row.member_id, row.state) == (None, "closed")
    assert ASKED not in str(rows(say, select(NOTICE.c.cards).where(NOTICE.c.kind == "question")))
    assert say("reply 1", "officer").text == "没有找到这个问题，可能已经删除了。"
    assert say("收件箱", "officer").text == EMPTY


def test_what_an_erased_officer_had_goes_to_the_next_one(staffed: Chat) -> None:
    say = staffed
    ask(say)
    say.told()
    say("删除我的数据", "officer"), say("确认删除", "officer")
    told = say.told()
    assert (sorted(told), whose(say)) == (["lin", "mei"], "mei")


def test_old_ones_are_forgotten_and_open_ones_never(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say, "第一件事怎么办呢"), ask(say, "第二件事怎么办呢")
    say("solved 1")
    later = say.clock.now() + question.KEPT
    with transaction(say.engine) as db:
        assert not question.forget(db, later)
        assert sorted(row.id for row in db.rows(select(QUESTION.c.id))) == [1, 2]
        assert not question.forget(db, later.replace(microsecond=1))
        assert [row.id for row in db.rows(select(QUESTION.c.id))] == [2]


def test_no_other_move_is_a_move(db: Db, now: Any) -> None:
    for before in (*MOVES, "gone"):
        for after in ("open", "answered", "closed"):
            if after not in MOVES.get(before, ()):
                with pytest.raises(ValueError, match="does not go"):
                    asking._record(db, 1, before, after, None, now)
