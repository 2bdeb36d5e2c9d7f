"""What time it is, and what is done as it passes: one clock that everything asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine

from bot.worker import Worker
from models import dead_letter, delivery, heard, invite, notice
from models.database import Db

# How often the clock looks whether something is to be forgotten.
FORGET_SECONDS = 3600
_FORGOTTEN = (heard.forget, delivery.forget, notice.forget, dead_letter.forget, invite.forget)


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


def start(clock: Clock, worker: Worker, engine: Engine) -> AsyncIOScheduler:
    """Ticks in the running event loop; due times are rows, so a late or double tick does no harm."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    each_hour = {"seconds": FORGET_SECONDS, "misfire_grace_time": None, "coalesce": True}
    scheduler.add_job(forget, "interval", [clock, worker], **each_hour)
    if engine.dialect.name == "sqlite":
        scheduler.add_job(tidy, "interval", [engine], **each_hour)
    scheduler.start()
    return scheduler


def tidy(engine: Engine) -> None:
    """Empties SQLite's write-ahead log: what was erased stood in it too, and a log is not overwritten."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def forget(clock: Clock, worker: Worker) -> None:
    """Forgets what is old slice by slice, behind whoever waits."""
    for forget_slice in _FORGOTTEN:
        while worker.submit("clock", partial(_forget, forget_slice, clock.now())).result():
            pass


def _forget(forget_slice: Callable[[Db, datetime], bool], now: datetime, db: Db) -> bool:
    return forget_slice(db, now)
