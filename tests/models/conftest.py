"""The command line within the process of the tests, and databases for tests that leave them as they are."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, Engine, event
from typer.testing import CliRunner

from bot.command import app
from models import pack_file, store
from models.database import Db, transaction
from models.migrate import upgrade
from tests import databases
from tests.conftest import PACK


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, and the lines that it wrote."""

    code: int
    output: list[str]
    errors: list[str]


Linli = Callable[..., Ran]


@pytest.fixture
def linli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Linli]:
    """Runs a command in an empty folder: `linli("load", pack, engine=engine)`."""
    monkeypatch.chdir(tmp_path)
    handlers, level = logging.root.handlers[:], logging.root.level

    used: set[Engine] = set()

    def use(connection: Connection) -> None:
        used.add(connection.engine)

    def run(*words: object, engine: Engine | None = None) -> Ran:
        arguments = [str(word) for word in words]
        if engine is not None:
            url = engine.url.set(drivername=engine.url.get_backend_name())
            arguments += ["--database", url.render_as_string(hide_password=False)]
        event.listen(Engine, "engine_connect", use)
        result = CliRunner().invoke(app, arguments)
        event.remove(Engine, "engine_connect", use)
        for opened in used:  # a command that fails leaves closing to the end of its process
            opened.dispose()
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout.splitlines(), result.stderr.splitlines())

    yield run
    # The command sent all logs to streams that are closed now.
    logging.root.handlers[:], logging.root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def settled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One migrated database of either kind for a whole module, with the community of the tests.

    Only for tests that leave it as it was.
    """
    if request.param == "sqlite":
        opened = databases.sqlite(tmp_path_factory.mktemp("settled"))
    else:
        opened = databases.postgres()
    with opened as engine:
        upgrade(engine)
        with transaction(engine) as db:
            store.store(db, pack_file.read([PACK]))
        yield engine


class _Undone(Exception):  # noqa: N818  (the way out of a transaction, not a fault)
    """Ends a transaction that is not to be committed."""


@pytest.fixture
def db(settled: Engine) -> Iterator[Db]:
    """One transaction on either kind of database, of which nothing stays."""
    with suppress(_Undone), transaction(settled) as db:
        yield db
        raise _Undone
