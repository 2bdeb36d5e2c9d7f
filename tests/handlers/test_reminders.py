"""Being reminded: in time, once, with what one can answer; 来不了 frees the seat at once."""

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.channels import CHANNELS
from bot.channels.rendering import render
from handlers.words import Reader
from models import reminder
from models.activity import ACTIVITY
from models.database import transaction
from models.delivery import DELIVERY
from models.registration import REGISTRATION
from models.reminder import REMINDER
from tests.chat import Chat, Said

YOGA = "activity:yoga-thu"
ASKED = (
    "还来吗？「午间瑜伽」明天 11月26日 周四 12:10开始。来不了请说一声，名额好让给别人。\n\n"
    "午间瑜伽\n时间：明天 11月26日 周四 12:10–13:00\n地点：云杉大厦服务站、云杉路1号2楼"
)
SHORT = (
    "别忘了：「午间瑜伽」今天 11月26日 周四 12:10开始。\n\n"
    "午间瑜伽\n时间：今天 11月26日 周四 12:10–13:00\n地点：云杉大厦服务站、云杉路1号2楼"
)
FREED = "好的，「午间瑜伽」的名额让给别人了。要是又能来，请重新报名。"
DAY_BEFORE, TWO_HOURS_BEFORE = "2026-11-25T12:10:00+08:00", "2026-11-26T10:10:00+08:00"


def register(say: Chat, which: str = "周四的瑜伽", who: str = "lin") -> Said:
    say(f"报名{which}", who)
    return say("确认", who)


def seats(say: Chat, code: str = "yoga-thu") -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.code == code)))


def states(say: Chat) -> list[tuple[str, str | None]]:
    """What became of all reminders."""
    with transaction(say.engine) as db:
        found = select(REMINDER.c.state, REMINDER.c.reason).order_by(REMINDER.c.due)
        return [tuple(row) for row in db.rows(found)]


def comes(say: Chat) -> bool:
    with transaction(say.engine) as db:
        return db.value(select(REGISTRATION.c.coming)) is not None


# In time.


def test_one_is_reminded_a_day_and_two_hours_before(say_on_both: Chat) -> None:
    say = say_on_both
    assert "提醒：开始前1天、开始前2小时" in register(say).text
    assert say.told("2026-11-25T12:09:59+08:00") == {}
    asked = say.told(DAY_BEFORE)["lin"]
    assert (asked.text, asked.refs) == (ASKED, [YOGA])
    assert asked.buttons == {"会来": "coming 2", "来不了": "absent 2", "提醒设置": "remind 2"}
    short = say.told(TWO_HOURS_BEFORE)["lin"]
    assert (short.text, short.refs) == (SHORT, [YOGA])
    assert short.buttons == {"我的签到码": "mycode 2", "取消报名": "withdraw 2", "提醒设置": "remind 2"}
    assert say.told("2026-11-30T12:00:00+08:00") == {}
    assert states(say) == [("told", None), ("told", None)]


def test_a_reader_of_english_is_reminded_in_english(say: Chat) -> None:
    say("sign me up for yoga on Thursday", "anna")
    say("yes", "anna")
    asked = say.told(DAY_BEFORE)["anna"].reply.messages[0].card
    assert asked.text.message.startswith("还来吗？")
    with transaction(say.engine) as db:
        assert db.value(select(REMINDER.c.state).order_by(REMINDER.c.due)) == "told"


def test_who_registers_late_is_reminded_of_what_is_still_ahead(say: Chat) -> None:
    say.at("2026-11-25T18:00:00+08:00")
    assert "提醒：开始前2小时" in register(say).text
    told = say.told("2026-11-26T12:00:00+08:00")
    assert told["lin"].text == SHORT


def test_the_confirmation_names_the_hour_where_the_quiet_hours_move_it(say: Chat) -> None:
    done = register(say, "垃圾分类值守")
    assert "提醒：开始前1天、11月27日 周五 21:50" in done.text
    say.told("2026-11-27T08:00:00+08:00")
    assert list(say.told("2026-11-27T21:49:00+08:00")) == []
    assert (
        "别忘了：「垃圾分类值守」明天 11月28日 周六 08:00开始。"
        in say.told("2026-11-27T21:50:00+08:00")["lin"].text
    )


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_the_zone_of_the_server_does_not_matter(
    zone: str, say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        register(say)
        assert say.told(DAY_BEFORE)["lin"].text == ASKED
        assert say.told(TWO_HOURS_BEFORE)["lin"].text == SHORT
    finally:
        monkeypatch.undo()
        time.tzset()


def test_where_nothing_can_be_pressed_the_words_to_type_are_named(say: Chat) -> None:
    register(say)
    card = say.told(DAY_BEFORE)["lin"].reply.messages[0].card
    reader = Reader("zh-Hans", say.clock.now(), say.equipment.schedule.zone)
    (shown,) = render(card, reader, CHANNELS["wechat"], None)
    assert shown.text.endswith("也可以发：会来 / 来不了 / 提醒设置")


# What changes meanwhile.


def test_who_cancelled_is_not_reminded(say: Chat) -> None:
    register(say)
    say("取消周四的瑜伽")
    say.press("确认取消")
    why = "the registration was cancelled"
    assert states(say) == [("dropped", why), ("dropped", why)]
    assert say.told("2026-11-26T12:00:00+08:00") == {}


def test_who_is_erased_is_not_reminded(say: Chat) -> None:
    register(say)
    say("删除我的数据")
    say.press("确认删除")
    assert states(say) == []
    assert say.told("2026-11-26T12:00:00+08:00") == {}


def test_what_moved_is_reminded_of_anew(say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    with transaction(say.engine) as db:
        there = ACTIVITY.c.code == "yoga-thu"
        later = datetime.fromisoformat("2026-11-27T15:00:00+08:00")
        db.run(update(ACTIVITY).where(there).values(starts=later, ends=later + timedelta(hours=1)))
        key = db.value(select(ACTIVITY.c.id).where(there))
        reminder.rebuild(db, key, say.equipment.schedule, say.clock.now())
    assert say.told("2026-11-26T14:59:00+08:00") == {}
    assert "明天 11月27日 周五 15:00" in say.told("2026-11-26T15:00:00+08:00")["lin"].text


def test_what_is_cancelled_is_not_reminded_of(say: Chat) -> None:
    register(say)
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(state="cancelled"))
    assert say.told("2026-11-26T12:00:00+08:00") == {}
    assert states(say) == [("dropped", "the activity was cancelled")] * 2


def test_what_comes_too_late_is_recorded(say: Chat) -> None:
    """Nothing ran from before the first one was due until shortly before the start."""
    register(say)
    say.at("2026-11-26T11:00:00+08:00")
    assert say.told() == {}
    assert states(say) == [("expired", "too late to be of use")] * 2


# Answers.


def test_who_cannot_come_frees_the_seat_at_once(say_on_both: Chat) -> None:
    say = say_on_both
    register(say)
    say.told(DAY_BEFORE)
    assert seats(say) == 1
    freed = say.press("来不了")
    assert (freed.did, freed.text, freed.refs) == ("activity.cancel", FREED, [YOGA])
    assert freed.labels == ["重新报名", "找活动"]
    assert seats(say) == 0
    assert states(say)[1][0] == "dropped"
    assert "报名「午间瑜伽」" in say.press("重新报名").text


def test_where_registration_is_closed_there_is_no_way_back(say: Chat) -> None:
    register(say)
    say.told(TWO_HOURS_BEFORE)
    freed = say("absent 2")
    assert (freed.text, freed.labels) == ("好的，「午间瑜伽」的名额让出来了。", ["找活动"])


def test_who_comes_says_so(say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    assert not comes(say)
    said = say.press("会来")
    assert (said.did, said.refs) == ("activity.remind", [YOGA])
    assert said.text == "好的，明天 11月26日 周四 12:10见，「午间瑜伽」。"
    assert comes(say)
    assert seats(say) == 1


@pytest.mark.parametrize(
    "line", ["来不了", "来不了了。", "我去不了", "不好意思，来不了", "不来了", "來不了", "can't make it"]
)
def test_typed_it_means_the_same(line: str, say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    assert (say(line).text, seats(say)) == (FREED, 0)


@pytest.mark.parametrize(
    "line", ["来", "来的", "会来", "我来", "好的，来", "一定来", "來", "I'm coming", "yes, I'll be there"]
)
def test_that_one_comes_may_be_typed(line: str, say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    assert say(line).did == "activity.remind"
    assert (comes(say), seats(say)) == (True, 1)


def test_where_nobody_asked_it_frees_nothing_by_itself(say: Chat) -> None:
    register(say)
    asked = say("来不了")
    assert (asked.did, asked.labels[:2]) == ("activity.cancel", ["确认取消", "保留"])
    assert seats(say) == 1
    assert say("来", "he").text == "要报名请说“报名”加活动的名字。您现在没有要回复的活动。"


def test_after_a_move_it_answers_that_too(say: Chat) -> None:
    register(say)
    say.at("2026-11-24T09:00:00+08:00")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(changed=say.clock.now()))
    say.at("2026-11-24T10:00:00+08:00")
    register(say, "周四的瑜伽", "he")
    assert say("来不了", "he").labels[:2] == ["确认取消", "保留"]  # it had changed when he registered
    assert (say("来不了").text, seats(say)) == (FREED, 1)


def test_after_a_day_and_a_half_it_asks_again(say: Chat) -> None:
    register(say, "绘本故事会")
    say("5"), say("小宝"), say("确认报名")
    say.at("2026-11-28T10:00:00+08:00")
    say.told()
    with transaction(say.engine) as db:
        db.run(update(REMINDER).values(settled=datetime.fromisoformat("2026-11-26T20:00:00+08:00")))
        db.run(update(DELIVERY).values(settled=datetime.fromisoformat("2026-11-26T20:00:00+08:00")))
    assert say("来不了").labels[:2] == ["确认取消", "保留"]


def test_of_two_it_asks_which(say: Chat) -> None:
    register(say)
    register(say, "冬季血压管理")
    say.told(DAY_BEFORE)
    asked = say("来不了")
    assert (asked.did, asked.refs) == ("activity.cancel", ["activity:pressure", YOGA])
    assert asked.text == "取消哪一场？"
    assert seats(say) == 1
    say("取消")
    asked = say("来")
    assert (asked.did, asked.text, asked.refs) == (
        "activity.remind",
        "来哪一场？",
        ["activity:pressure", YOGA],
    )
    assert "11:00" not in say("2").text


def test_a_seat_that_is_free_already_is_not_freed_again(say: Chat) -> None:
    register(say)
    told = say.told(DAY_BEFORE)["lin"].buttons
    say(told["来不了"])
    again = say(told["来不了"])
    assert (again.did, again.text) == ("activity.cancel", "您没有报名「午间瑜伽」，不用取消。")
    late = say(told["会来"])
    assert (late.text, late.labels) == ("请先报名「午间瑜伽」，您还没有报。", ["报名", "找活动"])
    assert seats(say) == 0


def test_a_button_frees_ones_own_seat_only(say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    assert say("absent 2", "he").text == "您没有报名「午间瑜伽」，不用取消。"
    assert say("coming 2", "he").refs == [YOGA]
    assert (seats(say), comes(say)) == (1, False)


def test_what_has_begun_frees_nothing(say: Chat) -> None:
    register(say)
    say.at("2026-11-26T12:10:00+08:00")
    assert say("absent 2").text == "「午间瑜伽」已经开始，不能再取消。"
    assert seats(say) == 1


def test_nobody_comes_to_what_was_cancelled(say: Chat) -> None:
    register(say)
    told = say.told(DAY_BEFORE)["lin"].buttons
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(state="cancelled"))
    said = say(told["会来"])
    assert (said.did, said.text, said.refs) == ("activity.remind", "「午间瑜伽」取消了，不办了。", [YOGA])
    assert not comes(say)
