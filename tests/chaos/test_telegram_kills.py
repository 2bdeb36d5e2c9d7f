"""kill -9 while Telegram posts or is fetched from: of what was taken nothing is lost, and nothing happens twice."""

import asyncio
import random
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import Engine

from tests.chaos import ledger, quarter
from tests.chaos.figures import show
from tests.chaos.people import MESSAGES_A_ROUND, Person
from tests.chaos.quarter import ACTIVITIES
from tests.chaos.server import Server
from tests.chaos.telegram import BOT, Fetched, Ledger, Posts, Updates, sent, standing
from tests.chaos.together import until

ROUNDS = (ACTIVITIES - 2) // 2
KILLS = 20
UPDATES_A_KILL = 200
# Everybody's rounds are the updates of all kills, repeats not counted.
PEOPLE = -(-KILLS * UPDATES_A_KILL // (ROUNDS * MESSAGES_A_ROUND))
REGISTERED, YES = "报名成功", "确认报名"


@pytest.mark.chaos
async def test_killed_under_posts_it_loses_nothing_that_it_answered(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = quarter.build(file, tmp_path)
    file.dispose()
    owed = Ledger(file)
    async with standing(file, tmp_path) as (server, fake), aiohttp.ClientSession() as http:
        posts = Posts(server, http, Updates(fake))
        people = [
            Person(str(who), posts.of(who), random.Random(who)) for who in range(40_001, 40_001 + PEOPLE)
        ]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kill(server, posts, owed))
            for person in people:
                tasks.create_task(person.rounds(numbers[: 2 * ROUNDS]))
        await owed.until_settled()
    books = ledger.read(file)
    answered = set(posts.answered)
    lost = {f"{BOT}:{each}" for each in answered} - books.heard
    assert server.kills == KILLS
    assert posts.broken >= KILLS  # each kill came in the middle of what somebody waited for
    assert len(answered) == sum(len(person.answered) for person in people) >= KILLS * UPDATES_A_KILL
    assert lost == set()
    assert len(books.heard) == len(answered)
    assert books.live == {person.name: set(numbers[1 : 2 * ROUNDS : 2]) for person in people}
    assert books.cancelled == {person.name: set(numbers[: 2 * ROUNDS : 2]) for person in people}
    confirmations = owed.agree(sent(fake))
    show(
        capsys,
        f"webhook, {server.kills} kills: {len(answered)} updates answered, {len(lost)} lost, "
        f"each with its effect once ({len(posts.answered) - len(answered)} answered again, "
        f"{posts.broken} posts broken off); {confirmations}",
    )


async def _kill(server: Server, posts: Posts, owed: Ledger) -> None:
    """Once in each 200 updates, and then at a random moment of whatever is just going on."""
    dice = random.Random(20)
    for nth in range(KILLS):
        until = nth * UPDATES_A_KILL + dice.randrange(1, UPDATES_A_KILL)
        while len(posts.answered) < until:
            await asyncio.sleep(0.002)
        await asyncio.sleep(dice.uniform(0, 0.03))
        await server.kill()
        await asyncio.to_thread(owed.lapse)
        await server.start()


# Polling: everybody registers for a few activities, one after the other.
POLLED_KILLS = 5
UPDATES_A_POLLED_KILL = 100
POLLED_PEOPLE = 50
POLLED_ACTIVITIES = 5


@pytest.mark.chaos
async def test_killed_while_it_fetches_it_loses_nothing_that_it_fetched(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = quarter.build(file, tmp_path)[:POLLED_ACTIVITIES]
    file.dispose()
    owed = Ledger(file)
    async with standing(file, tmp_path, mode="polling") as (server, fake):
        crowd = range(40_001, 40_001 + POLLED_PEOPLE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kill_fetching(server, fake, file, owed))
            for who in crowd:
                tasks.create_task(_register(fake, who, numbers))
        await owed.until_settled()
    books = ledger.read(file)
    lost = {f"{BOT}:{each}" for each in fake.handed} - books.heard
    assert server.kills == POLLED_KILLS
    assert len(fake.handed) == POLLED_PEOPLE * POLLED_ACTIVITIES * 2
    assert lost == set()
    assert len(books.heard) == len(fake.handed)
    assert books.live == {str(who): set(numbers) for who in crowd}
    show(
        capsys,
        f"polling, {server.kills} kills: {len(fake.handed)} updates fetched, {len(lost)} lost, each with its effect "
        f"once ({fake.again} fetched again); {owed.agree(sent(fake))}",
    )


async def _register(fake: Fetched, who: int, numbers: list[int]) -> None:
    """Presses yes wherever he is asked, and waits until he is told that it is done."""

    def is_shown(title: str, what: str) -> bool:
        shown = [each for each in fake.chat(who).messages if title in each.text]
        return any(what in each.text or what in each.labels for each in shown)

    for nth, number in enumerate(numbers):
        fake.say(who, f"register {number}")
        await until(partial(is_shown, f"散步{nth}", YES))
        fake.press(who, YES)
        await until(partial(is_shown, f"散步{nth}", REGISTERED))


async def _kill_fetching(server: Server, fake: Fetched, file: Engine, owed: Ledger) -> None:
    """At a random number of updates; what the platform was told is done must be written down by then."""
    dice = random.Random(5)
    for nth in range(POLLED_KILLS):
        wanted = nth * UPDATES_A_POLLED_KILL + dice.randrange(20, UPDATES_A_POLLED_KILL)
        await until(partial(fake.has_handed, wanted))
        await asyncio.sleep(dice.uniform(0, 0.03))
        await server.kill()
        assert {f"{BOT}:{each}" for each in fake.handed if each < fake.confirmed} <= ledger.read(file).heard
        await asyncio.to_thread(owed.lapse)
        await server.start()


# The same, said yes to before it is written down.


@pytest.mark.chaos
@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_who_says_yes_before_the_commit_loses(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    """One kill is enough, as soon as the platform was told that half of 200 updates are taken."""
    quarter.build(file, tmp_path)
    file.dispose()
    async with (
        standing(file, tmp_path, mode=mode, program="tests.chaos.hasty") as (server, fake),
        aiohttp.ClientSession() as http,
    ):
        posts, updates = Posts(server, http, Updates(fake)), Updates(fake)
        written = [updates.write(50_001 + nth, "help") for nth in range(UPDATES_A_KILL)]
        posting: list[asyncio.Future[bytes]] = []
        if mode == "polling":
            for each in written:
                fake.update(each)
        else:
            posting = [asyncio.ensure_future(posts.post(each)) for each in written]

        def taken() -> set[int]:
            fetched = {each["update_id"] for each in written if each["update_id"] < fake.confirmed}
            return fetched | set(posts.answered)

        await until(lambda: len(taken()) >= UPDATES_A_KILL // 2)
        await server.kill()
        for post in posting:
            post.cancel()
        lost = {f"{BOT}:{each}" for each in taken()} - ledger.read(file).heard
    show(capsys, f"{mode}, yes before the commit, one kill: {len(taken())} taken, {len(lost)} of them lost")
    assert lost
