"""Calls of the Bot API: the way they take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select
from telegram.error import BadRequest

from bot import fetching
from bot.channels.telegram.calls import Calls
from models import photo
from models.database import transaction
from models.member import MEMBER
from models.photo import PHOTO, Sent
from tests.bot.telegram.conftest import Bench
from tests.bot.test_fetching import taken

_ANSWER = b'{"ok":true,"result":{"username":"linli_bot"}}'
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)


@asynccontextmanager
async def listening(heads: list[str]) -> AsyncIterator[int]:
    """Whoever answers to every call, and notes how it was asked."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(_HEAD % len(_ANSWER) + _ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def called(base: str) -> str:
    calls = Calls("770001:secret", base)
    try:
        return await calls.me()
    finally:
        await calls.close()


async def test_they_go_by_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[str] = []
    async with listening(heads) as port:
        monkeypatch.setenv("http_proxy", f"http://lin:word@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        assert await called("http://telegram.example.org/bot") == "linli_bot"
    assert heads[0].startswith("POST http://telegram.example.org/bot770001:secret/getMe ")
    assert "Proxy-Authorization: Basic bGluOndvcmQ=" in heads[0]


async def test_and_by_none_where_it_excepts_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[str] = []
    async with listening(heads) as port:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert await called(f"http://127.0.0.1:{port}/bot") == "linli_bot"
    assert heads[0].startswith("POST /bot770001:secret/getMe ")


async def test_a_photo_is_downloaded_and_no_more_of_it_than_is_taken(bench: Bench) -> None:
    """From what Telegram says somebody sent to a kept picture, over real HTTP."""
    bench.fake.files["AgAC"] = taken(400, 300)
    with transaction(bench.app.engine) as db:
        who = db.value(select(MEMBER.c.id).limit(1))
        for key in ("AgAC", "gone"):
            photo.use(
                db,
                photo.receive(db, who, Sent("telegram", key), bench.app.clock.now()),
                who,
                bench.app.clock.now(),
            )
    channels = {"telegram": bench.channel}
    assert await fetching.fetch(bench.app, channels)
    assert await fetching.fetch(bench.app, channels)
    assert not await fetching.fetch(bench.app, channels)
    with transaction(bench.app.engine) as db:
        rows = db.rows(select(PHOTO.c.state, PHOTO.c.data, PHOTO.c.why).order_by(PHOTO.c.id))
    assert [(row.state, (row.data or b"")[:3]) for row in rows] == [("kept", b"\xff\xd8\xff"), ("lost", b"")]
    bench.fake.files["large"] = b"x" * 1000
    calls = Calls(bench.fake.token, bench.fake.url)
    try:
        assert len(await calls.download("large", 1000)) == 1000
        with pytest.raises(BadRequest, match="too large"):
            await calls.download("large", 999)
        # What the platform says of the size is not believed.
        with pytest.raises(BadRequest, match="too large"):
            await calls._transport.download(f"{calls._files}{bench.fake.token}/photos/large.jpg", 999)
        with pytest.raises(BadRequest) as refused:
            await calls._transport.download(f"{calls._files}{bench.fake.token}/photos/none.jpg", 999)
        assert bench.fake.token not in str(refused.value)
    finally:
        await calls.close()
