"""Writing to many in the chat: whom, which words, how it will be read, and what it takes to send it."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select

from models import activity, registering, subscription
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.member import ROLE
from tests.chat import Chat, Said
from tests.crowd import add, add_many, make_staff, member

PREVIEW = "发给云杉大厦的人，4人会收到。"
WORDS = "—— 简体中文 ——\n【云杉大厦 · 站长】\n周五空调检修"
LINE = "通知云杉大厦全体:周五空调检修"


def officer(say: Chat, text: str) -> Said:
    return say(text, "officer")


def readers(say: Chat) -> set[str]:
    """To whom something came by now, but for the officers' own reports."""
    return {who for who, said in say.told().items() if "空调" in said.text and "发完了" not in said.text}


def test_what_is_written_is_seen_before_it_is_sent(say_on_both: Chat) -> None:
    say = say_on_both
    seen = officer(say, LINE)
    assert (seen.did, seen.text) == ("staff.broadcast", f"{PREVIEW}\n{WORDS}")
    assert seen.labels == ["确认发送", "发给我看看", "加英文", "加繁体", "改内容", "不发了"]
    assert say.told() == {}
    assert officer(say, "确认发送").text == "好的，正在发给4人。"
    told = say.told()
    assert set(told) == {"lin", "anna", "mei", "officer"}
    assert told["lin"].text == "【云杉大厦 · 站长】\n\n周五空调检修"
    assert told["lin"].labels == ["回复", "不收这类通知", "全部退订"]
    assert say.told() == {}


@pytest.mark.parametrize(
    "line",
    [
        "通知云杉大厦全体：周五空调检修",
        "请通知云杉大厦的各位住户:周五空调检修",
        "给云杉大厦的人发通知：周五空调检修",
        "通知我们楼全体:周五空调检修",
        "麻烦帮我告诉云杉全体：周五空调检修",
        "通知云杉大厦全体，周五空调检修",
        "通知雲杉大廈全體：周五空调检修",
        "notify everybody in Spruce Tower: 周五空调检修",
        "群发给云杉大厦：周五空调检修",
        "通知云杉大厦周五空调检修",
        "通知 云杉大厦 周五空调检修",
        "喂 帮我给云杉大厦发个消息 就说周五空调检修",
        "那个 我想通知一下云杉大厦的人 周五空调检修",
        "云杉大厦的人通知一下 周五空调检修",
        "把这个消息发给云杉大厦的人：周五空调检修",
        "推送给云杉大厦：周五空调检修",
        "给云杉大厦的人发个通知，周五空调检修",
        "跟楼里的人说一下周五空调检修",
        "往云杉大厦群里发个通知：周五空调检修",
    ],
)
def test_it_is_said_in_many_ways(say: Chat, line: str) -> None:
    seen = officer(say, line)
    assert (seen.did, seen.text) == ("staff.broadcast", f"{PREVIEW}\n{WORDS}")


@pytest.mark.parametrize(
    "line",
    [
        "有新的活动通知我",
        "通知太多了",
        "你们通知我几点了",
        "停水通知看到了",
        "给我发通知",
        "不要再发通知了",
        "别给我发通知",
        "通知我云杉大厦的活动",
        "告诉我云杉大厦怎么走",
        "把云杉大厦的地址发给我",
        "告诉站长云杉大厦电梯坏了",
        "给云杉大厦的工作人员说一下",
        "提醒我报名瑜伽",
        "云杉大厦的通知在哪里看",
    ],
)
def test_what_members_say_of_notices_is_none(say: Chat, line: str) -> None:
    assert say(line).did != "staff.broadcast"


def test_words_are_asked_for_where_none_were_said(say: Chat) -> None:
    assert officer(say, "通知云杉大厦全体").text == "请写内容，会原样发给云杉大厦的人。"
    assert officer(say, "周五空调检修").text == f"{PREVIEW}\n{WORDS}"


def test_whom_is_asked_for_where_nobody_was_named(say: Chat) -> None:
    asked = officer(say, "发通知")
    assert asked.text == "发给谁？点一个，或者说楼名、组织、活动的报名者。"
    assert asked.labels[0] == "云杉大厦"
    officer(say, "云杉大厦")
    assert officer(say, "周五空调检修").text == f"{PREVIEW}\n{WORDS}"


def test_what_was_not_understood_of_whom_is_said(say: Chat) -> None:
    assert officer(say, "通知云杉大厦9层东侧全体:周五空调检修").text.splitlines()[0] == (
        "请看清发给谁，“9层东侧”没听懂。"
    )


def test_who_is_no_staff_is_told_who_may(say: Chat) -> None:
    refused = say(LINE)
    assert refused.did == "staff.broadcast"
    assert refused.text == "请找站长，云杉大厦的事由工作人员办。"
    assert say("发通知").text == "请找站长，云杉大厦的事由工作人员办。"
    assert say.told() == {}


def test_staff_of_one_place_writes_to_no_other(say: Chat) -> None:
    refused = officer(say, "通知海棠苑全体:周五空调检修")
    assert refused.text == "请到服务站问一问，海棠苑的事由工作人员办。"
    both = officer(say, "通知云杉大厦和海棠苑全体:周五空调检修")
    assert both.text == "请到服务站问一问，海棠苑的事由工作人员办。"


def test_a_button_of_somebody_elses_draft_does_nothing(say: Chat) -> None:
    sends = officer(say, LINE).buttons["确认发送"]
    assert say(sends).text == "请先写一条，比如“发通知”。没有等着发的。"
    assert say.told() == {}


def test_who_is_no_staff_any_more_sends_nothing_by_an_old_button(say: Chat) -> None:
    sends = officer(say, LINE).buttons["确认发送"]
    with transaction(say.engine) as db:
        db.run(delete(ROLE))
    assert officer(say, sends).text == "请到服务站问一问，云杉大厦的事由工作人员办。"
    assert say.told() == {}


def test_pressed_twice_it_is_sent_once(say: Chat) -> None:
    sends = officer(say, LINE).buttons["确认发送"]
    officer(say, sends)
    assert officer(say, sends).text == "请看看它的进度，这一条已经不在草稿里了。"
    assert readers(say) == {"lin", "anna", "mei", "officer"}
    assert readers(say) == set()


def test_each_reads_it_in_his_language_as_it_was_typed(say: Chat) -> None:
    officer(say, LINE)
    officer(say, "加英文")
    seen = officer(say, "Air conditioning is serviced on Friday")
    assert (
        seen.text
        == f"{PREVIEW}\n{WORDS}\n—— English ——\n【云杉大厦 · 站长】\nAir conditioning is serviced on Friday"
    )
    assert "加英文" not in seen.labels
    officer(say, "确认发送")
    told = say.told()
    assert told["anna"].text.endswith("Air conditioning is serviced on Friday")
    # Nobody typed it in Traditional: somebody's own words are not converted.
    assert told["mei"].text.endswith("周五空调检修")


def test_two_languages_in_one_line(say: Chat) -> None:
    seen = officer(say, "通知云杉大厦全体：周五空调检修\nEnglish: No air on Friday\n繁體：週五空調檢修")
    assert [line for line in seen.text.splitlines() if line.startswith("——")] == [
        "—— 简体中文 ——",
        "—— English ——",
        "—— 繁體中文 ——",
    ]
    officer(say, "确认发送")
    assert say.told()["mei"].text.endswith("週五空調檢修")


def test_its_author_gets_one_to_see(say: Chat) -> None:
    officer(say, LINE)
    assert officer(say, "发给我看看").text.startswith(
        "给您发了一份，收到的人看到的就是这样。\n发给云杉大厦的人"
    )
    told = say.told()
    assert set(told) == {"officer"}
    assert told["officer"].text == "【云杉大厦 · 站长】\n\n周五空调检修"
    officer(say, "确认发送")
    assert readers(say) == {"lin", "anna", "mei", "officer"}


def test_other_words_and_no_words_at_all(say: Chat) -> None:
    officer(say, LINE)
    officer(say, "改内容")
    assert officer(say, "周四空调检修").text.endswith("周四空调检修")
    assert officer(say, "不发了").text == "好的，没有发，谁也没收到。"
    assert officer(say, "确认发送").text.startswith("请看看它的进度")
    assert say.told() == {}


def test_a_telephone_number_in_it_stays(say: Chat) -> None:
    seen = officer(say, "通知云杉大厦全体:空调坏了打021-64331234")
    assert "021-64331234" in seen.text
    officer(say, "确认发送")
    assert say.told()["lin"].text.endswith("空调坏了打021-64331234")


def test_who_stopped_everything_is_not_counted(say: Chat) -> None:
    say("退订", "mei")
    assert officer(say, LINE).text.startswith("发给云杉大厦的人，3人会收到。")
    officer(say, "确认发送")
    assert readers(say) == {"lin", "anna", "officer"}


def test_another_number_by_now_is_seen_again(say: Chat) -> None:
    officer(say, LINE)
    say("退订", "mei")
    again = officer(say, "确认发送")
    assert again.text.startswith("请再看一遍，人数刚刚变了。\n发给云杉大厦的人，3人会收到。")
    assert say.told() == {}
    officer(say, "确认发送")
    assert readers(say) == {"lin", "anna", "officer"}


def test_whom_nothing_reaches_is_told_to_its_author(say: Chat) -> None:
    with transaction(say.engine) as db:
        add(db, "deaf", "tower", reached=False)
    assert officer(say, LINE).text.splitlines()[1] == "另有1人收不到：我们没有能给他们发消息的账号。"


def test_nobody_there_is_nothing_to_send(say: Chat) -> None:
    with transaction(say.engine) as db:
        make_staff(db, "officer", "estate")
    say("退订", "he")
    seen = officer(say, "通知海棠苑全体:周五空调检修")
    assert seen.text.startswith("发给海棠苑的人，现在没有人收得到。")
    assert "确认发送" not in seen.labels
    assert officer(say, "确认发送").text.startswith("发给海棠苑的人，现在没有人收得到。")


def test_at_night_it_waits_for_the_morning_and_says_so(say: Chat) -> None:
    say.at("2026-11-23T23:20:00+08:00")
    assert "那时是安静时间，明天 11月24日 周二 08:00发出。" in officer(say, LINE).text
    assert officer(say, "确认发送").text.startswith("好的，明天 11月24日 周二 08:00发给4人。")
    assert say.told("2026-11-24T07:59:00+08:00") == {}
    assert set(say.told("2026-11-24T08:00:30+08:00")) >= {"lin", "anna", "mei"}


def test_at_its_own_time(say: Chat) -> None:
    seen = officer(say, "明天9点半通知云杉大厦全体:周五空调检修")
    assert seen.text.splitlines()[1] == "明天 11月24日 周二 09:30发出。"
    assert officer(say, "确认发送").text == "好的，明天 11月24日 周二 09:30发给4人。要停，随时点“停止”。"
    assert say.told("2026-11-24T09:29:59+08:00") == {}
    assert set(say.told("2026-11-24T09:30:30+08:00")) == {"lin", "anna", "mei", "officer"}


def test_to_those_of_an_activity(say: Chat, now: datetime) -> None:
    with transaction(say.engine) as db:
        for who in ("lin", "he"):
            registering.register(db, activity.find(db, number_of(db, "coffee")), member(db, who), 1, {}, now)
    seen = officer(say, "给报名手冲咖啡的人发通知：自带杯子")
    assert seen.text.startswith("发给报名“手冲咖啡体验”的人，2人会收到。")
    both = officer(say, "通知云杉大厦和报名手冲咖啡的人:自带杯子")
    assert both.text.startswith("发给云杉大厦的人、报名“手冲咖啡体验”的人，5人会收到。")
    officer(say, "确认发送")
    assert set(say.told()) == {"lin", "he", "anna", "mei", "officer"}


def number_of(db: Db, code: str) -> int:
    return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def test_of_several_that_are_called_so_one_is_chosen(say: Chat) -> None:
    asked = officer(say, "给报名瑜伽的人发通知：自带垫子")
    assert asked.text == "发给哪一场报名的人？"
    assert asked.labels[:3] == [
        "午间瑜伽 · 明天 11月24日 周二 12:10–13:00",
        "午间瑜伽 · 11月26日 周四 12:10–13:00",
        "都发",
    ]
    seen = officer(say, "都发")
    assert seen.text.startswith("发给报名“午间瑜伽”的人、报名“午间瑜伽”的人，现在没有人收得到。")


def test_to_the_followers_of_a_series_and_the_members_of_an_organization(say: Chat, now: datetime) -> None:
    with transaction(say.engine) as db:
        subscription.choose(db, member(db, "he"), "series:午间时光", True, now)
    assert officer(say, "通知关注午间时光的人:停一周").text.startswith("发给关注“午间时光”的人，1人会收到。")
    assert officer(say, "给云杉联合工会成员发:开会").text.startswith(
        "发给云杉联合工会的成员，现在没有人收得到。"
    )


def test_for_many_the_number_is_typed_and_it_can_be_stopped(say: Chat) -> None:
    with transaction(say.engine) as db:
        add_many(db, 60, "tower")
    assert "人多，发之前请再输一次人数。" in officer(say, LINE).text
    assert officer(say, "确认发送").text == "64人会收到。请输入这个人数，才会发。"
    assert officer(say, "63").text.startswith("请再输一次，要和上面的人数一样。")
    assert say.told() == {}
    sent = officer(say, "64")
    assert sent.text == "好的，60秒后发给64人。要停，现在点“停止”。"
    assert sent.labels[0] == "停止"
    assert say.told("2026-11-23T09:10:59+08:00") == {}
    assert officer(say, sent.buttons["停止"]).text == "好的，没有发，谁也没收到。"
    assert say.told("2026-11-23T09:20:00+08:00") == {}


def test_for_many_it_goes_out_after_the_hold(say: Chat) -> None:
    with transaction(say.engine) as db:
        add_many(db, 60, "tower")
    officer(say, LINE)
    officer(say, "确认发送")
    officer(say, "64人")
    told = say.told("2026-11-23T09:11:05+08:00")
    assert len(told) == 64


def test_help_and_menu_tell_members_nothing_of_it(say: Chat) -> None:
    assert "通知" not in say("帮助").text


def test_said_anew_it_takes_the_place_of_the_question_that_waited(say: Chat) -> None:
    officer(say, "发通知")
    assert officer(say, LINE).text == f"{PREVIEW}\n{WORDS}"


def test_who_was_not_found_is_named(say: Chat) -> None:
    assert officer(say, "通知月球居民：停水").text.startswith("没有找到“月球”。发给谁？")


def test_a_time_that_is_over_is_pointed_out(say: Chat) -> None:
    seen = officer(say, "今天上午8点通知云杉大厦全体：周五空调检修")
    assert seen.text == f"请看清什么时候发，说的时间已经过了。\n{PREVIEW}\n{WORDS}"
