"""A process that sends what the ledger says is due, over WeChat; it is started several times over one database."""

import asyncio
import sys

from pydantic import SecretStr

from bot import courier
from bot.app import open_app
from bot.channels.wechat import open_channel
from bot.clock import SystemClock
from bot.configuration import Configuration, Security, WeChat
from tests.fakes.wechat_api import APP_ID, APP_SECRET

KEY = "a key of all processes, 32 or more"


async def main(url: str, api: str) -> None:
    account = WeChat(
        app_id=APP_ID, app_secret=SecretStr(APP_SECRET), token=SecretStr("spruce7token"), api_base_url=api
    )
    channel = open_channel(Configuration(wechat=account))
    assert channel is not None
    app = open_app(url, SystemClock(), [], Security(key=SecretStr(KEY)))
    print("open", flush=True)  # noqa: T201  (for whoever started it)
    await courier.run(app, {"wechat": channel})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
