"""What the tests of the callback share: the whole App behind real HTTP, called by a fake of the platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from bot import web
from bot.app import App
from bot.channels.wechat import open_channel
from bot.channels.wechat.channel import PATH, WeChat
from bot.configuration import Configuration
from bot.configuration import WeChat as Settings
from tests.fakes.serving import serving
from tests.fakes.wechat_callback import APP_ID, KEY, TOKEN, Account, Platform


def settings(key: str | None = KEY, api: str = "http://127.0.0.1:9") -> Configuration:
    """An account as it is configured; its API leads nowhere unless a test gives one."""
    account = Settings(
        app_id=APP_ID,
        app_secret=SecretStr("secret"),
        token=SecretStr(TOKEN),
        encoding_aes_key=SecretStr(key) if key else None,
        api_base_url=api,
    )
    return Configuration(wechat=account)


def opened(key: str | None = KEY) -> WeChat:
    channel = open_channel(settings(key))
    assert channel is not None
    return channel


@asynccontextmanager
async def calling(app: App, account: Account) -> AsyncIterator[Platform]:
    """The platform as it calls this App."""
    channel = opened(account.key)
    async with serving(web.build(app, {"wechat": channel})) as address, httpx.AsyncClient(timeout=30) as http:
        yield Platform(http, address + PATH, app.clock.now, account)


@pytest.fixture
async def platform(app: App) -> AsyncIterator[Platform]:
    """In safe mode."""
    async with calling(app, Account()) as called:
        yield called


@pytest.fixture(params=[KEY, None], ids=["safe", "plain"])
async def either(app: App, request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    """In safe and in plain mode."""
    async with calling(app, Account(key=request.param)) as called:
        yield called
