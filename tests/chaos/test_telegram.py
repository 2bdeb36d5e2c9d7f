"""Telegram's door in bad times: order, slow attachments, forged calls, no way to write, bodies that are bombs."""

import asyncio
import itertools
import json
import random
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Coroutine
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import Engine

from bot.channels.telegram.webhook import PATH
from models.database import open_engine
from tests.chaos import ledger, quarter, wires
from tests.chaos.assaults import CONNECTIONS, FORGED, GROWTH, Aim, bomb, forge
from tests.chaos.books import count, marks
from tests.chaos.faults import MAKING_SECONDS, SLOW_SECONDS, Ballast, lock
from tests.chaos.figures import p95, p99, show
from tests.chaos.people import Person
from tests.chaos.telegram import BOT, SECRET, Posts, Updates, standing
from tests.chaos.together import together, until
from tests.fakes.telegram import TOKEN

LINLI = "tests.chaos.linli"
HEADERS = (f"X-Telegram-Bot-Api-Secret-Token: {SECRET}", "Content-Type: application/json")
MEMBERS = range(60_001, 60_051)
NUMBERS = range(1, 21)
# This one's seventh message takes SLOW_SECONDS.
SLOW = (60_001, 7)


@pytest.mark.chaos
async def test_everybody_is_heard_in_his_order(
    empty: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quarter.build(empty, tmp_path)
    empty.dispose()
    heard: dict[str, list[int]] = defaultdict(list)
    waits: list[float] = []
    async with standing(empty, tmp_path, program=LINLI) as (server, fake):
        updates = Updates(fake)
        queue = deque(
            (
                who,
                nth,
                json.dumps(updates.write(who, f"{'slow' if (who, nth) == SLOW else 'mark'} {nth}")).encode(),
            )
            for who, nth in _shuffled(random.Random(8))
        )
        await together(*(_connection(server.address, queue, heard, waits) for _ in range(CONNECTIONS)))
    expected = {str(who): list(NUMBERS) for who in MEMBERS}
    assert marks(empty) == expected
    assert heard == expected
    assert p95(waits) < SLOW_SECONDS
    show(
        capsys,
        f"order, {empty.dialect.name}: {sum(map(len, heard.values()))} texts of {len(heard)} members over {CONNECTIONS} "
        f"connections, all in order; one took {SLOW_SECONDS} s, the others' p95 {p95(waits):.3f} s",
    )


def _shuffled(dice: random.Random) -> list[tuple[int, int]]:
    """Everybody's numbers in their order, in bursts of four that come one upon the other."""
    bursts = [who for who in MEMBERS for _ in range(len(NUMBERS) // 4)]
    dice.shuffle(bursts)
    left = {who: iter(NUMBERS) for who in MEMBERS}
    return [(who, next(left[who])) for who in bursts for _ in range(4)]


async def _connection(
    address: str, queue: deque[tuple[int, int, bytes]], heard: dict[str, list[int]], waits: list[float]
) -> None:
    """Takes the next and writes it at once, so that all arrive in the order of the queue."""
    wire = await wires.connect(address)
    while queue:
        who, nth, body = queue.popleft()
        wire.writer.write(wires.request(PATH, HEADERS, body))
        began = time.monotonic()
        status, answer = await wire.answer()
        assert (status, json.loads(answer)["text"]) == (200, f"记下了{nth}号。")
        heard[str(who)].append(nth)
        if (who, nth) != SLOW:
            waits.append(time.monotonic() - began)
    wire.close()


RATE = 20
# The figure that the issue names, for 99 in 100 answers.
LONGEST_SECONDS = 1.0


@pytest.mark.chaos
async def test_a_long_attachment_holds_up_nobody(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quarter.build(file, tmp_path)
    file.dispose()
    async with standing(file, tmp_path, program=LINLI) as (server, fake), aiohttp.ClientSession() as http:
        posts = Posts(server, http, Updates(fake))
        crowd = [posts.of(who) for who in range(60_001, 60_001 + RATE)]
        for nth, say in enumerate(crowd):
            await say("help", f"before-{nth}")

        async def ask(nth: int) -> float:
            began = time.monotonic()
            answer = await crowd[nth % RATE]("有什么活动", f"question-{nth}")
            assert "散步" in answer.words
            return time.monotonic() - began

        await posts.of(60_000)("picture", "picture")
        began, asking = time.monotonic(), []
        for nth in range(int(RATE * MAKING_SECONDS)):
            await asyncio.sleep(max(0.0, began + nth / RATE - time.monotonic()))
            asking.append(asyncio.ensure_future(ask(nth)))
            assert nth > RATE * (MAKING_SECONDS - 1) or not fake.called("sendDocument")
        waits = await asyncio.gather(*asking)
        await until(lambda: len(fake.called("sendDocument")) > 0)
        await asyncio.sleep(1)
        arrived = fake.called("sendDocument")
    assert [each["chat_id"] for each in arrived] == [60_000]
    show(
        capsys,
        f"while one attachment takes {MAKING_SECONDS} s of a processor: {len(waits)} answers, p99 {p99(waits):.3f} s, "
        f"p50 {sorted(waits)[len(waits) // 2]:.3f} s, longest {max(waits):.3f} s; it arrived {len(arrived)} time; "
        f"{posts.statuses[503]} times 503",
    )
    assert posts.statuses.keys() == {200}
    assert p99(waits) < LONGEST_SECONDS


GOOD = 200


@pytest.mark.chaos
async def test_forged_calls_leave_no_trace(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = quarter.build(file, tmp_path)[0]
    file.dispose()
    monkeypatch.setenv("LINLI_LOG__LEVEL", "DEBUG")
    wrong = ["", SECRET[:-1], f"{SECRET}0", SECRET.upper(), "*", TOKEN, "x" * 1_000_000]
    async with standing(file, tmp_path, program=LINLI) as (server, fake), aiohttp.ClientSession() as http:
        posts, updates = Posts(server, http, Updates(fake)), Updates(fake)
        forged = [json.dumps(updates.write(70_000 + nth, "mark 1")).encode() for nth in range(FORGED)]

        async def send(nth: int) -> int:
            # The long one is one in a hundred; one in two has no header at all.
            given = wrong[-1] if nth % 100 == 0 else wrong[nth % (len(wrong) - 1)]
            headers = {"x-telegram-bot-api-secret-token": given} if nth % 2 or nth % 100 == 0 else {}
            async with http.post(server.address + PATH, data=forged[nth], headers=headers) as response:
                return response.status

        async def talk(who: int) -> None:
            for nth in range(1, GOOD // 10 + 1):
                await posts.of(who)(f"mark {nth}", f"{who}-{nth}")

        # What is answered with a page that shows the address of the call is told to nobody.
        fake.fail("sendMessage", "html")
        await Person("60001", posts.of(60_001), random.Random(1)).register(number)
        await until(lambda: len(fake.called("sendMessage")) > 1)
        talked = posts.statuses.total()
        statuses = await forge(send, *map(talk, range(60_001, 60_011)))
    told = server.log.read_text()
    assert posts.statuses == {200: talked + GOOD}
    assert marks(file) == {str(who): list(range(1, GOOD // 10 + 1)) for who in range(60_001, 60_011)}
    assert {f"{BOT}:{each}" for each in posts.answered} == ledger.read(file).heard
    assert count(file, "address") == 10
    assert count(file, "deadletter") == 0
    kept = Path(str(file.url.database)).read_bytes()
    secrets = (SECRET, TOKEN, TOKEN.partition(":")[2])
    assert [each for each in secrets if each in told or each.encode() in kept] == []
    show(
        capsys,
        f"forged: {FORGED} calls, {dict(statuses)}, 0 stored; {GOOD} of {GOOD} good ones answered beside them; "
        f"0 secrets in the database and in {len(told.splitlines())} lines of the log at DEBUG",
    )


LOCKED_SECONDS = 8.0
FAILURES = 40
TALKERS = range(60_001, 60_021)
LINES = 30


@pytest.mark.chaos
async def test_locked_out_it_says_503_and_hears_everything_afterwards(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def locked(posts: Posts) -> None:
        holder = await asyncio.to_thread(lock, str(file.url.database), LOCKED_SECONDS)
        assert await asyncio.to_thread(holder.wait) == 0
        assert posts.statuses[503] > 0

    await _cannot_write(file, tmp_path, capsys, f"locked for {LOCKED_SECONDS} s", locked)


@pytest.mark.chaos
async def test_without_room_it_says_503_and_hears_everything_afterwards(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def filled(posts: Posts) -> None:
        ballast = Ballast(small_disk)
        await asyncio.to_thread(ballast.fill)
        await until(lambda: posts.statuses[503] >= FAILURES)
        await asyncio.to_thread(ballast.free)

    engine = open_engine(f"sqlite:///{small_disk / 'test.db'}")
    await _cannot_write(engine, tmp_path, capsys, "a full disk", filled)
    engine.dispose()


async def _cannot_write(
    engine: Engine,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    what: str,
    fault: Callable[[Posts], Coroutine[None, None, None]],
) -> None:
    """Everybody talks; after a third the fault begins. All is answered in the end, and was heard once."""
    quarter.build(engine, folder)
    engine.dispose()
    answers: Counter[str] = Counter()
    async with standing(engine, folder, program=LINLI) as (server, fake), aiohttp.ClientSession() as http:
        posts = Posts(server, http, Updates(fake))

        async def talk(who: int) -> None:
            for nth in range(1, LINES + 1):
                answer = await posts.of(who)(f"mark {nth}", f"{who}-{nth}")
                answers[json.loads(answer.words)["text"]] += 1

        async def go_wrong() -> None:
            await until(lambda: len(posts.answered) >= len(TALKERS) * LINES // 3)
            await fault(posts)

        await together(go_wrong(), *map(talk, TALKERS))
    assert posts.statuses.keys() == {200, 503}
    assert answers == {f"记下了{nth}号。": len(TALKERS) for nth in range(1, LINES + 1)}
    assert marks(engine) == {str(who): list(range(1, LINES + 1)) for who in TALKERS}
    assert {f"{BOT}:{each}" for each in posts.answered} == ledger.read(engine).heard
    show(
        capsys,
        f"{what}: {posts.statuses[503]} times 503, then {posts.statuses[200]} of {len(TALKERS) * LINES} updates answered, "
        "each with its effect once",
    )


@pytest.mark.chaos
async def test_bombs_go_off_outside(file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quarter.build(file, tmp_path)
    file.dispose()
    async with standing(file, tmp_path, program=LINLI) as (server, fake), aiohttp.ClientSession() as http:
        posts, numbers = Posts(server, http, Updates(fake)), itertools.count()

        def aim() -> Aim:
            return PATH, HEADERS, wires.bombs(b'{"a":' * 10_000, b" " * (64 * 1024 + 1))

        async def talk() -> None:
            await posts.of(60_001)("mark 1", f"beside-{next(numbers)}")

        for nth in range(100):
            await posts.of(60_000)(f"mark {nth}", f"warm-{nth}")
        bombed = await bomb(server, aim, talk)
    assert bombed.thrown == {
        "10 MB in chunks": {413}, "64 KiB and a byte": {413}, "said to be 10 GB": {413},
        "30,000 deep": {400}, "100,000 deep": {413},
    }  # fmt: skip
    assert posts.statuses.keys() == {200}
    show(capsys, f"Telegram, {bombed}")
    assert bombed.growth < GROWTH
