"""A whole App in memory with Telegram as its channel, beside a fake Telegram over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot import courier, web
from bot.app import App
from bot.channels.telegram import open_channel
from bot.channels.telegram.channel import Telegram
from bot.configuration import Configuration
from tests.bot.telegram.town import SECRET
from tests.fakes import telegram as fakes

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def settings(fake: fakes.Telegram, mode: str = "webhook", **telegram: Any) -> Configuration:
    given = {"token": fake.token, "base_url": fake.url, "secret_token": SECRET, "mode": mode, **telegram}
    return Configuration.model_validate({"telegram": given, "server": {"public_url": "http://linli.test"}})


@pytest.fixture
def fake() -> Iterator[fakes.Telegram]:
    with fakes.running() as telegram:
        yield telegram


@dataclass(frozen=True, slots=True)
class Bench:
    """Posts updates as Telegram does, and sends what the ledger owes."""

    app: App
    fake: fakes.Telegram
    channel: Telegram
    client: httpx.AsyncClient

    async def post(self, update: Any, secret: str | None = SECRET) -> httpx.Response:
        headers = {HEADER: secret} if secret is not None else {}
        return await self.client.post("/telegram", json=update, headers=headers)

    async def say(self, text: str, number: int, who: int = 5001, **extra: Any) -> dict[str, Any]:
        """What the response carries; nothing is an empty object."""
        posted = await self.post({"update_id": number, "message": self.message(text, who, **extra)})
        assert posted.status_code == 200, posted.status_code
        return dict(posted.json()) if posted.content else {}

    async def press(self, data: str, number: int, who: int = 5001, **extra: Any) -> dict[str, Any]:
        chat = extra.pop("chat", {"id": who, "type": "private"})
        shown = {"message_id": 44, "date": 1, "chat": chat, "text": "x", **extra.pop("message", {})}
        query = {"id": f"q{number}", "from": self.person(who), "data": data, "message": shown, **extra}
        posted = await self.post({"update_id": number, "callback_query": query})
        assert posted.status_code == 200, posted.status_code
        return dict(posted.json()) if posted.content else {}

    async def deliver(self) -> None:
        """Everything that the ledger owes by now."""
        while await courier.deliver(self.app, {"telegram": self.channel}):
            pass

    async def called(self, method: str, count: int) -> list[dict[str, Any]]:
        """The calls of this method, when there are so many."""
        while len(self.fake.called(method)) < count:
            await asyncio.sleep(0.005)
        return self.fake.called(method)

    @staticmethod
    def person(who: int) -> dict[str, Any]:
        return {"id": who, "is_bot": False, "first_name": "N", "language_code": "zh-hans"}

    @classmethod
    def message(cls, text: str | None, who: int, **extra: Any) -> dict[str, Any]:
        chat = {"id": who, "type": "private"}
        said: dict[str, Any] = {"message_id": 1, "date": 1, "chat": chat, "from": cls.person(who)}
        return {**said, **({} if text is None else {"text": text}), **extra}


@pytest.fixture
async def bench(app: App, fake: fakes.Telegram) -> AsyncIterator[Bench]:
    channel = open_channel(settings(fake))
    assert channel is not None
    await channel.link("activities")  # asks for our name
    transport = httpx.ASGITransport(web.build(app, {"telegram": channel}))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        yield Bench(app, fake, channel, client)
    await channel.close()
