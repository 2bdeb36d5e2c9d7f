"""What `linli check` says: is everything that is configured there, reachable and current?"""

import errno
import socket
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import key
from bot.configuration import Configuration, ConfigurationError
from models import community
from models.database import open_engine, transaction
from models.migrate import is_current

Finding = tuple[bool, str]


def findings(settings: Configuration) -> list[Finding]:
    """One line for each thing, and whether it works."""
    return [*_database(settings), _server(settings)]


def _database(settings: Configuration) -> list[Finding]:
    """The database and what is in it; the key belongs to it."""
    engine = open_engine(settings.database.url)
    shown = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and not _exists(engine.url.database):
        if not Path(engine.url.database or "").parent.is_dir():
            return [(False, f"database: {shown} lies in a folder that does not exist; create it")]
        return [(True, f"database: {shown} does not exist yet; `linli run` makes it"), _key(settings, None)]
    try:
        if not is_current(engine):
            return [(False, f"database: {shown} has an older schema; run `linli migrate`")]
        with transaction(engine) as db:
            zone, bound = community.zone(db), community.key_fingerprint(db)
    except SQLAlchemyError as error:
        return [(False, f"database: {shown} does not answer ({type(error).__name__}); check the address")]
    finally:
        engine.dispose()
    if zone is None:
        return [
            (True, f"database: {shown} is current"),
            (False, "community: none yet; run `linli load PACK.toml`"),
            _key(settings, bound),
        ]
    return [
        (True, f"database: {shown} is current"),
        (True, f"community: its clocks run in {zone.key}"),
        _key(settings, bound),
    ]


def _key(settings: Configuration, bound: str | None) -> Finding:
    """Where the key comes from, and whether it is the community's; never the key itself."""
    source = key.source(settings.database.url, settings.security)
    if source.path and not source.path.exists() and bound is None:
        return True, f"key: {source.path} does not exist yet; `linli run` makes it"
    try:
        vault = key.existing(source)
        if vault:
            key.check(bound, vault)
    except ConfigurationError as error:
        return False, f"key: {error}"
    return True, f"key: from {source.path or key.VARIABLE}; keep a copy of it"


def _exists(path: str | None) -> bool:
    return path is not None and Path(path).exists()


def _server(settings: Configuration) -> Finding:
    """Whether the address is free or something serves there already, which may be Linli itself."""
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return True, f"server: nothing serves on {host}:{port} yet; `linli run` does"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return True, f"server: something serves on {host}:{port}"
        return False, f"server: cannot serve on {host}:{port} ({error.strerror}); give another host or port"
