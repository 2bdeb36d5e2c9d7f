"""帮我策划: what a company's group wishes, the officer's plan, and one tap that makes it an activity or a project."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import transaction
from models.need import NEED
from models.wanted_plan import WANTED
from tests import street
from tests.chat import Chat, Said
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def wish(say: Chat, who: str = "acme-rep") -> Said:
    say("帮我们策划一场活动", who), say.press("沙龙", who), say.press("关爱员工", who), say("30", who)
    say("12月2日18:30到20:00", who), say("2000元", who), say("云杉大厦服务站", who)
    return say("要投影，电话13812345678", who)


def write(say: Chat, makes: str, title: str, plan: str) -> Said:
    asked = say("writeplan 1", "officer")
    assert asked.text.startswith("办成什么？")
    say.press(makes, "officer"), say(title, "officer")
    return say(plan, "officer")


def test_an_accepted_plan_is_the_activity(say: Chat) -> None:
    sent = wish(say)
    assert (sent.did, sent.refs) == ("plan.ask", ["need:1"])
    # Three working days from Monday.
    assert sent.text.startswith("提交了，需1。站长来写，11月26日 周四 18:00前给您方案。")
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text.startswith("请写一份方案，11月26日 周四 18:00前给对方。")
    for line in (
        "为了：关爱员工",
        "人数：30位",
        "预算：2000元",
        "要求：要投影，电话138****5678",
        "单位：阿克米科技",
    ):
        assert line in told["officer"].text
    assert "13812345678" not in say("plan 1", "officer").text
    done = write(say, "办一场活动", "咖啡拉花", "请两位老师，材料由我们出。")
    assert done.text.startswith("发给对方了，对方点“接受”就成了。")
    first = say.told()["acme-rep"]
    assert first.text.startswith("方案来了，接受就办成：\n「咖啡拉花」\n请两位老师，材料由我们出。")
    # Back to the officer with words; the button of the first plan accepts nothing that was not read.
    say.press("请他们改", "acme-rep")
    assert say("换成品茶", "acme-rep").text == "转给工作人员了，11月26日 周四 18:00前给您新的方案。"
    assert say.told()["officer"].text.startswith(
        "对方想改方案：换成品茶\n请在11月26日 周四 18:00前再写一份。"
    )
    write(say, "办一场活动", "品茶", "两位茶艺师。")
    assert say(first.buttons["接受"], "acme-rep").text.startswith("请看最新的进展")
    say.told()
    accepted = say("plan 1", "acme-rep")
    assert say(accepted.buttons["接受"], "lin").text == "没有找到这份策划，请发“我的策划”看看。"
    made = say(accepted.buttons["接受"], "acme-rep")
    assert (made.did, made.text) == (
        "plan.accept",
        "办成了：「品茶」现在能报名。要改什么，点“详情”。",
    )
    assert say.told()["officer"].text == "对方接受了需1的方案：「品茶」。"
    columns = ("title", "kind", "capacity", "summary", "state", "tags")
    assert rows(say, ACTIVITY.c.code, *(ACTIVITY.c[name] for name in columns))[-1][1:] == (
        "品茶",
        "salon",
        30,
        "两位茶艺师。",
        "published",
        ["关爱员工"],
    )
    # Both name each other in the log.
    activity, log = _linked(say)
    assert ("need", 1, "answered", "confirmed", {"activity": activity}) in log
    assert ("activity", activity, "published", "published", {"need": 1}) in log
    assert rows(say, NEED.c.id, NEED.c.state, NEED.c.outcome) == [(1, "closed", "solved")]
    # A second tap has no second effect.
    before = len(rows(say, ACTIVITY.c.id))
    assert say(accepted.buttons["接受"], "acme-rep").text.startswith("请看最新的进展")
    assert len(rows(say, ACTIVITY.c.id)) == before
    assert say("plan 1", "acme-rep").labels[:2] == ["看策划", "看活动"]


def _linked(say: Chat) -> tuple[int, list[tuple[object, ...]]]:
    with transaction(say.engine) as db:
        activity = db.value(select(WANTED.c.activity_id))
    log = rows(say, CHANGE.c.subject, CHANGE.c.subject_id, CHANGE.c.before, CHANGE.c.after, CHANGE.c.detail)
    return activity, log


def test_who_may(say: Chat) -> None:
    refused = say("帮我们策划一场活动", "lin")
    assert (refused.did, refused.text.split("。")[0]) == ("plan.ask", "请让单位、工会或社团的负责人来提")
    wish(say)
    for who in ("lin", "lawyer", "estate-officer"):
        assert say("plan 1", who).text == "没有找到这份策划，请发“我的策划”看看。"
        assert say("writeplan 1", who).text.startswith("请找站长")
        assert "需1" not in say("我的策划", who).text
    # It is nobody's need to support, find or look at.
    for line in ("need 1", "support 1", "大家反映的", "云杉大厦有什么问题"):
        assert ["策划" in told or "阿克米" in told for told in [say(line, "lin").text]] == [False]


def test_three_wait_at_most(say: Chat) -> None:
    for _ in range(3):
        wish(say)
    assert say.told()
    assert wish(say).text == "请先等方案，您已经有3份在等了。"
