"""Staff change a published activity field by field: old, new, a yes; nobody loses a seat, and no pack changes it back."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from models import duty, member, pack_file, store
from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import transaction
from models.place import PLACE
from models.registration import REGISTRATION
from tests.chat import Chat
from tests.conftest import PACK
from tests.handlers.officers import rows


def column(say: Chat, name: str, code: str = "coffee") -> Any:
    return getattr(rows(say, select(ACTIVITY).where(ACTIVITY.c.code == code))[0], name)


def test_fewer_seats_take_none_away(say_on_both: Chat) -> None:
    say = say_on_both
    for who in ("lin", "he"):
        say("报名手冲咖啡体验", who)
        say("跳过", who)
        say.press("确认报名", who)
    seen = say("把手冲咖啡体验的名额改成1", "officer")
    assert seen.did == "staff.activity"
    assert seen.text == (
        "「手冲咖啡体验」改成这样，对吗？\n已经报的比名额多，超1位：不会取消谁，有人退了也不补。\n\n"
        "手冲咖啡体验\n原来：2人\n现在：1人"
    )
    assert column(say, "capacity") == 2
    done = say.press("确认修改", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:coffee"])
    assert done.text.startswith("改好了。没有通知2位报名的人，要告诉他们，点“通知报名的人”。")
    assert (column(say, "capacity"), column(say, "seats"), column(say, "sequence")) == (1, 2, 0)
    states = rows(say, select(REGISTRATION.c.state))
    assert [row.state for row in states] == ["confirmed", "confirmed"]
    assert set(say.told()) == set()
    again = say(seen.buttons["确认修改"], "officer")
    assert again.text == "请看下面，刚才那个按钮已经过期。"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("把手冲咖啡体验的标题改成手冲咖啡入门", "title", "手冲咖啡入门"),
        ("把手冲咖啡体验的简介改成：学会冲一杯", "summary", "学会冲一杯"),
        ("手冲咖啡体验的费用改为30元", "fee", "30元"),
        ("把手冲咖啡体验的类型改成课程", "kind", "course"),
        ("把手冲咖啡体验的名额改成不限", "capacity", None),
        ("把手冲咖啡体验的可带人数改成1", "companions", 1),
        ("把手冲咖啡体验的审核改成要审核", "approval", True),
        ("把手冲咖啡体验的主办改成云杉联合工会", "host_id", 1),
        ("把手冲咖啡体验的标签改成咖啡、手作", "tags", ["咖啡", "手作"]),
        ("change the fee of 手冲咖啡体验 to 30 yuan", "fee", "30 yuan"),
    ],
)
def test_one_sentence_says_field_and_value(say: Chat, line: str, name: str, value: object) -> None:
    seen = say(line, "officer")
    assert seen.labels[:3] == ["确认修改", "写明原因", "不改了"]
    say.press("确认修改", "officer")
    assert column(say, name) == value
    log = rows(say, select(CHANGE).where(CHANGE.c.subject == "activity"))
    assert [(row.before, row.after, row.reason) for row in log] == [("published", f"{name} edited", None)]


def test_every_field_is_in_the_list_and_its_value_is_asked(say: Chat) -> None:
    listed = say("编辑手冲咖啡体验", "officer")
    assert len(listed.labels) == 23
    say.press("报名后可见", "officer")
    say("从东门进", "officer")
    say.press("写明原因", "officer")
    say("大家找不到", "officer")
    assert say.press("确认修改", "officer").text.startswith("改好了。")
    assert column(say, "private_note") == "从东门进"
    assert (
        rows(say, select(CHANGE.c.reason).where(CHANGE.c.after == "private_note edited"))[0].reason
        == "大家找不到"
    )
    say("编辑手冲咖啡体验", "officer")
    moved = say.press("时间地点", "officer")
    assert moved.labels == ["改时间地点"]
    for label, answer, name in (
        ("报名截止", "提前2小时", "registration_closes"),
        ("报名问题", "用什么杯子？", "questions"),
        ("最少人数", "2", "minimum"),
        ("定办不办", "提前1天", "decides"),
        ("联系人", "站长", "contact_id"),
        ("签退", "要签退", "checks_out"),
        ("志愿时长", "1.5", "hours"),
        ("系列", "午间时光", "series"),
    ):
        say("编辑手冲咖啡体验", "officer")
        say.press(label, "officer")
        say(answer, "officer")
        say.press("确认修改", "officer")
        assert column(say, name), label
    assert "午间时光" in column(say, "words")


def test_what_does_not_fit_is_refused(say: Chat) -> None:
    late = say("把手冲咖啡体验的报名截止改成11月28日18:00", "officer")
    assert late.text == "请换个报名截止时间，要在结束以前。"
    assert say("把手冲咖啡体验的名额改成2", "officer").text == "「手冲咖啡体验」本来就是这样，不用改。"
    assert say("把消防疏散演练的费用改成10元", "officer").text != "改好了。"


def test_who_was_first_is_not_overwritten(say: Chat) -> None:
    say("把手冲咖啡体验的名额改成5", "officer")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(capacity=9))
    assert say.press("确认修改", "officer").text == "请再看一遍再决定，「手冲咖啡体验」刚刚变了。"
    assert column(say, "capacity") == 9


def test_the_log_says_old_and_new_but_nothing_of_people(say: Chat) -> None:
    for line in ("把手冲咖啡体验的名额改成20", "把手冲咖啡体验的报名后可见改成按302门铃"):
        say(line, "officer"), say.press("写明原因", "officer"), say("更新", "officer")
        say.press("确认修改", "officer")
    found = rows(say, select(CHANGE).where(CHANGE.c.subject == "activity").order_by(CHANGE.c.id))
    assert [(row.after, row.reason, row.detail, row.actor_id is not None) for row in found] == [
        ("capacity edited", "更新", {"old": 2, "new": 20}, True),
        ("private_note edited", "更新", None, True),
    ]


def test_only_staff_of_the_place_edits(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "把手冲咖啡体验的名额改成5"
    assert say(line).text == "请找站长，云杉大厦的事由工作人员办。"
    other = say("把晨练太极的费用改成5元", "officer")
    assert other.text == "请到服务站问一问，海棠苑的事由工作人员办。"
    with transaction(say.engine) as db:
        assert member.play(db, "console", "guest", "officer", say.clock.now())
    say(line, "guest")
    assert say.press("确认修改", "guest").text == "演示到这里为止，改的内容不会真的生效。"
    assert column(say, "capacity") == 2
    # The twin: without the scope anybody could.
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    say(line)
    say.press("确认修改")
    assert column(say, "capacity") == 5


def test_a_pack_does_not_undo_it(say_on_both: Chat) -> None:
    say = say_on_both
    for line in ("把手冲咖啡体验的标题改成手冲咖啡入门", "把手冲咖啡入门的报名截止改成提前3小时"):
        say(line, "officer")
        say.press("确认修改", "officer")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(summary="旧的"))
        store.store(db, pack_file.read([PACK]), say.clock.now())
    (row,) = rows(say, select(ACTIVITY).where(ACTIVITY.c.code == "coffee"))
    closes = datetime.fromisoformat("2026-11-26T09:30:00+08:00")
    assert (row.title, row.summary, row.registration_closes) == ("手冲咖啡入门", None, closes)
    assert "手冲咖啡入门" in row.words
    # The twin: what staff never edited is the pack's again.
    assert row.capacity == 2


def test_it_is_opened_to_more_people(say: Chat) -> None:
    keys = {row.code: row.id for row in rows(say, select(PLACE))}
    with transaction(say.engine) as db:
        db.run(
            update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(eligible={"places": [keys["tower"]]})
        )
    assert say("报名手冲咖啡体验", "he").text != "报名成功。开始前都可以取消。"
    seen = say("把手冲咖啡体验扩大到海棠苑", "officer")
    assert "原来：云杉大厦\n现在：云杉大厦、海棠苑" in seen.text
    say.press("确认修改", "officer")
    assert set(column(say, "eligible")["places"]) == {keys["tower"], keys["estate"]}
    assert say.told() == {}
    assert "对什么过敏吗？" in say("报名手冲咖啡体验", "he").text
    say("取消", "he")
    say("把手冲咖啡体验扩大到银杏街道", "officer")
    say.press("确认修改", "officer")
    assert column(say, "eligible")["places"] == [keys["ginkgo"]]
