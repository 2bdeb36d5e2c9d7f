"""A slot of a service: one sentence or one question at a time, never more than there are, the ticket and the list."""

from datetime import datetime
from pathlib import Path

import pytest

from models import booking_rules
from tests import booking
from tests.chat import Chat

FULL = "请换一个时间，11月25日 周三 09:30已经约满。也可以候补，有空位先问您。"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_one_sentence_is_the_whole_form(say: Chat) -> None:
    asked = say("预约后天上午9点半档案查询")
    assert (asked.did, asked.refs, asked.labels[:3]) == (
        "service.book",
        ["service:archive"],
        ["确认预约", "换个时间", "不约了"],
    )
    assert asked.text.split("\n") == [
        "这样约，对吗？",
        "来不了请先取消。90天里2次没来，之后只能约当天的。",
        "",
        "档案查询",
        "时间：11月25日 周三 09:30–10:00",
        "地点：云杉大厦服务站（云杉路1号2楼）",
        "带上：身份证原件、介绍信",
    ]
    made = say.press("确认预约")
    assert (made.did, made.refs) == ("service.book", ["service:archive", "booking:1"])
    assert made.text.startswith(
        "约好了：约1。到了给工作人员扫码，或者报这个号。\n11月25日 周三 07:30前可以改一次时间，也可以取消。"
    )
    assert made.labels == ["看凭证", "改时间", "取消预约", "我的预约"]
    card = made.reply.messages[0].card
    assert [(each.kind, str(each.says).split(" ")[0]) for each in card.attachments[:1]] == [
        ("qr", "admitticket")
    ]
    assert [each.recipe for each in card.attachments[1:]] == ["booking.calendar"]
    assert booking.counters(say.engine) == [(1, 0)]
    assert booking.changes(say.engine) == [(1, "booked")]
    # The button again does nothing else, and one person has one slot of a service.
    assert say(made.buttons["看凭证"]).refs == ["service:archive", "booking:1"]
    again = say("预约周四上午10点档案查询")
    assert (again.did, again.refs) == ("service.book", ["service:archive", "booking:1"])
    assert again.text == "请先改时间或取消，「档案查询」您已经约了11月25日 周三 09:30（约1）。"
    assert booking.states(say.engine) == {1: "booked"}


def test_a_full_slot_offers_the_next_three_and_its_list(say: Chat) -> None:
    say("预约后天上午9点半档案查询")
    say.press("确认预约")
    full = say("预约后天上午9点半档案查询", "he")
    assert (full.did, full.text.split("\n")[0]) == ("service.book", FULL)
    times = ["11月25日 周三 10:00", "11月25日 周三 10:30", "11月25日 周三 11:00", "候补09:30"]
    assert full.labels[:4] == times
    chosen = say("1", "he")
    assert "时间：11月25日 周三 10:00–10:30" in chosen.text
    say("换个时间", "he")
    # It was free when she chose it; it is not any more when she confirms.
    later = say("11月25日", "he")
    assert later.labels[:5] == ["09:00–09:30", "10:00–10:30", "10:30–11:00", "11:00–11:30", "返回"]
    say("10点", "he")
    say("预约后天10点档案查询", "mei")
    say.press("確認預約", "mei")
    late = say.press("确认预约", "he")
    assert late.text.split("\n")[0] == "请换一个时间，11月25日 周三 10:00已经约满。也可以候补，有空位先问您。"
    assert "候补10:00" in late.labels
    assert "时间：11月25日 周三 11:00–11:30" in say("11月25日 周三 11:00", "he").text
    done = say.press("确认预约", "he")
    assert (done.did, done.text.split("。")[0]) == ("service.book", "约好了：约3")
    assert booking.counters(say.engine) == [(1, 0), (1, 0), (1, 0)]


def test_step_by_step_in_typed_numbers(say: Chat) -> None:
    """As on WeChat, where there are no buttons: each step is a number or a few words."""
    where = say("想约个律师", channel="wechat")
    assert (where.did, where.refs) == ("service.book", ["service:lawyer"])
    assert "1 云杉大厦服务站" in where.text
    days = say("1", channel="wechat")
    assert days.text.split("\n")[0] == "约哪一天？"
    assert say("12月6日", channel="wechat").text.startswith("请换一天，12月6日 周日约不了。")
    hours = say("周四", channel="wechat")
    assert hours.text.split("\n")[0] == "11月26日 周四几点？"
    matter = say("下午3点", channel="wechat")
    assert matter.text.startswith("想问哪方面？可以不写。")
    sure = say("租房合同", channel="wechat")
    assert "时间：11月26日 周四 15:00–15:15" in sure.text
    assert "租房合同" not in sure.text
    done = say("1", channel="wechat")
    assert done.text.startswith("约好了：约1。")
    # What it is about stands nowhere in words that others could read.
    with_matter = booking.find(say.engine, 1)
    assert with_matter.matter
    assert "租房" not in with_matter.matter
    assert say("返回", channel="wechat").text != done.text


def test_a_room_for_an_hour(say: Chat) -> None:
    asked = say("周三下午想借服务站的会议室一个小时")
    assert (asked.did, asked.refs) == ("service.book", ["service:meeting-room"])
    assert asked.labels[:4] == ["13:00–14:00", "14:00–15:00", "15:00–16:00", "16:00–17:00"]
    assert say("book the meeting room for tomorrow 2pm", "anna").did == "service.book"


def test_groups_fill_a_slot_by_their_people(say: Chat) -> None:
    """Twelve and twelve fit into thirty; eight more do not, and are offered the next slot."""
    for who in ("lin", "he"):
        asked = say("预约周三上午10点参观低碳体验馆，12个人", who)
        assert "人数：12位" in asked.text
        say.press("确认预约", who)
    refused = say("预约周三上午10点参观低碳体验馆，8个人", "officer")
    assert refused.text.split("\n")[0] == (
        "请换一个时间，11月25日 周三 10:00只剩6个位子。也可以候补，有空位先问您。"
    )
    assert refused.labels[0] == "11月25日 周三 11:00"
    assert booking.counters(say.engine) == [(24, 0)]
    assert say("预约参观低碳体验馆", "mei").text.startswith("一共幾位？最多30位。")
    assert say("31", "mei").text.startswith("請發1到30之間的數字。")


def test_an_organization_collects_once(say: Chat) -> None:
    stranger = say("预约领取防护包")
    assert (stranger.did, stranger.text) == (
        "service.book",
        "请让单位负责人来约，或者先到服务站登记为单位负责人。",
    )
    say("预约明天9点领取防护包", "qing")
    made = say.press("确认预约", "qing")
    assert "代表：青瓷科技" in made.text


def test_what_needs_no_booking_or_rests(say: Chat) -> None:
    direct = say("预约盖骑缝章")
    assert (direct.did, direct.refs, direct.text) == (
        "service.book",
        ["service:stamp"],
        "直接去就行，「盖骑缝章」不用预约。",
    )
    paused = say("预约老照片翻拍")
    assert paused.text == "请过些天再来看看，「老照片翻拍」现在暂停办理。"
    which = say("预约")
    assert which.text.startswith("约哪一项？写出要办的事也行，比如“居住证办理”。")
    assert say("档案").refs == ["service:archive"]
    assert say("book 999999999").did == "service.book"


def test_who_missed_two_books_for_the_same_day_only(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    for nth, day in enumerate((2, 9)):
        starts = datetime.fromisoformat(f"2026-11-0{day}T09:00:00+08:00")
        values = {"starts": starts, "ends": starts.replace(minute=30), "day": starts.date()}
        booking.enter(say.engine, "archive", "lin", "absent", **values)
        if nth:
            # On the one day that counts so far somebody else was noted.
            assert say("预约后天上午9点半档案查询").labels[0] == "确认预约"
            say("取消")
        booking.enter(say.engine, "archive", "he", "served", **values)
    held = say("预约后天上午9点半档案查询")
    assert held.text.split("\n")[0] == "最近约了没来，现在只能约当天。约今天吗？"
    assert held.labels[0] == "11月23日 周一"
    assert say("后天").text == held.text
    assert "时间：今天 11月23日 周一 09:30–10:00" in say("1").text
    say("取消")
    # 90 days later it is forgotten; and the twin: without the rule it counts for nothing.
    monkeypatch.setattr(booking_rules, "is_held_to_today", lambda *_: False)
    assert say("预约后天上午9点半档案查询").labels[0] == "确认预约"
    say("取消")
    monkeypatch.undo()
    say.at("2027-02-15T09:00:00+08:00")
    assert say("预约后天上午9点半档案查询").labels[0] == "确认预约"


def test_the_list_says_numbers_too_and_nobody_elses(say: Chat) -> None:
    empty = say("我的预约")
    assert (empty.did, empty.labels) == ("service.list", ["去预约", "我的报名"])
    say("预约后天上午9点半档案查询")
    say.press("确认预约")
    starts = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
    values = {"starts": None, "ends": None, "at": starts, "number": 12, "day": starts.date()}
    with_number = {**values, "starts": starts}
    booking.enter(say.engine, "stamp", "lin", "queued", **with_number)
    booking.clear_times(say.engine, 2)
    mine = say("我的预约")
    assert (mine.did, mine.refs) == ("service.list", ["booking:2", "booking:1"])
    assert "A012 盖骑缝章" in mine.text
    assert "约1 档案查询" in mine.text
    assert say("ticket 1", "he").text == "请看看您的预约，没有找到约1。"
    assert say("unbook 1", "he").text == "请看看您的预约，没有找到约1。"
    english = say("book an archive record appointment for tomorrow 9:00", "anna")
    assert english.text.startswith("Book it like this?")
    for words in ("my appointments", "my bookings", "show me my booking", "what have I booked?"):
        assert say(words, "anna").did == "service.list", words
    for words in ("my activity bookings", "what activities have I booked?", "my registrations"):
        assert say(words, "anna").did == "registration.list", words
    assert say("cancel my booking", "anna").did == "service.cancel"
    assert say("cancel my yoga class booking", "anna").did == "activity.cancel"


def test_only_so_many_at_a_time(say: Chat) -> None:
    starts = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
    for nth, code in enumerate(("permit", "kits", "tour", "resting", "stamp"), 9):
        at = starts.replace(hour=nth)
        booking.enter(say.engine, code, "lin", "booked", starts=at, ends=at.replace(minute=30), day=at.date())
    assert say("预约后天上午9点半档案查询").text == "请先取消一个，一个人最多同时约5项。"
