"""One who floods waits for himself alone; who would wait too long is told so instead."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot import app as application
from bot.app import PATIENCE_SECONDS, App
from bot.inbound import Inbound
from handlers.talk import ACTIONS, Talk, anybody, on
from models.card import Card
from models.text import Text
from tests import databases
from tests.chaos import ledger
from tests.chaos.storm import SECONDS, open_quarter

FLOOD = 2000
OTHERS = 50
HANDLER_SECONDS = 0.05


@pytest.mark.chaos
async def test_the_others_do_not_wait_for_one_who_floods(
    empty: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The flooder himself would be told to come later; here he is served, so that there is something to wait for.
    monkeypatch.setattr(application, "PATIENCE_SECONDS", SECONDS)
    app, numbers = open_quarter(empty, tmp_path)
    answered: list[tuple[str, int]] = []

    async def say(name: str, nth: int) -> None:
        await app.answer(Inbound("console", name, f"show {numbers[0]}", message=f"{name}-{nth}"))
        answered.append((name, nth))

    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        for nth in range(FLOOD):
            tasks.create_task(say("flooder", nth))
        for nth in range(OTHERS):
            tasks.create_task(say(f"other-{nth}", 0))
        while not answered:
            await asyncio.sleep(0)
        waits = {who: app.worker.expected_wait(("console", who)) for who in ("flooder", "newcomer")}
    app.close()
    assert [nth for name, nth in answered if name == "flooder"] == list(range(FLOOD))
    ahead_of_last = max(place for place, (name, _) in enumerate(answered) if name != "flooder")
    # Each of the others waits one turn of everybody, and for a batch or two that was already under way.
    assert ahead_of_last < 2 * OTHERS + FLOOD / 4
    assert waits["newcomer"] < waits["flooder"] / 10
    assert len(ledger.read(empty).heard) == FLOOD + OTHERS


@pytest.fixture
def _slow() -> Iterator[None]:
    @on("test.slow", head="slow", allow=anybody)
    def slow(_talk: Talk) -> Card:
        time.sleep(HANDLER_SECONDS)
        return Card(Text("做完了。"))

    yield
    del ACTIONS["slow"]


@pytest.mark.chaos
@pytest.mark.usefixtures("_slow")
async def test_beyond_the_patience_people_are_told_so(tmp_path: Path) -> None:
    with databases.sqlite(tmp_path) as engine:
        app, _ = open_quarter(engine, tmp_path)
        for nth in range(40):  # until it knows how long a message takes now
            await app.answer(Inbound("console", "first", "slow", message=f"first-{nth}"))
        answered = await _crowd(app, 100)
        app.close()
    done = [seconds for did, seconds in answered if did == "test.slow"]
    told = [seconds for did, seconds in answered if did == "unknown"]
    fits = PATIENCE_SECONDS / HANDLER_SECONDS
    assert len(done) + len(told) == 100
    assert fits * 0.7 < len(done) < fits * 1.3
    # Who is told does not wait at all; who is not told waits hardly longer than was expected.
    assert max(told) < HANDLER_SECONDS * 10
    assert max(done) < PATIENCE_SECONDS * 2


async def _crowd(app: App, people: int) -> list[tuple[str, float]]:
    """Everybody says something slow at once: what it led to, and after how many seconds."""

    async def say(nth: int) -> tuple[str, float]:
        began = time.monotonic()
        reply = await app.answer(Inbound("console", f"one-of-many-{nth}", "slow", message=f"many-{nth}"))
        return reply.did, time.monotonic() - began

    return await asyncio.gather(*map(say, range(people)))
