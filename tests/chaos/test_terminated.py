"""PostgreSQL drops the connections of the program again and again, as a restart or a failover does."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from tests import databases
from tests.chaos.storm import storm

TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)
TERMINATED_AT_LEAST = 50


@pytest.mark.chaos
async def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    with databases.postgres() as engine:
        other = create_engine(engine.url, isolation_level="AUTOCOMMIT")
        async with storm(engine, tmp_path) as running:
            terminated = 0
            for share in range(1, 20):
                await running.until_answered(share / 20)
                terminated += await asyncio.to_thread(_terminate, other)
        other.dispose()
    assert terminated >= TERMINATED_AT_LEAST


def _terminate(other: Engine) -> int:
    with other.connect() as connection:
        return int(connection.exec_driver_sql(TERMINATE).scalar_one())
