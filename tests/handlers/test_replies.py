"""A reply to what staff told many reaches its author, who answers it like any other question."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from models import delivery, member, notice
from models.broadcast import BROADCAST
from models.card import Card
from models.database import Db, transaction
from models.member import MEMBER
from models.place import PLACE
from models.question import QUESTION
from models.text import as_said
from tests.chat import Chat
from tests.handlers.officers import dismiss, rows, whose
from tests.handlers.test_emergencies import sent

WORDS = "周三上午九点到十一点停水，请提前存水。"
ASKS = "请说要回复的话，我们转给站长（云杉大厦）。"
SENT = "已经转给站长（云杉大厦），一有回复就发到这里。"
UNKNOWN = "请看看收到的通知，没有找到这一条。"


def announce(say: Chat, *members: str, author: str = "officer", number: int = 1) -> None:
    """A broadcast of the tower's officer, which reaches these members."""
    now = say.clock.now()

    def key(db: Db, code: str) -> Any:
        return db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))

    with transaction(say.engine) as db:
        told = notice.write(db, [Card(as_said(WORDS))], now, kind="notice")
        assert told is not None
        for code in members:
            address = member.address_for(db, key(db, code))
            delivery.enter(db, told, address, now, member=key(db, code), lane="bulk")
        db.run(
            insert(BROADCAST),
            number=number,
            kind="notice",
            author_id=key(db, author),
            place_id=db.value(select(PLACE.c.id).where(PLACE.c.code == "tower")),
            texts={"zh-Hans": WORDS},
            audience={},
            state="finished",
            recipients=len(members),
            unreachable=0,
            digest="",
            newest=0,
            told=0,
            notice_id=told,
            at=now,
        )
    assert set(say.told()) == set(members)


def test_a_reply_reaches_the_author_and_the_answer_comes_back(say_on_both: Chat) -> None:
    say = say_on_both
    announce(say, "lin")
    asked = say("respond 1")
    assert (asked.did, asked.text) == ("question.ask", ASKS)
    done = say("下午行不行？")
    assert (done.did, done.text) == ("question.ask", SENT)
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text == (
        f"请回复林一，说的是“{WORDS}”：\n下午行不行？\n\n也可以发“回复1：”，后面写要说的话。"
    )
    say("回复1：不行，水务公司定的。", "officer")
    assert say.told()["lin"].text.startswith("站长（云杉大厦）回复您：\n不行，水务公司定的。\n")
    (row,) = rows(say, select(QUESTION.c.about, QUESTION.c.title))
    assert tuple(row) == ("broadcast:1", WORDS)


@pytest.mark.parametrize("line", ["回复：下午行不行？", "回覆：下午行不行？", "reply: 下午行不行？"])
def test_a_reply_can_be_typed(say: Chat, line: str) -> None:
    announce(say, "lin")
    assert say(line).text == SENT
    assert "\n下午行不行？\n" in say.told()["officer"].text


def test_the_word_alone_asks_what_to_reply(say: Chat) -> None:
    announce(say, "lin")
    assert say("回复").text == ASKS


def test_what_is_simply_said_after_it_goes_with_one_press(say_on_both: Chat) -> None:
    say = say_on_both
    announce(say, "lin")
    missed = say("那咱家孩儿他爸咋整")
    assert (missed.did, missed.labels[0]) == ("unknown", "回复这条通知")
    assert say.press("回复这条通知").text == SENT
    assert "\n那咱家孩儿他爸咋整\n" in say.told()["officer"].text
    assert say("relay 1").text == ASKS  # pressed again it asks for more
    assert len(rows(say, select(QUESTION))) == 1


def test_only_what_follows_it_is_taken_for_a_reply(say: Chat) -> None:
    announce(say, "lin")
    say("有什么活动")
    assert "回复这条通知" not in say("那咱家孩儿他爸咋整").labels


def test_after_two_days_it_is_no_reply_any_more(say: Chat) -> None:
    announce(say, "lin")
    say.at("2026-11-25T09:11:00+08:00")
    assert "回复这条通知" not in say("那咱家孩儿他爸咋整").labels


def test_who_was_not_told_cannot_reply(say_on_both: Chat) -> None:
    say = say_on_both
    announce(say, "lin")
    for line in ("respond 1", "relay 1"):
        assert say(line, "he").text == UNKNOWN
    assert "回复这条通知" not in say("那咱家孩儿他爸咋整", "he").labels
    assert rows(say, select(QUESTION)) == []
    # The guard is what refuses: whoever was told is heard.
    announce(say, "he", number=2)
    assert say("respond 2", "he").text == ASKS


def test_where_the_author_is_gone_the_officers_of_the_place_read_it(staffed: Chat) -> None:
    say = staffed
    announce(say, "lin", author="mei")
    dismiss(say, "mei")
    say("respond 1")
    say("下午行不行？")
    assert whose(say) == "officer"


def test_what_its_author_leaves_climbs_to_the_place(staffed: Chat) -> None:
    say = staffed
    announce(say, "lin", author="he")
    say("respond 1"), say("下午行不行？")
    assert (list(say.told()), whose(say)) == (["he"], "he")
    assert sorted(say.told("2026-11-23T13:10:00+08:00")) == ["lin", "officer"]
    assert whose(say) == "officer"


def test_who_called_for_help_goes_on_telling_where_he_is(say_on_both: Chat) -> None:
    say = say_on_both
    sent(say)
    say("需要帮助")
    said = say("我在12楼，脚扭了")
    assert said.did == "question.ask"
    assert "我在12楼，脚扭了" in say.told()["officer"].text


def test_an_hour_after_the_call_it_is_asked_what_is_meant(say: Chat) -> None:
    sent(say)
    say("需要帮助")
    say.at("2026-11-23T10:10:01+08:00")
    assert say("我在12楼，脚扭了").did == "unknown"


def test_who_did_not_call_is_not_taken_to(say: Chat) -> None:
    sent(say)
    assert say("我在12楼，脚扭了").did == "unknown"
