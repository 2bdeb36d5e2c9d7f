"""One clock that everything asks, and what is forgotten as it passes."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, event, insert, select, text

from bot import clock as clock_module
from bot.app import App
from bot.clock import FixedClock, SystemClock, forget, tidy
from bot.equipment import Equipment
from bot.worker import Worker, open_worker
from models import heard
from models.database import Db, transaction
from models.heard import HEARD, KEPT
from models.member import ADDRESS
from tests.chat import SCHEDULE, VAULT
from tests.conftest import NOW

_COUNT = text("SELECT count(*) FROM heard")
_AN_ADDRESS = select(ADDRESS.c.id).limit(1)


def test_the_system_clock_tells_an_instant() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(NOW)
    assert [clock.now(), clock.now()] == [NOW, NOW]
    later = NOW + timedelta(seconds=1)
    clock.move(later)
    assert clock.now() == later
    clock.move(later)
    assert clock.now() == later


@pytest.mark.parametrize(
    "earlier", [NOW - timedelta(seconds=1), datetime.fromisoformat("2026-11-23T01:09:59Z")]
)
def test_a_fixed_clock_never_goes_back(earlier: datetime) -> None:
    clock = FixedClock(NOW)
    with pytest.raises(ValueError, match="the clock does not go back; give a later time"):
        clock.move(earlier)
    assert clock.now() == NOW


@pytest.fixture
def worker(engine: Engine) -> Iterator[Worker]:
    opened = open_worker(engine)
    yield opened
    opened.close()


def remember(engine: Engine, count: int, at: datetime) -> None:
    """So many messages that were heard at this time."""
    with transaction(engine) as db:
        address = db.value(_AN_ADDRESS)
        rows = [
            {"channel": "page", "message": f"{at:%F}-{nth}", "address_id": address, "reply": {}, "at": at}
            for nth in range(count)
        ]
        db.run(insert(HEARD).values(rows))


def kept(engine: Engine) -> int:
    with transaction(engine) as db:
        return int(db.value(_COUNT))


@pytest.mark.parametrize(("age", "left"), [(KEPT + timedelta(seconds=1), 0), (KEPT, 3), (timedelta(), 3)])
def test_replies_are_kept_for_their_time(engine: Engine, worker: Worker, age: timedelta, left: int) -> None:
    remember(engine, 3, NOW - age)
    forget(FixedClock(NOW), worker)
    assert kept(engine) == left


def test_forgetting_goes_slice_by_slice_each_in_a_transaction_of_its_own(sqlite_engine: Engine) -> None:
    remember(sqlite_engine, 2500, NOW - KEPT - timedelta(days=1))
    remember(sqlite_engine, 5, NOW)
    commits: list[str] = []

    @event.listens_for(sqlite_engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == "COMMIT":
            commits.append(statement)

    worker = open_worker(sqlite_engine)
    forget(FixedClock(NOW), worker)
    worker.close()
    # One more each for the other tables, of which there is nothing to forget.
    assert len(commits) == 3 + len(clock_module._FORGOTTEN) - 1
    assert kept(sqlite_engine) == 5


def test_many_slices_are_no_deep_recursion(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "_OLD", heard._OLD.limit(1))
    monkeypatch.setattr(heard, "_SLICE", 1)
    remember(sqlite_engine, 1500, NOW - KEPT - timedelta(days=1))
    worker = open_worker(sqlite_engine)
    forget(FixedClock(NOW), worker)
    worker.close()
    assert kept(sqlite_engine) == 0


def app_of(engine: Engine, clock: FixedClock, worker: Worker) -> App:
    return App(engine, clock, worker, SCHEDULE.zone, Equipment(VAULT, SCHEDULE))


async def test_the_scheduler_drops_nothing_that_is_late_and_does_nothing_twice(
    sqlite_engine: Engine, clock: FixedClock
) -> None:
    worker = open_worker(sqlite_engine)
    app = app_of(sqlite_engine, clock, worker)
    scheduler = clock_module.start(app)
    jobs = scheduler.get_jobs()
    # A tick waits for no time of day: see tests/chaos/test_clocks.py.
    assert {job.func: job.args for job in jobs} == {
        forget: (clock, worker),
        tidy: (sqlite_engine,),
    }
    for job in jobs:
        assert (job.misfire_grace_time, job.coalesce) == (None, True)
        assert isinstance(job.trigger, IntervalTrigger)
        assert job.trigger.interval == timedelta(seconds=clock_module.FORGET_SECONDS)
    assert str(scheduler.timezone) == "UTC"
    scheduler.shutdown(wait=False)
    worker.close()


async def test_the_scheduler_works_beside_the_conversation(sqlite_engine: Engine, clock: FixedClock) -> None:
    remember(sqlite_engine, 1, NOW - KEPT - timedelta(days=1))
    worker = open_worker(sqlite_engine)
    scheduler = clock_module.start(app_of(sqlite_engine, clock, worker))
    job = next(job for job in scheduler.get_jobs() if job.func is forget)
    job.modify(next_run_time=datetime.now(UTC))

    def count(db: Db) -> int:
        return int(db.value(_COUNT))

    while await asyncio.wrap_future(worker.submit("test", count)):
        await asyncio.sleep(0.01)
    scheduler.shutdown(wait=False)
    worker.close()


def test_what_was_forgotten_stands_in_no_log(sqlite_engine: Engine) -> None:
    path = Path(str(sqlite_engine.url.database) + "-wal")
    remember(sqlite_engine, 50, NOW)
    assert path.stat().st_size > 0
    tidy(sqlite_engine)
    assert path.stat().st_size == 0
