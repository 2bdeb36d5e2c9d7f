"""Staff close and open a station by a sentence, and take it back."""

import pytest
from sqlalchemy import select, update

from models.database import transaction
from models.member import MEMBER, ROLE
from tests.chat import Chat


def test_a_station_is_closed_and_it_is_taken_back(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("云杉服务站明天下午关门，停电", "officer")
    assert (asked.did, asked.refs) == ("staff.station", ["place:tower-station"])
    assert asked.text == (
        "这段时间关门，对吗？\n\n云杉大厦服务站\n关门：明天 11月24日 周二 12:00–18:00\n原因：停电"
    )
    done = say.press("确认关门", "officer")
    assert (done.did, done.refs[:1]) == ("staff.station", ["place:tower-station"])
    assert done.text == "好了，云杉大厦服务站那时候关门。\n\n云杉大厦服务站\n现在开着，18:00关门"
    say.at("2026-11-24T12:00:00+08:00")
    again = say("云杉服务站今天下午关门，停电", "officer")
    assert (again.did, again.text) == ("staff.station", "不用关，云杉大厦服务站那时候本来就不开门。")
    listed = say.press("开关门安排", "officer")
    assert listed.text.splitlines()[0] == "另外安排的有1段，点一段就撤销："
    undone = say.press("撤销", "officer")
    assert "现在开着，18:00关门" in undone.text
    assert say("开关门安排", "officer").text.startswith("现在没有另外的安排")
    # Pressed again it does nothing more.
    assert say("unclose 1", "officer").text == undone.text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("云杉服务站明天15:00到17:00不开门，因为开会", "关门：明天 11月24日 周二 15:00–17:00\n原因：开会"),
        (
            "云杉服务站明天提前到16点关门，消防演练",
            "关门：明天 11月24日 周二 16:00–次日00:00\n原因：消防演练",
        ),
        ("停水，云杉服务站现在关门", "关门：今天 11月23日 周一 09:10–18:00\n原因：停水"),
        # Neither place nor time is named.
        ("服务站现在关门，停水", "关门：今天 11月23日 周一 09:10–18:00\n原因：停水"),
        ("停水，服务站马上关门", "关门：今天 11月23日 周一 09:10–18:00\n原因：停水"),
        ("云杉服务站12月1日到3日闭馆，装修", "关门：12月1日 周二至12月3日 周四全天\n原因：装修"),
        ("云杉服务站12月1日到2月28日闭馆，装修", "关门：12月1日 周二至2月28日 周日全天\n原因：装修"),
        (
            "云杉服务站周二到周三下午关门，搬家",
            "关门：明天 11月24日 周二 12:00–18:00、11月25日 周三 12:00–18:00\n原因：搬家",
        ),
        (
            "Close the 云杉服务站 tomorrow afternoon because of a power cut",
            "关门：明天 11月24日 周二 12:00–18:00\n原因：a power cut",
        ),
        ("我们站明天不开门，盘点", "关门：11月24日 周二全天\n原因：盘点"),
        # Who is busy names no place.
        ("明天下午关门，停电", "关门：明天 11月24日 周二 12:00–18:00\n原因：停电"),
        ("今天提前到16点关，消防演练", "关门：今天 11月23日 周一 16:00–次日00:00\n原因：消防演练"),
        ("12月1日起关三天，装修", "关门：12月1日 周二至12月3日 周四全天\n原因：装修"),
    ],
)
def test_when_and_why(say: Chat, said: str, shown: str) -> None:
    asked = say(said, "officer")
    assert asked.did == "staff.station"
    assert asked.text == f"这段时间关门，对吗？\n\n云杉大厦服务站\n{shown}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("云杉服务站周日9点到12点开门", "开门：11月29日 周日 09:00–12:00"),
        ("云杉服务站明天开到20点", "开门：明天 11月24日 周二 18:00–20:00"),
        ("云杉服务站明天7点开门", "开门：明天 11月24日 周二 07:00–09:00"),
        ("云杉服务站周日上午加班开放", "开门：11月29日 周日 09:00–12:00"),
        # A day is a working day's hours, and not the night.
        ("周日加开", "开门：11月29日 周日 09:00–18:00"),
        ("今晚延长到20点", "开门：今天 11月23日 周一 18:00–20:00"),
        # Of what is open anyway nothing is said again.
        ("云杉服务站明天9点到20点开门", "开门：明天 11月24日 周二 18:00–20:00"),
    ],
)
def test_open_beyond_the_usual_hours(say: Chat, said: str, shown: str) -> None:
    asked = say(said, "officer")
    assert (asked.did, asked.text) == ("staff.station", f"这段时间开门，对吗？\n\n云杉大厦服务站\n{shown}")
    done = say.press("只开门", "officer")
    assert done.text.startswith("好了，云杉大厦服务站那时候开门。预约的时段照原来的")
    assert say(said, "officer").text == "不用开，云杉大厦服务站那时候本来就开着。"


def test_what_is_not_said_is_asked(say: Chat) -> None:
    assert say("closeplace", "officer").text.startswith("从什么时候到什么时候关门？")
    assert say("不知道", "officer").text.startswith("请写一段时间")
    assert say("昨天下午", "officer").text.startswith("请写以后一年里的时间")
    say("closeplace", "officer")
    assert say("明天下午", "officer").text.startswith("为什么关门？")
    assert say("停电", "officer").text.startswith("这段时间关门，对吗？")
    kept = say.press("照常开门", "officer")
    assert (kept.did, kept.text) == ("staff.station", "好的，照常开门。")
    assert say("unclose", "officer").text.startswith("现在没有另外的安排")


def test_it_is_up_to_the_staff_of_the_place(say: Chat) -> None:
    refused = say("云杉服务站明天下午关门，停电")
    assert (refused.did, refused.refs) == ("staff.station", ["place:tower-station"])
    assert refused.text == "请找站长，云杉大厦服务站的事由工作人员办。"
    # An officer of the tower closes no other station, by no button either.
    other = say("海棠苑居民服务站明天关门，停电", "officer")
    assert "海棠苑居民服务站的事由工作人员办" in other.text
    assert say("closeplace 6", "officer").text == other.text
    assert say("unclose", "he").text == "请找服务站的工作人员，开门关门由工作人员定。"
    say("云杉服务站明天下午关门，停电", "officer")
    say.press("确认关门", "officer")
    assert "由工作人员办" in say("unclose 1", "he").text


@pytest.mark.parametrize(
    "said",
    [
        "服务站周六开不开门",
        "云杉服务站明天关门吗",
        "云杉服务站几点关门",
        "服务站总是早早关门，投诉",
        "服务站现在关门",
        "服务站现在关门了，进不去",
        "云杉服务站周六开放吗",
        "电梯关门夹人",
        "服务站的灯没关",
        "明天晚上开会",
        "明天下午关门吗",
    ],
)
def test_a_question_and_a_complaint_close_nothing(say: Chat, said: str) -> None:
    assert say(said, "officer").did != "staff.station"


def test_in_the_demo_nobody_closes_it_for_the_others(say: Chat) -> None:
    with transaction(say.engine) as db:
        officer = select(MEMBER.c.id).where(MEMBER.c.code == "officer").scalar_subquery()
        db.run(update(ROLE).where(ROLE.c.member_id == officer).values(played=True))
    say("云杉服务站明天下午关门，停电", "officer")
    ended = say.press("确认关门", "officer")
    assert ended.text == "请在自己的社区里试。演示到这里为止，云杉大厦服务站照平时的时间开门。"
    assert say("unclose", "officer").text.startswith("现在没有另外的安排")


def test_of_a_week_of_holidays_as_many_days_as_were_said(say: Chat) -> None:
    """The station is closed on them anyway; seven days would go on until the eighth, a working day."""
    assert say("国庆关三天", "officer").text == "不用关，云杉大厦服务站那时候本来就不开门。"
