"""What becomes of a broadcast: its progress, pausing, stopping, correcting, and saying no to it."""

import pytest
from sqlalchemy import update

from handlers.talk import press
from models.broadcast import BROADCAST
from models.database import transaction
from models.delivery import DELIVERY
from tests.chat import Chat, Said
from tests.crowd import add, add_many, make_staff
from tests.handlers.officers import dismiss

LINE = "通知云杉大厦全体:周五空调检修"
READERS = {"lin", "anna", "mei", "officer"}


def officer(say: Chat, text: str) -> Said:
    return say(text, "officer")


def sent(say: Chat) -> Said:
    """It was sent to all."""
    officer(say, LINE)
    begun = officer(say, "确认发送")
    assert set(say.told()) == READERS
    return begun


def held(say: Chat) -> Said:
    """It goes out in a minute, to 64."""
    with transaction(say.engine) as db:
        add_many(db, 60, "tower")
    officer(say, LINE)
    officer(say, "确认发送")
    return officer(say, "64")


def test_its_author_hears_how_it_ended(say: Chat) -> None:
    with transaction(say.engine) as db:
        add(db, "deaf", "tower", reached=False)
    sent(say)
    report = say.told("2026-11-23T09:11:00+08:00")
    assert set(report) == {"officer"}
    assert report["officer"].text == "发完了：“周五空调检修”\n已收到：4人\n没有能收消息的账号：1人"
    assert report["officer"].labels == ["看进度", "更正"]
    assert say.told("2026-11-23T12:00:00+08:00") == {}


def test_how_far_it_is(say: Chat) -> None:
    buttons = held(say).buttons
    assert officer(say, buttons["看进度"]).text == "马上发：“周五空调检修”\n已收到：0人\n还没发：64人"
    say.told("2026-11-23T09:11:30+08:00")
    assert officer(say, "看进度").text == "发完了：“周五空调检修”\n已收到：64人"


def test_who_said_no_at_the_last_moment_is_counted_so(say: Chat) -> None:
    held(say)
    say.told("2026-11-23T09:10:30+08:00")
    say("退订", "lin")
    told = say.told("2026-11-23T09:11:30+08:00")
    assert "lin" not in told


def test_only_who_wrote_or_approved_it_or_is_staff_of_it_sees_how_far_it_is(say: Chat) -> None:
    see = held(say).buttons["看进度"]
    assert say(see).text == "请找站长，云杉大厦的事由工作人员办。"
    with transaction(say.engine) as db:
        make_staff(db, "he", "ginkgo")
    assert say(see, "he").text.startswith("马上发")


@pytest.mark.parametrize("button", ["停止", "看进度"])
def test_nobody_else_stops_it(say: Chat, button: str) -> None:
    says = held(say).buttons[button]
    assert say(says, "he").text == "请找站长，云杉大厦的事由工作人员办。"
    assert len(say.told("2026-11-23T09:11:30+08:00")) == 64


def test_paused_in_the_hold_it_goes_out_when_it_goes_on(say: Chat) -> None:
    held(say)
    paused = officer(say, "暂停群发")
    assert paused.text == "暂停了，没发出的都等着。继续还是停止，您定。"
    assert say.told("2026-11-23T10:00:00+08:00") == {}
    assert officer(say, paused.buttons["继续发"]).text == "好的，继续发了。"
    assert len(say.told()) == 64


def test_stopped_at_night_nobody_gets_it_in_the_morning(say: Chat) -> None:
    say.at("2026-11-23T23:20:00+08:00")
    officer(say, LINE)
    officer(say, "确认发送")
    assert say.told("2026-11-23T23:21:00+08:00") == {}
    assert officer(say, "停止").text == "停了，还没有人收到。"
    assert say.told("2026-11-24T09:00:00+08:00") == {}


def test_paused_at_night_it_waits_past_the_morning(say: Chat) -> None:
    say.at("2026-11-23T23:20:00+08:00")
    officer(say, LINE)
    officer(say, "确认发送")
    say.told("2026-11-23T23:21:00+08:00")
    officer(say, "暂停")
    assert say.told("2026-11-24T09:00:00+08:00") == {}
    officer(say, "继续发")
    assert set(say.told("2026-11-24T09:01:00+08:00")) >= READERS


def test_stopping_says_how_many_have_it(say: Chat) -> None:
    sent(say)
    stopped = officer(say, "停止")
    assert stopped.text == "说错了，点“更正”告诉这些人。4人已经收到，停也来不及了。"


def test_where_the_server_was_down_for_long_its_author_is_asked_again(say: Chat) -> None:
    officer(say, "今天10点通知云杉大厦全体:周五空调检修")
    officer(say, "确认发送")
    say.at("2026-11-23T11:00:01+08:00")
    told = say.told()
    assert set(told) == {"officer"}
    assert told["officer"].text == "还要发吗？“周五空调检修”到点时没能发出。"
    assert say.told("2026-11-23T13:00:00+08:00") == {}
    officer(say, told["officer"].buttons["现在发"])
    assert set(say.told()) == READERS


def test_a_little_late_it_goes_out_all_the_same(say: Chat) -> None:
    officer(say, "今天10点通知云杉大厦全体:周五空调检修")
    officer(say, "确认发送")
    say.at("2026-11-23T10:59:00+08:00")
    assert set(say.told()) == READERS


def test_a_correction_reaches_exactly_those_who_have_it(say: Chat) -> None:
    sent(say)
    say("退订", "lin")
    with transaction(say.engine) as db:
        add(db, "late", "tower")
    assert officer(say, "更正").text == "请写更正，只发给已经收到的人。没发出的不再发。"
    seen = officer(say, "是周四")
    assert seen.text == ("发给收到上一条的人，4人会收到。\n—— 简体中文 ——\n【云杉大厦 · 站长】\n更正：是周四")
    officer(say, "确认发送")
    told = say.told()
    assert set(told) == READERS
    assert told["lin"].text == "【云杉大厦 · 站长】\n\n更正：是周四"


def test_a_correction_of_one_that_went_to_many_waits_for_nobody(say: Chat) -> None:
    held(say)
    say.told("2026-11-23T09:11:30+08:00")
    seen = officer(say, "更正：是周四")
    assert seen.text.startswith("发给收到上一条的人，64人会收到。")
    assert officer(say, "确认发送").text == "好的，正在发给64人。"
    assert len(say.told()) == 64


def test_what_nobody_has_is_not_corrected(say: Chat) -> None:
    held(say)
    assert officer(say, "更正").text == "请改内容，或者停止：还没有人收到。"


def test_one_press_below_it_and_such_ones_come_no_more(say: Chat) -> None:
    sent(say)
    no_more = say.press("不收这类通知")
    assert no_more.did == "subscription.edit"
    assert no_more.text == "好的，不再给您发云杉大厦的通知。您问的、报了名的和紧急的照常。"
    assert officer(say, LINE).text.startswith("发给云杉大厦的人，3人会收到。")
    assert say(no_more.buttons["恢复云杉大厦的通知"]).text == "好的，有云杉大厦的通知就发给您。"
    assert officer(say, LINE).text.startswith("发给云杉大厦的人，4人会收到。")


def test_the_same_in_words_and_everything_in_one_press(say: Chat) -> None:
    sent(say)
    assert say("不收这类通知").text == "好的，不再给您发云杉大厦的通知。您问的、报了名的和紧急的照常。"
    officer(say, LINE)
    officer(say, "确认发送")
    told = say.told()
    assert set(told) == READERS - {"lin"}
    assert say(told["mei"].buttons["全部退訂"], "mei").did == "subscription.edit"
    assert officer(say, LINE).text.startswith("发给云杉大厦的人，2人会收到。")


def test_who_was_not_told_turns_nothing_off_by_its_number(say: Chat) -> None:
    sent(say)
    assert say("nonotices 1", "he").text == "请看看“收哪些消息”，没有找到这一项。"
    assert say("nonotices 77", "he").text == "请看看您发的通知，没有找到这一条。"


def test_what_one_wrote_newest_first(say: Chat) -> None:
    assert officer(say, "我发的通知").text == "您没有发过通知。要发，说“发通知”。"
    sent(say)
    officer(say, "通知云杉大厦全体:周六停水")
    mine = officer(say, "我发的通知")
    assert mine.text.startswith("您发的通知：\n\n1. 周六停水【草稿】")
    assert mine.refs == ["broadcast:2", "broadcast:1"]


def test_to_stop_of_who_writes_none_is_to_hear_no_more(say: Chat) -> None:
    answered = say("停止")
    assert answered.text == "不想再收我们发的，点“全部退订”。您自己没有发过通知。"
    assert "全部退订" in answered.labels


def test_what_was_to_go_out_later_goes_on_at_its_time(say_on_both: Chat) -> None:
    say = say_on_both
    officer(say, "明天9点通知云杉大厦全体：周五空调检修")
    officer(say, "确认发送")
    officer(say, "暂停")
    assert officer(say, "继续发").text.startswith("好的，明天 11月24日 周二 09:00发给4人。")
    assert say.told() == {}
    assert "lin" not in say.told("2026-11-24T08:59:59+08:00")
    assert "lin" in say.told("2026-11-24T09:00:00+08:00")


@pytest.mark.parametrize("head", ["goon", "correct", "reword"])
def test_who_is_no_staff_any_more_sends_no_more_of_his_own(say: Chat, head: str) -> None:
    officer(say, "明天9点通知云杉大厦全体：周五空调检修")
    officer(say, "确认发送")
    officer(say, "暂停")
    dismiss(say, "officer")
    assert officer(say, press(head, 1)).text == "请到服务站问一问，云杉大厦的事由工作人员办。"
    assert "lin" not in say.told("2026-11-24T10:00:00+08:00")


def test_what_can_be_done_with_it_stands_below_what_cannot(say: Chat) -> None:
    sent(say)
    officer(say, "停止")
    assert officer(say, "暂停").labels == ["看进度", "更正"]
    assert officer(say, "继续发").labels == ["看进度", "更正"]


def test_what_is_on_its_way_when_it_stops_is_not_called_unsent(say_on_both: Chat) -> None:
    say = say_on_both
    sent(say)
    with transaction(say.engine) as db:
        db.run(update(DELIVERY).where(DELIVERY.c.state == "sent").values(state="sending", begun=True))
        db.run(update(BROADCAST).values(state="running"))
    assert officer(say, "停止").text.startswith("停了，其余的不发了。收到的有几位，点“看进度”。")
