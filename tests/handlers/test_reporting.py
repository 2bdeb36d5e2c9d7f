"""Reporting a need in chat: as few questions as the words leave open, a hint at what is known, one card, a number."""

import pytest
from sqlalchemy import func, select, update

from bot.inbound import Inbound
from models import checking
from models.database import transaction
from models.need import NEED
from models.need_line import LINE
from models.photo import Sent
from tests.chat import Chat, Said

DUE = "明天 11月24日 周二 18:00"
PHOTO = "请发一张照片，没有可以跳过，不影响办理。"


def photo(say: Chat, key: str, who: str = "lin", text: str = "") -> Said:
    return say.send(Inbound("console", who, text, attached=True, photo=Sent("console", key, f"{key}.jpg")))


def location(say: Chat, at: tuple[float, float], who: str = "lin") -> Said:
    return say.send(Inbound("console", who, location=at))


def needs(say: Chat) -> list[tuple[str, str | None]]:
    with transaction(say.engine) as db:
        rows = db.rows(select(NEED.c.state, NEED.c.category).order_by(NEED.c.id))
        return [(row.state, row.category) for row in rows]


def put(say: Chat, words: str, who: str = "lin") -> Said:
    """Reported without a photo, as it stands."""
    say(words, who), say("跳过", who)
    return say("提交", who)


def test_one_sentence_a_photo_and_a_tap(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("反映个问题：云杉大厦3楼走廊的灯不亮")
    assert (asked.did, asked.text) == ("need.report", PHOTO)
    shown = photo(say, "a")
    assert shown.did == "answer"
    assert shown.text == (
        "这样提交，对吗？要补充，直接写或再发照片、定位。\n别人看不到您的名字；匿名的，工作人员也看不到。\n\n"
        "照明\n地点：云杉大厦（3楼走廊）\n内容：云杉大厦3楼走廊的灯不亮\n照片：1张"
    )
    assert location(say, (31.2011, 121.4011)).did == "answer"
    assert needs(say) == []
    button = say.press("提交")
    assert (button.did, button.refs) == ("need.report", ["need:1"])
    assert button.text.startswith(
        f"收到了，编号是需1。{DUE}前给您第一次答复。发“我的诉求”，随时看办到哪一步。"
    )
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text.startswith(
        f"请看一看新报来的需1，{DUE}前给第一次答复。\n\n照明\n地点：云杉大厦（3楼走廊）"
    )
    assert "反映人：林一" in told["officer"].text
    assert {"受理", "看全部"} <= set(told["officer"].labels)
    with transaction(say.engine) as db:
        row = db.row(select(NEED.c.latitude, NEED.c.longitude))
        assert row is not None
        assert tuple(row) == (31.2011, 121.4011)


def test_a_repeated_tap_reports_nothing_twice(say: Chat) -> None:
    say("云杉大厦的灯坏了"), say("跳过")
    sentence = say("还有一股味道").buttons["提交"]
    assert say(sentence).did == "need.report"
    assert say(sentence).did == "answer"
    assert needs(say) == [("new", "lighting")]


def test_what_was_written_stays_whatever_is_changed(say: Chat) -> None:
    say("报修"), say("云杉大厦的灯坏了")
    say("就在电梯旁边"), say("一闪一闪的")
    say.press("改类别"), say.press("环境")
    say.press("噪音"), say.press("改地点")
    shown = say("海棠苑北区")
    assert "噪音\n地点：海棠苑北区\n内容：云杉大厦的灯坏了\n就在电梯旁边\n一闪一闪的" in shown.text
    say.press("提交")
    with transaction(say.engine) as db:
        assert db.value(select(LINE.c.text)) == "云杉大厦的灯坏了\n就在电梯旁边\n一闪一闪的"


def test_photos_come_before_with_and_between_the_words_and_three_are_kept(say: Chat) -> None:
    assert "反映问题" in photo(say, "a").labels
    shown = photo(say, "b", text="云杉大厦的门关不上")
    assert "照片：2张" in shown.text
    photo(say, "c"), photo(say, "d")
    say.press("提交")
    with transaction(say.engine) as db:
        assert db.value(select(func.count()).where(LINE.c.photo_id.is_not(None))) == 3
    # What is reported later does not take the photos of before.
    say.at("2026-11-23T10:10:00+08:00")
    assert say("海棠苑北区的树枝断了").text == PHOTO


def test_another_request_in_between_is_answered_and_the_report_stays(say: Chat) -> None:
    say("云杉大厦的灯坏了")
    other = say("周六有什么活动")
    assert other.did == "activity.search"
    assert other.text.endswith(PHOTO)
    say("跳过")
    assert say("周六有什么活动").did == "activity.search"
    assert say("提交").did == "need.report"
    assert needs(say) == [("new", "lighting")]


def test_nothing_is_kept_of_what_is_not_sent(say: Chat) -> None:
    say("云杉大厦的灯坏了"), say("跳过")
    assert say.press("不报了").text == "好的，没有提交。着急的事，可以直接打12345。"
    assert needs(say) == []


def test_without_a_name_nobody_reads_it(say: Chat) -> None:
    say("云杉大厦的灯坏了"), say("跳过")
    say.press("匿名提交")
    told = say.told()["officer"].text
    assert "反映人：匿名" in told
    assert "林一" not in told


def test_a_phone_number_is_sealed_and_shown_to_nobody_in_chat(say: Chat) -> None:
    put(say, "云杉大厦的灯坏了，打13800138000")
    assert "138****8000" in say.told()["officer"].text
    with transaction(say.engine) as db:
        assert db.value(select(LINE.c.text)).startswith("sealed:")


def test_what_is_known_already_is_followed_instead(say_on_both: Chat) -> None:
    say = say_on_both
    put(say, "云杉大厦3楼走廊的灯不亮"), say.told()
    hint = say("云杉大厦三层过道黑漆漆的，灯坏了", "anna")
    assert (hint.did, hint.refs) == ("need.report", ["need:1"])
    # In the bot's own words: nobody has looked at the reporter's yet.
    assert "3楼走廊的灯不亮" not in hint.text
    same = say.press(hint.labels[0], "anna")
    assert same.refs == ["need:1"]
    assert needs(say) == [("new", "lighting"), ("duplicate", "lighting")]
    # It is no new one: who has it reads what is said besides.
    told = say.told()
    assert list(told) == ["officer"]
    assert (
        told["officer"].text
        == "请看一看需1，又有人报了同一件，现在1位关注：\n云杉大厦三层过道黑漆漆的，灯坏了"
    )
    with transaction(say.engine) as db:
        db.run(update(NEED).where(NEED.c.id == 1).values(visibility="private"))
    assert say("云杉大厦三层过道黑漆漆的，灯坏了", "mei").text.startswith("請發一張照片")


def test_the_words_of_another_are_shown_once_somebody_has_looked_at_them(say: Chat) -> None:
    put(say, "云杉大厦3楼走廊的灯不亮")
    said = "云杉大厦三层过道黑漆漆的，灯坏了"
    assert "3楼走廊的灯不亮" not in say(said, "he").text
    say("取消", "he")
    with transaction(say.engine) as db:
        (one,) = db.rows(select(checking.CHECK))
        assert checking.decide(db, one, "passed", 1, say.clock.now())
    assert "3楼走廊的灯不亮" in say(said, "he").text


def test_what_is_another_matter_goes_on(say: Chat) -> None:
    put(say, "云杉大厦3楼走廊的灯不亮")
    say("云杉大厦三层过道黑漆漆的，灯坏了", "mei")
    say.press("不是同一件", "mei"), say("跳過", "mei")
    assert say("提交", "mei").refs == ["need:2"]


def test_danger_reaches_the_officer_in_the_night_and_names_whom_to_call(say: Chat) -> None:
    say.at("2026-11-23T23:30:00+08:00")
    asked = say("云杉大厦2楼有煤气味")
    # No photo is asked for.
    assert asked.text.startswith("有人受伤或有危险，请先打120、119或110。\n这样提交")
    done = say("提交")
    assert done.text.startswith(
        "有人受伤或有危险，请先打120、119或110。\n已经通知值班人员。收到了，编号是需1。"
    )
    assert say.told()["officer"].text.startswith("请马上处理需1，可能有人有危险。")


def test_what_is_no_danger_waits_for_the_morning(say: Chat) -> None:
    say.at("2026-11-23T23:30:00+08:00")
    put(say, "云杉大厦的灯坏了")
    assert say.told() == {}
    assert list(say.told("2026-11-24T08:30:00+08:00")) == ["officer"]


def test_what_is_private_is_hinted_at_to_nobody(say: Chat) -> None:
    assert "别人看不到这一件，只有工作人员看。" in say("云杉大厦的公司拖欠工资三个月了").text
    assert needs(say) == []
    say("提交")
    assert needs(say) == [("new", "labour")]
    assert say("云杉大厦的公司拖欠工资没人管", "mei").refs == []


def test_in_a_group_the_form_goes_to_the_person(say: Chat) -> None:
    asked = say("云杉大厦的灯坏了", group="g1")
    assert (asked.did, asked.to) == ("need.report", ["lin"])


@pytest.mark.parametrize("limited", [True, False])
def test_nobody_reports_without_end(say: Chat, limited: bool) -> None:
    say.equipment.registrations_a_minute = 5 if limited else None
    for words in (
        "窗户漏风",
        "空调不热",
        "狗叫扰民",
        "马桶堵了",
        "垃圾太多",
        "树枝断了",
        "电梯太慢",
        "wifi 没信号",
    ):
        put(say, f"云杉大厦{words}")
    assert len(needs(say)) == 8
    assert say("云杉大厦的长椅坏了").text.startswith("请明天再报") is limited
    # Danger is taken up all the same.
    assert "提交" in say("云杉大厦着火了").labels


def test_submitted_once_more_by_words_it_is_done_already(say: Chat) -> None:
    assert say("提交").text == "请说一句是什么事、在哪里，现在没有等提交的。"
    put(say, "云杉大厦3楼走廊的灯不亮")
    again = say("提交")
    assert (again.did, again.text, again.refs) == ("need.report", "不用再提交，需1已经收到了。", ["need:1"])
    assert needs(say) == [("new", "lighting")]
    say.at("2026-11-23T10:00:00+08:00")
    assert say("submit", "lin").text == "请说一句是什么事、在哪里，现在没有等提交的。"


def test_who_cannot_say_where_or_submits_too_early_says_nothing_of_it(say: Chat) -> None:
    say("走廊的灯不亮", "anna")
    assert say("don't know", "anna").did == "answer"
    shown = say("submit", "anna")
    assert "don't know" not in shown.text
    assert "submit\n" not in shown.text.lower()


def test_a_location_that_came_just_before_says_where(say_on_both: Chat) -> None:
    say = say_on_both
    assert "Report" in location(say, (31.2011, 121.4011), "anna").labels
    assert say("走廊的灯不亮", "anna").text.startswith("Send a photo")
    assert "云杉大厦" in say("skip", "anna").text
    say("no thanks", "anna")
    location(say, (31.2011, 121.4011), "anna")
    say.at("2026-11-23T12:00:00+08:00")
    # Where he was hours ago says nothing of it.
    assert say("走廊的灯不亮", "anna").text.startswith("Where is it?")


def test_more_than_anybody_reads_is_asked_for_shorter_and_never_cut(say: Chat) -> None:
    long = "反映问题：云杉大厦的灯不亮" + "很" * 1000
    assert say(long).text == "请写短一些，最多1000个字。"
    say("反映问题")
    assert "请写短一些" in say(long).text
    say("云杉大厦的灯不亮"), say("跳过"), say("提交")
    with transaction(say.engine) as db:
        assert db.value(select(LINE.c.text)) == "云杉大厦的灯不亮"


def test_a_full_bin_is_no_full_activity(say: Chat) -> None:
    for words in ("垃圾桶满了没人倒", "瑜伽房门口的垃圾桶满了没人收"):
        assert say(words, "mei").did == "need.report"
        say("取消", "mei")
