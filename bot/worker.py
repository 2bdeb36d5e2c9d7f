"""Where transactions begin and end: one writing thread on SQLite, a pool of threads on PostgreSQL."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.fair_queue import Closed, FairQueue
from models.database import Db

T = TypeVar("T")
Work = Callable[[Db], Any]

# One commit carries at most so many messages, or what came in so long.
BATCH_MESSAGES = 64
BATCH_SECONDS = 0.02
POSTGRES_THREADS = 8
_log = structlog.get_logger()


class Asked(Generic[T]):
    """What an event loop waits for. Whoever is first, the worker or `cancel`, decides whether the work begins.

    A Future that threads may wait for, and its waking of the loop for each single one, cost several times as much.
    """

    __slots__ = ("_begun", "answer")

    def __init__(self) -> None:
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._begun = threading.Lock()

    def set_running_or_notify_cancel(self) -> bool:
        return not self.answer.cancelled() and self._begun.acquire(blocking=False)

    def cancel(self) -> bool:
        """Said in the loop; False where the work has begun."""
        return self._begun.acquire(blocking=False) and self.answer.cancel()


@dataclass(slots=True)
class _Job:
    work: Work
    done: "Future[Any] | Asked[Any]"
    # Where it fails it undoes by itself what it did.
    undoes: bool = False
    result: Any = None
    error: Exception | None = None

    def is_wanted(self) -> bool:
        """False where the asker gave up before the work began; from here on he cannot."""
        return self.done.set_running_or_notify_cancel()

    def where(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that waits for it; None where a thread does."""
        return self.done.answer.get_loop() if isinstance(self.done, Asked) else None

    def tell(self) -> None:
        told = self.done.answer if isinstance(self.done, Asked) else self.done
        if told.cancelled():
            return  # he stopped waiting while it was at work
        if self.error is None:
            told.set_result(self.result)
        else:
            told.set_exception(self.error)


def _tell(jobs: Sequence[_Job]) -> None:
    """In their order; an event loop is woken once for all that wait in it."""
    for loop, waiting in groupby(jobs, _Job.where):
        told = list(waiting)
        if loop is None:
            _tell_each(told)
            continue
        with contextlib.suppress(RuntimeError):  # it is closed, and nobody waits there any more
            loop.call_soon_threadsafe(_tell_each, told)


def _tell_each(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.tell()


class Worker(Protocol):
    """Runs work in transactions; the future is done only after its commit.

    `ask` is for event loops. `undoes`: the work undoes by itself what it did where it fails.
    """

    def submit(self, sender: Hashable, work: Callable[[Db], T]) -> "Future[T]": ...

    def ask(self, sender: Hashable, work: Callable[[Db], T], *, undoes: bool = False) -> Asked[T]: ...

    def expected_wait(self, sender: Hashable = None) -> float: ...

    def close(self) -> None: ...


class _Threads(ABC):
    """What both workers share: the queue, its threads, and how long a message takes."""

    def __init__(self, engine: Engine, *, threads: int) -> None:
        self._engine = engine
        self._queue: FairQueue[_Job] = FairQueue(exclusive=threads > 1)
        self._seconds = 0.001
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, sender: Hashable, work: Callable[[Db], T]) -> "Future[T]":
        future: Future[T] = Future()
        self._queue.put(sender, _Job(work, future))
        return future

    def ask(self, sender: Hashable, work: Callable[[Db], T], *, undoes: bool = False) -> Asked[T]:
        asked: Asked[T] = Asked()
        self._queue.put(sender, _Job(work, asked, undoes))
        return asked

    def expected_wait(self, sender: Hashable = None) -> float:
        """Seconds that a message of this sender put now would wait; without one, that of a newcomer."""
        own, all_of_them = self._queue.ahead_of(sender)
        # One sender's messages come one after the other, however many threads there are.
        return max(own, all_of_them / len(self._threads)) * self._seconds

    def close(self) -> None:
        """Finishes what waits, then ends."""
        self._queue.close()
        for thread in self._threads:
            thread.join()
        self._engine.dispose()

    def _take(self, *, wait: bool = True) -> tuple[Hashable, _Job] | None:
        """The next job that somebody still waits for. Raises Closed."""
        while (taken := self._queue.take(wait=wait)) is not None:
            if taken[1].is_wanted():
                return taken
            self._queue.done(taken[0])
        return None

    def _took(self, seconds: float, jobs: int) -> None:
        self._seconds += (seconds / jobs - self._seconds) * 0.1

    @abstractmethod
    def _serve(self) -> None:
        """Takes jobs until the queue is closed, and tells each what came of it."""


class SQLiteWorker(_Threads):
    """The one writer. Messages that wait together share one transaction, and one sync to disk."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Connection | None = None
        self._in_memory = engine.url.database in (None, "", ":memory:")
        super().__init__(engine, threads=1)

    def _serve(self) -> None:
        while True:
            try:
                taken = self._take()
            except Closed:
                self._close()
                return
            if taken is not None:
                began = time.monotonic()
                jobs = self._batch(taken[1])
                self._took(time.monotonic() - began, len(jobs))
                _tell(jobs)

    def _batch(self, first: _Job) -> list[_Job]:
        """Runs what waits in one transaction; thrown away whole and run one by one if the database fails."""
        jobs: list[_Job] = []
        try:
            self._begin()
            deadline = time.monotonic() + BATCH_SECONDS
            job: _Job | None = first
            while job is not None:
                jobs.append(job)
                self._run(job)
                more = len(jobs) < BATCH_MESSAGES and time.monotonic() < deadline
                taken = self._take(wait=False) if more else None
                job = taken[1] if taken else None
            self._commit()
        except Exception as error:
            self._drop(error)
            if not jobs and _is_locked(error):
                # He has waited as long as anybody should; another try would wait as long again.
                first.error = error
                return [first]
            for job in jobs or [first]:
                self._alone(job)
        return jobs or [first]

    def _alone(self, job: _Job) -> None:
        """What fails again alone is not acknowledged: the platform sends it once more."""
        job.result = job.error = None
        try:
            self._begin()
            self._run(job)
            self._commit()
        except Exception as error:
            self._drop(error)
            job.error = error

    def _run(self, job: _Job) -> None:
        db = Db(self._open())
        try:
            with contextlib.nullcontext() if job.undoes else db.savepoint("message"):
                job.result = job.work(db)
        except DBAPIError as error:
            if not isinstance(error, IntegrityError):
                raise
            job.error = error
        except Exception as error:
            job.error = error

    def _begin(self) -> None:
        connection = self._open()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        # The mark of this transaction: SQLite may drop a whole one by itself, and goes on without a word.
        connection.exec_driver_sql("SAVEPOINT batch")

    def _commit(self) -> None:
        connection = self._open()
        connection.exec_driver_sql("RELEASE SAVEPOINT batch")
        connection.exec_driver_sql("COMMIT")
        # Nothing is left to roll back: this ends the records that SQLAlchemy keeps of the sessions' savepoints.
        connection.rollback()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _close(self) -> None:
        """The last one out: closing moves the write-ahead log into the database file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _drop(self, error: Exception) -> None:
        """After an error that is not the work's own nothing of the connection is trusted any more."""
        _log.warning("transaction dropped", reason=str(getattr(error, "orig", error)))
        if self._connection is None:
            return
        with contextlib.suppress(SQLAlchemyError):  # where it cannot even do that, closing does it
            self._connection.rollback()
        if not self._in_memory:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class PostgresWorker(_Threads):
    """A transaction a message, several at once; one sender's messages one after the other."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, threads=POSTGRES_THREADS)

    def _serve(self) -> None:
        while True:
            try:
                taken = self._take()
            except Closed:
                return
            if taken is not None:
                sender, job = taken
                began = time.monotonic()
                self._run(job)
                self._took(time.monotonic() - began, 1)
                # Told before the sender's next one begins, so that his answers come in order.
                _tell([job])
                self._queue.done(sender)

    def _run(self, job: _Job) -> None:
        """Once more from the start after a database error: `Heard` tells whether the first time counted."""
        for last in (False, True):
            try:
                with self._engine.connect() as connection, connection.begin():
                    job.result = job.work(Db(connection))
                return
            except DBAPIError as error:
                _log.warning("transaction dropped", reason=type(error.orig).__name__, again=not last)
                job.error = error if last else None
            except Exception as error:
                job.error = error
                return


def _is_locked(error: Exception) -> bool:
    """Whether another process held SQLite's write lock for all of the busy wait."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def open_worker(engine: Engine) -> Worker:
    return SQLiteWorker(engine) if engine.dialect.name == "sqlite" else PostgresWorker(engine)
