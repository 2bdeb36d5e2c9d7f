"""The demo community in a database file of its own, with people who are known and a clock that stands."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.app import App, open_app
from bot.clock import FixedClock
from bot.inbound import Inbound, Reply
from models.activity import ACTIVITY
from models.database import transaction
from models.folding import fold

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
PEOPLE = 64
# Activities without a question and with room for everybody, one after the other so that none clash.
ROOMY = range(9001, 9065)


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="linli-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def build(path: Path) -> None:
    """The database that every round starts from: the demo, roomy activities, and everybody greeted."""
    app = open_app(f"sqlite:///{path}", FixedClock(NOW), [])
    with transaction(app.engine) as db:
        for nth, number in enumerate(ROOMY):
            db.insert(insert(ACTIVITY).values(_roomy(number, NOW + timedelta(days=7, hours=nth))))
    asyncio.run(_greet(app))
    app.close()


async def _greet(app: App) -> None:
    for person in range(PEOPLE):
        await app.answer(said(person, "help", "greeting"))


def _roomy(number: int, starts: datetime) -> dict[str, object]:
    title = f"晨间散步{number}"
    return {
        "code": f"roomy-{number}", "number": number, "kind": "club", "title": title, "place_id": 1,
        "starts": starts, "ends": starts + timedelta(minutes=50), "capacity": 10_000, "taken": 0, "seats": 0,
        "tags": ["散步"], "hours": 0, "questions": [], "day": starts.date(), "minute": starts.hour * 60, "words": fold(title),
    }  # fmt: skip


def said(person: int, text: str, message: str) -> Inbound:
    """A line of one of the people, with a message id so that its reply is kept."""
    return Inbound("console", f"person-{person}", text, message=f"{person}-{message}", language="zh-Hans")


@contextmanager
def copied(base: Path) -> Iterator[App]:
    """An app on a fresh copy of the base, warm: the lexicon is built by somebody's first word."""
    path = base.with_name("copy.db")
    shutil.copy(base, path)
    shutil.copy(base.with_suffix(".key"), path.with_suffix(".key"))
    app = open_app(f"sqlite:///{path}", FixedClock(NOW), [])
    try:
        asyncio.run(_warm(app))
        yield app
    finally:
        app.close()
        path.unlink()
        path.with_suffix(".key").unlink()


async def _warm(app: App) -> None:
    for text in ("这周六有什么活动", "show 1", "what's on this weekend"):
        await app.answer(Inbound("console", "warm", text))


def together(
    app: App, play: Callable[[App, int], Awaitable[Sequence[float]]]
) -> tuple[float, Sequence[float]]:
    """Everybody plays at once; gives the seconds that it took, and how long each message waited."""

    async def everybody() -> tuple[float, Sequence[float]]:
        began = asyncio.get_running_loop().time()
        waits = await asyncio.gather(*(play(app, person) for person in range(PEOPLE)))
        return asyncio.get_running_loop().time() - began, [wait for own in waits for wait in own]

    return asyncio.run(everybody())


async def timed(app: App, inbound: Inbound) -> tuple[Reply, float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await app.answer(inbound), loop.time() - began
