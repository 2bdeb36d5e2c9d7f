"""A Telegram that refuses, breaks off and hangs: everything comes to an end, and whoever asks is answered meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.chaos import crowd
from tests.chaos.conftest import Both
from tests.chaos.crowd import SETTINGS
from tests.chaos.figures import p95, show, standing_still
from tests.chaos.server import Server
from tests.chaos.telegram import settings
from tests.chaos.together import together, until
from tests.fakes.telegram import Call, Chances, Telegram

PEOPLE = 400
# For each fourth of them there is something of his own beside the broadcast.
PERSONAL_EACH = 4
MESSAGES = PEOPLE + PEOPLE // PERSONAL_EACH
WAIT_SECONDS = 1
# 10 % are refused for a while, 5 % fail, 3 % hang and 2 % break off: half of these have arrived nevertheless.
SHARES = {
    f"429:{WAIT_SECONDS}": 0.10,
    "500": 0.05,
    "hang:30": 0.015,
    "late:30": 0.015,
    "reset": 0.01,
    "lost": 0.01,
}
BULK, PERSONAL = "周六停水", "您好"
# They ask while the broadcast goes out; what goes wrong for others does not go wrong for them.
TALKERS = range(60_001, 60_021)
BETWEEN_SECONDS = 2.0
REPLY_SECONDS = 2.0
# What was on its way when the refusal came could not know of it; so long it takes to be known in all processes.
ON_ITS_WAY_SECONDS = 0.25
SECONDS = 170


@pytest.mark.chaos
async def test_everything_comes_to_an_end_and_whoever_asks_is_answered(
    both: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    """On both kinds of database at once: what they do most is to wait."""
    await together(*(_bad_weather(engine, folder, capsys) for engine, folder in both))


async def _bad_weather(engine: Engine, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chats = crowd.gather(engine, folder, PEOPLE)
    engine.dispose()
    waits: list[float] = []
    stood: list[float] = []
    async with crowd.telegram([*chats, *TALKERS]) as fake:
        fake.chances = Chances(SHARES, spared=frozenset(TALKERS))
        servers = _servers(engine, fake, folder)
        try:
            async with asyncio.timeout(SECONDS), standing_still(stood):
                for each in servers:
                    await each.start()
                talking = [asyncio.ensure_future(_talk(fake, who, waits)) for who in TALKERS]
                await asyncio.to_thread(crowd.tell_all, engine, BULK)
                await asyncio.to_thread(crowd.tell_each, engine, chats[::PERSONAL_EACH], PERSONAL)
                await crowd.until_settled(engine, MESSAGES)
                for one in talking:
                    one.cancel()
                await asyncio.gather(*talking, return_exceptions=True)
        finally:
            await crowd.stop_all(servers)
    sends = [each for each in fake.state.log if each.method == "sendMessage"]
    told = [each for each in sends if each.chat in chats]
    # What the machine itself stood still for others is nobody's fault here.
    known = ON_ITS_WAY_SECONDS + max(stood)
    early, there = _inside(told, BULK, known), _inside(told, "", known, same_chat=True)
    came = {fault: sum(each.came == fault for each in told) for fault in SHARES}
    states = {"bulk": crowd.states(engine, "bulk"), "personal": crowd.states(engine, "personal")}
    bulk, personal = crowd.reached(fake, BULK), crowd.reached(fake, PERSONAL)
    show(
        capsys,
        f"{engine.dialect.name}, {len(told)} calls for {MESSAGES} messages, of which {came}: {states}; "
        f"{len(early)} of a broadcast within a wait, {len(there)} to a chat that was to wait; "
        f"{len(waits)} answers meanwhile, p95 {p95(waits):.2f} s, longest {max(waits):.2f} s",
    )
    assert states["bulk"].total() == PEOPLE
    assert states["personal"].total() == PEOPLE // PERSONAL_EACH
    assert {each for told in states.values() for each in told} <= {"sent", "unknown"}
    assert max(bulk.values()) == 1
    assert len(bulk) >= PEOPLE - states["bulk"]["unknown"]
    assert len(personal) >= PEOPLE // PERSONAL_EACH - states["personal"]["unknown"]
    assert (early, there) == ([], [])
    assert p95(waits) < REPLY_SECONDS


def _servers(engine: Engine, fake: Telegram, folder: Path) -> list[Server]:
    """On PostgreSQL a worker sends beside `linli run`."""
    url, given = crowd.address_of(engine), {**settings(fake, "polling"), **SETTINGS}
    running = [Server(url, folder, given)]
    if engine.dialect.name == "sqlite":
        return running
    return [*running, Server(url, folder, given, command="worker", name="worker")]


async def _talk(fake: Telegram, who: int, waits: list[float]) -> None:
    """Asks again and again; each time until something more is shown to him."""
    await asyncio.sleep((who - TALKERS.start) * BETWEEN_SECONDS / len(TALKERS))
    while True:
        before, began = len(fake.chat(who).messages), time.monotonic()
        fake.say(who, "有什么活动")
        await until(lambda: len(fake.chat(who).messages) > before)  # noqa: B023
        waits.append(time.monotonic() - began)
        await asyncio.sleep(BETWEEN_SECONDS)


def _inside(calls: Sequence[Call], words: str, known: float, *, same_chat: bool = False) -> list[float]:
    """How far into a wait each call was made that begins so, where that was known for so long."""
    found = []
    refusals = [each for each in calls if each.came.startswith("429")]
    for refusal in refusals:
        begins = refusal.answered + known
        ends = refusal.answered + float(refusal.came.partition(":")[2])
        found += [
            each.at - refusal.answered
            for each in calls
            if begins < each.at < ends
            and each.text.startswith(words)
            and (each.chat == refusal.chat or not same_chat)
        ]
    return found
