"""kill -9 in mid-traffic, 20 times an engine: what was answered is there, and nothing is there twice."""

import asyncio
import random
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from tests.chaos import ledger, quarter
from tests.chaos.people import MESSAGES_A_ROUND, Answer, Person
from tests.chaos.quarter import ACTIVITIES, SEATS_OF_LAST
from tests.chaos.server import Browsers, Server

PEOPLE = 40
KILLS = 20
ROUNDS = (ACTIVITIES - 2) // 2
# Everybody's rounds and the race for the last activity: 2,040 messages, repeats and redeliveries not counted.
MESSAGES = PEOPLE * (ROUNDS * MESSAGES_A_ROUND + 2)
REGISTERED = "报名成功"
SECONDS = 180


@pytest.mark.chaos
async def test_nothing_that_was_answered_is_lost_and_nothing_happens_twice(
    empty: Engine, tmp_path: Path
) -> None:
    numbers = quarter.build(empty, tmp_path)
    empty.dispose()
    server = Server(empty.url.render_as_string(hide_password=False).replace("+psycopg", ""), tmp_path)
    await server.start()
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=10) as client:
            browsers = Browsers(server, client)
            people = await _storm(server, browsers, numbers)
    finally:
        await server.stop()
    books = ledger.read(empty)
    assert server.kills == KILLS
    assert browsers.failed >= KILLS  # each kill came in the middle of what somebody waited for
    messages = sum(len(person.answered) for person in people)
    assert messages >= MESSAGES - (PEOPLE - SEATS_OF_LAST)  # who comes too late has nothing to confirm
    assert len(books.heard) == messages
    assert set(map(frozenset, books.cancelled.values())) == {frozenset(numbers[: 2 * ROUNDS : 2])}
    kept, last = set(numbers[1 : 2 * ROUNDS : 2]), numbers[-1]
    assert [held - {last} for held in books.live.values()] == [kept] * PEOPLE
    winners = [held for held in books.live.values() if last in held]
    told = [person for person in people if REGISTERED in _last(person).words]
    assert len(winners) == len(told) == SEATS_OF_LAST


async def _storm(server: Server, browsers: Browsers, numbers: list[int]) -> list[Person]:
    dice = random.Random(20)
    people = [
        Person(name, browsers.of(name), random.Random(name))
        for name in (f"browser-of-person-{nth:02}" for nth in range(PEOPLE))
    ]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_kill(server, browsers, dice))
        for person in people:
            tasks.create_task(_day(person, numbers))
    return people


async def _day(person: Person, numbers: list[int]) -> None:
    await person.rounds(numbers[: 2 * ROUNDS])
    await person.register(numbers[-1])


def _last(person: Person) -> Answer:
    return list(person.answered.values())[-1]


async def _kill(server: Server, browsers: Browsers, dice: random.Random) -> None:
    """At random numbers of answers, and then at a random moment of whatever is just going on."""
    for answers in sorted(dice.sample(range(MESSAGES * 9 // 10), KILLS)):
        while browsers.answered < answers:
            await asyncio.sleep(0.002)
        await asyncio.sleep(dice.uniform(0, 0.03))
        await server.kill()
        await server.start()
