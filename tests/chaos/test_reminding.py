"""Reminders while schedulers are killed and frozen: everybody is reminded, and nobody twice."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.chaos import crowd, reminded
from tests.chaos.conftest import Both
from tests.chaos.crowd import SETTINGS
from tests.chaos.figures import show
from tests.chaos.server import Server
from tests.chaos.telegram import settings
from tests.chaos.together import together

PEOPLE = 500
KILLS, FREEZES = 5, 2
FROZEN_SECONDS = 10.0
# They become due over so long, from when everything runs.
SPREAD_SECONDS = 15.0
TWICE_SHARE = 0.002
SECONDS = 120
DAY = timedelta(days=1)


@pytest.mark.chaos
async def test_killed_and_frozen_schedulers_remind_everybody_once(
    both: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    """On both kinds of database at once: what they do most is to wait."""
    await together(*(_remind(engine, folder, capsys) for engine, folder in both))


async def _remind(engine: Engine, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two times `linli worker` on PostgreSQL; SQLite has one `linli run`."""
    chats = crowd.gather(engine, folder, PEOPLE)
    engine.dispose()
    async with crowd.telegram(chats) as fake:
        url, given = crowd.address_of(engine), {**settings(fake), **SETTINGS}
        many = 1 if engine.dialect.name == "sqlite" else 2
        command = "run" if many == 1 else "worker"
        servers = [Server(url, folder, given, command=command, name=f"{nth}") for nth in range(many)]
        try:
            async with asyncio.timeout(SECONDS):
                for each in servers:
                    await each.start()
                now = datetime.now(UTC)
                dues = [now + timedelta(seconds=2 + SPREAD_SECONDS * nth / PEOPLE) for nth in range(PEOPLE)]
                reminded.register(engine, chats, dues, now + DAY)
                await _disturb(servers)
                await reminded.until_told(engine)
        finally:
            await crowd.stop_all(servers)
    states, arrived = reminded.states(engine), crowd.reached(fake, "")
    twice = [chat for chat, times in arrived.items() if times > 1]
    show(
        capsys,
        f"{engine.dialect.name}, {len(servers)} schedulers, {KILLS} kills and {FREEZES} freezes of {FROZEN_SECONDS:.0f} s: "
        f"{dict(states)} of {PEOPLE} reminders, {dict(crowd.states(engine))} deliveries, {PEOPLE - len(arrived)} people "
        f"not reached, {len(twice)} reached twice",
    )
    assert states == {"told": PEOPLE}
    assert crowd.states(engine).total() == PEOPLE
    assert set(arrived) == set(chats)
    assert len(twice) <= TWICE_SHARE * PEOPLE


async def _disturb(servers: list[Server]) -> None:
    """Kills while all of it goes on, and freezes; each process in its turn, and what is frozen is not killed."""
    dice, locks = random.Random(7), [asyncio.Lock() for _ in servers]

    async def kill() -> None:
        for nth in range(KILLS):
            await asyncio.sleep(SPREAD_SECONDS / KILLS * dice.uniform(0.6, 1.0))
            async with locks[nth % len(servers)]:
                await servers[nth % len(servers)].kill()
                await servers[nth % len(servers)].start()

    async def freeze() -> None:
        for nth in range(FREEZES):
            frozen = len(servers) - 1 - nth % len(servers)
            async with locks[frozen]:
                servers[frozen].freeze()
                await asyncio.sleep(FROZEN_SECONDS)
                servers[frozen].thaw()

    await together(kill(), freeze())
