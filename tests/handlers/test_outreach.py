"""走访: floor, company, what came of it and what they need; corrected by another entry; on the day one is reminded."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import member as members
from models import outreach
from models.database import transaction
from models.need import NEED
from models.outreach import OUTREACH
from models.place import PLACE
from models.still import CHECKS
from tests import street
from tests.chat import VAULT, Chat
from tests.street import rows, scan

DEC_8 = "2026-12-08T09:30:00+08:00"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def reminded(say: Chat) -> bool:
    """Whether the officer is told to go there again that day."""
    told = say.told(DEC_8)
    return "officer" in told and "今天约好再去" in told["officer"].text


def test_a_visit_is_noted_and_its_needs_can_be_followed(say: Chat) -> None:
    asked = say("走访", "officer")
    # He is staff of one tower: its name is not asked.
    assert (asked.did, asked.text) == ("staff.visit", "云杉大厦几楼？比如“12楼”。")
    assert say("塔顶", "officer").text.startswith("请写楼层，比如“12楼”；地下一层写“B1”。")
    assert say("12楼", "officer").labels[0] == "阿克米科技"
    assert say("1", "officer").text.startswith("阿克米科技，怎么样？")
    assert "他们需要什么？" in say.press("见到了", "officer").text
    assert "还需要什么？" in say("楼道灯不亮", "officer").text
    assert "还需要什么？" in say("门口垃圾没人收", "officer").text
    assert "下次哪天去？" in say("没有了", "officer").text
    assert "请写一年以内的日期" in say("很快", "officer").text
    done = say("12月8日", "officer")
    assert (done.did, done.refs) == ("staff.visit", ["need:1", "need:2"])
    assert done.text == (
        "记下了。\n云杉大厦12楼 阿克米科技：见到了\n记了需1、需2，发编号就能看进展。\n12月8日 周二 09:00提醒您再去。"
    )
    found = rows(say, NEED.c.id, NEED.c.source, NEED.c.category, NEED.c.state)
    assert found == [(1, "visit", "lighting", "new"), (2, "visit", "waste", "new")]
    told = say.told()
    # They are on the desk of who was there, and on nobody else's.
    assert list(told) == ["acme-rep"]
    assert say("待办诉求", "officer").refs == ["need:1", "need:2"]
    assert say("受理 1", "officer").text.startswith("受理了。")
    assert told["acme-rep"].text.startswith("我们走访时记下了贵单位说的：需1「")
    assert "楼道灯不亮" not in told["acme-rep"].text
    followed = say("support 1", "acme-rep")
    assert followed.did == "need.support"
    # On the day, once; and not where somebody has been there since.
    reminder = say.told(DEC_8)["officer"]
    assert reminder.text.count("今天约好再去：云杉大厦12楼 阿克米科技：见到了。") == 1
    assert say.press("记走访", "officer").text.startswith("哪一家？点一下，或者写公司名。")


def test_one_line_says_it_all(say: Chat) -> None:
    done = say("走访 12楼 阿克米 见到了 需要周末借会议室", "officer")
    assert (done.did, done.refs) == ("staff.visit", ["need:1"])
    assert done.text.startswith("记下了。\n云杉大厦12楼 阿克米科技：见到了\n记了需1")
    assert say("走访云杉大厦B1 新芽咖啡 没人 下次12月8日", "officer").text == (
        "记下了。\n云杉大厦B1 新芽咖啡：没有人\n12月8日 周二 09:00提醒您再去。"
    )
    assert say("走访 三楼 贝塔律所 不让进", "officer").text.startswith(
        "记下了。\n云杉大厦3楼 贝塔律所：没让进"
    )
    assert rows(say, OUTREACH.c.company, OUTREACH.c.floor, OUTREACH.c.outcome) == [
        ("阿克米科技", 12, "met"),
        ("新芽咖啡", -1, "empty"),
        ("贝塔律所", 3, "refused"),
    ]
    # Somebody goes there before the day: nobody is reminded any more.
    say("走访 B1 新芽咖啡 见到了", "officer")
    assert not reminded(say)


def test_without_being_asked_again_the_reminder_comes_late(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: it is the check at sending that keeps it back."""
    monkeypatch.setitem(CHECKS, "outreach", lambda *_: None)
    say("走访 B1 新芽咖啡 没人 下次12月8日", "officer")
    say("走访 B1 新芽咖啡 见到了", "officer")
    assert reminded(say)


def test_only_staff_of_the_tower_note_visits(say: Chat) -> None:
    for who in ("lin", "acme-rep", "lawyer"):
        refused = say("走访 12楼 阿克米 见到了", who)
        assert (refused.did, refused.text) == ("staff.visit", "请找服务站的工作人员，走访由他们来记。")
    other = say("走访云杉大厦12楼 阿克米 见到了", "estate-officer")
    assert (other.did, other.text) == ("staff.visit", "请找站长、主任，云杉大厦的事由工作人员办。")
    assert say("fixvisit 1", "lin").text == "没有找到这条走访，请发“走访”记一条。"
    assert rows(say, OUTREACH.c.id) == []


def test_the_code_at_the_door_knows_the_floor(say: Chat) -> None:
    with transaction(say.engine) as db:
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
    say("走访码", "officer")
    shown = say("12楼", "officer")
    (code,) = [each.says for _, one in shown.messages for each in one.attachments]
    assert code == f"doorvisit {outreach.door(VAULT, tower, 12)}"
    opened = scan(say, "officer", code)
    assert opened.did == "staff.visit"
    assert opened.text.startswith("哪一家？")
    say("取消", "officer")
    # In the middle of a visit that asks where, the code answers it: there is one form, and one visit.
    say("走访", "officer")
    assert scan(say, "officer", code).text.startswith("哪一家？")
    say("新芽咖啡", "officer"), say.press("没有人", "officer")
    assert say.press("先不约", "officer").labels == ["同层下一家", "更正走访", "走访情况"]
    assert say("取消", "officer").text.startswith("没有填到一半的")
    # What was answered of another visit does not go without a word.
    say("走访", "officer"), say("3楼", "officer"), say("贝塔律所", "officer")
    assert scan(say, "officer", code).text.startswith("先办这一份，刚才没填完的那份不留了。")
    say("取消", "officer")
    assert len(rows(say, OUTREACH.c.id)) == 1
    for who, line in (
        ("lin", code),
        ("estate-officer", code),
        ("officer", code[:-1] + ("A" if code[-1] != "A" else "B")),
    ):
        told = scan(say, who, line)
        assert told.text.startswith("这个码是工作人员走访用的。")
    assert say("走访码", "lin").text.startswith("请找")


def test_a_visitor_of_the_demo_writes_nothing(say: Chat) -> None:
    with transaction(say.engine) as db:
        assert members.play(db, "console", "visitor", "officer", say.clock.now())
    told = say("走访 12楼 阿克米 见到了 需要周末借会议室", "visitor")
    assert told.text == "请先发给自己看看。演示到这里为止，不会发给别人。"
    assert rows(say, OUTREACH.c.id) == rows(say, NEED.c.id) == []
