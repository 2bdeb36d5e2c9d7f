"""From the ledger to the platform: what is due goes out while its reader's window is open, and waits when it is not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot import courier
from bot.app import App
from bot.channels.wechat import client as clients
from bot.channels.wechat import open_channel
from bot.channels.wechat.channel import WeChat
from bot.clock import FixedClock
from bot.configuration import Configuration
from bot.inbound import Inbound
from models import notice
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS
from models.text import as_said
from tests.bot.wechat.api.conftest import account
from tests.conftest import NOW
from tests.fakes.wechat_api import WeChatAPI


@pytest.fixture
async def channel(api: WeChatAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WeChat]:
    monkeypatch.setattr(clients, "WAITS", (0.01, 0.01))
    more = {"token": SecretStr("spruce7token")}
    opened = open_channel(Configuration(wechat=account(api).model_copy(update=more)))
    assert opened is not None
    yield opened
    await opened._client.close()


async def writes(app: App, api: WeChatAPI, message: str) -> None:
    """He says something, and is answered in the response."""
    api.hear("lin")
    window = (timedelta(hours=48), 5)
    await app.answer(Inbound("wechat", "lin", "你好", message=message, opens=window))


async def tell(app: App, *words: str) -> None:
    def work(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.channel == "wechat"))
        for each in words:
            notice.tell(db, [Card(as_said(each))], [address], app.clock.now())

    await app.read(work)


async def states(app: App) -> list[Any]:
    rows = await app.read(lambda db: db.rows(select(DELIVERY).order_by(DELIVERY.c.id)))
    return [row.state for row in rows if row.notice_id]


def said(api: WeChatAPI) -> list[str]:
    return [each["text"]["content"] for each in api.sent]


async def test_five_go_out_and_the_sixth_when_he_writes_again(
    app: App, api: WeChatAPI, channel: WeChat, clock: FixedClock
) -> None:
    await writes(app, api, "1")
    await tell(app, *"一二三四五六")
    await courier.deliver(app, {"wechat": channel})
    assert said(api) == list("一二三四五")
    assert (await states(app))[-6:] == ["sent"] * 5 + ["pending"]
    # Not even tried while nobody wrote.
    clock.move(NOW + timedelta(hours=1))
    calls = len(api.calls)
    assert await courier.deliver(app, {"wechat": channel}) == 0
    assert len(api.calls) == calls
    clock.move(NOW + timedelta(hours=47, minutes=59))
    await writes(app, api, "2")
    assert await courier.deliver(app, {"wechat": channel}) == 1
    assert said(api) == list("一二三四五六")


async def test_whoever_left_is_not_written_to_again(app: App, api: WeChatAPI, channel: WeChat) -> None:
    await writes(app, api, "1")
    api.strangers.add("lin")
    await tell(app, "一", "二")
    await courier.deliver(app, {"wechat": channel})
    await tell(app, "三")
    await courier.deliver(app, {"wechat": channel})
    # The first is refused; what was claimed with it is tried, and what comes later is not.
    assert (await states(app))[-1] == "skipped"
    assert api.sent == []


async def test_an_interruption_in_the_middle_repeats_nothing(
    app: App, api: WeChatAPI, channel: WeChat, clock: FixedClock
) -> None:
    await writes(app, api, "1")

    def owe(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.channel == "wechat"))
        notice.tell(db, [Card(as_said(each)) for each in "一二三"], [address], NOW)

    await app.read(owe)
    api.fail_after("cgi-bin/message/custom/send", 1, 45011)
    await courier.deliver(app, {"wechat": channel})
    assert said(api) == ["一"]
    clock.move(NOW + timedelta(seconds=60))
    await courier.deliver(app, {"wechat": channel})
    assert said(api) == ["一", "二", "三"]
