"""What is late climbs: the officer, on the next working day the chief; once a day each, never at night, never at weekends."""

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import update

from models.community import COMMUNITY
from models.database import transaction
from models.need import NEED
from models.schedule import Quiet
from tests import crowd
from tests.chat import Chat
from tests.handlers.handled import report


@pytest.fixture
def one(staffed: Chat) -> Chat:
    """需1 of the tower came on Monday morning, to its officer; the first answer is owed on Tuesday at six."""
    report(staffed)
    with transaction(staffed.engine) as db:
        db.run(update(NEED).values(officer_id=crowd.member(db, "officer")))
    return staffed


def test_first_who_has_it_the_next_working_day_who_stands_above(one: Chat) -> None:
    say = one
    assert say.told("2026-11-24T17:59:00+08:00") == {}
    first = say.told("2026-11-24T18:01:00+08:00")
    assert list(first) == ["officer"]
    assert first["officer"].text.startswith("请看看时间到了的诉求，有1件：")
    assert "该做的：受理，或者答复" in first["officer"].text
    assert say.told("2026-11-25T17:59:00+08:00") == {}
    second = say.told("2026-11-25T18:01:00+08:00")
    assert sorted(second) == ["mei", "officer"]
    assert second["mei"].text.startswith("請過問時間到了的訴求，有1件，經辦的同事提醒過了：")
    # The third day the administrator stands above the chief.
    assert sorted(say.told("2026-11-26T18:01:00+08:00")) == ["anna", "officer"]
    assert sorted(say.told("2026-11-27T18:01:00+08:00")) == ["anna", "officer"]
    # Saturday and Sunday nobody is at work.
    assert say.told("2026-11-30T17:59:00+08:00") == {}
    assert sorted(say.told("2026-11-30T18:01:00+08:00")) == ["anna", "officer"]
    # Once it was seen to, nobody hears of it any more, until the next step is owed.
    say("受理 1", "officer")
    assert list(say.told("2026-12-02T17:00:00+08:00")) == ["lin"]


def test_many_late_ones_are_one_message_a_day(one: Chat) -> None:
    say = one
    for _ in range(14):
        report(say)
    told = say.told("2026-11-24T18:01:00+08:00")
    assert {to: len(said.messages) for to, said in told.items()} == {"officer": 1}
    assert "有15件" in told["officer"].text
    told = say.told("2026-11-25T18:01:00+08:00")
    assert {to: len(said.messages) for to, said in told.items()} == {"officer": 1, "mei": 1}


def test_what_was_accepted_and_given_to_nobody_is_asked_about_sooner(one: Chat) -> None:
    say = one
    say("受理 1", "officer"), say.told()
    told = say.told("2026-11-25T18:01:00+08:00")
    assert "该做的：派给人办，或者答复" in told["officer"].text
    assert "逾期" not in told["officer"].text


def test_a_holiday_moves_it_and_a_make_up_day_counts(one: Chat) -> None:
    say = one
    with transaction(say.engine) as db:
        db.run(update(COMMUNITY).values(holidays=["2026-11-25", "2026-11-26"], workdays=["2026-11-28"]))
    assert list(say.told("2026-11-24T18:01:00+08:00")) == ["officer"]
    assert say.told("2026-11-27T17:59:00+08:00") == {}
    assert sorted(say.told("2026-11-27T18:01:00+08:00")) == ["mei", "officer"]
    assert sorted(say.told("2026-11-28T18:01:00+08:00")) == ["anna", "officer"]


def test_in_the_quiet_hours_it_waits_for_the_morning_and_is_asked_about_again(one: Chat) -> None:
    say = one
    say.equipment.schedule = replace(say.equipment.schedule, quiet=Quiet(time(17), time(8)))
    assert say.told("2026-11-24T23:00:00+08:00") == {}
    assert list(say.told("2026-11-25T08:01:00+08:00")) == ["officer"]
    assert say.told("2026-11-26T02:00:00+08:00") == {}
    # Meanwhile it was done: what waits for the morning is not sent any more.
    say("1办结，修好了", "officer")
    assert list(say.told("2026-11-26T12:00:00+08:00")) == ["lin"]


def test_danger_that_nobody_takes_up_is_told_at_any_hour(staffed: Chat) -> None:
    say = staffed
    say.at("2026-11-23T23:30:00+08:00")
    report(say, urgent=True)
    with transaction(say.engine) as db:
        db.run(update(NEED).values(climbs=say.clock.now()))
    told = say.told("2026-11-23T23:31:00+08:00")
    assert sorted(told) == ["anna", "mei", "officer"]
    assert told["officer"].text.startswith("请马上看，需1「楼道灯不亮」可能有危险，从")
    assert say.press("受理", "officer").text.startswith("受理了")


def test_two_schedulers_tell_it_once(one: Chat) -> None:
    from sqlalchemy import func, select

    from handlers.handling_job import climb
    from models.notice import NOTICE

    say = one
    say.at("2026-11-24T18:01:00+08:00")
    with transaction(say.engine) as db:
        seen = [climb(db, say.clock.now(), say.equipment.schedule) for _ in range(2)]
        assert (seen, db.value(select(func.count()).select_from(NOTICE))) == ([False, False], 1)
