"""A broadcast against a Telegram that enforces its limits, beside python-telegram-bot's own limiter at the same time.

1,100 chats are told two things and 5 groups forty each. What was delivered counts over the first minute; then it goes
on until everything is. Telegram lets through 30 in any second, 1 in a second to a chat and 20 in a minute to a group.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from bot.channels.telegram.updates import CHANNEL
from models import delivery, member, notice
from models.card import Card
from models.database import transaction
from models.member import ADDRESS
from models.text import as_said
from tests import databases
from tests.bench import community, programs
from tests.bench.figures import Figure
from tests.bench.programs import LINLI, linli, running, working
from tests.bench.telegram_people import SECRET
from tests.chaos import crowd
from tests.fakes.telegram import TOKEN, Limits, Telegram

PEOPLE, TIMES = 1100, 2
GROUPS, POSTS = range(-1_000_005, -1_000_000), 40
MESSAGES = PEOPLE * TIMES + len(GROUPS) * POSTS
MINUTE = 60.0
# What is not over by then is a failure.
SECONDS = 400.0
SQLITE, POSTGRES, PEER = "SQLite", "PostgreSQL, two processes", "AIORateLimiter and 32 that try again"


def run() -> list[Figure]:
    with community.folder() as folder, programs.beside() as core:
        return asyncio.run(_all(folder, core))


async def _all(folder: Path, core: set[int]) -> list[Figure]:
    """At the same time: what all of them do most is to wait."""
    fakes = {name: _fake() for name in (SQLITE, POSTGRES, PEER)}
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(
            _ours(fakes[SQLITE], folder / "sqlite", core),
            _ours(fakes[POSTGRES], folder / "postgres", core),
            _theirs(fakes[PEER], core),
        )
    return [row for name, fake in fakes.items() for row in _rows(name, fake, ours=name != PEER)]


def _fake() -> Telegram:
    fake = Telegram(token=TOKEN)
    fake.limits = Limits()
    for chat in _owed():
        fake.know(chat, "private" if chat > 0 else "supergroup")
    return fake


def _owed() -> Counter[int]:
    """How many messages each chat is to get."""
    people = {crowd.FIRST_CHAT + nth: TIMES for nth in range(1, PEOPLE + 1)}
    return Counter({**people, **dict.fromkeys(GROUPS, POSTS)})


def _rows(name: str, fake: Telegram, *, ours: bool) -> list[Figure]:
    sends = [each for each in fake.state.log if each.method == "sendMessage"]
    arrived = [each for each in sends if each.came == "ok"]
    until = sends[0].at + MINUTE
    rate = sum(each.at < until for each in arrived) / MINUTE
    refused = [each.at for each in sends if each.came.startswith("429")]
    shown = Counter(each.chat for each in arrived)
    lost, twice = _owed() - shown, shown - _owed()
    took = sends[-1].at - sends[0].at
    first = sum(at < until for at in refused)
    return [
        Figure(
            f"a broadcast to {MESSAGES}, limited to 30/s, {name}",
            f"{rate:.2f}/s delivered",
            goal=">= 28.5" if ours else "",
        ),
        Figure(
            "  refused in the first minute", f"{first} ({len(refused)} in all)", goal="<= 3" if ours else ""
        ),
        Figure(
            "  lost and doubled",
            f"{lost.total()} and {twice.total()} (all after {took:.0f} s)",
            goal="0 and 0" if ours else "",
        ),
    ]


async def _ours(fake: Telegram, folder: Path, core: set[int]) -> None:
    """`linli run`, and on PostgreSQL `linli worker` beside it; the pace is the one it has by itself."""
    folder.mkdir()
    sqlite = folder.name == "sqlite"
    runner = await fake.start()
    with databases.sqlite(folder) if sqlite else databases.postgres() as engine:
        await asyncio.to_thread(_prepare, engine, folder)
        settings = linli(
            TELEGRAM__BASE_URL=fake.url,
            TELEGRAM__TOKEN=TOKEN,
            TELEGRAM__SECRET_TOKEN=SECRET,
            TELEGRAM__MODE="webhook",
            SCHEDULE__QUIET="",
            SERVER__PUBLIC_URL="https://linli.example.org",
            DATABASE__URL=crowd.address_of(engine),
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(LINLI, folder, core, settings))
            if not sqlite:
                await stack.enter_async_context(working(folder, core, settings))
            await asyncio.to_thread(_tell, engine)
            await crowd.until_settled(engine, MESSAGES, 1.0)
    await fake.stop(runner)


def _prepare(engine: Engine, folder: Path) -> None:
    crowd.gather(engine, folder, PEOPLE)
    with transaction(engine) as db:
        for group in GROUPS:
            member.meet_group(db, CHANNEL, _key(group))


def _key(group: int) -> str:
    return f"group:{group}"


def _tell(engine: Engine) -> None:
    """A broadcast, half of the posts, the other broadcast, the other half."""
    for half in range(TIMES):
        crowd.tell_all(engine, f"第{half}次通知")
        with transaction(engine) as db:
            now = datetime.now(UTC)
            keys = [_key(group) for group in GROUPS]
            groups = [row.id for row in db.rows(select(ADDRESS.c.id).where(ADDRESS.c.key.in_(keys)))]
            for nth in range(POSTS // TIMES):
                written = notice.write(db, [Card(as_said(f"第{half}次第{nth}条"))], now)
                assert written is not None
                for group in groups:
                    delivery.enter(db, written, group, now, lane="bulk")


async def _theirs(fake: Telegram, core: set[int]) -> None:
    runner = await fake.start()
    chats = list(_owed().elements())
    random.Random(4).shuffle(chats)
    program = ("-m", "tests.bench.peers.telegram_limited", TOKEN, fake.url)
    # It tells of each refusal with a traceback.
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, stdin=asyncio.subprocess.PIPE, stderr=quiet
    )
    os.sched_setaffinity(process.pid, core)
    await process.communicate(json.dumps(chats).encode() + b"\n")
    await fake.stop(runner)
    if process.returncode:
        raise RuntimeError(f"the peer ended with {process.returncode}")
