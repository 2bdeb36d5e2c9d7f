"""When one wants to be reminded: sooner, more often, not at all; for each registration by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from handlers.reminder_wishes import read_spans
from models import reminder
from models.activity import ACTIVITY
from models.database import transaction
from models.folding import fold
from tests.chat import Chat, Said

YOGA = "activity:yoga-thu"
USUAL = "会提醒您「午间瑜伽」：开始前1天、开始前2小时。"


def first_line(said: Said) -> str:
    return said.text.split("\n")[0]


def register(say: Chat, which: str = "周四的瑜伽", who: str = "lin") -> Said:
    say(f"报名{which}", who)
    return say("确认", who)


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("明天的瑜伽提前3小时提醒我", timedelta(hours=3)),
        ("开始前半小时提醒我", timedelta(minutes=30)),
        ("开始前半个小时叫我", timedelta(minutes=30)),
        ("提前一个半小时", timedelta(minutes=90)),
        ("夜跑开始前一小时提醒我", timedelta(hours=1)),
        ("讲座前一天叫我一声", timedelta(days=1)),
        ("三天前提醒我", timedelta(days=3)),
        ("提前四十五分钟提醒我", timedelta(minutes=45)),
        ("提前一刻钟", timedelta(minutes=15)),
        ("提前两个钟头", timedelta(hours=2)),
        ("提前半天", timedelta(hours=12)),
        ("remind me 3 hours before", timedelta(hours=3)),
        ("remind me half an hour before it starts", timedelta(minutes=30)),
        ("remind me an hour ahead", timedelta(hours=1)),
        ("remind me the day before", timedelta(days=1)),
        ("remind me 45 minutes early", timedelta(minutes=45)),
        ("提醒我", None),
        ("提醒我周四的瑜伽", None),
    ],
)
def test_how_long_before(said: str, span: timedelta | None) -> None:
    assert read_spans(fold(said)) == ([span] if span else [])


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("活动前一天和前一小时都提醒我", [1440, 60]),
        ("提前一天和两小时提醒我", [1440, 120]),
        ("remind me a day and 2 hours before", [1440, 120]),
        ("remind me an hour and a half before yoga", [90]),
    ],
)
def test_several_times_at_once(said: str, minutes: list[int]) -> None:
    assert read_spans(fold(said)) == [timedelta(minutes=each) for each in minutes]


def test_instead_of_the_others(say: Chat) -> None:
    register(say)
    assert first_line(say("提醒时间改成提前3小时")) == "会提醒您「午间瑜伽」：开始前3小时。"
    assert first_line(say("只提前一天提醒我")) == "会提醒您「午间瑜伽」：开始前1天。"


def test_no_reminders_of_anything(say: Chat) -> None:
    register(say)
    say("报名桌游夜")
    say("确认")
    said = say("所有活动都不要提醒我")
    assert (said.did, len(said.refs)) == ("activity.remind", 2)
    assert "都不再提醒您，报名还在" in said.text
    with transaction(say.engine) as db:
        waiting = db.rows(select(reminder.REMINDER.c.id).where(reminder.REMINDER.c.state == "waiting"))
    assert waiting == []
    assert say.told("2026-11-28T12:00:00+08:00") == {}


@pytest.mark.parametrize(
    "line", ["帮我设个瑜伽提醒", "瑜伽课前十分钟提醒", "以后都别提醒我了", "turn off reminders"]
)
def test_more_ways_to_say_it(say: Chat, line: str) -> None:
    register(say)
    assert say(line).did == "activity.remind"


def test_one_sees_when_one_is_reminded_and_changes_it(say_on_both: Chat) -> None:
    say = say_on_both
    register(say)
    shown = say("提醒设置")
    assert (shown.did, first_line(shown), shown.refs) == ("activity.remind", USUAL, [YOGA])
    assert shown.labels == ["提前30分钟", "提前3小时", "不提醒"]
    more = say.press("提前3小时")
    assert first_line(more) == "会提醒您「午间瑜伽」：开始前1天、开始前3小时、开始前2小时。"
    assert more.labels == ["提前30分钟", "不提醒", "恢复默认"]
    none = say.press("不提醒")
    assert first_line(none) == "不会再提醒您「午间瑜伽」，报名还在。"
    assert none.labels == ["提前30分钟", "提前3小时", "提前1天", "恢复默认"]
    assert first_line(say.press("提前1天")) == "会提醒您「午间瑜伽」：开始前1天。"
    assert first_line(say("恢复默认")) == USUAL


def test_what_one_wants_goes_out(say: Chat) -> None:
    register(say)
    say("周四的瑜伽提前45分钟提醒我")
    told = [at for at in ("25T12:10", "26T10:10", "26T11:25") if "lin" in say.told(f"2026-11-{at}:00+08:00")]
    assert told == ["25T12:10", "26T10:10", "26T11:25"]


@pytest.mark.parametrize(
    "line",
    [
        "不要提醒我瑜伽",
        "别提醒了",
        "不要提醒我",
        "取消提醒",
        "don't remind me",
        "stop reminding me about yoga",
    ],
)
def test_who_wants_none_gets_none_and_keeps_the_seat(line: str, say: Chat) -> None:
    register(say)
    assert first_line(say(line)) == "不会再提醒您「午间瑜伽」，报名还在。"
    assert say.told("2026-11-26T12:00:00+08:00") == {}
    assert say("我的报名").refs == [YOGA]


def test_wanting_none_survives_a_move(say: Chat) -> None:
    register(say)
    say("不要提醒我")
    with transaction(say.engine) as db:
        there = ACTIVITY.c.code == "yoga-thu"
        db.run(update(ACTIVITY).where(there).values(starts=ACTIVITY.c.ends))
        key = db.value(select(ACTIVITY.c.id).where(there))
        reminder.rebuild(db, key, say.equipment.schedule, say.clock.now())
    assert say.told("2026-11-26T12:00:00+08:00") == {}


@pytest.mark.parametrize(
    "line",
    [
        "提醒我周四的瑜伽",
        "周四的瑜伽开始前一小时提醒我",
        "周四的瑜伽前一天叫我一声，我记性不好",
        "remind me of yoga on Thursday",
    ],
)
def test_who_is_not_registered_is_led_there(line: str, say: Chat) -> None:
    led = say(line)
    assert (led.did, led.refs) == ("activity.remind", [YOGA])
    assert led.text == "请先报名「午间瑜伽」，报了名我们会提醒您。"
    assert "报名「午间瑜伽」" in say.press("报名").text


def test_where_several_are_meant_and_none_is_registered_they_are_shown(say: Chat) -> None:
    led = say("瑜伽提前一小时提醒我")
    assert (led.did, led.refs) == ("activity.remind", ["activity:yoga-tue", YOGA])


def test_without_any_registration_there_is_nothing_to_remind_of(say: Chat) -> None:
    assert say("提醒我").labels == ["找活动"]
    assert say("别提醒了").text == "不用设，没有报名的活动我们不会提醒您。"


def test_of_several_registrations_it_asks_which(say: Chat) -> None:
    register(say)
    register(say, "冬季血压管理")
    asked = say("提前3小时提醒我")
    assert (asked.did, asked.text) == ("activity.remind", "哪一场的提醒？")
    assert asked.refs == ["activity:pressure", YOGA]
    assert "开始前3小时" in say("2").text


def test_what_is_past_is_not_promised(say: Chat) -> None:
    register(say)
    say.at("2026-11-26T11:00:00+08:00")
    late = say("提前3小时提醒我")
    assert first_line(late) == "请选晚一点的时间，「午间瑜伽」今天 11月26日 周四 12:10开始。"
    assert "提前30分钟" in late.labels
    assert "提前1天" not in late.labels


def test_ones_own_registration_only(say: Chat) -> None:
    register(say)
    assert say("remindnever 2", "he").text == "请先报名「午间瑜伽」，报了名我们会提醒您。"
    assert first_line(say("提醒设置")) == USUAL


@pytest.mark.parametrize("line", ["提醒大家明天停水", "周四有什么活动", "周四的瑜伽几点", "把提醒发到这里"])
def test_what_is_something_else(line: str, say: Chat) -> None:
    assert say(line).did != "activity.remind"
