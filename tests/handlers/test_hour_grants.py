"""Hours by hand: with a reason, for who was registered, never above what was planned, and told."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from handlers.hour_grants import length
from models import hours, registration
from models.database import transaction
from models.refusal import Refusal
from tests.chat import Chat
from tests.shifts import arrive, load, member, register, wanted


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("补录2小时", 120),
        ("一个半小时", 90),
        ("1.5小时", 90),
        ("两个小时", 120),
        ("半小时", 30),
        ("90分钟", 90),
        ("2 hours", 120),
        ("half an hour", 30),
        ("周六", None),
    ],
)
def test_a_length_is_read(said: str, minutes: int | None) -> None:
    assert length(said) == minutes


def test_staff_enter_hours_with_a_reason_and_the_person_is_told(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    say.at("2026-11-28T11:00:00+08:00")
    asked = say("给何二补录2小时 周六值守，因为签到机坏了", "officer")
    assert (asked.did, asked.refs) == ("staff.activity", ["activity:gate"])
    assert asked.text.startswith("给何二补录「垃圾分类值守」2小时，对吗？\n原因：签到机坏了")
    assert say.press("确认补录", "officer").text == "补好了，何二的「垃圾分类值守」补录2小时。"
    assert "工作人员给您补录了「垃圾分类值守」2小时。原因：签到机坏了" in say.told()["he"].text
    mine = say("我的志愿时长", "he").text
    assert mine.startswith("您的志愿时长：2小时。其中现场签到0小时，工作人员登记2小时。")
    assert "怎么记的：工作人员补录：签到机坏了" in mine
    # All is recorded; said once more, nothing is added.
    assert say("给何二补录1小时，因为签到机坏了", "officer").text == "不用补录，这场的2小时都记上了。"
    assert say("我的志愿时长", "he").text == mine


def test_no_more_than_was_planned_and_what_is_proved_comes_first(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    say.at("2026-11-28T08:10:00+08:00")
    assert say("给何二补录3小时，因为手机没电", "officer").text == (
        "请少补一些，最多还能补2小时：补录不超过这场的计划时长。"
    )
    say("给何二补录时长", "officer")
    assert "给何二补多久？最多2小时。" in say._last["officer"].text
    say("一个半小时", "officer")
    say("没带手机", "officer")
    say("确认补录", "officer")
    # Then he checks in after all: that proves all of it, and what was entered gives way.
    arrive(say, "gate", "he", "2026-11-28T08:20:00+08:00")
    assert "您的志愿时长：2小时。\n" in say("我的志愿时长", "he").text


def test_without_the_cap_the_database_alone_says_no(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(say, tmp_path)
    register(say, "gate", "he")
    with transaction(say.engine) as db:
        own = registration.live(db, wanted(db, "gate"), member(db, "he"))
        assert own is not None
        with pytest.raises(Refusal):
            hours.enter(db, own.id, 180, "没电", member(db, "officer"), say.clock.now())
        monkeypatch.setattr(hours, "check_enter", lambda *_: 600)
        with pytest.raises(IntegrityError, match="minutes"), db.savepoint():
            hours.enter(db, own.id, 180, "没电", member(db, "officer"), say.clock.now())


def test_only_who_answers_for_it_only_for_others_and_only_who_was_registered(
    say: Chat, tmp_path: Path
) -> None:
    load(say, tmp_path)
    register(say, "gate", "he", "officer")
    say.at("2026-11-28T11:00:00+08:00")
    refused = say("给何二补录2小时，因为签到机坏了", "lin")
    assert (refused.did, refused.text) == (
        "staff.activity",
        "请找服务站的工作人员或者活动联系人，时长由他们来补。",
    )
    assert say("给站长补录2小时，因为签到机坏了", "officer").text == (
        "请让别的工作人员来补，「垃圾分类值守」里是您自己的时长。"
    )
    assert "没有这个人的报名" in say("给林一补录2小时，因为签到机坏了", "officer").text
    assert "没有这个人的报名" in say("grant 999", "officer").text
    assert say("add 2 hours for 何二 because the scanner broke", "officer").text.startswith("给何二补录")
