"""An emergency notice from its first word to the last 收到."""

import pytest
from sqlalchemy import insert, select, update

from models import subscription
from models.broadcast import BROADCAST
from models.database import transaction
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, ROLE
from models.place import PLACE
from tests.chat import Chat, Said

LEAVE = "燃气泄漏，请马上离开大楼"
SAID = f"紧急通知云杉大厦：{LEAVE}"
PREVIEW = (
    "【紧急通知】云杉大厦 · 今天 11月23日 周一 09:10\n\n"
    f"{LEAVE}\n\n看到请按“收到”。\n\n发给云杉大厦的人，4人会收到。\n一分钟内发完。"
)
TOLD = f"【紧急通知】云杉大厦 · 今天 11月23日 周一 09:10\n\n{LEAVE}\n\n看到请按“收到”。"
THERE = {"lin", "anna", "mei", "officer"}


def appoint(say: Chat, handle: str, place: str = "ginkgo") -> None:
    """From now on somebody new is staff there, reached by this handle."""
    with transaction(say.engine) as db:
        where = db.value(select(PLACE.c.id).where(PLACE.c.code == place))
        key = db.insert(insert(MEMBER), language="zh-Hans", interests=[], name="主任", code=handle)
        db.insert(insert(ADDRESS), channel="console", key=handle, member_id=key)
        db.insert(insert(ROLE), member_id=key, kind="staff", place_id=where)


def sent(say: Chat, said: str = SAID) -> dict[str, Said]:
    say(said, "officer")
    assert say("确认发送", "officer").did == "staff.broadcast"
    return say.told()


# Sending.


def test_seen_confirmed_and_sent_at_once(say_on_both: Chat) -> None:
    say = say_on_both
    shown = say(SAID, "officer")
    assert (shown.did, shown.text) == ("staff.broadcast", PREVIEW)
    assert shown.labels == ["确认发送", "也发给全社区", "先不发", "返回", "取消"]
    assert say.told() == {}
    done = say("确认发送", "officer")
    assert done.did == "staff.broadcast"
    assert done.text == "正在发给4位，不受安静时间影响。随时可以看谁还没回复。"
    told = say.told()
    assert set(told) == THERE
    assert told["lin"].text == TOLD
    assert told["lin"].labels == ["收到", "需要帮助"]
    assert say.told() == {}


def test_nothing_goes_out_that_was_not_confirmed(say: Chat) -> None:
    say(SAID, "officer")
    assert say("先不发", "officer").text == "好的，没有发。"
    say(SAID, "officer")
    say("取消", "officer")
    assert say.told() == {}


def test_the_night_holds_nothing_up(say: Chat) -> None:
    say.at("2026-11-23T23:30:00+08:00")
    assert set(sent(say)) == THERE


def test_also_who_wants_to_hear_nothing(say: Chat) -> None:
    say("退订", "lin")
    with transaction(say.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        assert db.value(select(MEMBER.c.id).where(MEMBER.c.id == lin, subscription.SILENT)) or True
        subscription.choose(db, lin, subscription.ALL, False, say.clock.now())
    assert "lin" in sent(say)


def test_each_in_the_language_that_was_typed(say: Chat) -> None:
    both = f"{SAID}\nEnglish: Gas leak, leave the building now"
    assert "看到请按“收到”。\nGas leak, leave the building now\n\n发给" in say(both, "officer").text
    told = sent(say, both)
    assert "Gas leak, leave the building now" in told["anna"].text
    assert told["anna"].text.startswith("[EMERGENCY] 云杉大厦 · today Mon 23 Nov 09:10")
    assert told["anna"].labels == ["Received", "I need help"]
    assert LEAVE in told["lin"].text
    assert LEAVE in told["mei"].text
    assert told["mei"].labels == ["收到", "需要幫助"]


@pytest.mark.parametrize(
    "lead",
    [
        "紧急通知演练云杉大厦",
        "演练：紧急通知云杉大厦",
        "紧急通知云杉大厦演练",
        "emergency notice drill for 云杉大厦",
    ],
)
def test_a_drill_looks_like_none_of_the_real_ones(say: Chat, lead: str) -> None:
    assert say(f"{lead}：{LEAVE}", "officer").text.startswith("【演练】紧急通知，这是练习")
    say("确认发送", "officer")
    told = say.told()["lin"].text
    assert told.startswith("【演练】紧急通知，这是练习\n云杉大厦 · ")
    assert told.endswith("【演练】看到请按“收到”。")
    assert "【紧急通知】" not in told


@pytest.mark.parametrize(
    "line",
    [
        "发紧急通知给云杉大厦：快走",
        "紧急通知 云杉：快走",
        "紧急通知我们楼:快走",
        "請發緊急通知雲杉大廈：快走",
        "emergency notice for Spruce Tower: 快走",
        "Emergency alert to 云杉大厦全体: 快走",
    ],
)
def test_how_people_begin_it(say: Chat, line: str) -> None:
    shown = say(line, "officer")
    assert shown.did == "staff.broadcast"
    assert "云杉大厦 · " in shown.text
    assert "\n快走\n" in shown.text
    assert "发给云杉大厦的人，4人会收到。" in shown.text


def test_what_is_missing_is_asked(say: Chat) -> None:
    where = say("紧急通知", "officer")
    assert where.text == "哪里出事了？点一个，或者说楼名、小区名。"
    assert where.labels[0] == "云杉大厦"
    assert "没有找到这个地方" in say("月亮", "officer").text
    asked = say("云杉大厦", "officer")
    assert asked.text == "请写云杉大厦出了什么事、该怎么做，会原样发出。"
    assert say(LEAVE, "officer").text == PREVIEW


@pytest.mark.parametrize(("who", "where"), [("officer", "海棠苑"), ("lin", "云杉大厦"), ("he", "海棠苑")])
def test_only_staff_of_the_place_may(say: Chat, who: str, where: str) -> None:
    refused = say(f"紧急通知{where}：{LEAVE}", who)
    assert refused.did == "staff.broadcast"
    assert "工作人员办" in refused.text
    if where == "云杉大厦":
        assert "站长" in refused.text
    say("确认发送", who)
    assert say.told() == {}


def test_who_is_staff_of_nothing_is_told_who_is(say: Chat) -> None:
    assert say("紧急通知", "lin").text == (
        "有危险，请先打110、119或120。\n请找站长，云杉大厦的事由工作人员办。"
    )
    assert say("emergency", "he").did == "staff.broadcast"


def test_nobody_can_be_reached(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(update(ADDRESS).where(ADDRESS.c.key != "officer").values(closed=say.clock.now()))
    shown = say(SAID, "officer")
    assert "1人会收到。\n另有3人收不到：我们没有能给他们发消息的账号。" in shown.text


def test_how_long_it_takes_on_a_slow_channel(say: Chat) -> None:
    say.equipment.paces["console"] = 0.01
    assert "大约7分钟发完。" in say(SAID, "officer").text
    say("取消", "officer")
    say.equipment.paces["console"] = 0.0001
    assert "大约12小时发完，账号所在的平台只能发这么快。" in say(SAID, "officer").text


# Everybody, and the second person.


def test_more_than_his_own_places_go_to_a_second_person(say_on_both: Chat) -> None:
    say = say_on_both
    appoint(say, "boss")
    say(SAID, "officer")
    wider = say.press("也发给全社区", "officer")
    assert "发给银杏街道的人，5人会收到。\n云杉大厦先发，别的人随后。" in wider.text
    assert "要另一位工作人员批准" in wider.text
    assert say("请人批准", "officer").text == "送去批准了，主任批准后马上发。急的话请打电话。"
    told = say.told()
    assert set(told) == {"boss"}
    assert told["boss"].text.startswith("请马上看一遍，批准了才发：\n【紧急通知】云杉大厦")
    assert say("看看再批准", "officer").text == "不用批准，现在没有等着批准的紧急通知。"
    shown = say("看看再批准", "boss")
    assert "5人会收到" in shown.text
    say("批准发送", "boss")
    told = say.told()
    assert set(told) == {*THERE, "he"}
    assert told["he"].text == TOLD


def test_its_author_does_not_approve_it_himself(say: Chat) -> None:
    appoint(say, "boss")
    appoint(say, "other")
    say(f"紧急通知全社区：{LEAVE}", "boss")
    shown = say(f"紧急通知全体：{LEAVE}", "boss")
    assert "发给银杏街道的人，5人会收到。" in shown.text
    say("取消", "boss")
    say(f"紧急通知全体：{LEAVE}", "officer")
    say("请人批准", "officer")
    assert set(say.told()) == {"boss", "other"}
    for who in ("officer", "lin"):
        assert say("launch 1", who).did == "staff.broadcast"
        assert "批准发送" not in say("launch 1", who).labels
        say("批准发送", who)
    assert say.told() == {}
    assert say("launch 1", "boss").labels[0] == "批准发送"
    # Of two who approve it the first one does.
    say("launch 1", "other")
    say("批准发送", "other")
    assert "不用再批准" in say("批准发送", "boss").text
    assert "lin" in say.told()


def test_what_is_not_approved_is_not_sent(say: Chat) -> None:
    appoint(say, "boss")
    say(f"紧急通知全体：{LEAVE}", "officer")
    say("请人批准", "officer")
    say.told()
    say("launch 1", "boss")
    assert say("不批准", "boss").text == "好的，没有批准，也没有发。"
    told = say.told()
    assert set(told) == {"officer"}
    assert told["officer"].text == "请改一改再发，紧急通知没有批准。"


def test_without_a_second_person_it_says_what_can_be_done(say: Chat) -> None:
    say(f"紧急通知全体：{LEAVE}", "officer")
    refused = say("请人批准", "officer")
    assert refused.text == "请打电话找管理员，现在没有别人能批准。只发给您管的一栋楼，不用批准。"
    with transaction(say.engine) as db:
        assert db.rows(select(BROADCAST)) == []


def test_it_can_be_stopped(say: Chat) -> None:
    say(SAID, "officer")
    say("确认发送", "officer")
    say.press("停止", "officer")
    assert say.told() == {}
    with transaction(say.engine) as db:
        assert db.rows(select(DELIVERY.c.id).where(DELIVERY.c.state == "sent", DELIVERY.c.lane == 2)) == []


def test_one_that_could_not_go_out_in_time_asks_first(say: Chat) -> None:
    say(SAID, "officer")
    say("确认发送", "officer")
    say.at("2026-11-23T10:10:01+08:00")
    told = say.told()
    assert set(told) == {"officer"}
    assert told["officer"].text == f"还要发吗？紧急通知“{LEAVE}”到点时没能发出。"
    say.press("现在发", "officer")
    assert set(say.told()) == THERE


def test_one_that_is_a_little_late_goes_out(say: Chat) -> None:
    say(SAID, "officer")
    say("确认发送", "officer")
    say.at("2026-11-23T10:10:00+08:00")
    assert set(say.told()) == THERE


def test_without_buttons_the_words_to_type_stand_below(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(update(ADDRESS).where(ADDRESS.c.key == "lin").values(channel="wechat"))
    assert "收到 / 需要帮助" in sent(say)["lin"].text


@pytest.mark.parametrize(
    "line",
    [
        "云杉大厦着火了，通知所有人马上下楼",
        "云杉大厦煤气泄漏，快叫大家撤离",
        "紧急！云杉大厦冒烟，让大家疏散",
    ],
)
def test_in_a_fright_all_of_it_is_what_they_are_to_read(say: Chat, line: str) -> None:
    seen = say(line, "officer")
    assert (seen.did, line in seen.text) == ("staff.broadcast", True)
    assert seen.labels[0] == "确认发送"
    assert say.told() == {}
