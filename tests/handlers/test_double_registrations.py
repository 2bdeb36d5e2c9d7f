"""双报到: to the home's community first, hidden by default, seen on a wish and hidden at once, told weekly of what is missing."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import double_registration
from models.database import transaction
from models.double_registration import DOUBLE
from models.skill import SKILL
from tests import roles, units
from tests.chat import Chat


def registered(say: Chat, folder: Path, who: str = "qu", unit: str = "雪松科技") -> Chat:
    """瞿工 lives in the north of the estate, and his unit is to get his card."""
    units.load(say.engine, folder)
    register(say, who, unit)
    return say


def register(say: Chat, who: str, unit: str | None = "雪松科技") -> None:
    first = say("我要向社区报到", who)
    assert first.did == "double.register"
    assert first.labels[0] == "海棠苑"
    say.press("海棠苑", who)
    if unit:
        say.press(unit, who)
    say("急救、摄影", who)
    say.press("周末", who)
    done = say.press("报到", who)
    assert done.text.startswith("报到成功，编号报"), done.text


def test_who_registers_has_a_number_and_is_hidden(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    roles.load(say.engine, tmp_path)
    registered(say, tmp_path)
    assert "瞿工到海棠苑报到了" in say.told()["hai"].text
    again = say("社区报到", "qu")
    say.press("海棠苑", "qu")
    assert again.did == "double.register"
    assert "已经报到过，编号报1" in say.press("雪松科技", "qu").text
    with transaction(say.engine) as db:
        assert [row.name for row in db.rows(select(SKILL.c.name))] == ["急救"]
        row = db.row(select(DOUBLE))
    assert row is not None
    assert (row.visible, row.skills, row.state) == (False, ["急救", "摄影"], "active")
    # Neighbours do not see it, staff of the place do, those of another place do not.
    assert "瞿工" not in say("谁报到了", "yu").text
    assert "瞿工" in say("报到名单", "hai").text
    assert "瞿工" not in say("报到名单", "officer").text


def test_it_is_seen_on_a_wish_and_hidden_at_once(say_on_both: Chat, tmp_path: Path) -> None:
    say = registered(say_on_both, tmp_path)
    assert say("愿意亮报到身份", "qu").did == "double.edit"
    seen = say("谁报到了", "yu")
    assert "瞿工" in seen.text
    # What he can do and where he works is not seen by neighbours.
    assert "急救" not in seen.text
    assert "雪松" not in seen.text
    say("隐藏我的党员身份", "qu")
    assert "瞿工" not in say("谁报到了", "yu").text


def test_without_the_wish_asked_for_everybody_would_see_it(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(say, tmp_path)
    monkeypatch.setattr(double_registration, "seen_at", double_registration.at)
    assert "瞿工" in say("谁报到了", "yu").text


def test_a_unit_registers_by_its_contact_and_either_ends(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    units.load(say.engine, tmp_path)
    say("单位报到", "cen")
    say("2", "cen")
    say("枫树居民区", "cen")
    say.press("没有特别的", "cen")
    say("每月第一个周六", "cen")
    assert "编号报1" in say.press("报到", "cen").text
    assert "没有找到这一条" in say("doubleoff 1", "qu").text
    assert "每月第一个周六" in say("我的双报到", "cen").text
    assert say.press("结束报到", "cen").did == "double.end"
    assert "已经结束" in say("doubleoff 1", "cen").text
    assert "您还没有报到" in say("我的双报到", "cen").text


def test_what_is_missing_is_told_at_most_once_a_week(say_on_both: Chat, tmp_path: Path) -> None:
    say = registered(say_on_both, tmp_path)
    assert "qu" not in say.told("2026-11-23T20:00:00+08:00")
    say("doublewish 1", "qu")
    told = say.told("2026-11-24T12:00:00+08:00")
    assert told["qu"].text.count("为老人拍照") == 1
    assert told["qu"].refs == ["project:photos"]
    assert "qu" not in say.told("2026-11-30T19:00:00+08:00")
    # Said again it does not come sooner.
    say("doublewish 1", "qu")
    assert "qu" not in say.told("2026-11-30T19:30:00+08:00")
    assert "qu" in say.told("2026-12-01T12:00:00+08:00")
    say("doublequiet 1", "qu")
    assert "qu" not in say.told("2026-12-20T12:00:00+08:00")
