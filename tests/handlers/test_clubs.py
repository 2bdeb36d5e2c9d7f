"""Clubs: found, joined and left in one tap; the leader writes to members alone, and only who may sees who they are."""

from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from handlers import recipes
from handlers.recipes import Maker
from models import audience, community, pack_file, store
from models.audience import Audience
from models.database import transaction
from models.member import MEMBERSHIP, Person
from models.membership_choice import MEMBERSHIP_CHOICE
from models.organization import ORGANIZATION
from tests.chat import VAULT, Chat
from tests.conftest import PACK
from tests.crowd import add
from tests.shifts import arrive, member, register

CLUBS = """
[[organization]]
id = "lens"
kind = "club"
name = "光圈影友社"
aliases = ["影友社", "lens club"]
place = "tower"

[[organization]]
id = "strings"
kind = "club"
name = "海棠民乐队"
aliases = ["民乐队"]
place = "estate"

[[organization]]
id = "branch"
kind = "party"
name = "云杉支部"
place = "tower"

[[organization]]
id = "other-branch"
kind = "party"
name = "海棠支部"
place = "estate"

[[member]]
id = "leader"
handle = "console:leader"
name = "社长"
organizations = ["lens", "branch"]
roles = ["representative@lens", "representative@branch"]

[[member]]
id = "fan"
handle = "console:fan"
name = "阿光"
organizations = ["lens"]

[[member]]
id = "chair"
handle = "console:chair"
name = "书记"
organizations = ["other-branch"]
roles = ["representative@other-branch"]

[[activity]]
id = "walk"
kind = "club"
title = "老街扫拍"
summary = "带上相机"
place = "tower"
host = "lens"
starts = 2026-11-28T09:00:00+08:00
ends = 2026-11-28T11:00:00+08:00
tags = ["摄影"]

[[activity]]
id = "class"
kind = "meeting"
title = "支部学习"
place = "tower"
host = "branch"
starts = 2026-11-27T18:00:00+08:00
ends = 2026-11-27T19:00:00+08:00
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    written = tmp_path / "clubs.toml"
    written.write_text(CLUBS, encoding="utf-8")
    return written


def load(say: Chat, pack: Path) -> None:
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))


def belong(say: Chat, club: str = "lens") -> set[int]:
    with transaction(say.engine) as db:
        return {
            row.member_id
            for row in db.rows(
                select(MEMBERSHIP.c.member_id)
                .join(ORGANIZATION, ORGANIZATION.c.id == MEMBERSHIP.c.organization_id)
                .where(ORGANIZATION.c.code == club)
            )
        }


def keys(say: Chat, *people: str) -> set[int]:
    with transaction(say.engine) as db:
        return {member(db, who) for who in people}


def test_clubs_are_found_joined_and_left(say_on_both: Chat, pack: Path) -> None:
    say = say_on_both
    load(say, pack)
    every = say("有什么社团")
    assert (every.did, every.refs) == ("club.search", ["organization:lens", "organization:strings"])
    assert "成员" not in every.text  # so few that the number could tell of one of them
    for line in ("摄影俱乐部", "有照相的俱乐部吗", "are there any photography clubs"):
        assert (say(line).did, say(line).refs) == ("club.search", ["organization:lens"])
    assert "接下来：老街扫拍 · 11月28日 周六 09:00–11:00" in say("光圈影友社是什么社团").text
    joined = say("我想加入影友社")
    assert (joined.did, joined.refs) == ("club.join", ["organization:lens"])
    assert joined.text == "欢迎加入光圈影友社。负责人发的通知会发给您，随时可以退出。"
    assert belong(say) == keys(say, "leader", "fan", "lin")
    assert say.told()["leader"].text == "有人加入了光圈影友社。"
    assert say("加入影友社").text == "您已经在光圈影友社里了。"
    assert "leader" not in say.told()
    assert say("我的社团").refs == ["organization:lens"]
    # A pack that is loaded again takes nobody out who joined by himself, nor in again who left.
    load(say, pack)
    assert belong(say) == keys(say, "leader", "fan", "lin")
    left = say("退出影友社", "fan")
    assert (left.did, left.text) == ("club.leave", "好的，您已退出光圈影友社，不再发它的通知。")
    assert say("退出影友社", "he").text == "您不在光圈影友社里。"
    load(say, pack)
    assert belong(say) == keys(say, "leader", "lin")
    # Whoever leads it hands it over first; one more tap, or an old one, does nothing twice.
    assert "由您带着" in say("退出影友社", "leader").text
    say(joined.buttons["退出社团"]), say(joined.buttons["退出社团"])
    assert belong(say) == keys(say, "leader")
    assert say("我想加入一个社团").labels[:2] == ["光圈影友社", "海棠民乐队"]
    assert say("2").did == "club.join"
    assert belong(say, "strings") == keys(say, "lin")


def test_the_leader_writes_to_members_alone_and_who_left_gets_nothing(say_on_both: Chat, pack: Path) -> None:
    say = say_on_both
    load(say, pack)
    say("加入影友社"), say("加入影友社", "he"), say("你好", "fan")
    preview = say("通知影友社的成员：周六九点正门集合", "leader")
    assert preview.did == "staff.broadcast"
    assert "发给光圈影友社的成员，" in preview.text
    assert "【光圈影友社 · 社长】" in preview.text
    say.press("确认发送", "leader")
    # Between the decision and the sending one of them leaves.
    say("退出影友社", "he")
    told = say.told("2026-11-23T10:10:00+08:00")
    reached = {who for who, said in told.items() if "周六九点正门集合" in said.text}
    assert {"lin", "fan"} <= reached <= {"lin", "fan", "leader"}
    assert "退出社团" in told["lin"].labels
    assert say.press("退出社团", "lin").did == "club.leave"
    # To others he does not speak, and whoever represents a company or a branch to nobody.
    for line in ("通知云杉大厦全体：停水", "通知海棠民乐队的成员：停水", "通知云杉支部的成员：学习"):
        refused = say(line, "leader")
        assert (refused.did, "的事由工作人员办" in refused.text) == ("staff.broadcast", True), refused.text
    assert "的事由工作人员办" in say("通知海棠支部的成员：学习", "chair").text
    assert "的事由工作人员办" in say("通知影友社的成员：停水", "fan").text


def test_without_what_was_said_who_left_would_get_it(say: Chat, pack: Path) -> None:
    """The twin: whoever moved away still gets what is under way, so only the choice keeps it from who left."""
    load(say, pack)
    say("加入影友社")
    with transaction(say.engine) as db:
        club = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "lens"))
        whole, lin = Audience(organizations=(club,)), member(db, "lin")
        assert audience.agreeing(db, whole, [lin]) == {lin}
    say("退出影友社")
    with transaction(say.engine) as db:
        assert audience.agreeing(db, whole, [lin]) == set()
        db.run(MEMBERSHIP_CHOICE.delete())
        assert audience.agreeing(db, whole, [lin]) == {lin}


def test_who_belongs_is_seen_by_the_leader_and_staff_alone(say: Chat, pack: Path) -> None:
    load(say, pack)
    with transaction(say.engine) as db:
        for nth in range(4):
            newcomer = add(db, f"m{nth}")
            club = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "lens"))
            db.insert(insert(MEMBERSHIP), member_id=newcomer, organization_id=club)
    assert "成员：6位" in say("摄影俱乐部").text
    listed = say("影友社的成员名单", "leader")
    assert (listed.did, listed.refs) == ("club.members", ["organization:lens"])
    assert "光圈影友社有6位成员：\n社长、阿光" in listed.text
    assert "阿光" in say("影友社的成员名单", "officer").text
    for who in ("fan", "lin", "chair"):
        refused = say("影友社的成员名单", who)
        assert "阿光" not in refused.text
    assert "阿光" not in say(f"clubmembers {club}", "chair").text


def test_attendance_is_of_one_s_own_members_alone(say: Chat, pack: Path) -> None:
    load(say, pack)
    register(say, "class", "leader", "fan", "chair")
    arrive(say, "class", "leader", "2026-11-27T18:00:00+08:00")
    say.at("2026-11-27T19:30:00+08:00")
    shown = say("支部出勤", "leader")
    assert shown.did == "club.attendance"
    shown = say.press("云杉支部", "leader")
    assert "支部学习：社长 来了" in shown.text
    # Who is no member of it does not stand there, nor on the sheet.
    assert "书记" not in shown.text + say("支部出勤", "chair").text
    (attached,) = shown.reply.messages[0].card.attachments
    with transaction(say.engine) as db:
        zone = community.zone(db)
        assert zone is not None
        leader = Maker(Person(member(db, "leader"), "zh-Hans", None, None), say.clock.now(), zone, VAULT)
        name, making = recipes.read(db, attached, leader)
        chair = Maker(Person(member(db, "chair"), "zh-Hans", None, None), say.clock.now(), zone, VAULT)
        with pytest.raises(KeyError):
            recipes.read(db, attached, chair)
    assert name == "出勤表.xlsx"
    rows = CalamineWorkbook.from_filelike(BytesIO(making().data)).get_sheet_by_index(0).to_python()
    assert [row[1:] for row in rows] == [["活动", "称呼", "情况"], ["支部学习", "社长", "来了"]]
    assert "出勤表只给负责人看" in say("支部出勤", "lin").text
