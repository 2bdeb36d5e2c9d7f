"""Urgent calls: said in one line, asked of many at once, over when enough have said that they come."""

import pytest
from sqlalchemy import select

from models import notice
from models.activity import ACTIVITY
from models.database import transaction
from models.delivery import DELIVERY
from models.member import MEMBER
from models.registration import REGISTRATION
from models.still import CHECKS_FOR
from models.subscription import choose
from tests import crowd
from tests.chat import Chat
from tests.conftest import NOW

LINE = "应急招募 5 人 到 云杉大厦 搬物资 今天14:00-16:00"
NEEDED, VOLUNTEERS = 5, 30
PEOPLE = [f"crowd-{nth}" for nth in range(VOLUNTEERS)]


def gather(chat: Chat) -> Chat:
    """Thirty who follow volunteering at the tower, besides those who do not."""
    with transaction(chat.engine) as db:
        crowd.add_many(db, VOLUNTEERS, "tower")
        for code in PEOPLE:
            choose(db, crowd.member(db, code), "kind:volunteering", True, NOW)
    return chat


@pytest.fixture
def on_both(say_on_both: Chat) -> Chat:
    return gather(say_on_both)


@pytest.fixture
def chat(say: Chat) -> Chat:
    return gather(say)


def publish(chat: Chat, line: str = LINE) -> int:
    """Gives the number of what is called for."""
    asked = chat(line, "officer")
    assert asked.did == "staff.activity"
    assert "「应急集结：搬物资」要5位，马上问这里的30位志愿者，对吗？够了就停。" in asked.text
    done = chat.press("确认招募", "officer")
    assert done.text.startswith("正在问30位。够5位就停，满了马上告诉您。")
    with transaction(chat.engine) as db:
        return int(db.value(select(ACTIVITY.c.number).order_by(ACTIVITY.c.number.desc()).limit(1)))


def coming(chat: Chat, number: int) -> int:
    with transaction(chat.engine) as db:
        rows = db.rows(
            select(REGISTRATION.c.id)
            .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
            .where(ACTIVITY.c.number == number, REGISTRATION.c.state == "confirmed")
        )
    return len(rows)


def test_a_call_stops_at_as_many_as_are_needed(on_both: Chat) -> None:
    say = on_both
    number = publish(say)
    told = say.told()
    assert sorted(told) == sorted(PEOPLE)
    assert told["crowd-0"].labels == ["我去", "不去"]
    assert say.press("不去", "crowd-29").text == "好的，谢谢告诉我们，下次再请您。"
    answers = [say(f"igo {number}", who) for who in PEOPLE]
    assert [said.did for said in answers] == ["activity.register"] * VOLUNTEERS
    assert [said.text.startswith("谢谢，您在名单里了。") for said in answers] == [True] * 5 + [False] * 25
    assert {said.text for said in answers[NEEDED:]} == {"够了，谢谢。人已经齐了，这次不用来。"}
    assert coming(say, number) == NEEDED
    # Pressed again it has no second effect, and who has a seat is told so.
    assert "已经报名了" in say(f"igo {number}", "crowd-0").text
    assert "您现在还在名单里" in say(f"notgo {number}", "crowd-0").text
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text.startswith("人齐了：「应急集结：搬物资」5位都有人了，不再问别人。")
    assert say.told() == {}


def fill_before_it_is_sent(chat: Chat) -> dict[str, str]:
    """At night it waits for the morning; by then five have found it by themselves. Gives why others were not asked."""
    chat.at("2026-11-23T22:30:00+08:00")
    number = publish(chat, "应急招募 5 人 到 云杉大厦 搬物资 明天14:00-16:00")
    assert chat.told() == {}
    for who in PEOPLE[:NEEDED]:
        chat(f"register {number}", who)
        chat.press("确认报名", who)
    told = chat.told("2026-11-24T08:30:00+08:00")
    with transaction(chat.engine) as db:
        asked = notice.with_key(db, "volunteers:1")
        rows = db.rows(
            select(MEMBER.c.code, DELIVERY.c.reason)
            .join(MEMBER, MEMBER.c.id == DELIVERY.c.member_id)
            .where(DELIVERY.c.notice_id == asked, DELIVERY.c.state == "skipped")
        )
    assert ("crowd-20" in told) is ("crowd-20" not in {row.code for row in rows})
    return {row.code: row.reason for row in rows}


def test_nobody_is_asked_any_more_when_enough_come(on_both: Chat) -> None:
    assert fill_before_it_is_sent(on_both) == dict.fromkeys(PEOPLE, "enough came")


def test_without_the_check_all_are_asked_in_vain(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS_FOR, "volunteers", lambda *_: {})
    assert fill_before_it_is_sent(chat) == {}


def test_what_is_not_said_is_asked_and_who_may_not_is_refused(chat: Chat) -> None:
    assert chat("应急招募", "officer").text.startswith("到哪里集合？")
    chat.press("云杉大厦", "officer")
    assert "要几个人？" in chat("很多", "officer").text
    assert chat("两个人", "officer").text.startswith("什么时候？")
    assert chat("随便", "officer").text.startswith("请写哪天几点到几点，")
    assert chat("明天9:00-11:00", "officer").text.startswith("来做什么？")
    asked = chat("扫雪", "officer")
    assert "「应急集结：扫雪」要2位" in asked.text
    assert "11月24日 周二 09:00–11:00" in asked.text
    assert chat.press("先不招", "officer").text == "好的，没有招募，谁也没有通知。"
    assert chat.told() == {}
    refused = chat("应急招募 5 人 到 海棠苑 搬物资 今天14:00-16:00", "officer")
    assert (refused.did, "确认招募" in refused.labels) == ("staff.activity", False)
    assert "确认招募" not in chat(LINE, "he").labels
    # Too few of a place are volunteers: all who take its notices are asked.
    many = chat("应急招募 31 人 到 云杉大厦 搬物资 今天14:00-16:00", "officer")
    assert "志愿者不够，所以都问" in many.text
    assert "请用“报名”" in chat("igo 1", "lin").text


def test_who_has_a_shift_at_that_time_is_told_so(chat: Chat) -> None:
    first = publish(chat)
    chat(f"igo {first}", "crowd-0")
    second = "应急招募 5 人 到 云杉大厦 扫雪 今天15:00-17:00"
    chat(second, "officer")
    chat.press("确认招募", "officer")
    assert "一个人同一时间只能排一班" in chat(f"igo {first + 1}", "crowd-0").text
