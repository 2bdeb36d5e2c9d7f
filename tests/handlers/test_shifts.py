"""Shifts in the chat: roles with what is free, one shift at a time, and a note for those alone who come."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import private_note, registering, shift, shift_role
from models.activity import ACTIVITY, Listing, listed, listing
from models.database import Db, transaction
from models.member import MEMBER
from models.pack import PackError
from models.refusal import Refusal
from models.registration import REGISTRATION
from tests import crowd, roles
from tests.chat import Chat
from tests.conftest import NOW


def find(db: Db, code: str) -> Listing:
    row = db.row(listed().where(ACTIVITY.c.code == code))
    assert row is not None
    return listing(row)


@pytest.fixture
def on_both(say_on_both: Chat, tmp_path: Path) -> Chat:
    roles.load(say_on_both.engine, tmp_path)
    return say_on_both


@pytest.fixture
def chat(say: Chat, tmp_path: Path) -> Chat:
    roles.load(say.engine, tmp_path)
    return say


def test_a_role_is_shown_chosen_and_kept(on_both: Chat) -> None:
    say = on_both
    say("周六有什么志愿活动")
    shown = say("2")
    assert "引导岗：要3位、还差3位\n救护岗：要1位、还差1位、要会急救" in shown.text
    assert shown.labels[:2] == ["报名", "其他时间"]
    say("show 13")
    assert say.press("报名").labels == ["引导岗 余3", "救护岗 余1", "返回", "取消"]
    assert "岗位：引导岗" in say("1").text
    done = say.press("确认报名")
    assert (done.did, done.refs) == ("activity.register", ["activity:guard-am"])
    assert "岗位：引导岗" in done.text
    assert "引导岗：要3位、还差2位" in say("show 13", "he").text
    assert "岗位：引导岗" in say("我的报名").text
    # A role that is named is not asked for.
    assert say("报名周六的引导岗", "he").refs == ["activity:guard-am", "activity:guard-pm"]
    assert "岗位：引导岗" in say("1", "he").text
    # One of many ways in cannot leave the role out.
    with transaction(say.engine) as db, pytest.raises(Refusal, match=r"shift\.role"):
        registering.register(db, find(db, "guard-am"), crowd.member(db, "anna"), 1, {}, NOW)


def test_a_role_is_full_by_itself(chat: Chat) -> None:
    chat("register 14")
    chat.press("确认报名")
    full = chat("register 14", "he")
    assert (full.did, full.refs) == ("activity.register", ["activity:guard-pm"])
    assert "确认报名" not in full.labels
    assert registered(chat, "guard-pm") == [("lin", "confirmed")]
    assert "引导岗：要1位、满了，可候补" in chat("show 14", "he").text
    assert "引导岗：要3位、还差3位" in chat("show 13", "he").text


def registered(chat: Chat, code: str) -> list[tuple[str, str]]:
    """Who has a registration there, by name, and how it stands."""
    with transaction(chat.engine) as db:
        rows = db.rows(
            select(MEMBER.c.code, REGISTRATION.c.state)
            .join(REGISTRATION, REGISTRATION.c.member_id == MEMBER.c.id)
            .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
            .where(ACTIVITY.c.code == code)
            .order_by(REGISTRATION.c.id)
        )
    return [(row.code, row.state) for row in rows]


def go_to_two(say: Chat) -> str:
    """Somebody has one shift and asks for another that overlaps it, and for one that begins as it ends."""
    for line in ("报名周六的引导岗", "1", "确认报名"):
        say(line)
    refused = say("报名旧书整理帮工")
    say("register 14")
    say.press("确认报名")
    return refused.text


def test_a_shift_that_overlaps_another_is_refused(on_both: Chat) -> None:
    assert go_to_two(on_both) == (
        "请先取消或转给同事「路口文明引导」（11月28日 周六 13:00–15:00），再报「旧书整理帮工」。一个人同一时间只能排一班。"
    )
    assert registered(on_both, "library") == []
    assert registered(on_both, "guard-pm") == [("lin", "confirmed")]
    # Other kinds only name it: what somebody does beside a shift is his own.
    on_both("register 15", "he")
    on_both.press("确认报名", "he")
    shown = on_both("报名黄油曲奇烘焙", "he")
    assert "shift.overlap" not in shown.text
    # An old button, and a rule that is asked without any question before it.
    with transaction(on_both.engine) as db, pytest.raises(Refusal, match=r"shift\.overlap"):
        registering.register(db, find(db, "library"), crowd.member(db, "lin"), 1, {}, NOW)


def test_without_the_guard_somebody_is_at_two_places(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "check_overlap", lambda *_: None)
    assert "请先取消" not in go_to_two(chat)


def note_read_by(chat: Chat) -> list[tuple[str, str]]:
    """Who reads the note at which time, of one who has a seat, one who waits for nothing, and staff."""
    seen = []
    for moment in ("2026-11-23T09:10", "2026-11-25T14:00", "2026-12-03T14:59", "2026-12-03T15:01"):
        if moment != "2026-11-23T09:10":
            chat.at(f"{moment}:00+08:00")
        for who in ("lin", "he", "officer", "warden"):
            for line in ("show 16", "上门拍全家福", "我的报名"):
                if "周奶奶" in chat(line, who).text and (who, moment) not in seen:
                    seen.append((who, moment))
    return seen


def visit(chat: Chat) -> None:
    with transaction(chat.engine) as db:
        crowd.add(db, "warden", "estate-station")
        crowd.make_staff(db, "warden", "estate")
    chat("register 16")
    chat.press("确认报名")


def test_a_note_is_for_those_who_come_and_around_its_time(on_both: Chat) -> None:
    visit(on_both)
    assert note_read_by(on_both) == [
        ("lin", "2026-11-25T14:00"),
        ("warden", "2026-11-25T14:00"),
        ("lin", "2026-12-03T14:59"),
        ("warden", "2026-12-03T14:59"),
    ]
    assert "周奶奶" not in on_both("找周奶奶的活动", "lin").text


def test_without_the_guard_everybody_reads_it(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_note, "may_read", lambda *_: True)
    visit(chat)
    assert ("he", "2026-11-23T09:10") in note_read_by(chat)


def test_a_pack_that_changes_roles_keeps_who_is_there(on_both: Chat, tmp_path: Path) -> None:
    say = on_both
    for line in ("报名周六的引导岗", "1", "确认报名"):
        say(line)
    fewer = roles.SHIFTS.replace('{ id = "guide", name = "引导岗", needed = 3 }, ', "")
    with pytest.raises(PackError, match='roles: people are registered for "guide"'):
        roles.load(say.engine, tmp_path, fewer)
    roles.load(say.engine, tmp_path, roles.SHIFTS.replace("needed = 3", "needed = 8"))
    with transaction(say.engine) as db:
        wanted = find(db, "guard-am")
        assert (wanted.capacity, wanted.seats) == (9, 1)
        assert [(role.code, role.capacity, role.seats) for role in shift_role.of(db, wanted.id)] == [
            ("guide", 8, 1),
            ("medic", 1, 0),
        ]
    for line in ("取消路口文明引导的报名", "确认取消"):
        say(line)
    roles.load(say.engine, tmp_path, fewer)
    with transaction(say.engine) as db:
        wanted = find(db, "guard-am")
        assert (wanted.capacity, wanted.seats) == (1, 0)
        assert [role.code for role in shift_role.of(db, wanted.id)] == ["medic"]


def test_each_refusal_has_its_own_reason(chat: Chat) -> None:
    go_to_two(chat)
    lines = (
        "register 9",
        "register 10",
        "register 11",
        "register 13",
        "register 15",
        "报名周六的救护岗",
        "register 99",
    )
    said = [chat(line, "he" if "救护" in line else "lin") for line in lines]
    assert {each.did for each in said} == {"activity.register"}
    assert [each.text.split("\n")[0] for each in said] == [
        "「急救证培训」还没开始报名，12月1日 周二 09:00开始。",
        "「用大模型写周报」的报名在11月22日 周日 18:00截止了。",
        "「消防疏散演练」已经结束了。",
        "您已经报名了「路口文明引导」，不用再报。",
        "请先取消或转给同事「路口文明引导」（11月28日 周六 13:00–15:00），再报「旧书整理帮工」。一个人同一时间只能排一班。",
        "请先让工作人员确认一次您会急救，「路口文明引导」的「救护岗」要这个。会的话点“我有这个技能”，确认了我们告诉您。",
        "没有找到这个活动，可能已经撤回了。说“有什么活动”看看最近的。",
    ]
    assert len({each.text for each in said}) == len(lines)
