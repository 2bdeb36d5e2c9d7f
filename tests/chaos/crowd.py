"""Many people on Telegram who are told things: what is written down for them, what arrived, what became of it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, String, cast, func, insert, literal, select
from sqlalchemy.sql.selectable import CTE

from bot.channels.telegram.updates import CHANNEL
from models import delivery, notice
from models.card import Card
from models.database import transaction
from models.delivery import DELIVERY, Lane
from models.member import ADDRESS, MEMBER
from models.text import as_said
from tests.chaos import quarter
from tests.chaos.server import Server
from tests.fakes.telegram import Telegram

FIRST_CHAT = 100_000
SLICE = 1000
FINAL = {"sent", "failed", "skipped", "unknown", "expired"}
# Nothing else is to be seen here than what a test is about: no quiet hours, and as fast as it gets.
SETTINGS = {
    "LINLI_SCHEDULE__QUIET": "",
    "LINLI_TELEGRAM__MESSAGES_A_SECOND": "1000",
    "LINLI_LOG__LEVEL": "WARNING",
}


def address_of(engine: Engine) -> str:
    """The database as the program is told it."""
    return engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


def gather(engine: Engine, folder: Path, many: int) -> list[int]:
    """A new database with so many members; gives their chats."""
    quarter.build(engine, folder)
    populate(engine, many)
    return [FIRST_CHAT + nth for nth in range(1, many + 1)]


def populate(engine: Engine, many: int, home: int | None = None) -> None:
    """So many members more, each with a chat of his own, in two statements."""
    now = datetime.now(UTC)
    counted = numbers(many)
    code = literal("crowd-") + cast(counted.c.nth, String)
    with transaction(engine) as db:
        members = select(
            code,
            literal("zh-Hans"),
            literal([], MEMBER.c.interests.type),
            literal(now, MEMBER.c.welcomed.type),
            literal(home, MEMBER.c.home_id.type),
        )
        columns = ["code", "language", "interests", "welcomed", "home_id"]
        db.run(insert(MEMBER).from_select(columns, members))
        places = select(literal(CHANNEL), cast(counted.c.nth + FIRST_CHAT, String), MEMBER.c.id).join(
            MEMBER, MEMBER.c.code == code
        )
        db.run(insert(ADDRESS).from_select(["channel", "key", "member_id"], places))


def numbers(many: int) -> CTE:
    first = select(literal(1).label("nth")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.nth + 1).where(first.c.nth < many))


def tell_all(engine: Engine, words: str) -> None:
    """A broadcast to everybody, written down slice by slice."""
    now, after = datetime.now(UTC), 0
    with transaction(engine) as db:
        written = notice.write(db, [Card(as_said(words))], now, key=words)
        assert written is not None
    while True:
        with transaction(engine) as db:
            members = select(MEMBER.c.id).where(MEMBER.c.id > after).order_by(MEMBER.c.id)
            after = delivery.fan_out(db, written, members, now, now, "bulk", SLICE)
        if not after:
            return


def tell_each(engine: Engine, chats: Iterable[int], words: str) -> None:
    """Something for each of them alone."""
    now = datetime.now(UTC)
    with transaction(engine) as db:
        for chat in chats:
            member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == str(chat)))
            notice.tell_member(db, [Card(as_said(f"{words} {chat}"))], member, now)


def states(engine: Engine, lane: Lane | None = None) -> Counter[str]:
    """How many rows are in each state."""
    counted = select(DELIVERY.c.state, func.count().label("many")).group_by(DELIVERY.c.state)
    if lane is not None:
        counted = counted.where(DELIVERY.c.lane == delivery.LANES[lane])
    with engine.connect() as connection:
        return Counter({row.state: row.many for row in connection.execute(counted)})


async def until_settled(engine: Engine, many: int, every: float = 0.2) -> None:
    """Until so many rows are there, and none of them waits; it looks every so many seconds."""
    while True:
        now = await asyncio.to_thread(states, engine)
        if now.total() >= many and set(now) <= FINAL:
            return
        await asyncio.sleep(every)


def reached(fake: Telegram, words: str) -> Counter[int]:
    """How often each chat shows a message that begins so."""
    shown = {number: chat.texts for number, chat in list(fake.state.chats.items())}
    counts = {number: sum(text.startswith(words) for text in texts) for number, texts in shown.items()}
    return Counter({number: count for number, count in counts.items() if count})


@dataclass
class TakenOver:
    """What was under way at each kill, and after how many seconds somebody else had it or it was settled."""

    engine: Engine
    rows: set[int] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    _open: dict[int, tuple[int, float]] = field(default_factory=dict)

    def note(self) -> None:
        """Right after a kill: what is being sent now. Of several processes also what the others are at."""
        sending = self._sending()
        self.rows |= set(sending)
        self._open |= {row: (attempts, time.monotonic()) for row, attempts in sending.items()}

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(0.1)
            if self._open:
                self._compare(await asyncio.to_thread(self._sending))

    def longest(self) -> float:
        """When all is settled: how long the slowest one took."""
        self._compare(self._sending())
        return max(self.seconds, default=0.0)

    def _compare(self, sending: dict[int, int]) -> None:
        now = time.monotonic()
        for row, (attempts, killed) in list(self._open.items()):
            if sending.get(row) != attempts:
                self.seconds.append(now - killed)
                del self._open[row]

    def _sending(self) -> dict[int, int]:
        found = select(DELIVERY.c.id, DELIVERY.c.attempts).where(DELIVERY.c.state == "sending")
        with self.engine.connect() as connection:
            return {row.id: row.attempts for row in connection.execute(found)}


@asynccontextmanager
async def telegram(chats: Iterable[int]) -> AsyncIterator[Telegram]:
    """A Telegram that knows these chats."""
    fake = Telegram()
    runner = await fake.start()
    for chat in chats:
        fake.know(chat)
    try:
        yield fake
    finally:
        await fake.stop(runner)


async def stop_all(servers: Collection[Server]) -> None:
    for each in servers:
        await each.stop()
