"""The whole way of a seat as the platforms carry it, and how many messages or taps it costs a known person."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot import community, courier, web
from bot.app import App
from bot.channels.wechat import open_channel
from bot.channels.wechat.channel import PATH
from bot.clock import tick
from bot.configuration import Configuration
from tests.bot.telegram.conftest import Bench, bench, fake
from tests.bot.wechat.conftest import settings
from tests.fakes import wechat_api
from tests.fakes.serving import serving
from tests.fakes.wechat_callback import Account, Platform

__all__ = ["bench", "fake"]
LIN, HE = "oLin_0123456789-abcdefghijkl", "oHe_00123456789-abcdefghijkl"
MOST_MESSAGES, MOST_TAPS = 12, 3
PACK = """
[[activity]]
id = "clay"
kind = "salon"
title = "陶艺入门"
place = "tower"
starts = 2026-11-23T19:00:00+08:00
ends = 2026-11-23T21:00:00+08:00
capacity = 1
"""


@pytest.fixture(autouse=True)
def clay(app: App, tmp_path: Path) -> None:
    file = tmp_path / "clay.toml"
    file.write_text(PACK, "utf-8")
    community.load(app.engine, [file])


class Follower:
    """Somebody on WeChat, who sees numbered text and counts what it costs him."""

    def __init__(self, platform: Platform, api: wechat_api.WeChatAPI, key: str) -> None:
        self.platform, self.api, self.key = platform, api, key
        self.seen, self.sent = "", 0

    async def say(self, words: str) -> str:
        self.sent += 1
        self.api.hear(self.key)
        shown = await self.platform.say(self.key, words)
        self.seen = shown.text or ""
        return self.seen

    async def choose(self, *labels: str) -> str:
        """Types the number that stands before each label in what was shown last."""
        for label in labels:
            found = re.search(rf"^(\d+)\.? {re.escape(label)}", self.seen, re.MULTILINE)
            assert found is not None, self.seen
            await self.say(found[1])
        return self.seen


@asynccontextmanager
async def wechat(app: App) -> AsyncIterator[tuple[Platform, wechat_api.WeChatAPI, Any]]:
    with wechat_api.serving(wechat_api.WeChatAPI()) as api:
        account = settings(api=api.url).wechat
        assert account is not None
        secret = SecretStr(wechat_api.APP_SECRET)
        channel = open_channel(Configuration(wechat=account.model_copy(update={"app_secret": secret})))
        assert channel is not None
        async with (
            serving(web.build(app, {"wechat": channel})) as address,
            httpx.AsyncClient(timeout=30) as http,
        ):
            yield Platform(http, address + PATH, app.clock.now, Account()), api, channel
        await channel.close()


async def test_the_whole_way_by_numbers_on_wechat(app: App) -> None:
    async with wechat(app) as (platform, api, channel):
        he, lin = Follower(platform, api, HE), Follower(platform, api, LIN)
        await he.say("报名陶艺入门")
        await he.choose("确认报名")
        await lin.say("活动")
        await lin.choose("陶艺入门")
        await lin.choose("候补")
        assert (await lin.choose("加入候补")).startswith("候补好了，您排第1位")
        assert (await he.choose("取消报名", "确认取消")).startswith("已经取消「陶艺入门」的报名")
        await tick(app)
        while await courier.deliver(app, {"wechat": channel}):
            pass
        menu = api.sent[-1]["msgmenu"]
        lin.seen = "\n".join([menu["head_content"], *(each["content"] for each in menu["list"])])
        await lin.choose("接受")
        assert "陶艺入门【已报名，1位】" in lin.seen
        await lin.choose("取消报名")
        assert (await lin.choose("确认取消")).startswith("已经取消「陶艺入门」的报名")
        assert lin.sent <= MOST_MESSAGES


async def test_a_registration_in_three_taps_on_telegram(bench: Bench) -> None:
    shown, taps = await bench.say("活动", 1), 0
    for label in ("1. 陶艺入门", "报名", "确认报名"):
        rows = shown["reply_markup"]["inline_keyboard"]
        data = {each["text"]: each["callback_data"] for row in rows for each in row}
        taps += 1
        shown = await bench.press(data[label], 1 + taps)
    mine = await bench.say("我的报名", 9)
    assert mine["text"].startswith("您报名了1场：")
    assert ("陶艺入门" in mine["text"], taps) == (True, MOST_TAPS)
