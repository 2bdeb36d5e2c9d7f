"""我来办一场: proposed by who stands for an organization, published or given back by the officers of the place in one tap."""

import pytest
from sqlalchemy import insert, select

from models import duty, erasure, search
from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import transaction
from models.member import MEMBER, ROLE
from models.organization import ORGANIZATION
from models.search import Query
from tests.chat import Chat, Said
from tests.handlers.officers import rows

LINE = "我来办一场：办公室拉伸，12月2日12:30到13:00，云杉大厦服务站，名额20人，沙龙，简介：不用换衣服"


@pytest.fixture
def led(say_on_both: Chat) -> Chat:
    """林一 stands for the union of the tower."""
    with transaction(say_on_both.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        union = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "spruce-union"))
        db.run(insert(ROLE), member_id=lin, kind="representative", organization_id=union)
    return say_on_both


def proposed(say: Chat) -> Said:
    seen = say(LINE)
    assert seen.text.startswith("这样提交，对吗？云杉大厦服务站的工作人员看过才发布。")
    assert "主办：云杉联合工会" in seen.text
    assert say.press("提交").text.startswith("提交了，站长看过告诉您。")
    return say.told()["officer"]


def state(say: Chat) -> str:
    return str(rows(say, select(ACTIVITY.c.state).where(ACTIVITY.c.code == "chat-13"))[0].state)


def test_one_tap_publishes_it_with_who_proposed_it_as_its_contact(led: Chat) -> None:
    say = led
    told = proposed(say)
    assert told.text.startswith("请看一遍，发布不发布？林一想在这里办一场活动。\n\n办公室拉伸")
    assert told.labels == ["发布", "退回"]
    assert state(say) == "proposed"
    assert say("show 13", "he").text == say("show 999", "he").text
    with transaction(say.engine) as db:
        found, _ = search.search(db, Query(), say.clock.now(), limit=50)
    assert "办公室拉伸" not in {each.title for each in found}
    done = say.press("发布", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:chat-13"])
    assert say.told()["lin"].text.startswith("发布了：「办公室拉伸」现在能报名。")
    assert "联系人：林一" in say("办公室拉伸详情", "he").text
    assert say(told.buttons["发布"], "officer").text == "请看看别的，这一场已经有人处理了。"
    assert say(told.buttons["退回"], "officer").text == "请看看别的，这一场已经有人处理了。"
    log = rows(say, select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "activity"))
    assert [tuple(row) for row in log] == [(None, "proposed"), ("proposed", "published")]


def test_given_back_with_the_reason(led: Chat) -> None:
    say = led
    proposed(say)
    say.press("退回", "officer")
    assert say("那天场地有人用", "officer").text == "退回了，原因已经告诉对方。"
    told = say.told()["lin"]
    assert told.text.startswith("「办公室拉伸」退回来了，改一改可以再提。原因：那天场地有人用")
    assert told.labels == ["再提一次"]
    assert state(say) == "returned"


def test_only_staff_of_the_place_decides(led: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = led
    told = proposed(say)
    refused = say(told.buttons["发布"])
    assert refused.text == "请找站长，云杉大厦服务站的事由工作人员办。"
    assert state(say) == "proposed"
    # The twin: without the scope who proposed it would publish it himself.
    monkeypatch.setattr(duty, "check", lambda *_: None)
    say(told.buttons["发布"])
    assert state(say) == "published"


def test_three_wait_at_most_and_who_is_erased_leaves_none(led: Chat) -> None:
    say = led
    for hour in (9, 10, 11, 14):
        say(LINE.replace("12:30到13:00", f"{hour}:00到{hour}:30"))
        last = say.press("提交")
    assert last.text == "请等一等回复，您已经有3场在等了。"
    with transaction(say.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        erasure.erase(db, lin, say.clock.now())
    assert rows(say, select(ACTIVITY.c.code).where(ACTIVITY.c.code.like("chat-%"))) == []
