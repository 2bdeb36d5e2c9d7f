"""Staff see who waits, and go out of order only for a reason that all concerned are told."""

from pathlib import Path

import pytest
from sqlalchemy import update

from bot import community
from models.activity import ACTIVITY
from models.database import transaction
from tests.chat import Chat
from tests.handlers.test_waiting import PACK, wait


@pytest.fixture
def clay(say: Chat, tmp_path: Path) -> Chat:
    file = tmp_path / "clay.toml"
    file.write_text(PACK, "utf-8")
    community.load(say.engine, [file])
    say("报名陶艺入门"), say("确认")
    return say


def test_the_list_with_places_and_names_of_ones_own(clay: Chat) -> None:
    """Anna works in the tower, He lives elsewhere: the officer of the tower reads one name."""
    say = clay
    assert say("陶艺入门的候补名单", "officer").text == "「陶艺入门」没有人候补。"
    wait(say, "he", "mei")
    listed = say("陶艺入门的候补名单", "officer")
    assert (listed.did, listed.refs) == ("staff.activity", ["activity:clay"])
    assert "一位居民【第1位】" in listed.text
    assert "梅三【第2位】" in listed.text
    refused = say("陶艺入门的候补名单", "he")
    assert (refused.did, "梅三" in refused.text) == ("staff.activity", False)


def test_out_of_order_for_a_reason_that_all_are_told(clay: Chat) -> None:
    say = clay
    wait(say, "he", "mei")
    say("陶艺入门的候补名单", "officer")
    early = say("2", "officer")
    assert early.text == "请等有空位再问，现在空出来的不够这一位。"
    say.at("2026-11-23T23:00:00+08:00")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "clay").values(capacity=2))
    say("陶艺入门的候补名单", "officer")
    assert "为什么先问梅三？" in say("2", "officer").text
    assert "原因是“她坐轮椅，电话138****5678”" in say("她坐轮椅，电话13812345678", "officer").text
    done = say.press("确认先问", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:clay"])
    told = say.told("2026-11-24T08:00:00+08:00")
    assert set(told) == {"he", "mei"}
    assert "您的位次没有变" in told["he"].text
    assert "她坐轮椅" in told["he"].text
    assert "沒有按順序" in told["mei"].text
    assert "您排第1位" in say("我排第几", "he").text
    listed = say("陶艺入门的候补名单", "officer").text
    assert "没有按顺序，原因：她坐轮椅，电话138****5678" in listed


def test_only_staff_of_the_place_may(clay: Chat) -> None:
    say = clay
    wait(say, "he", "mei")
    say("陶艺入门的候补名单", "officer")
    sentence = say("陶艺入门的候补名单", "officer").buttons["2. 梅三"]
    refused = say(sentence, "he")
    assert (refused.did, "为什么" in refused.text) == ("staff.activity", False)
