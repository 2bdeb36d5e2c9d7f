"""A question to a person: it goes to the nearest officer, the answer comes back, and words stay words."""

import pytest
from sqlalchemy import select, update

from models import addressee, asking
from models.change import CHANGE
from models.database import Db, transaction
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER
from models.notice import NOTICE
from models.question import LINE, QUESTION
from models.refusal import Refusal
from tests.chat import SCHEDULE, VAULT, Chat
from tests.conftest import NOW
from tests.handlers.officers import (
    ASKED,
    OFFICE,
    SENT,
    ask,
    dismiss,
    make,
    rows,
    state,
    whose,
)

# There and back.


def test_a_question_lands_with_the_officer_and_the_answer_comes_back(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("人工")
    assert (asked.did, asked.refs) == ("help", ["place:tower-station"])
    assert asked.text.startswith(
        f"请说您的问题，我们转给{OFFICE}。想当面问，请到离您最近的服务站。\n\n云杉大厦服务站\n"
    )
    sent = say(ASKED)
    assert (sent.did, sent.text, sent.refs) == ("help", SENT, ["question:1"])
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text == f"请回复林一：\n{ASKED}\n\n也可以发“回复1：”，后面写要说的话。"
    assert told["officer"].labels == ["回复", "转给别人", "办结"]
    writes = say.press("回复", "officer")
    assert (writes.did, writes.text) == ("staff.question", f"请写给林一的回复，发出就到：\n{ASKED}")
    done = say("物业明天上午来修。", "officer")
    assert (done.did, done.text) == ("staff.question", "已经发给林一。")
    told = say.told()
    assert list(told) == ["lin"]
    assert told["lin"].text == f"{OFFICE}回复您：\n物业明天上午来修。\n\n您说的是：{ASKED}"
    assert told["lin"].labels == ["再问一句", "解决了"]
    assert (state(say), say.told()) == ("answered", {})


def test_both_sides_stay_on_their_own_channel(say_on_both: Chat) -> None:
    """Anna writes on Telegram and reads English; the officer is on the console."""
    say = say_on_both
    with transaction(say.engine) as db:
        anna = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "anna"))
        db.run(update(ADDRESS).where(ADDRESS.c.member_id == anna).values(channel="telegram", key="77"))
    say("talk to a person: who repairs the lift?", "77", channel="telegram")
    assert say.told()["officer"].text.startswith("请回复Anna：\nwho repairs the lift?\n")
    assert say("回复1：The landlord, today.", "officer").text == "已经发给Anna。"
    got = say.told()
    assert list(got) == ["77"]
    assert (
        got["77"].text == "站长 (云杉大厦) replies:\nThe landlord, today.\n\nYou wrote: who repairs the lift?"
    )
    (channel,) = rows(
        say,
        select(ADDRESS.c.channel)
        .join(DELIVERY, DELIVERY.c.address_id == ADDRESS.c.id)
        .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
        .where(NOTICE.c.kind == "answer"),
    )
    assert channel.channel == "telegram"


@pytest.mark.parametrize(
    "line",
    [
        "人工：{0}",
        "转人工 {0}",
        "转人工，{0}",
        "我要找工作人员：{0}",
        "talk to a person: {0}",
        "人工服务: {0}",
    ],
)
def test_what_is_said_with_it_goes_at_once(say: Chat, line: str) -> None:
    sent = say(line.format(ASKED))
    assert (sent.did, sent.text) == ("help", SENT)
    assert f"\n{ASKED}\n" in say.told()["officer"].text


@pytest.mark.parametrize(
    "line",
    [
        "人工",
        "转人工",
        "找人工",
        "人工服务",
        "human",
        "我想找工作人员",
        "talk to a person",
        "转人工。",
        "Ask a person",
    ],
)
def test_who_wants_a_person_is_asked_what_for(say: Chat, line: str) -> None:
    asked = say(line)
    assert (asked.did, asked.refs) == ("help", ["place:tower-station"])
    assert say(ASKED).text == SENT


def test_a_conversation_goes_to_and_fro(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say)
    say.told()
    say("回复：明天来修。", "officer")
    say.told()
    again = say.press("再问一句")
    assert (again.did, again.text) == ("question.ask", f"请说要再问的，我们转给{OFFICE}。")
    assert say("明天几点？").text == SENT
    assert state(say) == "open"
    assert say.told()["officer"].text.startswith("请回复林一：\n明天几点？\n")
    say("回复 1 上午九点。", "officer")
    assert say.told()["lin"].text == f"{OFFICE}回复您：\n上午九点。\n\n您说的是：明天几点？"
    assert say("回覆1：带工具来。", "officer").text == "已经发给林一。"  # who has it may say more
    say.told()
    closed = say.press("解决了")
    assert (closed.did, closed.text, state(say)) == ("question.close", "好的，这个问题就到这里。", "closed")
    thread = say("question 1").text
    assert thread == (
        "1号问题【已办结】\n"
        f"您：{ASKED}\n站长：明天来修。\n您：明天几点？\n站长：上午九点。\n站长：带工具来。\n谁问的：林一"
    )
    moves = rows(say, select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "question"))
    assert [tuple(each) for each in moves] == [
        (None, "open"),
        ("open", "answered"),
        ("answered", "open"),
        ("open", "answered"),
        ("answered", "closed"),
    ]
    assert say("ask 1").text == f"请说要再问的，我们转给{OFFICE}。"
    assert (say("又坏了。").text, state(say)) == (SENT, "open")


def test_who_told_no_name_is_a_resident_of_the_place(say: Chat) -> None:
    say("我在云杉大厦上班", "new")
    say("同意", "new")
    ask(say, who="new")
    told = say.told()["officer"].text
    assert "new" not in told
    assert told.startswith("请回复一位")


# To whom.


@pytest.mark.parametrize(
    ("who", "to"), [("lin", "officer"), ("he", "mei"), ("new", "mei"), ("officer", "mei"), ("mei", "officer")]
)
def test_it_goes_to_the_nearest_officer_but_never_to_oneself(staffed: Chat, who: str, to: str) -> None:
    ask(staffed, who=who)
    assert whose(staffed) == to


def test_administrators_answer_where_nobody_else_does(say_on_both: Chat) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        make(db, "anna", "administrator")
    ask(say, who="he")
    assert whose(say) == "anna"


def test_where_nobody_answers_for_a_place_anybody_of_the_staff_does(say: Chat) -> None:
    ask(say, who="he")
    assert (whose(say), list(say.told())) == ("officer", ["officer"])


def test_without_any_staff_only_the_station_is_shown(say: Chat) -> None:
    dismiss(say, "officer")
    shown = say("人工")
    assert (shown.did, shown.refs) == ("help", ["place:tower-station"])
    assert shown.text.startswith("想当面问，请到离您最近的服务站；也可以从下面选一个。")
    assert "转人工" not in shown.labels
    assert rows(say, select(QUESTION)) == []


# The third misunderstanding.


def test_the_third_misunderstanding_offers_a_person_with_what_was_said(say_on_both: Chat) -> None:
    say = say_on_both
    say("呜哩哇啦"), say("哇啦呜哩")
    third = say("呜哇呜哇")
    assert third.did == "unknown"
    assert third.text.startswith(f"点“转人工”，刚才的话就转给{OFFICE}。\n想当面问")
    sent = say.press("转人工")
    assert (sent.did, sent.text) == ("help", SENT)
    assert "\n呜哩哇啦\n哇啦呜哩\n呜哇呜哇\n" in say.told()["officer"].text
    assert len(rows(say, select(QUESTION))) == 1


def test_pressed_twice_it_goes_once(say: Chat) -> None:
    say("呜哩哇啦"), say("哇啦呜哩"), say("呜哇呜哇")
    say("handover"), say("handover")
    assert len(rows(say, select(QUESTION))) == 1


def test_the_label_typed_does_the_same(say: Chat) -> None:
    say("呜哩哇啦"), say("哇啦呜哩"), say("呜哇呜哇")
    assert say("转人工").text == SENT


# Limits.


def test_three_questions_at_once_are_the_most(say_on_both: Chat) -> None:
    say = say_on_both
    for nth in range(3):
        assert ask(say, f"第{nth}件事怎么办呢").text == SENT
    refused = say("人工")
    assert (refused.did, refused.text) == ("help", "请等一等回复，您已经有3个问题在等了。")
    assert refused.labels == ["我的问题"]
    assert say.press("我的问题").refs == ["question:3", "question:2", "question:1"]
    say("solved 2")
    assert ask(say, "第四件事怎么办呢").text == SENT


def test_two_at_once_are_not_both_the_third(db: Db) -> None:
    """Without the count three would be four."""
    lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
    to = addressee.nearest(db, (), {lin})
    assert to is not None
    for _ in range(asking.MOST_OPEN):
        asking.ask(db, VAULT, SCHEDULE, lin, ASKED, to, NOW)
    with pytest.raises(Refusal, match=r"question\.many"):
        asking.ask(db, VAULT, SCHEDULE, lin, ASKED, to, NOW)


def test_a_question_has_its_length(say: Chat) -> None:
    say("人工")
    assert say("长" * 1001).text.startswith("请写短一些，最多1000个字。")
    assert say("长" * 1000).text == SENT


def test_forwarded_words_may_be_what_is_asked(say: Chat) -> None:
    say("人工")
    assert say(ASKED, forwarded=True).text == SENT


# Words are only ever words.


@pytest.mark.parametrize(
    "words",
    [
        "<b>急</b> <script>alert(1)</script>",
        "*粗* _斜_ [点我](http://example.com)",
        "{officer} {0} %s {words}",
        '=HYPERLINK("http://example.com")',
        "erase",
        "reply 1 我同意",
        "我问一下：回复1：全部删除",
        "sealed:gAAAAABnothing",
    ],
)
def test_what_is_written_stays_text(say: Chat, words: str) -> None:
    say("人工")
    say(f"请问一下这个：{words}")
    told = say.told()["officer"]
    assert f"\n请问一下这个：{words}\n" in told.text
    assert told.labels == ["回复", "转给别人", "办结"]
    assert say("question 1", "officer").labels[:3] == ["回复", "转给别人", "办结"]
    say(f"回复1：{words}", "officer")
    assert f"\n{words}\n" in say.told()["lin"].text


def test_a_phone_number_is_sealed_and_reaches_the_officer(say_on_both: Chat) -> None:
    say = say_on_both
    ask(say, "请打我电话13812345678，急")
    with transaction(say.engine) as db:
        stored = [db.value(select(LINE.c.text)), str(db.value(select(NOTICE.c.cards)))]
    assert [each for each in stored if "13812345678" in each] == []
    assert "请打我电话13812345678，急" in say.told()["officer"].text
    assert "138****5678" in say("question 1", "officer").text
