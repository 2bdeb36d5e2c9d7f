"""Calls of the Bot API: the way they take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram.calls import Calls

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
