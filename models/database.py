"""The database as rules see it: statements within a transaction that somebody else begins and ends."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, Executable, Row, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from models.prepared import Driver

T = TypeVar("T")
# Names for what a later migration may have to find again; SQLite gives none by itself.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# At most this long does one process wait for another one's write lock; a platform gives us 5 s in all.
SQLITE_BUSY_MILLISECONDS = 2000


class ClaimLost(Exception):  # noqa: N818  (it is not a fault: somebody else was first)
    """A conditional update that was put off to the end found its condition gone."""


class Db:
    """What rules and handlers get: no commit and no rollback, those belong to the dispatcher."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = Driver(connection)
        self._eager = True
        self._claims: list[tuple[Executable, Mapping[str, Any]]] = []
        self._session: Session | None = None

    def rows(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        rows = self._driver.rows(statement, values)
        return self._connection.execute(statement, values).all() if rows is None else rows

    def row(self, statement: Executable, **values: Any) -> Row[Any] | None:
        rows = self._driver.rows(statement, values, most=1)
        if rows is None:
            return self._connection.execute(statement, values).first()
        return rows[0] if rows else None

    def objects(self, make: Callable[[Row[Any]], T], statement: Executable, /, **values: Any) -> list[T]:
        """What is made of the rows; equal rows may give the very same object, so it must never be changed."""
        made = self._driver.objects(make, statement, values)
        return [make(row) for row in self.rows(statement, **values)] if made is None else made

    def value(self, statement: Executable, **values: Any) -> Any:
        found = self._driver.values(statement, values)
        if found is None:
            return self._connection.execute(statement, values).scalar()
        return found[0] if found else None

    def run(self, statement: Executable, **values: Any) -> int:
        """Executes an update or a delete; gives the number of rows that it met."""
        count = self._driver.count(statement, values)
        return self._connection.execute(statement, values).rowcount if count is None else count

    def insert(self, statement: Executable, **values: Any) -> int:
        """Inserts one row; gives its primary key."""
        key = self._driver.key(statement, values)
        if key is None:
            result: Any = self._connection.execute(statement, values)
            key = int(result.inserted_primary_key[0])
        return key

    def claim(self, statement: Executable, **values: Any) -> bool:
        """A conditional update of a hot row: True where it met its row.

        It is put off to the end of the transaction, where it holds its row for the shortest time, and
        taken for met until then. Where it is not, the dispatcher runs the message again, eagerly.
        """
        if self._eager:
            return self.run(statement, **values) == 1
        self._claims.append((statement, values))
        return True

    @contextmanager
    def attempt(self, *, eager: bool) -> Iterator[None]:
        """One run of a message, undone whole where it fails. Raises ClaimLost; an eager one never does."""
        self._eager, self._session = eager, None
        self._claims.clear()
        with self.savepoint("attempt"):
            yield
            self._settle()

    def _settle(self) -> None:
        """Writes what was put off: objects of the session, then the claims."""
        if self._session is not None:
            self._session.flush()
        for statement, values in self._claims:
            if self.run(statement, **values) != 1:
                raise ClaimLost

    @property
    def session(self) -> Session:
        """Objects, for what is not on every message's path; the dispatcher flushes them."""
        if self._session is None:
            self._session = Session(
                self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
        return self._session

    @contextmanager
    def savepoint(self, name: str = "step") -> Iterator[None]:
        """What is written inside is undone when the block is left by an exception, objects too."""
        if self._session is not None:
            self._session.flush()
        self._driver.say(f"SAVEPOINT {name}")
        claims = len(self._claims)
        try:
            yield
        except BaseException as error:
            del self._claims[claims:]
            # What objects say may be undone now: whoever goes on reads them anew.
            self._session = None
            if not _is_broken(error):
                self._driver.say(f"ROLLBACK TO SAVEPOINT {name}")
                self._driver.say(f"RELEASE SAVEPOINT {name}")
            raise
        self._driver.say(f"RELEASE SAVEPOINT {name}")


def _is_broken(error: BaseException) -> bool:
    """After such an error the transaction may be gone, and its savepoints with it."""
    return isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)


def open_engine(url: str, *, pool_size: int = 1) -> Engine:
    """An engine for `sqlite:///file`, `sqlite://` (in memory) or `postgresql://…`."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(url, in_memory=address.database in (None, "", ":memory:"))
    # A pooler may stand between, so nothing lives in a session: no prepared statements either.
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        json_serializer=write_json,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"prepare_threshold": None, "connect_timeout": 5},
    )


def _open_sqlite(url: str, *, in_memory: bool) -> Engine:
    engine = create_engine(
        url,
        json_serializer=write_json,
        hide_parameters=True,  # what members write is in no error's text
        isolation_level="AUTOCOMMIT",  # the worker says BEGIN IMMEDIATE itself
        connect_args={"check_same_thread": False},
        **({"poolclass": StaticPool} if in_memory else {}),
    )

    @event.listens_for(engine, "do_connect")
    def _create(_dialect: Any, _record: Any, _arguments: Any, _parameters: Any) -> None:
        if not in_memory:
            _only_for_its_owner(Path(str(engine.url.database)))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten in the file too
            f"busy_timeout={SQLITE_BUSY_MILLISECONDS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _only_for_its_owner(path: Path) -> None:
    """A new database file is made readable to its owner alone; its log files follow it."""
    if path.parent.is_dir() and not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def write_json(value: Any) -> str:
    """The value as a JSON column keeps it: Chinese as it is, which is half as long as its escapes."""
    try:
        # A third of the time that Python's own takes.
        return to_json(value, inf_nan_mode="constants").decode()
    except ValueError:
        return json.dumps(value)  # half a character, which only an escape can write


@contextmanager
def transaction(engine: Engine) -> Iterator[Db]:
    """One transaction of its own, for loading packs and for tests; messages go through the worker."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        db = Db(connection)
        try:
            with db.attempt(eager=True):
                yield db
        except BaseException:
            connection.exec_driver_sql("ROLLBACK") if sqlite else connection.rollback()
            raise
        connection.exec_driver_sql("COMMIT") if sqlite else connection.commit()


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model, for prebuilt statements."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
