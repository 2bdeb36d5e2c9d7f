"""PostgreSQL databases with the community of the tests: made once, and as new again after each test.

To make one takes a fifth of a second, to bring one back a tenth of that. Where a test changed more than rows, or
somebody does not let go, the database goes and the next test gets a new one.
"""

import atexit
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models.database import open_engine
from tests import postgres_server

# What was deleted stays in the files for a while; a database that was used so often is left.
_MOST_USES = 50
# So long, in milliseconds, somebody who is still connected is waited for.
_PATIENCE = 5000
_uses: dict[str, int] = {}
_free: list[str] = []
# What there is beside rows: it grows with whatever is made, and shrinks with whatever is dropped.
_SHAPE = """
SELECT (SELECT count(*) FROM pg_class), (SELECT max(oid) FROM pg_class),
    (SELECT count(*) FROM pg_constraint), (SELECT max(oid) FROM pg_constraint),
    (SELECT count(*) FROM pg_trigger), (SELECT max(oid) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped AND NOT attnotnull),
    (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_db_role_setting)
"""
_OTHERS = f"""
SELECT bool_and(pg_terminate_backend(pid, {_PATIENCE})) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextmanager
def borrowed(fill: Callable[[Engine], None]) -> Iterator[str]:
    """The name of one that nobody else has, with the community in it and nothing else."""
    name = _free.pop() if _free else postgres_server.create(template(fill))
    try:
        yield name
    finally:
        _uses[name] = _uses.get(name, 0) + 1
        if _uses[name] < _MOST_USES and _is_as_new(name, template(fill)):
            _free.append(name)
        else:
            postgres_server.drop(name)


@cache
def template(fill: Callable[[Engine], None]) -> str:
    """One that is filled, that nobody is connected to, and that keeps a copy of its rows beside them."""
    name = postgres_server.create()
    engine = open_engine(postgres_server.url(name))
    fill(engine)
    engine.dispose()
    with postgres_server.engine_of(name).connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA as_new")
        for table in _filled(connection):
            connection.exec_driver_sql(f'CREATE TABLE as_new."{table}" AS TABLE public."{table}"')
        connection.exec_driver_sql(
            "CREATE TABLE as_new.sequences AS SELECT sequencename AS name, last_value FROM pg_sequences"
        )
    atexit.register(_clear, name)
    return name


def _clear(last: str) -> None:
    for name in (*_free, last):
        postgres_server.drop(name)


def _filled(connection: Connection) -> list[str]:
    """The tables that have rows."""
    every = [table.name for table in SQLModel.metadata.sorted_tables]
    return [name for name in every if connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first()]


def _is_as_new(name: str, template: str) -> bool:
    """Brings back what it held at first; False where that cannot be."""
    with postgres_server.engine_of(name).connect() as connection:
        if (
            connection.exec_driver_sql(_OTHERS).scalar() is False
            or _shape(connection) != _first(template).shape
        ):
            return False
        try:
            connection.exec_driver_sql(_first(template).back)
        except DBAPIError:  # a server on which we may not do that
            return False
    return True


def _shape(connection: Connection) -> tuple[object, ...]:
    return tuple(connection.exec_driver_sql(_SHAPE).one())


@dataclass(frozen=True, slots=True)
class _First:
    """How a copy of the template is before anybody used it, and the text that brings its rows back."""

    shape: tuple[object, ...]
    back: str


@cache
def _first(template: str) -> _First:
    with postgres_server.made(template) as name, postgres_server.engine_of(name).connect() as connection:
        return _First(_shape(connection), _back(_filled(connection)))


def _back(filled: Sequence[str]) -> str:
    """Deletes every row and puts the first ones back, sequences too."""
    every = [table.name for table in SQLModel.metadata.sorted_tables]
    return ";\n".join(
        (
            "SET session_replication_role = replica",
            *(f'DELETE FROM "{table}"' for table in every),
            *(f'INSERT INTO "{table}" SELECT * FROM as_new."{table}"' for table in filled),
            "SELECT setval(name::regclass, coalesce(last_value, 1), last_value IS NOT NULL) FROM as_new.sequences",
            "SET session_replication_role = DEFAULT",
        )
    )
