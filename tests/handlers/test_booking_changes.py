"""Another time once, and giving it back, both until the lock; after that the chat says who can."""

from pathlib import Path

import pytest

from models import booking_rules
from tests import booking
from tests.chat import Chat


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


@pytest.fixture
def booked(say: Chat) -> Chat:
    say("预约后天上午9点半档案查询")
    say.press("确认预约")
    return say


def test_it_moves_once(booked: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = booked
    old = say("看凭证").reply.messages[0].card.attachments[0].says
    asked = say("档案查询的预约改到周四上午10点")
    assert (asked.did, asked.text.split("\n")[0]) == (
        "service.move",
        "从11月25日 周三 09:30改到下面的时间，对吗？只能改这一次。",
    )
    assert "时间：11月26日 周四 10:00–10:30" in asked.text
    moved = say.press("确认改")
    assert (moved.did, moved.refs) == ("service.move", ["service:archive", "booking:1"])
    assert moved.text.split("\n")[0] == "改好了：约1，11月26日 周四 10:00。原来的凭证作废，请用新的。"
    assert moved.reply.messages[0].card.attachments[0].says != old
    assert booking.counters(say.engine) == [(0, 0), (1, 0)]
    assert "改时间" not in moved.labels
    again = say("rebook 1")
    # It is said whom to ask.
    assert (again.did, again.text) == (
        "service.move",
        "请找站长，约1已经改过一次时间。也可以取消后重新约。",
    )
    # The twin: without the rule it could be moved on and on.
    monkeypatch.setattr(booking_rules, "_MOVES", 9)
    assert say("rebook 1").text.startswith("约哪一天？")


def test_it_is_cancelled_by_name_by_number_and_by_its_button(booked: Chat) -> None:
    say = booked
    asked = say("取消档案查询的预约")
    assert (asked.did, asked.text.split("\n")[0]) == (
        "service.cancel",
        "取消「档案查询」（11月25日 周三 09:30–10:00），让给别人？",
    )
    kept = say.press("保留")
    assert (kept.did, kept.text) == ("service.cancel", "好的，还给您留着。")
    say("取消约1")
    gone = say.press("确认取消")
    assert (gone.did, gone.refs) == ("service.cancel", ["service:archive", "booking:1"])
    assert booking.counters(say.engine) == [(0, 0)]
    # The old button does nothing else.
    assert say("unbook 1").text == "不用取消，约1现在是：已取消。"
    assert booking.changes(say.engine) == [(1, "booked"), (1, "cancelled")]
    none = say("取消我预约的号")
    assert (none.did, none.labels) == ("service.cancel", ["去预约", "我的预约"])
    assert say("把我的预约改到周五").did == "service.move"


def test_after_the_lock_a_person_is_named(booked: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = booked
    say.at("2026-11-25T07:30:00+08:00")
    assert say("unbook 1").labels[0] == "确认取消"
    say("取消")
    say.at("2026-11-25T07:30:01+08:00")
    locked = "请直接找站长，约1（今天 11月25日 周三 09:30）快到时间了，这里改不了。"
    for line, did in (("unbook 1", "service.cancel"), ("rebook 1", "service.move")):
        refused = say(line)
        assert (refused.did, refused.text, refused.labels) == (did, locked, ["看凭证", "我的预约"])
    assert booking.states(say.engine) == {1: "booked"}
    # A service has a lock of its own; and the twin.
    say("预约明天下午3点云杉大厦服务站律师咨询")
    say.press("不写了")
    assert say.press("确认预约").labels == ["看凭证", "改时间", "取消预约", "我的预约"]
    say.at("2026-11-25T15:00:01+08:00")
    assert say("unbook 2").text.startswith("请直接找站长，约2")
    monkeypatch.setattr(booking_rules, "is_locked", lambda *_: False)
    assert say("unbook 2").labels[0] == "确认取消"


def test_who_leaves_gives_his_places_back(booked: Chat) -> None:
    say = booked
    say("预约后天上午9点半档案查询", "he")
    say.press("候补09:30", "he")
    say.press("确认候补", "he")
    say("删除我的账号")
    say.press(next(label for label in say._last["lin"].labels if "删" in label))
    assert "有空位了，要吗？" in say.told()["he"].text
    assert booking.states(say.engine) == {1: "cancelled", 2: "offered"}
    assert booking.find(say.engine, 1).member_id is None
    assert booking.counters(say.engine) == [(1, 0)]
