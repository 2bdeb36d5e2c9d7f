"""Real databases for the tests: a SQLite file and a PostgreSQL database, fresh for each test."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import SQLModel

import handlers
import models
from models import pack_file, store
from models.database import open_engine, transaction
from tests import filled_postgres, postgres_server

_ROOMS = (handlers, models)  # importing them makes their tables known


PACK = Path(__file__).parent / "community.toml"


@contextmanager
def sqlite(folder: Path, *, filled: bool = False) -> Iterator[Engine]:
    """A file in this folder; `filled` with the community of the tests."""
    path = folder / "test.db"
    if filled:
        shutil.copyfile(_filled_file(), path)
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres(*, pool_size: int = 10, filled: bool = False) -> Iterator[Engine]:
    """A database of its own on the server that LINLI_TEST_POSTGRES names, else on an embedded one."""
    with filled_postgres.borrowed(fill) if filled else postgres_server.made() as name:
        engine = open_engine(postgres_server.url(name), pool_size=pool_size)
        try:
            yield engine
        finally:
            engine.dispose()


def fill(engine: Engine) -> None:
    """All tables, and the community of the tests in them."""
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as db:
        store.store(db, pack_file.read([PACK]))


@cache
def _filled_file() -> Path:
    """Filled once in a process: each test has a copy, which takes a tenth of the time."""
    folder = Path(tempfile.mkdtemp(prefix="linli-filled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with sqlite(folder) as engine:
        fill(engine)
    return folder / "test.db"
