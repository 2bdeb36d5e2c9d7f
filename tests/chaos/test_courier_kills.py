"""kill -9 of the courier in the middle of a broadcast: everybody is reached, and who could be told twice is not.

The full size, 5,000 people and 12 kills, is a part of `make bench`: python -m tests.bench kills.
"""

import asyncio

import pytest

from tests.chaos.conftest import Both
from tests.chaos.courier_storm import storm
from tests.chaos.figures import show

PEOPLE, KILLS = 1000, 3
TAKEN_OVER_SECONDS = 10.0
# What is for one person is begun one after the other: a kill finds one that has arrived and is not settled.
TWICE_SHARE = 0.002
SECONDS = 150


@pytest.mark.chaos
async def test_killed_in_a_broadcast_it_loses_nobody(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    """On both kinds of database at once: what they do most is to wait."""
    async with asyncio.timeout(SECONDS):
        found = await asyncio.gather(*(storm(engine, folder, PEOPLE, KILLS) for engine, folder in both))
    for each in found:
        show(capsys, str(each))
    for each in found:
        for states in each.states.values():
            assert set(states) <= {"sent", "unknown"}
            assert states.total() == PEOPLE
        assert each.lost == 0
        assert each.twice["bulk"] == 0
        assert each.twice["personal"] <= TWICE_SHARE * PEOPLE
        assert each.unknown <= each.under_way
        assert each.taken_over < TAKEN_OVER_SECONDS
