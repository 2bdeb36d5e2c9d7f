"""What only shows after thousands of messages: nothing grows that would break at the first fault."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.inbound import Inbound
from tests import databases
from tests.chaos.storm import SECONDS, open_quarter


@pytest.mark.chaos
async def test_a_fault_after_many_newcomers_is_only_a_fault(tmp_path: Path) -> None:
    """Each newcomer opens a session; were they all remembered, dropping the connection would recurse too deep."""
    with databases.sqlite(tmp_path) as engine:
        app, _ = open_quarter(engine, tmp_path)
        async with asyncio.timeout(SECONDS):
            for nth in range(sys.getrecursionlimit() + 200):
                await app.answer(Inbound("console", f"newcomer-{nth}", "help"))
            with pytest.raises(DBAPIError, match="nowhere"):
                await app.read(lambda db: db.run(text("DELETE FROM nowhere")))
            reply = await app.answer(Inbound("console", "newcomer-0", "help"))
        app.close()
        assert reply.did == "help"
        # Closing moves what the write-ahead log holds into the one file that somebody may copy.
        assert [file.name for file in tmp_path.glob("*.db*")] == ["test.db"]
