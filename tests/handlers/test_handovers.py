"""Handing a shift on: asked by name or by code, the very seat is the colleague's, and else nothing changes."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models import registering
from models.activity import ACTIVITY
from models.change import Change
from models.database import table_of, transaction
from models.handover import HANDOVER
from models.member import MEMBER
from models.registration import REGISTRATION
from models.reminder import REMINDER
from models.shift_role import SHIFT_ROLE
from tests import roles
from tests.chat import Chat

CHANGE = table_of(Change)


def opened(chat: Chat, folder: Path) -> Chat:
    """林一 has the one place of the afternoon's role, and 梅三 works where he does."""
    roles.load(chat.engine, folder)
    chat("register 14")
    chat.press("确认报名")
    return chat


@pytest.fixture
def on_both(say_on_both: Chat, tmp_path: Path) -> Chat:
    return opened(say_on_both, tmp_path)


@pytest.fixture
def chat(say: Chat, tmp_path: Path) -> Chat:
    return opened(say, tmp_path)


def held(chat: Chat, code: str = "guard-pm") -> list[tuple[str, str]]:
    with transaction(chat.engine) as db:
        rows = db.rows(
            select(MEMBER.c.code, REGISTRATION.c.state)
            .join(REGISTRATION, REGISTRATION.c.member_id == MEMBER.c.id)
            .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
            .where(ACTIVITY.c.code == code)
            .order_by(REGISTRATION.c.id)
        )
    return [(row.code, row.state) for row in rows]


def seats(chat: Chat, code: str = "guard-pm") -> tuple[int, int]:
    """Of the activity, and of its first role."""
    with transaction(chat.engine) as db:
        row = db.row(
            select(ACTIVITY.c.seats, SHIFT_ROLE.c.seats.label("role"))
            .join(SHIFT_ROLE, SHIFT_ROLE.c.activity_id == ACTIVITY.c.id)
            .where(ACTIVITY.c.code == code)
            .order_by(SHIFT_ROLE.c.id)
        )
    assert row is not None
    return row.seats, row.role


def hand_on(chat: Chat, line: str) -> str:
    """Says so and confirms it; gives the code."""
    asked = chat(line)
    assert asked.did == "shift.handover"
    assert "那之前班还是您的" in asked.text
    done = chat.press("确认转班")
    assert (done.did, done.refs) == ("shift.handover", ["activity:guard-pm"])
    found = re.search(r"\d{3} \d{3} \d{3}", done.text)
    assert found is not None
    return found[0]


def test_a_colleague_who_is_named_takes_the_very_seat(on_both: Chat) -> None:
    say = on_both
    hand_on(say, "把我周六的引导岗转给梅三")
    told = say.told()
    assert list(told) == ["mei"]
    assert "林一想請您接這個班" in told["mei"].text
    # Somebody waits for the one place: he is not passed, since no seat was ever free.
    with transaction(say.engine) as db:
        db.run(
            update(SHIFT_ROLE)
            .where(SHIFT_ROLE.c.capacity == 1, SHIFT_ROLE.c.skill.is_(None))
            .values(waiting=1)
        )
    taken = say.press("接這個班", "mei")
    assert (taken.did, taken.refs) == ("shift.accept", ["activity:guard-pm"])
    assert held(say) == [("lin", "cancelled"), ("mei", "confirmed")]
    assert seats(say) == (1, 1)
    # An old button, and the giver's own.
    assert say("takeshift 1", "mei").text == "「路口文明引導」已經是您的班，不用再接。"
    assert say("takeshift 1", "he").did == "shift.accept"
    assert held(say) == [("lin", "cancelled"), ("mei", "confirmed")]
    told = say.told()
    assert told["lin"].text.startswith("不用来了，梅三接了您的「路口文明引导」。")
    with transaction(say.engine) as db:
        left = db.rows(select(REMINDER.c.state).order_by(REMINDER.c.id))
        assert [row.state for row in left] == ["dropped", "dropped", "waiting", "waiting"]
        log = db.rows(
            select(CHANGE.c.subject, CHANGE.c.after)
            .where(CHANGE.c.reason == "handed over")
            .order_by(CHANGE.c.id)
        )
        assert [(row.subject, row.after) for row in log] == [
            ("registration", "cancelled"),
            ("registration", "confirmed"),
        ]


def test_whoever_has_the_code_takes_it_and_the_contact_hears_of_it(on_both: Chat) -> None:
    say = on_both
    with transaction(say.engine) as db:
        officer = select(MEMBER.c.id).where(MEMBER.c.code == "officer").scalar_subquery()
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "guard-pm").values(contact_id=officer))
    # 何二 is nobody whom 林一 knows by name: the answer is the same, and nobody is asked.
    code = hand_on(say, "把周六的班转给何二")
    assert say.told() == {}
    assert say("接班 123456789", "he").did == "shift.accept"
    asked = say(code, "he")
    assert say.press("看看再接", "he").text.startswith("接林一的班「路口文明引导」，对吗？")
    assert asked.did == "account.join"
    assert say.press("接这个班", "he").did == "shift.accept"
    assert held(say) == [("lin", "cancelled"), ("he", "confirmed")]
    assert "「路口文明引导」换人了，林一的班由何二来。" in say.told()["officer"].text
    # The code is used up.
    late = say(f"接班 {code}", "officer")
    assert (late.did, late.refs) == ("shift.accept", ["activity:guard-pm"])
    assert "不用接了，或者已经有人接了" in late.text


def test_who_declines_or_does_not_answer_leaves_it_with_whoever_asked(chat: Chat) -> None:
    hand_on(chat, "把我周六的引导岗转给梅三")
    chat.told()
    chat.press("不接", "mei")
    assert chat("leaveshift 1", "mei").did == "shift.decline"
    told = chat.told()
    assert list(told) == ["lin"]
    assert told["lin"].text == "请另找人，或者自己来：梅三接不了「路口文明引导」，班还是您的。"
    assert "不用接了" in chat("takeshift 1", "mei").text
    hand_on(chat, "梅三替我去周六的引导岗")
    assert set(chat.told()) == {"mei"}
    late = chat.told("2026-11-24T09:10:00+08:00")
    assert late["lin"].text.startswith("请自己来，或者另找人：「路口文明引导」还没有人接，班还是您的。")
    assert "不用接了" in chat("takeshift 2", "mei").text
    assert held(chat) == [("lin", "confirmed")]
    assert chat.told("2026-11-24T12:10:00+08:00") == {}


def overlaps(chat: Chat) -> str:
    """Whoever is asked has another shift at that time."""
    chat("register 15", "mei")
    chat.press("確認報名", "mei")
    hand_on(chat, "把我周六的引导岗转给梅三")
    chat.told()
    return chat.press("接這個班", "mei").text


def test_whoever_may_not_have_it_does_not_get_it(on_both: Chat) -> None:
    assert "一個人同一時間只能排一班" in overlaps(on_both)
    assert held(on_both) == [("lin", "confirmed")]
    assert seats(on_both) == (1, 1)
    # Nor can one who is somebody else's to ask.
    assert "没有找到要您接的班" in on_both("takeshift 1", "he").text
    assert "没有找到要您接的班" in on_both("leaveshift 1", "he").text


def test_without_the_rules_whoever_is_asked_gets_it(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "check_person", lambda *_: None)
    overlaps(chat)
    assert held(chat) == [("lin", "cancelled"), ("mei", "confirmed")]


def test_what_is_no_shift_of_ones_own_is_not_handed_on(chat: Chat) -> None:
    assert chat("把周六的班转给林一", "he").text == "请先报一个班，您现在没有可以转的。"
    assert "您没有" in chat("giveshift 14", "he").text
    chat("register 2", "he")
    chat.press("确认报名", "he")
    assert "能转给同事的是志愿班次" in chat("giveshift 2", "he").text
    chat.at("2026-11-28T15:00:00+08:00")
    assert "已经开始，不能再转" in chat("giveshift 14").text


def test_names_are_not_tried_out(chat: Chat) -> None:
    for name in ("梅三", "何二", "张三", "李四", "王五"):
        hand_on(chat, f"把我周六的引导岗转给{name}")
    chat("把我周六的引导岗转给赵六")
    assert chat.press("确认转班").text == "请明天再转，今天已经请过5次。"
    # Of all those only the last one is still open, and the one who was asked by name before it is not asked any more.
    assert chat.told() == {}
    with transaction(chat.engine) as db:
        rows = db.rows(select(HANDOVER.c.state).order_by(HANDOVER.c.id))
    assert [row.state for row in rows] == ["taken back"] * 4 + ["asked"]
