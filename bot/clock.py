"""What time it is, and what is done as it passes: one clock that everything asks."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.worker import Worker
from handlers.jobs import JOBS, Job
from models import (
    acknowledgement,
    activity_telling,
    booking_privacy,
    checkin_refusal,
    dead_letter,
    delivery,
    due_times,
    halting,
    heard,
    invite,
    notice,
    photo,
    question,
    recipient,
    reminder,
    renewal,
    ticking,
)
from models.database import Db
from models.schedule import Schedule

if TYPE_CHECKING:
    from bot.app import App

# How often the clock looks whether something is due.
TICK_SECONDS = 1
# How often it looks whether something is to be forgotten.
FORGET_SECONDS = 3600
_log = structlog.get_logger()
_FORGOTTEN = (
    heard.forget,
    delivery.forget,
    notice.forget,
    dead_letter.forget,
    invite.forget,
    activity_telling.forget,
    reminder.forget,
    question.forget,
    acknowledgement.forget,
    recipient.forget,
    photo.forget,
    checkin_refusal.forget,
    renewal.forget,
    ticking.forget,
    booking_privacy.forget,
)


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


def start(app: "App") -> AsyncIOScheduler:
    """Ticks in the running event loop; due times are rows, so a late or double tick does no harm."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    # The scheduler waits until a time of day, for hours where the clock is set back; a tick is not to.
    ticking = asyncio.ensure_future(_tick_on(app))
    scheduler.add_listener(lambda _: ticking.cancel(), EVENT_SCHEDULER_SHUTDOWN)
    each_hour = {"seconds": FORGET_SECONDS, "misfire_grace_time": None, "coalesce": True}
    scheduler.add_job(forget, "interval", [app.clock, app.worker], **each_hour)
    if app.engine.dialect.name == "sqlite":
        scheduler.add_job(tidy, "interval", [app.engine], **each_hour)
    scheduler.start()
    return scheduler


async def _tick_on(app: "App") -> None:
    while True:
        await tick(app)
        await asyncio.sleep(TICK_SECONDS)


async def tick(app: "App") -> None:
    """Does what is due of every job, slice by slice, each behind whoever waits; one that fails holds up no other.

    While nothing can be written, the next tick tries it again: each try would keep those waiting who talk.
    """
    try:
        await _tend(app)
        for job in JOBS.values():
            await _work(app, job)
    except OperationalError as error:
        _log.error("nothing that is due can be done", reason=type(error).__name__)
    app.due.set()


async def _work(app: "App", job: Job) -> None:
    try:
        while await app.read(partial(_run, job, app.clock.now(), app.equipment.schedule)):
            app.due.set()
    except OperationalError:
        raise
    except Exception as error:
        _log.error("a job stumbled", job=job.name, exc_info=error)


async def _tend(app: "App") -> None:
    """The ledger itself: leases that a clock made too long, and notices that were paused, resumed or stopped."""
    try:
        await app.read(lambda db: due_times.mend(db, app.clock.now()))
        while await app.read(lambda db: halting.halt(db, app.clock.now())):
            app.due.set()
    except OperationalError:
        raise
    except Exception as error:
        _log.error("the ledger is not tended", exc_info=error)


def _run(job: Job, now: datetime, schedule: Schedule, db: Db) -> bool:
    return job.run(db, now, schedule)


async def next_due(app: "App", after: datetime = due_times.ALWAYS) -> datetime | None:
    """The next instant at which a job has something to do, later than this."""

    def ask(db: Db) -> list[datetime]:
        found = [job.next(db, app.equipment.schedule) for job in JOBS.values()]
        return [each for each in found if each is not None and each > after]

    return min(await app.read(ask), default=None)


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
