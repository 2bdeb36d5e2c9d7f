"""Jobs are declared once, and the clock runs each until nothing of it is due."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot import clock
from bot.app import App
from handlers import jobs
from models.database import Db
from models.schedule import Schedule
from tests.chat import Chat
from tests.conftest import NOW


class Tea:
    """A job of the tests: three cups are to be poured at NOW, one a slice; the first can be spilt."""

    def __init__(self) -> None:
        self.poured: list[datetime] = []
        self.spilt: Exception | None = None

    def run(self, _db: Db, now: datetime, _schedule: Schedule) -> bool:
        if self.spilt:
            raise self.spilt
        if now >= NOW and len(self.poured) < 3:
            self.poured.append(now)
        return len(self.poured) < 3

    def next(self, _db: Db, _schedule: Schedule) -> datetime | None:
        return NOW + timedelta(hours=1) if len(self.poured) >= 3 else NOW


@pytest.fixture
def tea(monkeypatch: pytest.MonkeyPatch) -> Tea:
    monkeypatch.setattr(jobs, "JOBS", {})
    monkeypatch.setattr(clock, "JOBS", jobs.JOBS)
    tea = Tea()
    jobs.job("tea", next=tea.next)(tea.run)
    return tea


def app_of(say: Chat) -> App:
    return App(say.engine, say.clock, say.worker, say.equipment.schedule.zone, say.equipment)


def test_a_tick_runs_a_job_slice_by_slice_until_nothing_is_due(say: Chat, tea: Tea) -> None:
    asyncio.run(clock.tick(app_of(say)))
    assert tea.poured == [NOW] * 3


def test_a_job_that_fails_holds_up_no_other(say: Chat, tea: Tea) -> None:
    other = Tea()
    jobs.job("more tea", next=other.next)(other.run)
    tea.spilt = OSError("spilt")
    asyncio.run(clock.tick(app_of(say)))
    assert (len(tea.poured), len(other.poured)) == (0, 3)


def test_the_next_instant_is_the_earliest_of_all_jobs(say: Chat, tea: Tea) -> None:
    other = Tea()
    jobs.job("more tea", next=other.next)(other.run)
    tea.poured = [NOW] * 3
    assert asyncio.run(clock.next_due(app_of(say))) == NOW
    other.poured = [NOW] * 3
    assert asyncio.run(clock.next_due(app_of(say))) == NOW + timedelta(hours=1)


def test_a_job_is_declared_once(tea: Tea) -> None:
    with pytest.raises(ValueError, match="tea"):
        jobs.job("tea", next=tea.next)(tea.run)


def test_while_nothing_can_be_written_the_other_jobs_wait_for_the_next_tick(say: Chat, tea: Tea) -> None:
    """Each of them would hold up for seconds whoever talks meanwhile."""
    other = Tea()
    jobs.job("more tea", next=other.next)(other.run)
    tea.spilt = OperationalError("INSERT", {}, Exception("database is locked"))
    asyncio.run(clock.tick(app_of(say)))
    assert (len(tea.poured), len(other.poured)) == (0, 0)
    tea.spilt = None
    asyncio.run(clock.tick(app_of(say)))
    assert (len(tea.poured), len(other.poured)) == (3, 3)
