"""Opens the database of a community and fills it: schema, packs, and the demo where there is nothing yet."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import SQLModel

import models
from bot.clock import Clock, SystemClock
from bot.configuration import ConfigurationError
from models import community, member, pack_file, store
from models.database import open_engine, transaction
from models.pack import Pack, PackError

DEMO = Path(__file__).parent / "demo" / "hongmei.toml"
_PERSONAS = DEMO.with_name("personas.toml")
_ROOM = models  # importing it makes every table and pack section known
# Enough for the worker's threads and for who looks on beside them.
POOL_SIZE = 10


def open_database(url: str, packs: list[Path]) -> Engine:
    """An engine whose database has the current schema, for these packs. Raises PackError, ConfigurationError.

    Packs that could not be loaded into a new database do not even create its file.
    """
    engine = open_engine(url, pool_size=POOL_SIZE)
    if packs and _is_new_file(engine):
        pack_file.read(packs)
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Brings a SQLite database to the current schema; in memory it is created directly, which is the same.

    A server's database is migrated by who runs it: several processes may be using it.
    """
    if _is_in_memory(engine):
        SQLModel.metadata.create_all(engine)
        return
    from models.migrate import is_current, upgrade

    if is_current(engine):
        return
    if engine.dialect.name != "sqlite":
        raise ConfigurationError("database.url: the database has not the current schema; run `linli migrate`")
    upgrade(engine)


def load(engine: Engine, paths: list[Path], clock: Clock | None = None) -> dict[str, int]:
    """Loads packs in one transaction; gives the number of entries of each section. Raises PackError."""
    if not paths:
        return {}
    now = (clock or SystemClock()).now()
    with transaction(engine) as db:
        zone = community.zone(db)
        known = store.known_keys(db, zone or ZoneInfo("UTC"))
        pack = pack_file.read(paths, zone=zone, known=known.has, called=store.called(db), now=now)
        counts = store.store(db, pack, now)
        community.mark_demo(db, demo=False)
        member.end_play(db)
        return counts


def load_demo(engine: Engine, clock: Clock) -> None:
    """The demo community, into an empty database: its first week becomes the current one."""
    with transaction(engine) as db:
        if community.zone(db) is None:
            store.store(db, _current_demo(clock), clock.now())
            community.mark_demo(db, demo=True)


@cache
def personas() -> tuple[str, ...]:
    """The members of the demo that a visitor may be."""
    named: list[str] = tomllib.loads(_PERSONAS.read_text("utf-8"))["members"]
    return tuple(named)


def zone(engine: Engine) -> ZoneInfo:
    """The zone in which the community reads its clocks."""
    with transaction(engine) as db:
        return community.zone(db) or ZoneInfo("UTC")


def _current_demo(clock: Clock) -> Pack:
    """The demo moved by whole weeks, so that every weekday stays what it is."""
    first = pack_file.first_moment(pack_file.read([DEMO]))
    if first is None:
        raise PackError(f"{DEMO}: activity: there is none; a demo needs some")
    today, begins = clock.now().astimezone(first.tzinfo).date(), first.date()
    days = (today - timedelta(today.weekday())) - (begins - timedelta(begins.weekday()))
    return pack_file.read([DEMO], moved=days)


def _is_in_memory(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")


def _is_new_file(engine: Engine) -> bool:
    path = engine.url.database
    return engine.dialect.name == "sqlite" and path is not None and not Path(path).exists()
