"""A visitor of the demo who plays staff: he writes, sees and tries, and none of his words reach another visitor."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from handlers.talk import press
from models import broadcast, duty, member
from models.broadcast import BROADCAST
from models.database import Db, transaction
from models.member import ADDRESS, ROLE
from models.question import QUESTION
from models.refusal import Refusal
from tests.chat import Chat
from tests.handlers.officers import ask, dismiss

ENDS = "请先发给自己看看。演示到这里为止，不会发给别人。"
LINE = "通知云杉大厦全体：周五空调检修"


def is_real(say: Chat) -> None:
    """The twin: what he plays he is."""
    with transaction(say.engine) as db:
        db.run(update(ROLE).where(ROLE.c.played).values(played=False))


@pytest.fixture
def played(say: Chat) -> Chat:
    """`guest` plays the officer of the tower; `boss` plays an administrator."""
    with transaction(say.engine) as db:
        assert member.play(db, "console", "guest", "officer", say.clock.now())
        assert member.play(db, "console", "boss", "officer", say.clock.now())
        key = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "boss"))
        db.run(update(ROLE).where(ROLE.c.member_id == key).values(kind="administrator", place_id=None))
    return say


def test_a_notice_is_written_seen_and_tried_but_not_sent(played: Chat) -> None:
    say = played
    seen = say(LINE, "guest")
    assert seen.labels[:2] == ["确认发送", "发给我看看"]
    say.press("发给我看看", "guest")
    assert set(say.told()) == {"guest"}
    ended = say(seen.buttons["确认发送"], "guest")
    assert (ended.text, ended.labels) == (ENDS, ["发给我看看", "不发了"])
    assert say.told() == {}
    is_real(say)
    say(seen.buttons["确认发送"], "guest")
    assert "lin" in say.told()


def test_an_emergency_notice_is_seen_but_not_sent(played: Chat) -> None:
    say = played
    say("紧急通知云杉大厦：三楼起火", "guest")
    assert "演示到这里为止" in say("确认发送", "guest").text
    assert say.told() == {}
    is_real(say)
    say("紧急通知云杉大厦：三楼起火", "guest")
    say("确认发送", "guest")
    assert "lin" in say.told()


def _propose(say: Chat) -> None:
    with transaction(say.engine) as db:
        author = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "officer"))
    say(LINE, "officer")
    with transaction(say.engine) as db:
        found = broadcast.find(db, 1)
        broadcast.submit(db, found, author, found.digest, say.clock.now())


@pytest.mark.parametrize("head", ["approvesend", "sendback"])
def test_what_a_real_officer_wrote_is_not_his_to_approve_or_send_back(played: Chat, head: str) -> None:
    say = played
    _propose(say)
    assert say(press(head, 1), "boss").text == ENDS
    is_real(say)
    assert say(press(head, 1), "boss").text != ENDS


@pytest.mark.parametrize("head", ["halt", "suspend", "progress"])
def test_what_another_one_wrote_is_not_his_to_stop(played: Chat, head: str) -> None:
    say = played
    say(LINE, "officer")
    assert say(press(head, 1), "guest").text == ENDS
    with transaction(say.engine) as db:
        assert db.value(select(BROADCAST.c.state)) == "draft"
    is_real(say)
    assert say(press(head, 1), "guest").text != ENDS


def test_what_people_ask_is_not_his_to_read_or_answer(played: Chat) -> None:
    say = played
    ask(say)
    assert say("收件箱", "guest").text == "收件箱是空的，现在没有人在等回复。"
    assert "空调" not in say("回复1：马上来", "guest").text
    assert set(say.told()) <= {"officer"}
    is_real(say)
    assert "空调" in say("收件箱", "guest").text
    with transaction(say.engine) as db:
        assert db.value(select(QUESTION.c.state)) == "open"


def test_no_question_climbs_to_him(played: Chat) -> None:
    say = played
    dismiss(say, "officer")
    assert "已经转给" not in ask(say).text


def test_an_activity_is_moved_without_a_word_of_his(played: Chat) -> None:
    say = played
    line = "把周四的午间瑜伽改到周五12:30，因为买我的课"
    shown = say(line, "guest")
    assert "买我的课" not in shown.text
    assert "演示到这里为止" in shown.text
    is_real(say)
    assert "买我的课" in say(line, "guest").text


def test_the_rows_themselves_refuse_him(db: Db) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert member.play(db, "console", "guest", "officer", now)
    key = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "guest"))
    assert duty.plays(db, key)
    with pytest.raises(Refusal):
        duty.check_real(db, key)
    db.run(update(ROLE).where(ROLE.c.member_id == key).values(played=False))
    duty.check_real(db, key)
