"""WeChat for chaos: the program with an account, called by the platform and calling its API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import Engine

from bot.channels.wechat.channel import PATH
from tests.bench.programs import free_port
from tests.chaos.server import Server
from tests.fakes.wechat_api import APP_ID, APP_SECRET, WeChatAPI, serving
from tests.fakes.wechat_callback import KEY, TOKEN, Platform

# What is not over by then is a failure.
SECONDS = 120
# It holds on for longer than WeChat, so that tests see how long an answer took.
HELD_SECONDS = 10.0
SECRETS = (TOKEN, KEY, APP_SECRET)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Standing:
    """The program, the platform's side that calls it, and the API that it calls."""

    server: Server
    platform: Platform
    api: WeChatAPI


@asynccontextmanager
async def standing(engine: Engine, folder: Path, *, program: str = "bot") -> AsyncIterator[Standing]:
    """`linli run` with an account in the safe mode. The platform calls once for each message."""
    port = str(free_port())
    with serving(WeChatAPI()) as api:
        settings = {
            "LINLI_WECHAT__APP_ID": APP_ID,
            "LINLI_WECHAT__APP_SECRET": APP_SECRET,
            "LINLI_WECHAT__TOKEN": TOKEN,
            "LINLI_WECHAT__ENCODING_AES_KEY": KEY,
            "LINLI_WECHAT__API_BASE_URL": api.url,
            "LINLI_SERVER__PORT": port,
        }
        url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        server = Server(url, folder, settings, program)
        limits = httpx.Limits(max_connections=None)
        try:
            async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=30, limits=limits) as http:
                await server.start()
                platform = Platform(http, server.address + PATH, now, seconds=HELD_SECONDS, attempts=1)
                yield Standing(server, platform, api)
        finally:
            await server.stop()
