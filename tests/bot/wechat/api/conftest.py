"""A client of the fake API, and a community that has something to send."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from bot.channels.wechat.client import Client
from bot.configuration import WeChat
from tests.fakes.wechat_api import APP_ID, APP_SECRET, WeChatAPI, serving


@pytest.fixture
def api() -> Iterator[WeChatAPI]:
    with serving(WeChatAPI()) as served:
        yield served


def account(api: WeChatAPI, secret: str = APP_SECRET) -> WeChat:
    return WeChat(app_id=APP_ID, app_secret=SecretStr(secret), api_base_url=api.url)


@pytest.fixture
async def client(api: WeChatAPI) -> AsyncIterator[Client]:
    opened = Client(account(api))
    yield opened
    await opened.close()
