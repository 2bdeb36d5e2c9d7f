"""Builds everything from the configuration: nothing else builds anything, and nothing is kept elsewhere."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import SQLModel

import handlers
import models
from bot import dispatch
from bot.clock import Clock
from bot.inbound import Inbound, Message, Reply
from bot.metrics import EXPECTED_WAIT, MESSAGES, SECONDS
from bot.worker import Worker, open_worker
from handlers.understanding.lexicon import Lexicons
from models import community, pack, store
from models.card import Card
from models.database import Db, open_engine, transaction
from models.pack import Pack, PackError
from models.text import Text

T = TypeVar("T")
DEMO = Path(__file__).parent / "demo" / "hongmei.toml"
# An answer that would come later than this is better told to be late.
PATIENCE_SECONDS = 2.0
_ROOMS = (handlers, models)  # importing them makes their handlers and tables known


@dataclass
class App:
    """One community, running; several may live in one process."""

    engine: Engine
    clock: Clock
    worker: Worker
    zone: ZoneInfo
    lexicons: Lexicons = field(default_factory=Lexicons)
    _at_work: dict[tuple[str, str], "asyncio.Future[Reply]"] = field(default_factory=dict)

    async def answer(self, inbound: Inbound) -> Reply:
        """The committed reply to a message. A repeat joins the original that is still at work."""
        if inbound.message is None:
            return await self._answer(inbound)
        key = (inbound.channel, inbound.message)
        if key not in self._at_work:
            self._at_work[key] = asyncio.ensure_future(self._answer(inbound))
            self._at_work[key].add_done_callback(lambda _: self._at_work.pop(key))
        return await asyncio.shield(self._at_work[key])

    async def _answer(self, inbound: Inbound) -> Reply:
        began = time.perf_counter()
        wait = self.worker.expected_wait()
        EXPECTED_WAIT.set(wait)
        if wait > PATIENCE_SECONDS:
            return _busy(inbound)
        sender = (inbound.channel, inbound.sender)
        reply = await asyncio.wrap_future(self.worker.submit(sender, lambda db: self._dispatch(db, inbound)))
        SECONDS.observe(time.perf_counter() - began)
        MESSAGES.labels(inbound.channel, reply.did).inc()
        return reply

    async def read(self, work: Callable[[Db], T]) -> T:
        """What a look into the database gives, in turn with the messages."""
        return await asyncio.wrap_future(self.worker.submit("read", work))

    def _dispatch(self, db: Db, inbound: Inbound) -> Reply:
        return dispatch.answer(db, inbound, self.clock.now(), self.lexicons)

    def close(self) -> None:
        """Finishes what waits, then closes the database."""
        self.worker.close()


def _busy(inbound: Inbound) -> Reply:
    text = Text("现在找我的人太多，请过一两分钟再说一次。")
    return Reply(
        "unknown", (Message(inbound.sender, Card(text, tone="notice"), inbound.language or "zh-Hans", None),)
    )


def open_app(url: str, clock: Clock, packs: list[Path]) -> App:
    """Opens a community, migrated on SQLite, with these packs loaded; the demo where there is none yet."""
    engine = open_engine(url, pool_size=10)
    if engine.url.get_backend_name() == "sqlite":
        prepare(engine)
    load(engine, packs)
    if not packs:
        load_demo(engine, clock)
    with transaction(engine) as db:
        zone = community.zone(db)
    return App(engine, clock, open_worker(engine), zone or ZoneInfo("UTC"))


def prepare(engine: Engine) -> None:
    """Brings a database to the current schema; in memory it is created directly, which is the same."""
    if engine.url.database in (None, "", ":memory:"):
        SQLModel.metadata.create_all(engine)
        return
    from models.migrate import upgrade

    upgrade(engine)


def load(engine: Engine, paths: list[Path]) -> dict[str, int]:
    """Loads packs in one transaction; gives the number of entries of each section. Raises PackError."""
    if not paths:
        return {}
    with transaction(engine) as db:
        zone = community.zone(db)
        known = store.known_keys(db, zone or ZoneInfo("UTC"))
        return store.store(db, pack.read(paths, zone=zone, known=known.has))


def check(paths: list[Path]) -> None:
    """Whether packs could be loaded into an empty database, without opening any. Raises PackError."""
    pack.read(paths)


def load_demo(engine: Engine, clock: Clock) -> None:
    """The demo community, into an empty database: its first week becomes the current one."""
    with transaction(engine) as db:
        if community.zone(db) is None:
            store.store(db, _current(clock))


def _current(clock: Clock) -> Pack:
    """The demo moved by whole weeks, so that every weekday stays what it is."""
    written = pack.read([DEMO])
    first = pack.first_moment(written)
    if first is None:
        raise PackError(f"{DEMO}: activity: there is none; a demo needs some")
    now = clock.now().astimezone(first.tzinfo).date()
    weeks = (now - timedelta(days=now.weekday()) - (first.date() - timedelta(days=first.weekday()))).days
    return pack.read([DEMO], moved=timedelta(days=weeks))


__all__: list[Any] = ["App", "check", "load", "load_demo", "open_app", "prepare"]
