"""What every test may ask for: a database of either kind, a community in it, a frozen clock, a chat."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

import handlers
import models
from bot.clock import FixedClock
from models.database import Db, transaction
from tests import databases
from tests.chat import Chat

PACK = databases.PACK
NOW = datetime.fromisoformat("2026-11-23T09:10:00+08:00")
_ROOMS = (handlers, models)


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of either kind with nothing in it, not even tables."""
    opened = databases.sqlite(tmp_path) if request.param == "sqlite" else databases.postgres()
    with opened as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of either kind with the community of the tests."""
    sqlite = request.param == "sqlite"
    opened = databases.sqlite(tmp_path, filled=True) if sqlite else databases.postgres(filled=True)
    with opened as engine:
        yield engine


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """For what does not depend on the kind of database: a SQLite file with the community."""
    with databases.sqlite(tmp_path, filled=True) as engine:
        yield engine


@pytest.fixture
def db(engine: Engine) -> Iterator[Db]:
    """One transaction on either kind of database; it is committed at the end of the test."""
    with transaction(engine) as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def say(sqlite_engine: Engine, clock: FixedClock) -> Iterator[Chat]:
    """A chat on SQLite: what is said does not depend on the database."""
    chat = Chat(sqlite_engine, clock)
    yield chat
    chat.worker.close()


@pytest.fixture
def say_on_both(engine: Engine, clock: FixedClock) -> Iterator[Chat]:
    """The same chat on either kind of database, for what the rules decide."""
    chat = Chat(engine, clock)
    yield chat
    chat.worker.close()
