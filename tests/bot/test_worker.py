"""Transactions and messages: what is answered is committed, and nobody's fault is his neighbour's."""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot import worker as worker_module
from bot.fair_queue import Closed
from bot.worker import Worker, open_worker
from models.database import Db, open_engine
from tests import databases

PATIENCE_SECONDS = 20
_NOTE = text("INSERT INTO note (word) VALUES (:word)")
_NOTES = text("SELECT word FROM note ORDER BY word")
Work = Callable[[Db], Any]


@pytest.fixture
def notes(empty: Engine) -> Engine:
    """A database of either kind with a table to write into."""
    return _with_table(empty)


@pytest.fixture
def worker(notes: Engine) -> Iterator[Worker]:
    opened = open_worker(notes)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    with databases.sqlite(tmp_path) as engine:
        yield _with_table(engine)


@pytest.fixture
def postgres() -> Iterator[Engine]:
    with databases.postgres() as engine:
        yield _with_table(engine)


def _with_table(engine: Engine) -> Engine:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE note (word TEXT PRIMARY KEY)")
        if engine.dialect.name != "sqlite":
            connection.commit()
    return engine


def written(engine: Engine) -> list[str]:
    """What somebody else's connection sees."""
    with engine.connect() as connection:
        return [row.word for row in connection.execute(_NOTES)]


def note(word: str) -> Work:
    def work(db: Db) -> str:
        db.run(_NOTE, word=word)
        return word

    return work


def result(future: "Future[Any]") -> Any:
    return future.result(PATIENCE_SECONDS)


class Gate:
    """Work that stands at its beginning until it is let go, so that what comes after it waits together."""

    def __init__(self, worker: Worker, sender: Hashable = "gate") -> None:
        self._reached, self._open = threading.Event(), threading.Event()
        self.future = worker.submit(sender, self._stand)
        assert self._reached.wait(PATIENCE_SECONDS)

    def _stand(self, _db: Db) -> None:
        self._reached.set()
        assert self._open.wait(PATIENCE_SECONDS)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def commits(sqlite: Engine) -> list[str]:
    """Every COMMIT that SQLite gets, as it comes."""
    seen: list[str] = []

    @event.listens_for(sqlite, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == "COMMIT":
            seen.append(statement)

    return seen


@pytest.fixture
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the number of messages ends a batch, however slow the machine."""
    monkeypatch.setattr(worker_module, "BATCH_SECONDS", PATIENCE_SECONDS)


def test_the_future_is_done_only_after_the_commit(worker: Worker, notes: Engine) -> None:
    inside: list[str] = []
    after: list[str] = []
    looked = threading.Event()

    def look(_done: object) -> None:
        after.extend(written(notes))
        looked.set()

    def work(db: Db) -> str:
        db.run(_NOTE, word="tea")
        inside.extend(written(notes))
        return "poured"

    gate = Gate(worker, "lin")
    future = worker.submit("lin", work)
    future.add_done_callback(look)
    gate.open()
    assert result(future) == "poured"
    assert looked.wait(PATIENCE_SECONDS)
    assert (inside, after) == ([], ["tea"])


@pytest.mark.usefixtures("_no_hurry")
@pytest.mark.parametrize(("most", "expected"), [(64, 1), (11, 1), (4, 3), (1, 11)])
def test_messages_that_wait_share_a_transaction(
    sqlite: Engine, commits: list[str], monkeypatch: pytest.MonkeyPatch, most: int, expected: int
) -> None:
    monkeypatch.setattr(worker_module, "BATCH_MESSAGES", most)
    worker = open_worker(sqlite)
    gate = Gate(worker)
    futures = [worker.submit(word, note(word)) for word in "abcdefghij"]
    gate.open()
    assert [result(future) for future in futures] == list("abcdefghij")
    assert len(commits) == expected
    worker.close()
    assert written(sqlite) == list("abcdefghij")


def test_a_batch_ends_after_its_time(
    sqlite: Engine, commits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "BATCH_SECONDS", 0)
    worker = open_worker(sqlite)
    gate = Gate(worker)
    futures = [worker.submit(word, note(word)) for word in "abc"]
    gate.open()
    assert [result(future) for future in futures] == list("abc")
    assert len(commits) == 4
    worker.close()


def failing(word: str, error: Exception) -> Work:
    def work(db: Db) -> None:
        db.run(_NOTE, word=word)
        raise error

    return work


@pytest.mark.usefixtures("_no_hurry")
def test_work_that_raises_takes_back_its_own_writes_alone(worker: Worker, notes: Engine) -> None:
    gate = Gate(worker)
    good, bad, better = (
        worker.submit(sender, work)
        for sender, work in (("a", note("a")), ("b", failing("b", KeyError("lost"))), ("c", note("c")))
    )
    gate.open()
    assert (result(good), result(better)) == ("a", "c")
    with pytest.raises(KeyError, match="lost"):
        result(bad)
    assert written(notes) == ["a", "c"]


@pytest.mark.usefixtures("_no_hurry")
def test_a_broken_constraint_too(worker: Worker, notes: Engine) -> None:
    def twice(db: Db) -> None:
        note("b")(db)
        note("b")(db)

    gate = Gate(worker)
    good, bad, better = (
        worker.submit(sender, work) for sender, work in (("a", note("a")), ("b", twice), ("c", note("c")))
    )
    gate.open()
    assert (result(good), result(better)) == ("a", "c")
    with pytest.raises(IntegrityError):
        result(bad)
    assert written(notes) == ["a", "c"]


@pytest.mark.usefixtures("_no_hurry")
def test_after_a_database_error_the_good_ones_of_the_batch_succeed(worker: Worker, notes: Engine) -> None:
    runs: list[str] = []

    def counted(word: str, work: Work) -> Work:
        def run(db: Db) -> Any:
            runs.append(word)
            return work(db)

        return run

    def no_such_table(db: Db) -> None:
        note("b")(db)
        db.run(text("DELETE FROM nowhere"))

    gate = Gate(worker)
    works = {"a": note("a"), "b": no_such_table, "c": note("c")}
    futures = [worker.submit(sender, counted(sender, work)) for sender, work in works.items()]
    gate.open()
    good, bad, better = futures
    assert (result(good), result(better)) == ("a", "c")
    with pytest.raises(DBAPIError, match="nowhere"):
        result(bad)
    assert written(notes) == ["a", "c"]
    assert runs.count("b") == 2


def test_an_error_that_passes_is_not_noticed(worker: Worker, notes: Engine) -> None:
    runs: list[str] = []

    def work(db: Db) -> str:
        runs.append("run")
        note("a")(db)
        if len(runs) == 1:
            raise OperationalError("SELECT 1", {}, Exception("for a moment"))
        return "a"

    assert result(worker.submit("a", work)) == "a"
    assert (written(notes), len(runs)) == (["a"], 2)
    assert result(worker.submit("b", note("b"))) == "b"


@pytest.mark.usefixtures("_no_hurry")
def test_on_a_full_disk_what_is_answered_is_there(sqlite: Engine) -> None:
    @event.listens_for(sqlite, "connect")
    def _small(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count=10")

    sqlite.dispose()
    worker = open_worker(sqlite)
    gate = Gate(worker)
    before, full, after = (worker.submit(word[:1], note(word)) for word in ("a", "b" * 99_999, "c"))
    gate.open()
    assert (result(before), result(after)) == ("a", "c")
    with pytest.raises(OperationalError, match="full"):
        result(full)
    assert written(sqlite) == ["a", "c"]
    worker.close()


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("synchronous", 2), ("foreign_keys", 1), ("journal_mode", "wal"), ("busy_timeout", 2000)],
)
def test_every_connection_of_sqlite_is_safe(sqlite: Engine, pragma: str, expected: object) -> None:
    worker = open_worker(sqlite)

    def ask(db: Db) -> object:
        return db.value(text(f"PRAGMA {pragma}"))

    def fail(db: Db) -> None:
        db.run(text("DELETE FROM nowhere"))

    asked = [result(worker.submit("a", ask))]
    with pytest.raises(OperationalError):
        result(worker.submit("a", fail))
    asked.append(result(worker.submit("a", ask)))  # on the connection that replaced the failed one
    with sqlite.connect() as one, sqlite.connect() as other:
        asked += [each.exec_driver_sql(f"PRAGMA {pragma}").scalar() for each in (one, other)]
    worker.close()
    assert asked == [expected] * 4


def test_one_sender_is_served_in_order_and_never_twice_at_once(postgres: Engine) -> None:
    worker = open_worker(postgres)
    served: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    at_work: dict[str, threading.Lock] = {sender: threading.Lock() for sender in served}

    def work(sender: str, nth: int) -> Work:
        def run(db: Db) -> None:
            assert at_work[sender].acquire(blocking=False)
            served[sender].append(nth)
            note(f"{sender}{nth:02}")(db)
            at_work[sender].release()

        return run

    futures = [worker.submit(sender, work(sender, nth)) for nth in range(20) for sender in served]
    for future in futures:
        result(future)
    assert served == {sender: list(range(20)) for sender in "abc"}
    worker.close()


def test_one_senders_answers_come_in_order(worker: Worker) -> None:
    told: list[str] = []
    gate = Gate(worker, "a")
    slow, quick = worker.submit("a", note("slow")), worker.submit("a", note("quick"))
    # Whoever takes the first answer on takes his time; the second one waits for him.
    slow.add_done_callback(lambda _: (time.sleep(0.05), told.append("slow")))  # type: ignore[func-returns-value]
    quick.add_done_callback(lambda _: told.append("quick"))
    gate.open()
    result(worker.submit("a", lambda _db: None))
    assert told == ["slow", "quick"]


def test_several_senders_are_served_at_once(postgres: Engine) -> None:
    worker = open_worker(postgres)
    together = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    futures = [worker.submit(sender, lambda _db: together.wait()) for sender in "abcd"]
    assert sorted(result(future) for future in futures) == [0, 1, 2, 3]
    worker.close()


def test_a_dropped_connection_is_run_again(postgres: Engine) -> None:
    worker = open_worker(postgres)
    runs: list[str] = []

    def work(db: Db) -> str:
        runs.append("run")
        note("a")(db)
        if len(runs) == 1:
            db.run(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return "a"

    assert result(worker.submit("a", work)) == "a"
    assert (written(postgres), len(runs)) == (["a"], 2)
    worker.close()


def test_connections_that_a_restarted_server_dropped_are_not_noticed(postgres: Engine) -> None:
    worker = open_worker(postgres)
    assert result(worker.submit("a", note("a"))) == "a"
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with postgres.connect() as connection:
        connection.exec_driver_sql(f"{others} AND datname = current_database()")
    assert [result(worker.submit(word, note(word))) for word in "bcdefghij"] == list("bcdefghij")
    worker.close()


def test_the_expected_wait_grows_with_the_queue_and_ends_with_it(sqlite: Engine) -> None:
    worker = open_worker(sqlite)
    assert worker.expected_wait() == 0
    gate = Gate(worker)
    waits = []
    futures = []
    for sender in range(100):
        waits.append(worker.expected_wait())
        futures.append(worker.submit(sender, lambda _db: None))
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(99 * waits[1])
    gate.open()
    wait(futures, PATIENCE_SECONDS)
    assert worker.expected_wait() == 0
    worker.close()


def test_close_finishes_what_waits(notes: Engine) -> None:
    worker = open_worker(notes)
    gates = [Gate(worker, sender) for sender in range(1 if notes.dialect.name == "sqlite" else 8)]
    futures = [worker.submit(word[0], note(word)) for word in ("a1", "a2", "a3", "b1", "c1")]
    closing = threading.Thread(target=worker.close, daemon=True)
    closing.start()
    for gate in gates:
        gate.open()
    assert [result(future) for future in futures] == ["a1", "a2", "a3", "b1", "c1"]
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive()
    assert written(notes) == ["a1", "a2", "a3", "b1", "c1"]
    with pytest.raises(Closed):
        worker.submit("late", note("late"))


def test_who_does_not_wait_any_more_harms_nobody(worker: Worker, notes: Engine) -> None:
    gate = Gate(worker, "a")
    given_up = worker.submit("a", note("a"))
    given_up.cancel()
    gate.open()
    assert result(worker.submit("a", note("b"))) == "b"
    assert "b" in written(notes)


async def test_an_event_loop_is_told_after_the_commit(worker: Worker, notes: Engine) -> None:
    asked = worker.ask("a", note("tea"))
    assert await asked.answer == "tea"
    assert written(notes) == ["tea"]
    assert not asked.cancel()


async def test_an_event_loop_is_told_what_went_wrong_and_its_neighbours_what_went_well(
    worker: Worker,
) -> None:
    first = Gate(worker)
    # The first two of one sender, so that they come one after the other on several threads too.
    asked = [worker.ask("one", note("a")), worker.ask("one", note("a")), worker.ask("other", note("b"))]
    first.open()
    told = await asyncio.gather(*(each.answer for each in asked), return_exceptions=True)
    assert told[0] == "a"
    assert isinstance(told[1], IntegrityError)
    assert told[2] == "b"


async def test_what_has_not_begun_can_be_taken_back_and_what_has_cannot(
    worker: Worker, notes: Engine
) -> None:
    gate = Gate(worker, "a")
    waits, stopped = worker.ask("a", note("waits")), worker.ask("a", note("stopped"))
    assert waits.cancel()
    assert not waits.cancel()
    # Whoever stops waiting takes it back too.
    stopped.answer.cancel()
    gate.open()
    reached, let_go = threading.Event(), threading.Event()

    def stand(db: Db) -> None:
        note("stands")(db)
        reached.set()
        let_go.wait(PATIENCE_SECONDS)

    stands = worker.ask("a", stand)
    assert await asyncio.to_thread(reached.wait, PATIENCE_SECONDS)
    assert not stands.cancel()
    # He stops waiting, but it is at work.
    stands.answer.cancel()
    let_go.set()
    assert await worker.ask("a", note("last")).answer == "last"
    assert written(notes) == ["last", "stands"]
    assert waits.answer.cancelled()


@pytest.mark.usefixtures("_no_hurry")
async def test_an_event_loop_is_woken_once_for_what_was_committed_together(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, woken = asyncio.get_running_loop(), 0
    wake = loop.call_soon_threadsafe

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal woken
        woken += 1
        return wake(*arguments, **named)

    worker = open_worker(sqlite)
    gate = Gate(worker)
    asked = [worker.ask(word, note(word)) for word in "abcdefgh"]
    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    gate.open()
    assert [await each.answer for each in asked] == list("abcdefgh")
    assert woken == 1
    monkeypatch.undo()
    worker.close()


def test_an_event_loop_that_is_closed_harms_nobody(worker: Worker) -> None:
    gate = Gate(worker)

    async def ask() -> None:
        worker.ask("a", note("a"))

    asyncio.run(ask())
    gate.open()
    assert result(worker.submit("a", note("b"))) == "b"


async def test_work_that_does_not_undo_itself_is_undone(worker: Worker, notes: Engine) -> None:
    def fail(db: Db) -> None:
        note("lost")(db)
        raise ValueError("said so")

    gate = Gate(worker)
    failed, well = worker.ask("a", fail), worker.ask("b", note("b"), undoes=True)
    gate.open()
    with pytest.raises(ValueError, match="said so"):
        await failed.answer
    assert await well.answer == "b"
    assert written(notes) == ["b"]


def test_in_memory_it_is_the_same_worker() -> None:
    worker = open_worker(_with_table(open_engine("sqlite://")))

    def fail(db: Db) -> None:
        note("lost")(db)
        db.run(text("DELETE FROM nowhere"))

    assert result(worker.submit("a", note("a"))) == "a"
    with pytest.raises(OperationalError):
        result(worker.submit("a", fail))
    assert result(worker.submit("a", lambda db: [row.word for row in db.rows(_NOTES)])) == ["a"]
    worker.close()
