"""Builds everything from the configuration: nothing else builds anything, and nothing is kept elsewhere."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

import handlers
import models
from bot import community, dispatch
from bot.clock import Clock
from bot.inbound import Inbound, Message, Reply
from bot.metrics import Metrics
from bot.worker import Worker, open_worker
from handlers.understanding.lexicon import Lexicons
from models.card import Card
from models.database import Db
from models.text import Text

T = TypeVar("T")
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
    metrics: Metrics = field(default_factory=Metrics)
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
        sender = (inbound.channel, inbound.sender)
        if self.worker.expected_wait(sender) > PATIENCE_SECONDS:
            return _busy(inbound)
        reply = await asyncio.wrap_future(self.worker.submit(sender, lambda db: self._dispatch(db, inbound)))
        self.metrics.seconds.observe(time.perf_counter() - began)
        self.metrics.messages.labels(inbound.channel, reply.did).inc()
        if reply.failed:
            self.metrics.failures.inc()
        return reply

    async def read(self, work: Callable[[Db], T]) -> T:
        """What a look into the database gives, in a turn of its own among the messages."""
        return await asyncio.wrap_future(self.worker.submit(object(), work))

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
    """Opens a community with these packs loaded; the demo where there is none yet."""
    engine = community.open_database(url, packs)
    try:
        community.load(engine, packs)
        if not packs:
            community.load_demo(engine, clock)
        zone = community.zone(engine)
    except BaseException:
        engine.dispose()
        raise
    return App(engine, clock, open_worker(engine), zone)
