"""The disk is full in mid-batch: what was answered is there, nothing is half done, and it goes on by itself."""

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from bot import dispatch
from bot import worker as worker_module
from bot.app import App
from bot.inbound import Inbound, Reply
from bot.worker import SQLiteWorker, Worker, _Job
from models.database import Db
from tests import databases
from tests.chaos import ledger
from tests.chaos.faults import Ballast
from tests.chaos.storm import SECONDS, open_quarter, storm

FAILURES = 40
UNLIMITED = 1_073_741_823
_LARGE = text(
    "INSERT INTO change (subject, subject_id, after, at) VALUES ('note', 0, zeroblob(1000000), '2026-11-23')"
)


class PageLimit:
    """A full disk by SQLite's own measure: the worker's connection, and each that follows it, gets no more pages."""

    def __init__(self, engine: Engine) -> None:
        self._most = UNLIMITED
        event.listen(engine, "connect", lambda connection, _record: self._limit(connection))

    def _limit(self, connection: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={self._most}")

    def fill(self, worker: Worker, spare: int = 0) -> None:
        """From now on the file may grow by `spare` pages; what is free in it is soon used up."""

        def limit(db: Db) -> None:
            self._most = db.value(text("PRAGMA page_count")) + spare
            db.value(text(f"PRAGMA max_page_count={self._most}"))

        worker.submit("disk", limit).result()

    def free(self, worker: Worker) -> None:
        self._most = UNLIMITED
        worker.submit("disk", lambda db: db.value(text(f"PRAGMA max_page_count={UNLIMITED}"))).result()


@pytest.mark.chaos
async def test_by_the_measure_of_sqlite(tmp_path: Path) -> None:
    with databases.sqlite(tmp_path) as engine:
        await _fills_up(engine, tmp_path, PageLimit(engine))


@pytest.mark.chaos
async def test_by_the_measure_of_the_file_system(small_disk: Path, tmp_path: Path) -> None:
    with databases.sqlite(small_disk) as engine:
        await _fills_up(engine, tmp_path, Ballast(small_disk))


async def _fills_up(engine: Engine, folder: Path, disk: PageLimit | Ballast) -> None:
    """After a third of the messages the disk is full; after FAILURES refusals there is room again."""
    async with storm(engine, folder) as running:
        await running.until_answered(1 / 3)
        await asyncio.to_thread(disk.fill, running.app.worker)
        await running.until(lambda: len(running.deliveries.failed) > FAILURES)
        answered = set(running.deliveries.answered)
        assert answered <= ledger.read(engine).heard
        await asyncio.to_thread(disk.free, running.app.worker)


class Unguarded(SQLiteWorker):
    """The same batches without the mark of their transaction: an error is its message's own, and passed over.

    This is how one savepoint a message looks right, and how it loses what it answered.
    """

    def _begin(self) -> None:
        self._open().exec_driver_sql("BEGIN IMMEDIATE")

    def _run(self, job: _Job) -> None:
        with suppress(DBAPIError):
            self._open().exec_driver_sql("SAVEPOINT message")
        try:
            job.result = job.work(Db(self._open()))
        except Exception as error:
            job.error = error
            with suppress(DBAPIError):
                self._open().exec_driver_sql("ROLLBACK TO SAVEPOINT message")
        with suppress(DBAPIError):
            self._open().exec_driver_sql("RELEASE SAVEPOINT message")

    def _commit(self) -> None:
        self._open().connection.commit()  # the driver commits what there is, and is content with nothing

    def _drop(self, error: Exception) -> None:
        raise AssertionError("nothing is dropped here") from error


@pytest.mark.chaos
@pytest.mark.parametrize(("worker", "kept"), [(SQLiteWorker, 5), (Unguarded, 0)])
def test_without_the_guard_answered_registrations_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worker: type[SQLiteWorker], kept: int
) -> None:
    """Five confirm, and then a message comes that does not fit: all in one batch, and the five are told yes."""
    monkeypatch.setattr(worker_module, "BATCH_SECONDS", SECONDS)
    with databases.sqlite(tmp_path) as engine:
        disk = PageLimit(engine)
        app, numbers = open_quarter(engine, tmp_path, worker)
        names = [f"person-{nth}" for nth in range(5)]
        asked = [_hear(app, name, f"register {numbers[0]}").result() for name in names]
        presses = [reply.messages[-1].card.choices[0].says for reply in asked]
        disk.fill(app.worker, spare=20)
        gate = _Gate(app.worker)
        told = [_hear(app, name, press) for name, press in zip(names, presses, strict=True)]
        too_large = app.worker.submit("large", lambda db: db.run(_LARGE))
        gate.open()
        assert [future.result().messages[0].card.tone for future in told] == ["done"] * 5
        with pytest.raises(DBAPIError, match="full"):
            too_large.result()
        app.close()
        assert len(ledger.read(engine).live) == kept


def _hear(app: App, name: str, said: str) -> "Future[Reply]":
    """Puts a message before the worker, without waiting for its answer."""
    inbound = Inbound("console", name, said, message=f"{name} {said}")
    return app.worker.submit(name, lambda db: dispatch.answer(db, inbound, app.clock.now(), app.equipment))


class _Gate:
    """Work that stands at its beginning until it is let go: what comes meanwhile waits together."""

    def __init__(self, worker: Worker) -> None:
        self._opened: Future[None] = Future()
        worker.submit("gate", lambda _db: self._opened.result())

    def open(self) -> None:
        self._opened.set_result(None)
