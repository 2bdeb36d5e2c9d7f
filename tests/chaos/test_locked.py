"""Another process holds SQLite's write lock for longer than anybody should wait."""

import asyncio
from pathlib import Path

import pytest

from tests import databases
from tests.chaos import ledger
from tests.chaos.faults import lock
from tests.chaos.storm import storm

LOCKED_SECONDS = 3


@pytest.mark.chaos
async def test_who_waits_too_long_is_not_told_yes(tmp_path: Path) -> None:
    with databases.sqlite(tmp_path) as engine:
        async with storm(engine, tmp_path) as running:
            await running.until_answered(1 / 3)
            holder = await asyncio.to_thread(lock, str(engine.url.database), LOCKED_SECONDS)
            answered = len(running.deliveries.answered)
            await asyncio.sleep(LOCKED_SECONDS / 2)
            # What was committed before the lock was there may still have been on its way.
            assert len(running.deliveries.answered) - answered <= len(running.people)
            assert set(running.deliveries.answered) <= ledger.read(engine).heard
            assert running.deliveries.failed == []
            assert await asyncio.to_thread(holder.wait) == 0
            await running.until(lambda: len(running.deliveries.answered) > answered + len(running.people))
        # One had waited for all of the busy wait; the next one's wait ended with the lock.
        assert running.deliveries.failed == ["OperationalError"]
