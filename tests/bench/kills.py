"""5,000 people are told things while the courier is killed 12 times: see tests/chaos/courier_storm.py."""

import asyncio
from pathlib import Path

from sqlalchemy import Engine

from tests import databases
from tests.bench import community
from tests.bench.figures import Figure
from tests.chaos.courier_storm import Aftermath, storm

PEOPLE, KILLS = 5000, 12
SECONDS = 600.0


def run() -> list[Figure]:
    with (
        community.folder() as folder,
        databases.sqlite(_made(folder / "sqlite")) as lite,
        databases.postgres() as postgres,
    ):
        found = asyncio.run(_both([(lite, folder / "sqlite"), (postgres, _made(folder / "postgres"))]))
    return [row for each in found for row in _rows(each)]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _both(those: list[tuple[Engine, Path]]) -> list[Aftermath]:
    """At the same time: what they do most is to wait."""
    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(*(storm(engine, folder, PEOPLE, KILLS) for engine, folder in those))


def _rows(found: Aftermath) -> list[Figure]:
    final = sum(states.total() for states in found.states.values())
    return [
        Figure(
            f"the courier killed {found.kills} times among {2 * PEOPLE:,} messages, {found.name}, lost",
            f"{found.lost} ({final:,} with a final state)",
            goal="0",
        ),
        Figure("  told twice by a broadcast", str(found.twice["bulk"]), goal="0"),
        Figure(
            "  told twice personally",
            f"{found.twice['personal']} ({found.twice['personal'] / PEOPLE:.2%})",
            goal="<= 0.2 %",
        ),
        Figure("  unknown", f"{found.unknown} of {found.under_way} under way", goal="<= under way"),
        Figure("  taken over by another one after at most", f"{found.taken_over:.1f} s", goal="< 10 s"),
    ]
