"""Rounds of messages in alternation: the core on a fresh copy, then its statements through the peer."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from bot.app import App
from tests.bench import community, peer
from tests.bench.community import PEOPLE
from tests.bench.peer import Step

# What one person says: it sends line after line by the function that it gets.
Play = Callable[[App, int], Awaitable[object]]
Recorded = list[list[Step]]


def record(base: Path, play: Play, people: int = PEOPLE) -> list[Recorded]:
    """For each person the statements of each message; one person after the other, one message a list."""

    async def everybody(app: App) -> list[Recorded]:
        recorded = []
        for person in range(people):
            with peer.recording(app.engine) as messages:
                await play(app, person)
            recorded.append(messages)
        return recorded

    with community.copied(base) as app:
        return asyncio.run(everybody(app))


def statements_each(recorded: list[Recorded]) -> float:
    messages = [steps for own in recorded for steps in own]
    return sum(map(len, messages)) / len(messages)


def peer_seconds(base: Path, recorded: list[Recorded], *, threads: int) -> float:
    """How long the peer takes for everything, with so many people at once."""
    with copied(base) as engine, ThreadPoolExecutor(threads) as pool:

        def play(own: Recorded) -> None:
            for steps in own:
                peer.answer(engine, steps)

        began = time.perf_counter()
        for finished in [pool.submit(play, own) for own in recorded]:
            finished.result()
        return time.perf_counter() - began


@contextmanager
def copied(base: Path) -> Iterator[Engine]:
    path = base.with_name("peer.db")
    shutil.copy(base, path)
    try:
        with peer.opened(path) as engine:
            yield engine
    finally:
        path.unlink()
