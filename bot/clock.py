"""What time it is, and what is done as it passes: one clock that everything asks."""

from datetime import UTC, datetime
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.worker import Worker
from models import heard

# How often the clock looks whether something is to be forgotten.
FORGET_SECONDS = 3600


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is set; it never goes back."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, now: datetime) -> None:
        if now < self._now:
            raise ValueError("the clock does not go back; give a later time")
        self._now = now


def start(clock: Clock, worker: Worker) -> AsyncIOScheduler:
    """Ticks in the running event loop; due times are rows, so a late or double tick does no harm."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        forget, "interval", [clock, worker], seconds=FORGET_SECONDS, misfire_grace_time=None, coalesce=True
    )
    scheduler.start()
    return scheduler


def forget(clock: Clock, worker: Worker) -> None:
    """Forgets old replies slice by slice, behind whoever waits."""
    while worker.submit("clock", lambda db: heard.forget(db, clock.now())).result():
        pass
