"""People who all register and cancel at once through the core, and what must be in the books afterwards."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bot.app import App
from bot.clock import SystemClock
from bot.community import zone
from bot.equipment import Equipment
from bot.worker import Worker, open_worker
from tests.chaos import ledger, quarter
from tests.chaos.ledger import Ledger
from tests.chaos.people import MESSAGES_A_ROUND, Deliveries, Person
from tests.chaos.quarter import ACTIVITIES
from tests.chat import SCHEDULE, VAULT

PEOPLE = 11
ROUNDS = (ACTIVITIES - 2) // 2
MESSAGES = PEOPLE * ROUNDS * MESSAGES_A_ROUND  # 539
SECONDS = 60


@dataclass
class Storm:
    """What goes on: the app, what was delivered and answered so far, and the people."""

    app: App
    deliveries: Deliveries
    people: list[Person]

    async def until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            await asyncio.sleep(0.002)

    async def until_answered(self, share: float) -> None:
        await self.until(lambda: len(self.deliveries.answered) >= MESSAGES * share)


def open_quarter(
    engine: Engine, folder: Path, worker: Callable[[Engine], Worker] = open_worker
) -> tuple[App, list[int]]:
    """An app on a new database, and the public numbers of its activities."""
    numbers = quarter.build(engine, folder)
    engine.dispose()
    return App(engine, SystemClock(), worker(engine), zone(engine), Equipment(VAULT, SCHEDULE)), numbers


@asynccontextmanager
async def storm(engine: Engine, folder: Path) -> AsyncIterator[Storm]:
    """Everybody is at it while the block runs; it ends when all of them have all their answers, and the books agree."""
    app, numbers = open_quarter(engine, folder)
    deliveries = Deliveries(app)
    people = [
        Person(name, deliveries.of(name), random.Random(name))
        for name in map("person-{}".format, range(PEOPLE))
    ]
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        for person in people:
            tasks.create_task(person.rounds(numbers[: 2 * ROUNDS]))
        yield Storm(app, deliveries, people)
    app.close()
    _agree(ledger.read(engine), people, numbers)  # by a new connection: closing ended all others


def _agree(books: Ledger, people: list[Person], numbers: list[int]) -> None:
    """Everything that was answered is there, nothing is there twice."""
    assert books.heard == {message for person in people for message in person.answered}
    assert len(books.heard) == MESSAGES
    assert books.live == {person.name: set(numbers[1 : 2 * ROUNDS : 2]) for person in people}
    assert books.cancelled == {person.name: set(numbers[: 2 * ROUNDS : 2]) for person in people}
