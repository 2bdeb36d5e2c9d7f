"""Volunteers read in the reminder of their shift what was reported there and is of what the shift is about."""

from pathlib import Path

import pytest

from models import need, shift_needs
from models.database import transaction
from tests.chat import Chat
from tests.crowd import place
from tests.shifts import load, wanted

DAY_BEFORE = "2026-11-27T08:30:00+08:00"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    load(say_on_both, tmp_path)
    with transaction(say_on_both.engine) as db:
        number = wanted(db, "gate").number
    say_on_both(f"register {number}"), say_on_both("确认")
    return say_on_both


def report(say: Chat, category: str, title: str, at: str = "tower-station", **columns: str) -> int:
    with transaction(say.engine) as db:
        now = say.clock.now()
        key = need.enter(db, now, None, category=category, title=title, place_id=place(db, at), **columns)
        row = need.find(db, key)
        assert row is not None
        need.go(db, row, "new", None, now)
    return key


def test_the_next_shift_there_reads_of_it(say: Chat) -> None:
    report(say, "waste", "垃圾清运")
    report(say, "lighting", "照明")
    report(say, "waste", "垃圾清运", at="estate")
    report(say, "waste", "垃圾清运", visibility="private")
    report(say, "waste", "劳动法", kind="consultation")
    with transaction(say.engine) as db:
        assert [row.id for row in shift_needs.of(db, wanted(db, "gate"))] == [1]
        # A shift about something else, and what is no shift.
        assert shift_needs.of(db, wanted(db, "lobby")) == []
        assert shift_needs.of(db, wanted(db, "yoga-thu")) == []
    told = say.told(DAY_BEFORE)["lin"]
    assert "这里有人反映，到了顺便看看？\n· 需1「垃圾清运」云杉大厦服务站" in told.text
    assert "照明" not in told.text
    assert told.refs[:2] == ["activity:gate", "need:1"]
    assert say.press("看需1", "lin").did == "need.status"


def test_what_is_settled_is_not_proposed(say: Chat) -> None:
    key = report(say, "waste", "垃圾清运")
    with transaction(say.engine) as db:
        row = need.find(db, key)
        assert row is not None
        need.go(db, row, "answered", None, say.clock.now())
    assert "有人反映" not in say.told(DAY_BEFORE)["lin"].text
