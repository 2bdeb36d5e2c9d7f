"""Staff move, cancel and withdraw in the chat; who is registered hears of it once, and nobody else."""

from datetime import datetime

import pytest
from sqlalchemy import delete, func, insert, select, update

from models import activity, activity_change, community
from models.activity import ACTIVITY, Activity
from models.change import CHANGE
from models.database import transaction
from models.delivery import DELIVERY
from models.member import MEMBER, ROLE
from models.notice import NOTICE
from models.place import PLACE
from models.refusal import Refusal
from tests.chat import Chat, Said

NO_SUCH_RIGHT = "请找站长，云杉大厦服务站的事由工作人员办。"


def stored(say: Chat, code: str) -> Activity:
    with transaction(say.engine) as db:
        row = db.row(select(ACTIVITY).where(ACTIVITY.c.code == code))
    assert row is not None
    return Activity(**row._mapping)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-{clock}+08:00")


def register(say: Chat, line: str, *people: str) -> None:
    for who in people:
        say(line, who)
        if "跳过" in say("确认", who).text:
            say("确认", who)
        say("确认", who)
    say.told()


def appoint(say: Chat, code: str, place: str) -> None:
    """From now on this member is staff there."""
    with transaction(say.engine) as db:
        whom = db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))
        where = db.value(select(PLACE.c.id).where(PLACE.c.code == place))
        db.run(insert(ROLE).values(member_id=whom, kind="staff", place_id=where))


def dismiss(say: Chat, code: str) -> None:
    with transaction(say.engine) as db:
        whom = select(MEMBER.c.id).where(MEMBER.c.code == code).scalar_subquery()
        db.run(delete(ROLE).where(ROLE.c.member_id == whom))


def of(told: dict[str, Said]) -> list[str]:
    return sorted(told)


def test_a_move_tells_who_is_registered_old_and_new(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名周四的瑜伽", "lin", "anna")
    asked = say("把周四的瑜伽改到11月27日19:15到20:45", "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:yoga-thu"])
    assert "「午间瑜伽」改成这样，对吗？\n会通知2位报名的人。" in asked.text
    assert "原来的时间：11月26日 周四 12:10–13:00" in asked.text
    assert "现在的时间：11月27日 周五 19:15–20:45" in asked.text
    assert of(say.told()) == []
    done = say.press("确认发布", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:yoga-thu"])
    assert "改好了，正在通知2位报名的人。" in done.text
    told = say.told()
    assert of(told) == ["anna", "lin"]
    assert told["lin"].refs == ["activity:yoga-thu"]
    for part in ("「午间瑜伽」改了", "11月26日 周四 12:10–13:00", "11月27日 周五 19:15–20:45"):
        assert part in told["lin"].text
    assert "Time now: Fri 27 Nov 19:15–20:45" in told["anna"].text
    assert told["lin"].labels == ["还能来", "来不了", "详情"]
    moved = stored(say, "yoga-thu")
    assert (moved.starts, moved.ends) == (at("11-27T19:15"), at("11-27T20:45"))
    assert (moved.day.isoformat(), moved.minute, moved.sequence) == ("2026-11-27", 19 * 60 + 15, 1)
    assert (moved.changed, moved.registration_closes) == (say.clock.now(), at("11-27T17:05"))
    assert say.told() == {}


def test_the_answers_to_a_move(say: Chat) -> None:
    register(say, "报名周四的瑜伽", "lin", "anna")
    say("把周四的瑜伽改到周五同一时间", "officer")
    say.press("确认发布", "officer")
    say.told()
    assert say.press("来不了", "lin").did == "activity.cancel"
    assert (stored(say, "yoga-thu").seats, say("我的报名", "lin").refs) == (1, [])
    assert say("I can still come", "anna").did == "activity.remind"
    assert stored(say, "yoga-thu").seats == 1


@pytest.mark.parametrize(
    ("line", "starts", "ends", "place"),
    [
        ("周四的瑜伽改到周五同一时间", "11-27T12:10", "11-27T13:00", "tower-station"),
        ("把周四的瑜伽改到19:15", "11-26T19:15", "11-26T20:05", "tower-station"),
        ("周四的瑜伽换到云杉大厦", "11-26T12:10", "11-26T13:00", "tower"),
        ("周四的瑜伽改到周五下午3点，地点换到云杉大厦", "11-27T15:00", "11-27T15:50", "tower"),
        ("周四的瑜伽推迟半小时", "11-26T12:40", "11-26T13:30", "tower-station"),
        ("周四的瑜伽推迟一个半小时", "11-26T13:40", "11-26T14:30", "tower-station"),
        ("周四的瑜伽提前20分钟", "11-26T11:50", "11-26T12:40", "tower-station"),
        ("周四的瑜伽往后推一小时", "11-26T13:10", "11-26T14:00", "tower-station"),
        ("周四的瑜伽晚半小时开始", "11-26T12:40", "11-26T13:30", "tower-station"),
        ("周四的瑜伽改周五", "11-27T12:10", "11-27T13:00", "tower-station"),
        ("周四的瑜伽调整到周五12:30", "11-27T12:30", "11-27T13:20", "tower-station"),
        ("周四的瑜伽地点改成云杉大厦", "11-26T12:10", "11-26T13:00", "tower"),
        ("周四的瑜伽结束时间改到13:30", "11-26T12:10", "11-26T13:30", "tower-station"),
        ("周四的瑜伽延长半小时", "11-26T12:10", "11-26T13:30", "tower-station"),
        (
            "bring thursday's 午间瑜伽 forward by twenty minutes",
            "11-26T11:50",
            "11-26T12:40",
            "tower-station",
        ),
        ("周四的瑜伽顺延一周", "12-03T12:10", "12-03T13:00", "tower-station"),
        ("把周四的瑜伽改到11月27日22:30到0:30", "11-27T22:30", "11-28T00:30", "tower-station"),
        ("move thursday's 午间瑜伽 to Friday 7pm", "11-27T19:00", "11-27T19:50", "tower-station"),
        ("postpone thursday's 午间瑜伽 by an hour", "11-26T13:10", "11-26T14:00", "tower-station"),
        ("把周四的瑜伽改到周五同一时间，因为周六老师生病", "11-27T12:10", "11-27T13:00", "tower-station"),
    ],
)
def test_the_ways_to_say_it(say: Chat, line: str, starts: str, ends: str, place: str) -> None:
    asked = say(line, "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:yoga-thu"]), asked.text
    say("确认", "officer")
    moved = stored(say, "yoga-thu")
    assert (moved.starts, moved.ends) == (at(starts), at(ends))
    with transaction(say.engine) as db:
        assert db.value(select(PLACE.c.code).where(PLACE.c.id == moved.place_id)) == place
    assert stored(say, "yoga-tue").sequence == 0


@pytest.mark.parametrize(
    "line",
    ["周四的瑜伽不办了", "周四的瑜伽取消了，因为下雨", "取消周四的瑜伽（因为下雨）", "周四的瑜伽课因故取消"],
)
def test_the_ways_to_call_it_off(say: Chat, line: str) -> None:
    asked = say(line, "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:yoga-thu"]), asked.text
    say("确认", "officer")
    assert stored(say, "yoga-thu").state == "cancelled"


def test_how_far_it_moves_is_no_part_of_its_name(say: Chat) -> None:
    """半小时 stands in the title of another activity, and names nothing here."""
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "night").values(title="急救一小时"))
        community.touch(db)
    asked = say("把周四的瑜伽推迟一小时", "officer")
    assert asked.refs == ["activity:yoga-thu"], asked.text


def test_staff_who_cancel_and_have_no_seat_may_mean_all_of_it(say: Chat) -> None:
    refused = say("取消周四的瑜伽", "officer")
    assert (refused.did, refused.labels[0]) == ("activity.cancel", "取消活动")
    assert say.press("取消活动", "officer").text.startswith("整场取消「午间瑜伽」，对吗？")
    assert "取消活动" not in say("取消周四的瑜伽", "lin").labels


def test_who_was_told_of_a_move_may_answer_in_words_later(say: Chat) -> None:
    register(say, "报名周四的瑜伽", "lin")
    say("周四的瑜伽推迟半小时", "officer")
    say("确认", "officer")
    say.told()
    say.press("还能来", "lin")
    assert say("来不了", "lin").did == "activity.cancel"
    assert stored(say, "yoga-thu").seats == 0


def test_whether_it_is_cancelled_is_a_question(say: Chat) -> None:
    register(say, "报名周四的瑜伽", "lin")
    assert say("周四的瑜伽取消了吗", "lin").did in ("activity.show", "activity.search")


def test_who_leaves_while_the_news_waits_does_not_get_it(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名桌游夜", "lin", "anna")
    say.at("2026-11-23T23:00:00+08:00")
    say("桌游夜推迟半小时", "officer")
    say("确认", "officer")
    assert say.told() == {}
    say("取消桌游夜的报名", "lin")
    say("确认", "lin")
    assert of(say.told("2026-11-24T09:00:00+08:00")) == ["anna"]
    with transaction(say.engine) as db:
        skipped = db.rows(select(DELIVERY.c.reason).where(DELIVERY.c.state == "skipped"))
    assert [row.reason for row in skipped] == ["the registration was cancelled"]


def test_what_is_cancelled_is_called_by_the_time_that_people_know(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    say.at("2026-11-23T23:00:00+08:00")
    for line in ("桌游夜推迟半小时", "取消活动桌游夜"):
        say(line, "officer")
        say("确认", "officer")
    told = say.told("2026-11-24T09:00:00+08:00")["lin"].text
    assert "取消了" in told
    assert "原来的时间：11月27日 周五 22:00" in told


def test_another_place_is_told_with_the_reason(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名周四的瑜伽", "lin")
    say("周四的瑜伽换到云杉大厦，因为二楼漏水", "officer")
    say.press("确认发布", "officer")
    told = say.told()["lin"].text
    assert "原来的地点：云杉大厦服务站\n现在的地点：云杉大厦\n原因：二楼漏水" in told
    assert "原来的时间" not in told
    with transaction(say.engine) as db:
        row = db.row(select(CHANGE).where(CHANGE.c.subject == "activity"))
        officer = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "officer"))
    assert row is not None
    assert (row.before, row.after, row.actor_id, row.reason) == ("published", "moved", officer, "二楼漏水")


def test_several_are_asked_for_and_none_are_offered(say: Chat) -> None:
    asked = say("瑜伽推迟半小时", "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:yoga-tue", "activity:yoga-thu"])
    assert "改哪一场？" in asked.text
    shown = say("2", "officer")
    assert "11月26日 周四 12:40–13:30" in shown.text
    say.press("不改了", "officer")
    assert stored(say, "yoga-thu").sequence == 0
    offered = say("取消活动", "officer")
    assert "取消哪一场？" in offered.text
    assert "activity:taiji" not in offered.refs
    assert offered.refs[0] == "activity:yoga-tue"


def test_one_of_another_day_is_not_taken_for_it(say: Chat) -> None:
    asked = say("取消活动周一的桌游夜", "officer")
    assert "您说的那天没有，别的时间有。取消哪一场？" in asked.text
    assert "整场取消「桌游夜」" in say("1", "officer").text


def test_what_was_not_said_is_asked(say: Chat) -> None:
    asked = say("周四的瑜伽要改时间", "officer")
    assert "改到什么时候，或者换到哪里？" in asked.text
    assert "请写清楚日期和几点" in say("随便", "officer").text
    assert "几点开始？" in say("周五下午", "officer").text
    assert "11月27日 周五 15:00–15:50" in say("3点", "officer").text
    say("确认", "officer")
    assert stored(say, "yoga-thu").starts == at("11-27T15:00")
    past = say("周五的瑜伽改到11月23日8:00", "officer")
    assert (past.did, past.refs) == ("staff.activity", ["activity:yoga-thu"])
    assert past.text.startswith("请换个以后的时间")


def test_a_topic_names_what_the_title_does_not(say: Chat) -> None:
    appoint(say, "anna", "tower")
    asked = say("move the coffee to Friday 7pm", "anna")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:coffee"])
    assert "Fri 27 Nov 19:00–20:00" in asked.text


def test_only_staff_of_that_place_may(say_on_both: Chat) -> None:
    say = say_on_both
    appoint(say, "he", "estate")
    for who in ("he", "lin"):
        for line in ("把周四的瑜伽改到周五同一时间", "取消活动周四的午间瑜伽", "撤回周四的瑜伽"):
            refused = say(line, who)
            assert (refused.did, refused.refs) == ("staff.activity", ["activity:yoga-thu"])
            assert refused.text.startswith(NO_SUCH_RIGHT)
    number = stored(say, "yoga-thu").number
    for head in ("move", "calloff", "retract"):
        assert say(f"{head} {number}", "he").text.startswith(NO_SUCH_RIGHT)
    assert "对吗？" in say("取消活动晨练太极", "he").text
    say("确认", "he")
    assert (stored(say, "taiji").state, stored(say, "yoga-thu").state) == ("cancelled", "published")


def test_into_somebody_elses_place_nobody_moves(say: Chat) -> None:
    refused = say("周四的瑜伽换到海棠苑", "officer")
    assert (refused.did, "海棠苑的事由工作人员办" in refused.text) == ("staff.activity", True)
    assert stored(say, "yoga-thu").sequence == 0


@pytest.mark.parametrize("line", ["周四的瑜伽改到周五同一时间", "取消活动周四的瑜伽", "撤回周四的瑜伽"])
def test_who_is_staff_no_more_confirms_nothing(say_on_both: Chat, line: str) -> None:
    say = say_on_both
    appoint(say, "he", "tower")
    asked = say(line, "he")
    assert "还没有人报名" in asked.text
    dismiss(say, "he")
    refused = say.press(asked.labels[0], "he")
    assert refused.did == "staff.activity"
    assert refused.text.startswith(NO_SUCH_RIGHT)
    assert (stored(say, "yoga-thu").sequence, stored(say, "yoga-thu").state) == (0, "published")


def test_what_changed_meanwhile_is_shown_again_before_it_is_confirmed(say: Chat) -> None:
    appoint(say, "he", "tower")
    say("周四的瑜伽改到周五同一时间", "officer")
    say("周四的瑜伽推迟半小时", "he")
    say("确认", "he")
    again = say("确认", "officer")
    assert again.text.startswith("请再看一遍再决定，「午间瑜伽」刚刚变了。")
    assert stored(say, "yoga-thu").starts == at("11-26T12:40")
    assert "改到什么时候" in say.press("再试一次", "officer").text


def test_of_two_who_change_it_at_once_one_does(say_on_both: Chat) -> None:
    with transaction(say_on_both.engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "yoga-thu"))
        seen = activity.find(db, number)
        activity_change.cancel(db, seen, None, say_on_both.clock.now())
        with pytest.raises(Refusal) as refused:
            activity_change.cancel(db, seen, None, say_on_both.clock.now())
    assert refused.value.code == "activity.meanwhile"


def test_a_cancelled_one_is_told_once_and_gone(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名周四的瑜伽", "lin", "anna")
    found = stored(say, "yoga-thu")
    asked = say("取消活动周四的瑜伽，因为老师生病了。", "officer")
    assert "整场取消「午间瑜伽」，对吗？\n会通知2位报名的人。" in asked.text
    assert "原因：老师生病了" in asked.text
    done = say.press("确认取消", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:yoga-thu"])
    told = say.told()
    assert of(told) == ["anna", "lin"]
    assert "「午间瑜伽」取消了，请不用来了。" in told["lin"].text
    assert "原因：老师生病了" in told["lin"].text
    assert told["lin"].labels == ["看看同类的"]
    assert say.press("看看同类的").refs == ["activity:yoga-tue", "activity:taiji"]
    assert say("我的报名").text.startswith("您现在没有报名。")
    assert say("周四有什么瑜伽").refs == []
    shown = say(f"show {found.number}")
    assert "午间瑜伽【已取消】" in shown.text
    assert shown.labels == ["看看同类的"]
    for says in (f"register {found.number}", f"withdraw {found.number}", f"absent {found.number}"):
        assert "取消了，不办了。" in say(says).text
    assert "已经取消了，不能再改" in say(f"move {found.number}", "officer").text
    assert say.told("2026-11-26T12:00:00+08:00") == {}
    with transaction(say.engine) as db:
        assert db.value(select(func.count()).where(NOTICE.c.kind == "cancelled")) == 1


def test_with_nobody_registered_nobody_is_told(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("撤回桌游夜", "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:night"])
    assert "也不会通知谁" in asked.text
    assert say.press("确认撤回", "officer").text == "「桌游夜」已经撤回。"
    assert stored(say, "night").state == "withdrawn"
    assert "桌游夜【已撤回】" in say(f"show {stored(say, 'night').number}").text
    assert "还没有人报名，不会通知谁。" in say("取消活动手冲咖啡体验", "officer").text
    say("确认", "officer")
    assert stored(say, "coffee").state == "cancelled"
    assert say.told() == {}


def test_what_somebody_is_registered_for_is_not_withdrawn(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    refused = say("撤回桌游夜", "officer")
    assert (refused.did, refused.refs) == ("staff.activity", ["activity:night"])
    assert "已经有1位报名，不能撤回" in refused.text
    assert "整场取消「桌游夜」" in say.press("取消活动", "officer").text


def test_who_registers_while_it_is_withdrawn_keeps_it(say_on_both: Chat) -> None:
    """The check came before the seat: the condition of the update finds it."""
    with transaction(say_on_both.engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "night"))
        seen = activity.find(db, number)
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "night").values(seats=1))
        with pytest.raises(Refusal) as refused:
            activity_change.withdraw(db, seen, None, say_on_both.clock.now())
    assert refused.value.code == "activity.meanwhile"


def test_a_seat_of_a_cancelled_one_is_taken_by_nobody(say_on_both: Chat) -> None:
    """Asked before, confirmed after it."""
    say = say_on_both
    say("报名桌游夜")
    say("取消活动桌游夜", "officer")
    say("确认", "officer")
    late = say("确认")
    assert (late.did, "「桌游夜」取消了，不办了。" in late.text) == ("activity.register", True)
    assert stored(say, "night").seats == 0


def test_ones_own_registration_is_still_ones_own(say: Chat) -> None:
    """Also of staff: 取消瑜伽 gives a seat back, 取消活动 is the whole thing."""
    register(say, "报名周四的瑜伽", "officer")
    own = say("取消周四的瑜伽", "officer")
    assert (own.did, "取消「午间瑜伽」的报名" in own.text) == ("activity.cancel", True)
    say("保留", "officer")
    assert say("周四的瑜伽去不了了", "officer").did == "activity.cancel"
    say("保留", "officer")
    whole = say("取消活动周四的瑜伽", "officer")
    assert (whole.did, "整场取消" in whole.text) == ("staff.activity", True)


@pytest.mark.parametrize(
    ("line", "did"),
    [
        ("瑜伽改到几点了？", "activity.show"),
        ("瑜伽提前两小时提醒我", "activity.remind"),
        ("我想换到周四的瑜伽", "activity.search"),
        ("有什么活动", "activity.search"),
    ],
)
def test_what_only_sounds_like_it(say: Chat, line: str, did: str) -> None:
    assert say(line).did == did


def test_a_reason_can_be_given_on_the_way(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    say("取消活动桌游夜", "officer")
    assert say.press("写明原因", "officer").text.startswith("原因写什么？")
    assert "原因：场地检修" in say("场地检修", "officer").text
    say.press("确认取消", "officer")
    assert "原因：场地检修" in say.told()["lin"].text


def test_two_quick_moves_are_one_to_who_has_not_heard(say_on_both: Chat) -> None:
    """In the quiet hours nobody has heard of the first; in the morning all hear of the last alone."""
    say = say_on_both
    register(say, "报名桌游夜", "lin")
    say.at("2026-11-23T23:00:00+08:00")
    for line in ("桌游夜推迟半小时", "桌游夜推迟一小时"):
        say(line, "officer")
        say("确认", "officer")
        assert say.told() == {}
    told = say.told("2026-11-24T09:00:00+08:00")
    assert of(told) == ["lin"]
    text = told["lin"].text
    assert text.count("改了，请看看") == 1
    assert "原来的时间：11月27日 周五 22:00" in text
    assert "现在的时间：11月27日 周五 23:30" in text


def test_moved_there_and_back_is_nothing_to_tell(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    say.at("2026-11-23T23:00:00+08:00")
    for line in ("桌游夜推迟半小时", "桌游夜提前半小时"):
        say(line, "officer")
        say("确认", "officer")
        say.told()
    assert say.told("2026-11-24T09:00:00+08:00") == {}
    assert stored(say, "night").sequence == 2


def test_who_heard_of_the_first_hears_of_the_second(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    for line, now in (("桌游夜推迟半小时", "22:30"), ("桌游夜提前半小时", "22:00")):
        say(line, "officer")
        say("确认", "officer")
        assert f"现在的时间：11月27日 周五 {now}" in say.told()["lin"].text


def test_what_is_near_goes_out_in_the_quiet_hours_too(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名周二的瑜伽", "lin")
    register(say, "报名桌游夜", "anna")
    say.at("2026-11-24T00:30:00+08:00")
    say("周二的瑜伽推迟半小时", "officer")
    say("确认", "officer")
    assert of(say.told()) == ["lin"]
    say("取消活动桌游夜", "officer")
    say("确认", "officer")
    assert of(say.told("2026-11-24T07:59:00+08:00")) == []
    assert "anna" in say.told("2026-11-24T08:01:00+08:00")


def test_reminders_follow_a_move(say: Chat) -> None:
    register(say, "报名周四的瑜伽", "lin")
    say("把周四的瑜伽改到11月27日12:10", "officer")
    say("确认", "officer")
    say.told()
    assert say.told("2026-11-26T12:09:00+08:00") == {}
    assert "11月27日 周五 12:10" in say.told("2026-11-26T12:11:00+08:00")["lin"].text


def test_who_registers_after_it_is_not_told(say: Chat) -> None:
    register(say, "报名桌游夜", "lin")
    say("桌游夜推迟半小时", "officer")
    say("确认", "officer")
    say.at("2026-11-23T09:11:00+08:00")
    say("报名桌游夜", "anna")
    say("确认", "anna")
    assert of(say.told()) == ["lin"]


def test_everybody_is_told_slice_by_slice_and_once(
    say_on_both: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = say_on_both
    monkeypatch.setattr("handlers.activity_changes.SLICE", 1)
    register(say, "报名桌游夜", "lin", "anna", "mei")
    say("取消活动桌游夜", "officer")
    say("确认", "officer")
    assert of(say.told()) == ["anna", "lin", "mei"]
    assert say.told() == {}
    with transaction(say.engine) as db:
        assert db.value(select(func.count()).select_from(DELIVERY).where(DELIVERY.c.lane == 1)) == 3


def test_seats_given_elsewhere_are_named(say: Chat) -> None:
    assert "另有6个名额是在别处报的" in say("取消活动黄油曲奇烘焙", "officer").text


def test_in_english(say: Chat) -> None:
    appoint(say, "anna", "tower")
    asked = say("cancel the event 桌游夜 because the room is closed", "anna")
    assert asked.did == "staff.activity"
    assert "Cancel “桌游夜” for everybody?" in asked.text
    assert "Reason: the room is closed" in asked.text


@pytest.mark.parametrize("line", ["把插花瑜伽改到周五12:30", "撤回插花瑜伽活动", "把插花瑜伽活动取消"])
def test_what_only_shares_a_word_is_not_what_was_named(say: Chat, line: str) -> None:
    asked = say(line, "officer")
    assert asked.text.startswith("没有找到“插花瑜伽”。")
    assert say.told() == {}
