"""Telegram for chaos: a crowd whose updates are posted until somebody takes them, and what the bot did there."""

import asyncio
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Engine, select, update

from bot.channels.telegram.webhook import PATH
from models.database import transaction
from models.delivery import DELIVERY
from models.member import ADDRESS
from models.notice import NOTICE
from tests.bench.programs import free_port
from tests.chaos.people import Answer, Say
from tests.chaos.server import Server
from tests.fakes.telegram import TOKEN, Telegram

SECRET = "a-secret-of-the-webhook-0123456789"
# So many calls of Telegram's come at once at most, as `setWebhook` is told.
AT_ONCE = 40
AGAIN_SECONDS = 0.02
# A platform that is told to come again does not come at once.
AGAIN_AFTER_503_SECONDS = 0.3
# What is not over by then is a failure.
SECONDS = 180
BOT = TOKEN.partition(":")[0]
Update = dict[str, Any]


def settings(fake: Telegram, mode: str = "webhook") -> dict[str, str]:
    """What `linli run` is told; the port stays the same over all restarts."""
    port = str(free_port())
    return {
        "LINLI_TELEGRAM__TOKEN": TOKEN,
        "LINLI_TELEGRAM__SECRET_TOKEN": SECRET,
        "LINLI_TELEGRAM__BASE_URL": fake.url,
        "LINLI_TELEGRAM__MODE": mode,
        "LINLI_SERVER__PORT": port,
        "LINLI_SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


class Fetched(Telegram):
    """Remembers what it handed out by getUpdates, and up to which number it was told that all is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.handed: set[int] = set()
        self.confirmed = 0
        self.again = 0

    async def _get_updates(self, given: Update) -> list[Update]:
        self.confirmed = max(self.confirmed, given.get("offset", 0))
        updates = await super()._get_updates(given)
        self.again += sum(each["update_id"] in self.handed for each in updates)
        self.handed |= {each["update_id"] for each in updates}
        return updates

    def has_handed(self, many: int) -> bool:
        return len(self.handed) >= many


@dataclass
class Updates:
    """Writes updates, each with a number of its own."""

    fake: Telegram
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7000))

    def write(self, who: int, text: str) -> Update:
        """A sentence of a button is a press of it."""
        number = next(self.numbers)
        self.fake.know(who)
        sender = {"id": who, "is_bot": False, "first_name": "N", "language_code": "zh-hans"}
        message = {"message_id": number, "date": int(time.time()), "chat": {"id": who, "type": "private"}}
        if not text.startswith("answer "):
            return {"update_id": number, "message": {**message, "from": sender, "text": text}}
        query = f"query-{number}"
        self.fake.state.presses.setdefault(query, None)
        bot = {"id": int(BOT), "is_bot": True, "first_name": "B"}
        shown = {**message, "from": bot, "text": "?"}
        pressed = {"id": query, "from": sender, "message": shown, "chat_instance": "1", "data": text}
        return {"update_id": number, "callback_query": pressed}


@dataclass
class Posts:
    """Posts each update until it is answered with a 2xx, as Telegram does."""

    server: Server
    http: aiohttp.ClientSession
    updates: Updates
    answered: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    _written: dict[str, Update] = field(default_factory=dict)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def of(self, who: int) -> Say:
        async def say(text: str, message: str) -> Answer:
            if message not in self._written:
                self._written[message] = self.updates.write(who, text)
            return read(await self.post(self._written[message]))

        return say

    async def post(self, written: Update) -> bytes:
        """What answered it in the end."""
        async with self._places:
            while True:
                await self.server.up.wait()
                try:
                    status, body = await self.once(json.dumps(written).encode())
                except (aiohttp.ClientError, TimeoutError):
                    self.broken += 1
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                if status // 100 == 2:
                    self.answered.append(written["update_id"])
                    return body
                assert status == 503, (status, body)
                await asyncio.sleep(AGAIN_AFTER_503_SECONDS)

    async def once(self, body: object, **headers: str) -> tuple[int, bytes]:
        """One call with the secret, unless `secret` gives another one."""
        told = {
            "x-telegram-bot-api-secret-token": SECRET,
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.http.post(self.server.address + PATH, data=body, headers=told) as response:
            answer = await response.read()
            self.statuses[response.status] += 1
            return response.status, answer


def read(body: bytes) -> Answer:
    shown = json.loads(body) if body else {}
    rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
    return Answer(body.decode(), tuple(button["callback_data"] for row in rows for button in row))


# Somebody, the activity that he is told about, and the word that says what of it.
Told = tuple[int, int, str]
_ABOUT = re.compile(r"散步(\d+)")
_WHAT = re.compile(r"报名成功|已经取消|对吗")


def told(who: int, words: str) -> Told | None:
    """What a confirmation confirms, or what is asked; None is for other words."""
    about, what = _ABOUT.search(words), _WHAT.search(words)
    return (who, int(about[1]), what[0]) if about and what else None


@dataclass
class Ledger:
    """What was under way at each end of the program, and what is owed to whom."""

    engine: Engine
    in_flight: Counter[int] = field(default_factory=Counter)

    def lapse(self) -> None:
        """While nothing runs: notes what was being sent, and lets the time of a lease go by."""
        with self.engine.begin() as connection:
            sending = select(DELIVERY.c.id).where(DELIVERY.c.state == "sending")
            self.in_flight.update(connection.execute(sending).scalars())
            now = select(NOTICE.c.at).order_by(NOTICE.c.id.desc()).limit(1).scalar_subquery()
            connection.execute(update(DELIVERY).where(DELIVERY.c.state == "sending").values(due=now))
        self.engine.dispose()

    def rows(self) -> list[tuple[int, str, Told | None]]:
        """Of each delivery: its number, what became of it, and what it confirms."""
        with transaction(self.engine) as db:
            found = db.rows(
                select(DELIVERY.c.id, ADDRESS.c.key, DELIVERY.c.state, NOTICE.c.cards)
                .select_from(DELIVERY.join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id))
                .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
                .order_by(DELIVERY.c.id)
            )
            return [
                (row.id, row.state, told(int(row.key), json.dumps(row.cards, ensure_ascii=False)))
                for row in found
            ]

    async def until_settled(self) -> None:
        while any(state in ("pending", "sending") for _, state, _ in self.rows()):
            await asyncio.sleep(0.05)

    def agree(self, sent: Sequence[tuple[int, str]]) -> str:
        """Each message arrived; twice only what was under way when the program was killed. Gives the figures.

        What was under way at two kills is left after the second, as nobody said whether it was sent.
        """
        arrived = Counter(found for who, words in sent if (found := told(who, words)))
        rows = self.rows()
        owed = {what: (nth, state) for nth, state, what in rows if what}
        assert len(owed) == sum(what is not None for _, _, what in rows)
        assert arrived.keys() <= owed.keys()
        missing = [owed[what] for what in owed if not arrived[what]]
        assert all(state == "unknown" and self.in_flight[nth] > 1 for nth, state in missing), missing
        assert all(times <= 1 + self.in_flight[owed[what][0]] for what, times in arrived.items())
        twice = arrived.total() - len(arrived)
        return (
            f"{len(owed)} messages owed, {len(arrived)} arrived, {twice} of them again, "
            f"{self.in_flight.total()} under way at a kill"
        )


@asynccontextmanager
async def standing(
    engine: Engine, folder: Path, *, mode: str = "webhook", program: str = "bot"
) -> AsyncIterator[tuple[Server, Fetched]]:
    """The program, and a Telegram that it was told of. What is not over in time is a failure."""
    fake = Fetched()
    runner = await fake.start()
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    server = Server(url, folder, settings(fake, mode), program)
    try:
        async with asyncio.timeout(SECONDS):
            await server.start()
            yield server, fake
    finally:
        await server.stop()
        await fake.stop(runner)


def sent(fake: Telegram) -> list[tuple[int, str]]:
    """Everything that the bot sent by a call of its own."""
    return [(each["chat_id"], each["text"]) for each in fake.called("sendMessage")]
