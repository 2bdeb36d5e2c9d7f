"""What `linli check` says: is everything that is configured there, reachable and current?"""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from bot import key, robots
from bot.channels import Finding, open_channels
from bot.configuration import Configuration, ConfigurationError
from models import checking, community, dead_letter, group_binding, replay
from models.database import open_engine, transaction
from models.migrate import is_current

# So many of the messages that could not be read are listed, the newest first.
MOST_DEAD_LETTERS = 20


def findings(settings: Configuration) -> list[Finding]:
    """One line for each thing, and whether it works."""
    return [*_database(settings), _server(settings), *_channels(settings)]


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
            unread = dead_letter.newest(db, MOST_DEAD_LETTERS)
            strangers = group_binding.strangers(db, settings.wecom.robots or {})
            unchecked, night = checking.overall(db), replay.newest(db)
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
        *((False, robots.stranger(each)) for each in strangers),
        *_watched(unchecked, night),
        *((True, _dead_letter(each)) for each in unread),
    ]


def _watched(unchecked: checking.Queue, night: Row[Any] | None) -> list[Finding]:
    """What staff owe; and whether the log of changes says what the tables say, which it always has to."""
    found: list[Finding] = []
    if unchecked.oldest is not None:
        oldest = f"{unchecked.oldest:%Y-%m-%d %H:%M} UTC"
        found.append(
            (True, f"words: {unchecked.count} wait for staff to look at them, the oldest since {oldest}")
        )
    if night is not None and night.wrong:
        found.append(
            (False, f"log: {night.wrong} rows have another state than the log of changes; look at `change`")
        )
    elif night is not None and night.ended:
        found.append((True, f"log: its changes give the state of all {night.looked} rows"))
    return found


def _dead_letter(unread: Row[Any]) -> str:
    """They are told and fail nothing: the program goes on, and who sent it was answered."""
    number = f" {unread.message}" if unread.message else ""
    return f"dead letter: {unread.channel}{number} of {unread.at:%Y-%m-%d %H:%M} UTC: {unread.reason}"


def _channels(settings: Configuration) -> list[Finding]:
    """What each platform that is configured says of us."""
    try:
        channels = open_channels(settings)
    except ConfigurationError as error:
        return [(False, f"channels: {error}")]

    async def ask() -> list[Finding]:
        return [finding for channel in channels.values() for finding in await channel.check()]

    return asyncio.run(ask())


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
