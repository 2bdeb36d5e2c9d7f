"""Builds everything from the configuration: nothing else builds anything, and nothing is kept elsewhere."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

import handlers
import models
from bot import community, dispatch, key
from bot.clock import Clock
from bot.configuration import Bookings, Limits, Needs, Schedule, Security, Waiting
from bot.drawing import Drawing
from bot.equipment import Equipment
from bot.inbound import Inbound, Message, Reply
from bot.limits import PersonLimits
from bot.listeners import Listeners
from bot.metrics import Metrics
from bot.posting import Posting
from bot.worker import Asked, Worker, open_worker
from handlers import recipes
from handlers.recipes import Apart, Content, Maker
from models import member
from models.card import Attachment, Card
from models.database import Db, transaction
from models.member import Person
from models.text import Text

T = TypeVar("T")
# An answer that would come later than this is better told to be late.
PATIENCE_SECONDS = 2.0
# Who was told so comes again after this.
BUSY_SECONDS = 60.0
UNSET = Security()
USUAL = Schedule()
_ROOMS = (handlers, models)  # importing them makes their handlers and tables known


@dataclass
class App:
    """One community, running; several may live in one process."""

    engine: Engine
    clock: Clock
    worker: Worker
    zone: ZoneInfo
    equipment: Equipment
    metrics: Metrics = field(default_factory=Metrics)
    listeners: Listeners = field(default_factory=Listeners)
    limits: PersonLimits | None = None
    posting: Posting = field(init=False)
    drawing: Drawing = field(default_factory=Drawing)
    # How many channels there are beside the page: while there is none, this may be the demo.
    platforms: int = 0
    # Set when there may be something for the courier to send.
    due: asyncio.Event = field(default_factory=asyncio.Event)
    # By channel, how many messages went out past the courier since it looked last: they take turns too.
    spent: Counter[str] = field(default_factory=Counter)
    _at_work: dict[tuple[str, str], "asyncio.Future[Reply]"] = field(default_factory=dict)
    _jobs: dict[tuple[str, str], Asked[Reply]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posting = Posting(self.clock, self.equipment.public_url)

    async def answer(self, inbound: Inbound) -> Reply:
        """The committed reply to a message. A repeat joins the original that is still at work."""
        if inbound.message is None:
            return await self._answer(inbound)
        key = (inbound.channel, inbound.message)
        if key not in self._at_work:
            self._at_work[key] = asyncio.ensure_future(self._answer(inbound))
            self._at_work[key].add_done_callback(lambda _: self._at_work.pop(key))
        return await asyncio.shield(self._at_work[key])

    def withdraw(self, inbound: Inbound) -> bool:
        """Takes back a message that still waits for its turn; False where it is at work or done."""
        job = self._jobs.get((inbound.channel, inbound.message or ""))
        return job is not None and job.cancel()

    async def _answer(self, inbound: Inbound) -> Reply:
        began = time.perf_counter()
        sender = (inbound.channel, inbound.sender)
        if self.limits and not inbound.leaves and (seconds := self.limits.wait(sender)):
            return await self._slow_down(self.limits, inbound, seconds)
        if not inbound.leaves and self.worker.expected_wait(sender) > PATIENCE_SECONDS:
            return _busy(inbound)
        reply = await self._run(sender, inbound)
        if self.limits and reply.repeated:
            self.limits.give_back(sender)
        if reply.owes:
            self.due.set()
        if inbound.history:
            self.listeners.wake(sender)
        self.metrics.seconds.observe(time.perf_counter() - began)
        self.metrics.messages.labels(inbound.channel, reply.did).inc()
        if reply.failed:
            self.metrics.failures.inc()
        return reply

    async def _run(self, sender: tuple[str, str], inbound: Inbound) -> Reply:
        # An attempt of dispatch is undone whole where it fails.
        job = self.worker.ask(sender, lambda db: self._dispatch(db, inbound), undoes=True)
        if inbound.message is None:
            return await job.answer
        key = (inbound.channel, inbound.message)
        self._jobs[key] = job
        try:
            return await job.answer
        finally:
            self._jobs.pop(key, None)

    async def _slow_down(self, limits: PersonLimits, inbound: Inbound, seconds: float) -> Reply:
        """The first time in a minute it is said, in his language; what comes after that costs us nothing."""
        self.metrics.slowed.inc()
        if not limits.is_to_be_told((inbound.channel, inbound.sender)):
            return Reply("unknown", (), retry_after=seconds)
        known = await self.read(lambda db: member.language_at(db, inbound.channel, inbound.sender))
        count = math.ceil(seconds)
        text = Text("请等{count}秒再发一次，刚才这条还没来得及看。", count=count)
        told = Message(
            inbound.sender, Card(text, tone="notice"), known or inbound.language or "zh-Hans", None
        )
        return Reply("unknown", (told,), retry_after=seconds)

    async def read(self, work: Callable[[Db], T]) -> T:
        """What a look into the database gives, in a turn of its own among the messages."""
        return await self.worker.ask(object(), work).answer

    async def content(self, attachment: Attachment, person: Person) -> tuple[str, Content]:
        """The name and the content of an attachment, made for the one who is to have it."""
        code = await self.posting.code(attachment.says) if attachment.says else ""
        maker = Maker(person, self.clock.now(), self.zone, self.equipment.vault, code)
        name, making = await self.read(lambda db: recipes.read(db, attachment, maker))
        if isinstance(making, Apart):
            return name, await self.drawing.make(making)
        return name, await asyncio.to_thread(making)

    def _dispatch(self, db: Db, inbound: Inbound) -> Reply:
        return dispatch.answer(db, inbound, self.clock.now(), self.equipment)

    def close(self) -> None:
        """Finishes what waits, then closes the database."""
        self.drawing.close()
        self.worker.close()


def _busy(inbound: Inbound) -> Reply:
    text = Text("请过一两分钟再说一次，现在来问的人太多。")
    message = Message(inbound.sender, Card(text, tone="notice"), inbound.language or "zh-Hans", None)
    return Reply("unknown", (message,), retry_after=BUSY_SECONDS, busy=True)


def open_app(
    url: str,
    clock: Clock,
    packs: list[Path],
    security: Security = UNSET,
    limits: Limits | None = None,
    schedule: Schedule = USUAL,
    public_url: str | None = None,
    waiting: Waiting | None = None,
    needs: Needs | None = None,
    bookings: Bookings | None = None,
) -> App:
    """Opens a community with these packs loaded; the demo where there is none yet. None limits nobody."""
    engine = community.open_database(url, packs)
    try:
        community.load(engine, packs, clock)
        if not packs:
            community.load_demo(engine, clock)
        zone = community.zone(engine)
        with transaction(engine) as db:
            vault = key.open_vault(db, url, security)
    except BaseException:
        engine.dispose()
        raise
    equipment = Equipment(
        vault,
        schedule.of(zone, waiting, needs, bookings),
        registrations_a_minute=limits.registrations_a_minute if limits else None,
        public_url=public_url,
    )
    people = PersonLimits(limits, clock) if limits else None
    return App(engine, clock, open_worker(engine), zone, equipment, limits=people)
