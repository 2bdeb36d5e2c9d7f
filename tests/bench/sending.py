"""A broadcast that nothing limits: a process of ours with its claims and settlements, beside `Bot.send_message` as it comes."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import uvloop
from sqlalchemy import Engine

from tests import databases
from tests.bench import community, programs, wire
from tests.bench.figures import ROUNDS, Figure, median, rate, ratio
from tests.bench.programs import linli, running
from tests.bench.telegram_people import RESULTS, SECRET
from tests.chaos import crowd

MESSAGES = 3000
AT_ONCE = (1, 8)
SECONDS = 120.0
LOOKS_EVERY = 0.05
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
UNPACED = ("-m", "tests.bench.unpaced", "run")
# Sends so many messages; the word tells one round from the others.
Round = Callable[[str], Awaitable[None]]


class Arrivals:
    """The Bot API, and when the first message of a round came in."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.count = 0

    def begin(self) -> None:
        self.first, self.count = None, 0

    def called(self, path: str, _body: bytes, respond: wire.Respond) -> None:
        method = path.rpartition("/")[2]
        if method == "sendMessage":
            self.first = self.first or time.perf_counter()
            self.count += 1
        respond(RESULTS.get(method, b'{"ok":true,"result":true}'))

    def rate(self) -> float:
        """Since the first one, when everything is over. Raises RuntimeError where messages are missing."""
        if self.first is None or self.count != MESSAGES:
            raise RuntimeError(f"{self.count} of {MESSAGES} messages arrived")
        return MESSAGES / (time.perf_counter() - self.first)


def run() -> list[Figure]:
    with community.folder() as folder, programs.beside() as core:
        found = uvloop.run(rounds(folder, core))
    peers = [name for name in found if name not in (SQLITE, POSTGRES)]
    best = max(peers, key=lambda name: median(found[name]))
    ours = [
        Figure(
            f"a broadcast without limit, {name}, to Bot.send_message",
            rate(found[name], "messages"),
            ratio(found[name], found[best]),
            ">= 3",
        )
        for name in (SQLITE, POSTGRES)
    ]
    theirs = [
        Figure(f"  peer: {name}", rate(found[name], "messages"), ratio(found[name], found[best]))
        for name in peers
    ]
    return ours + theirs


async def rounds(folder: Path, core: set[int], times: int = ROUNDS) -> dict[str, list[float]]:
    """Everybody in turn, again and again; all are up all the time, and idle while another one works."""
    arrivals = Arrivals()
    server, port = await wire.serve(arrivals.called)
    base = f"http://127.0.0.1:{port}/bot"
    async with server, AsyncExitStack() as stack:
        contenders: dict[str, Round] = {}
        for name in (SQLITE, POSTGRES):
            own = folder / name
            own.mkdir()
            engine = stack.enter_context(databases.sqlite(own) if name == SQLITE else databases.postgres())
            crowd.gather(engine, own, MESSAGES)
            contenders[name] = await stack.enter_async_context(_linli(engine, own, core, base))
        peer = await stack.enter_async_context(_peer(core, base))
        for at_once in AT_ONCE:
            contenders[f"Bot.send_message, {at_once} at once"] = partial(peer, at_once)
        found: dict[str, list[float]] = {name: [] for name in contenders}
        for nth in range(-1, times):
            for name, send in contenders.items():
                arrivals.begin()
                async with asyncio.timeout(SECONDS):
                    await send(f"round {nth}")
                if nth >= 0:  # the first one warms up
                    found[name].append(arrivals.rate())
    return found


@asynccontextmanager
async def _linli(engine: Engine, folder: Path, core: set[int], base: str) -> AsyncIterator[Round]:
    settings = linli(
        TELEGRAM__BASE_URL=base,
        TELEGRAM__TOKEN="100001:whole",
        TELEGRAM__SECRET_TOKEN=SECRET,
        TELEGRAM__MODE="webhook",
        SCHEDULE__QUIET="",
        SERVER__PUBLIC_URL="https://linli.example.org",
        DATABASE__URL=crowd.address_of(engine),
    )

    async def send(words: str) -> None:
        before = crowd.states(engine).total()
        await asyncio.to_thread(crowd.tell_all, engine, words)
        await crowd.until_settled(engine, before + MESSAGES, LOOKS_EVERY)

    async with running(UNPACED, folder, core, settings):
        yield send


@asynccontextmanager
async def _peer(core: set[int], base: str) -> AsyncIterator[Callable[[int, str], Awaitable[None]]]:
    program = ("-m", "tests.bench.peers.telegram_sends", base)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    os.sched_setaffinity(process.pid, core)

    async def send(at_once: int, _words: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{MESSAGES} {at_once}\n".encode())
        if not (told := await process.stdout.readline()):
            raise RuntimeError(f"the peer ended: {told!r}")

    try:
        yield send
    finally:
        process.terminate()
        await process.wait()
