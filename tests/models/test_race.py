"""Two hundred race for thirty seats, twenty times over and each of them twice: always thirty, and one row for each."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from models import registering
from models.activity import ACTIVITY, find
from models.database import Db, transaction
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import REGISTRATION
from tests.conftest import NOW
from tests.models.test_seats import Crowd, gathered

SEATS, RACERS, RUNS = 30, 200, 20


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        yield opened


def races(crowd: Crowd) -> list[int]:
    """So many activities like the one of the race, and the people who want to come; gives the numbers."""
    with transaction(crowd.engine) as db:
        row = db.row(select(ACTIVITY).where(ACTIVITY.c.number == crowd.number))
        assert row is not None
        like = {name: value for name, value in row._mapping.items() if name != "id"}
        numbers = [crowd.number + 1 + nth for nth in range(RUNS)]
        for number in numbers:
            db.run(
                insert(ACTIVITY).values(
                    {**like, "number": number, "code": f"race-{number}", "capacity": SEATS}
                )
            )
        for nth in range(RACERS):
            db.run(insert(MEMBER).values(code=f"racer-{nth}", language="zh-Hans", interests=[]))
    return numbers


def racers(engine: Engine) -> list[int]:
    with transaction(engine) as db:
        return [row.id for row in db.rows(select(MEMBER.c.id).where(MEMBER.c.code.like("racer-%")))]


def test_thirty_seats_are_thirty_each_time(crowd: Crowd) -> None:
    numbers, people = races(crowd), racers(crowd.engine)

    def tap(number: int, who: int) -> Callable[[Db], str]:
        def work(db: Db) -> str:
            try:
                with db.savepoint():
                    registering.register(db, find(db, number), who, 1, {}, NOW)
            except Refusal as refusal:
                return refusal.code
            return "seat"

        return work

    for number in numbers:
        # A double tap comes by two ways, so that nothing puts the one behind the other.
        taps: list[Future[str]] = [
            crowd.worker.submit((f"way-{way}", str(who)), tap(number, who))
            for who in people
            for way in range(2)
        ]
        told = [each.result(60) for each in taps]
        assert told.count("seat") == SEATS
        assert set(told) <= {"seat", "activity.full", "registration.already"}
        with transaction(crowd.engine) as db:
            there = find(db, number)
            rows = db.rows(select(REGISTRATION).where(REGISTRATION.c.activity_id == there.id))
        assert there.seats == len(rows) == len({row.member_id for row in rows}) == SEATS
