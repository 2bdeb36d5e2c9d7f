"""A project is made in the chat: a draft with its parts, edited, published; charity only once somebody has verified it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import project_making
from models.database import transaction
from models.project_part import PART
from tests import programme
from tests.chat import Chat
from tests.handlers import officers
from tests.handlers.officers import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    return say_on_both


def started(say: Chat, line: str, who: str = "chief") -> None:
    say(line, who)
    say.press("先不写", who)
    say("邻里人文", who)


def test_one_line_a_preview_and_it_is_published(say: Chat) -> None:
    started(say, "发起项目：楼下花箱，场地1个、志愿者10人")
    seen = say("云杉大厦、海棠苑", "chief")
    assert seen.text.startswith(
        "这样可以吗？发布了大家就能认领。\n\n楼下花箱\n板块：邻里人文\n地点：云杉大厦、海棠苑\n需要：场地1个、志愿者10人"
    )
    done = say.press("发布", "chief")
    assert (done.did, done.refs) == ("staff.project", ["project:chat-3"])
    assert done.text.startswith("发布了，现在就能认领。\n\n项3「楼下花箱」")
    # Found by either of its places, with one count of what it needs.
    for place in ("云杉大厦", "海棠苑"):
        assert "project:chat-3" in say(f"{place}有什么项目缺人", "lin").refs
    assert [row.quantity for row in rows(say, select(PART).where(PART.c.project_id == 3))] == [1, 10]


def test_a_draft_is_nobodys_yet_and_is_edited(say: Chat) -> None:
    started(say, "发起项目：楼下花箱，场地1个")
    say("云杉大厦", "chief")
    kept = say.press("存草稿", "chief")
    assert kept.text.startswith("存好了，还没有发布。\n\n项3「楼下花箱」\n状态：草稿")
    assert "project:chat-3" not in say("有哪些项目", "lin").refs
    assert "花箱" not in say("project 3", "lin").text
    assert say("项目草稿", "officer").refs == ["project:chat-3"]
    assert say("改草稿3", "officer").labels[:2] == ["名称", "简介"]
    say.press("需要什么", "officer")
    assert say("要很多", "officer").text.startswith("请把“很多”写成名称加数量")
    assert "志愿者：还缺6人（共6人）" in say("志愿者六人", "officer").text
    assert say("editdraft 3", "lin").text == "请找站长、总干事，云杉大厦的事由工作人员办。"
    assert say("发布草稿3", "officer").text.startswith("发布了，现在就能认领。")
    assert say("pubdraft 3", "officer").text == "请看看项目，「楼下花箱」已经不是草稿。"
    assert say("发起项目", "lin").text == "请找服务站的工作人员，项目由他们发起；有想法可以直接反映。"


def test_each_tower_sees_what_is_for_all_of_them(say: Chat) -> None:
    with transaction(say.engine) as db:
        officers.make(db, "he", "staff", "estate")
    started(say, "发起项目：楼楼义剪，理发师3名")
    say("云杉大厦、海棠苑", "chief")
    say.press("存草稿", "chief")
    assert say("drafts", "he").refs == say("drafts", "officer").refs == ["project:chat-3"]


def test_charity_waits_for_who_verified_it(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    started(say, "发起公益项目：爱心冰箱，食品200份")
    say("云杉大厦", "chief")
    assert say.press("还没核实", "chief").labels[:2] == ["存草稿", "不要了"]
    say.press("存草稿", "chief")
    refused = say.press("发布", "chief")
    assert refused.text == "请先写谁在什么时候核实过「爱心冰箱」，公益项目核实了才能发布。"
    assert programme.state(say, 3) == "draft"
    say.press("改草稿", "chief")
    say.press("核实", "chief")
    say("街道公益科", "chief")
    assert "核实：街道公益科，2026-11-20" in say("11月20日", "chief").text
    assert "核实：街道公益科，2026-11-20" in say.press("发布", "chief").text
    found = say("有什么公益项目", "lin")
    assert found.refs == ["project:chat-3"]
    assert "核实：街道公益科，2026-11-20" in found.text
    # The twin: without the guard an unverified one would be published.
    started(say, "发起公益项目：旧衣回收，纸箱20个")
    say("云杉大厦", "chief")
    say.press("还没核实", "chief")
    say.press("存草稿", "chief")
    monkeypatch.setattr(project_making, "check_verified", lambda _one: None)
    say.press("发布", "chief")
    assert programme.state(say, 4) == "claiming"


def test_a_draft_is_dropped_after_a_question(say: Chat) -> None:
    started(say, "发起项目：楼下花箱，场地1个")
    say("云杉大厦", "chief")
    say.press("存草稿", "chief")
    assert say.press("删草稿", "chief").text.startswith("删掉「楼下花箱」的草稿吗？删了不能恢复。")
    assert say.press("删草稿", "chief").text == "草稿删了。"
    assert programme.state(say, 3) == "cancelled"
