"""Due times in working days: weekends, the public calendar with its make-up days, and the community's own days."""

from datetime import datetime

import pytest
from sqlalchemy import update

from models import working_days
from models.community import COMMUNITY
from models.database import Db
from tests.chat import SCHEDULE


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("now", "days", "due"),
    [
        ("2026-11-23T09:10:00", 1, "2026-11-24T18:00:00"),  # from Monday
        ("2026-11-23T23:59:00", 1, "2026-11-24T18:00:00"),  # the day itself does not count, however late
        ("2026-11-27T09:00:00", 1, "2026-11-30T18:00:00"),  # over the weekend
        ("2026-11-28T09:00:00", 1, "2026-11-30T18:00:00"),  # from a Saturday
        ("2026-11-23T09:10:00", 7, "2026-12-02T18:00:00"),
        ("2026-02-13T09:00:00", 1, "2026-02-14T18:00:00"),  # a Saturday that makes up for the Spring Festival
        ("2026-02-14T09:00:00", 1, "2026-02-24T18:00:00"),  # over the Spring Festival
    ],
)
def test_days_that_are_worked_are_counted(db: Db, now: str, days: int, due: str) -> None:
    assert working_days.due(db, SCHEDULE, at(now), days) == at(due)


def test_the_community_has_days_of_its_own(db: Db) -> None:
    db.run(update(COMMUNITY).values(holidays=["2026-11-24"], workdays=["2026-11-28"]))
    assert working_days.due(db, SCHEDULE, at("2026-11-23T09:10:00"), 1) == at("2026-11-25T18:00:00")
    assert working_days.next_one(db, SCHEDULE, at("2026-11-27T10:30:00")) == at("2026-11-28T10:30:00")
    assert working_days.end_of(SCHEDULE, at("2026-11-28T10:30:00").date()) == at("2026-11-28T18:00:00")
