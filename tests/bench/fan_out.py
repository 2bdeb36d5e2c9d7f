"""A notice for 280,000 members is written down slice by slice, while people go on writing, who must not notice.

It goes the way of every broadcast: somebody proposes it, somebody else approves it, the job tells slice after slice.
"""

import asyncio
import itertools
import math
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from bot import clock
from bot.app import App, open_app
from bot.clock import FixedClock
from models import broadcast
from models.audience import Audience
from models.database import Db, transaction
from models.delivery import DELIVERY
from models.member import ADDRESS, ROLE
from models.migrate import upgrade
from models.place import PLACE
from tests import databases
from tests.bench import community
from tests.bench.community import NOW, PEOPLE, said
from tests.bench.figures import Figure
from tests.bench.search import LINES
from tests.chaos import crowd

MEMBERS = 280_000
MESSAGES_A_SECOND = 100
# So long nothing is written down beside the messages, to see what they wait by themselves.
QUIET_SECONDS = 5.0
NAMES = SQLITE, POSTGRES = "SQLite", "PostgreSQL"


def run() -> list[Figure]:
    return [row for name in NAMES for row in figures(name)]


def figures(name: str, members: int = MEMBERS) -> list[Figure]:
    with _opened(name, members) as app:
        found = asyncio.run(_measure(app, members))
    asked = name == SQLITE
    goal = "<= 200 ms" if asked else ""
    return [
        Figure(
            f"a broadcast to {members:,} written down, {name}",
            f"{found.seconds:.1f} s",
            goal="< 15 s" if asked else "",
        ),
        Figure(
            f"  longest wait of {len(found.told):,} messages meanwhile",
            f"{_longest(found.told)} (by themselves {_longest(found.alone)})",
            goal=goal,
        ),
        Figure("  while it is proposed and approved", _longest(found.asked), goal=goal),
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """How long it took to write it down, and how long each message waited: before, while it was approved, and then."""

    seconds: float
    alone: list[float]
    asked: list[float]
    told: list[float]


def _longest(waits: list[float]) -> str:
    return f"{1000 * max(waits):.0f} ms"


@contextmanager
def _opened(name: str, members: int) -> Iterator[App]:
    """The demo with people who are known, and with all those members in one of its places."""
    with (
        community.folder() as folder,
        databases.sqlite(folder) if name == SQLITE else databases.postgres() as engine,
    ):
        upgrade(engine)
        app = open_app(crowd.address_of(engine), FixedClock(NOW), [])
        with transaction(engine) as db:
            place = db.value(select(PLACE.c.id).where(PLACE.c.parent_id.is_(None)).order_by(PLACE.c.id))
        crowd.populate(engine, members, home=place)
        engine.dispose()
        try:
            yield app
        finally:
            app.close()


async def _measure(app: App, members: int) -> Found:
    for person in range(PEOPLE):
        await app.answer(said(person, "help", "greeting"))
    # What is done in every tick with so many members is done once before.
    await clock.tick(app)
    numbers = itertools.count()
    alone = await _beside(app, asyncio.sleep(QUIET_SECONDS), numbers)
    asked = await _beside(app, _approved(app), numbers)
    began = time.perf_counter()
    told = await _beside(app, clock.tick(app), numbers)
    seconds = time.perf_counter() - began
    written = await app.read(lambda db: db.value(select(func.count()).select_from(DELIVERY)))
    if written < members:
        raise RuntimeError(f"{written} of {members} were written down")
    return Found(seconds, alone, asked, told)


async def _approved(app: App) -> None:
    author, approver = await app.read(_staff)
    key = await app.read(lambda db: _propose(db, author))
    await app.read(lambda db: _approve(db, key, approver))


def _staff(db: Db) -> tuple[int, int]:
    """Two of the people may tell everybody from now on."""
    who = select(ADDRESS.c.member_id).where(ADDRESS.c.key.in_(["person-0", "person-1"]))
    author, approver = (int(row.member_id) for row in db.rows(who))
    for each in (author, approver):
        db.insert(insert(ROLE), member_id=each, kind="administrator")
    return author, approver


def _propose(db: Db, author: int) -> int:
    place = db.value(select(PLACE.c.id).where(PLACE.c.parent_id.is_(None)).order_by(PLACE.c.id))
    return int(
        broadcast.propose(
            db, author, {"zh-Hans": "周六停水"}, Audience(places=(place,)), NOW, kind="notice"
        ).id
    )


def _approve(db: Db, key: int, approver: int) -> None:
    found = broadcast.read(db, key)
    broadcast.approve(db, found, approver, found.digest, NOW, timedelta(0))


async def _beside(app: App, work: Coroutine[Any, Any, None], numbers: Iterator[int]) -> list[float]:
    """Somebody says something at even times until the work is over; gives how long each waited."""
    loop = asyncio.get_running_loop()
    working, began = asyncio.ensure_future(work), loop.time()
    asking: list[asyncio.Future[float]] = []
    while not working.done():
        asking.append(asyncio.ensure_future(_ask(app, next(numbers))))
        await asyncio.sleep(max(0.0, began + len(asking) / MESSAGES_A_SECOND - loop.time()))
    await working
    return await asyncio.gather(*asking)


async def _ask(app: App, nth: int) -> float:
    began = time.perf_counter()
    reply = await app.answer(said(nth % PEOPLE, LINES[nth % len(LINES)], f"beside-{nth}"))
    # Who is told to come again later has no answer at all.
    return math.inf if reply.busy or reply.failed else time.perf_counter() - began
