"""The same once more: a copy with all that belongs to it, and every week but on holidays."""

from sqlalchemy import select, update

from models.activity import ACTIVITY
from models.community import COMMUNITY
from models.database import transaction
from tests.chat import Chat
from tests.handlers.officers import rows


def test_a_copy_has_questions_and_what_lies_before_the_start_and_no_people(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(
            update(ACTIVITY)
            .where(ACTIVITY.c.code == "yoga-thu")
            .values(questions=[{"key": "mat", "ask": "带垫子吗？", "optional": True}], minimum=5)
        )
    say("报名周四的瑜伽")
    say("带")
    say.press("确认报名")
    seen = say("复制周四的瑜伽到下周四", "officer")
    assert (seen.did, seen.text.splitlines()[4]) == ("staff.activity", "时间：12月3日 周四 12:10–13:00")
    assert "报名截止：12月3日 周四 10:00" in seen.text
    assert "最少人数：5人" in seen.text
    done = say.press("确认发布", "officer")
    assert done.refs == ["activity:chat-13"]
    (copy,) = rows(say, select(ACTIVITY).where(ACTIVITY.c.code == "chat-13"))
    assert (copy.seats, copy.capacity, copy.minimum, copy.host_id is not None) == (0, 20, 5, True)
    assert copy.questions == [{"key": "mat", "ask": "带垫子吗？", "optional": True}]
    assert (copy.sequence, copy.taken, copy.number) == (0, 0, 13)


def test_a_copy_asks_when(say: Chat) -> None:
    assert say("复制桌游夜", "officer").text.startswith("「桌游夜」复制到什么时间？比如“下周四12:30”。")
    assert say("昨天", "officer").text.startswith("请换个以后的时间")
    seen = say("12月4日", "officer")
    assert "时间：12月4日 周五 22:00–次日00:30" in seen.text
    say.press("不发布", "officer")
    assert rows(say, select(ACTIVITY).where(ACTIVITY.c.code.like("chat-%"))) == []


def test_every_week_but_on_holidays_each_with_its_own_seats(say_on_both: Chat) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        db.run(update(COMMUNITY).values(holidays=["2026-12-10"]))
    seen = say("桌游夜每周五办3次", "officer")
    assert seen.text.startswith("「桌游夜」每周办一次，对吗？第一场已经发布了。")
    say.press("不发布", "officer")
    say("每周办 ", "officer")
    seen = say("周四的瑜伽每周四办，办6次", "officer")
    assert [line for line in seen.text.splitlines() if "12:10" in line][1:] == [
        "日期：11月26日 周四 12:10",
        "12月3日 周四 12:10",
        "12月17日 周四 12:10",
        "12月24日 周四 12:10",
        "12月31日 周四 12:10",
        "2027年1月7日 周四 12:10",
    ]
    assert seen.text.splitlines()[-1] == "放假跳过：12月10日 放假"
    done = say.press("确认发布", "officer")
    assert done.text.startswith("发布了5场，每场各报各的名。")
    assert len(done.refs) == 5
    series = rows(say, select(ACTIVITY).where(ACTIVITY.c.occasion.is_not(None)).order_by(ACTIVITY.c.starts))
    assert [row.code for row in series] == ["yoga-thu", "chat-13", "chat-14", "chat-15", "chat-16", "chat-17"]
    assert {row.occasion for row in series} == {series[0].occasion}
    say("报名12月3日的瑜伽")
    say.press("确认报名")
    seats = rows(say, select(ACTIVITY.c.code, ACTIVITY.c.seats).where(ACTIVITY.c.seats > 0))
    assert [(row.code, row.seats) for row in seats] == [("chat-13", 1)]


def test_a_new_one_is_weekly_at_once(say: Chat) -> None:
    line = "发布活动：香囊手作，每周三18:30到20:00办3次，云杉大厦服务站，名额15人，沙龙，简介：缝香囊"
    seen = say(line, "officer")
    assert "每周一次：共3次" in seen.text
    assert say.press("确认发布", "officer").refs == [
        "activity:chat-13",
        "activity:chat-14",
        "activity:chat-15",
    ]


def test_who_is_not_staff_there_copies_nothing(say: Chat) -> None:
    for line in ("复制周四的瑜伽到下周四", "周四的瑜伽每周四办，办6次"):
        refused = say(line)
        assert (refused.did, refused.text) == ("staff.activity", "请找站长，云杉大厦服务站的事由工作人员办。")
