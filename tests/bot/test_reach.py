"""Somebody on Telegram and WeChat, both platforms as fakes over HTTP: told once, and he can answer there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot import courier, web
from bot.app import App
from bot.channels import Channel, telegram, wechat
from bot.clock import FixedClock
from bot.configuration import Configuration
from models import notice
from models.card import Card, Choice
from models.conversation import CONVERSATION
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS
from models.text import Text
from tests.bot.telegram import conftest as telegrams
from tests.bot.telegram.town import SECRET
from tests.bot.wechat import conftest as wechats
from tests.fakes import telegram as fakes
from tests.fakes import wechat_api
from tests.fakes.serving import serving
from tests.fakes.wechat_api import WeChatAPI
from tests.fakes.wechat_api import serving as serving_api
from tests.fakes.wechat_callback import Account, Platform

LIN, CHAT = "oLin_0123456789-abcdefghijkl", 5001
ASKED = Card(Text("还来吗？"), choices=(Choice(Text("会来"), "coming 2"), Choice(Text("来不了"), "absent 2")))
NOT_REGISTERED = "您没有报名"


@dataclass
class Both:
    """One member with an account on each."""

    app: App
    clock: FixedClock
    channels: dict[str, Channel]
    fake: fakes.Telegram
    api: WeChatAPI
    platform: Platform

    async def tell(self, words: str, key: str | None = None) -> None:
        card = Card(Text("{words}", words=words), choices=ASKED.choices)
        whose = select(ADDRESS.c.member_id).where(ADDRESS.c.key == LIN)
        await self.app.read(
            lambda db: notice.tell_member(
                db, [card], db.value(whose), self.clock.now(), key=key, kind="reminder"
            )
        )
        while await courier.deliver(self.app, self.channels):
            pass

    async def write_on_telegram(self, number: int) -> None:
        message = telegrams.Bench.message("你好", CHAT)
        posted = await self.platform.http.post(
            self.platform.address.replace("/wechat", "/telegram"),
            json={"update_id": number, "message": message},
            headers={telegrams.HEADER: SECRET},
        )
        assert posted.status_code == 200

    async def states(self) -> list[tuple[str, str]]:
        rows = await self.app.read(
            lambda db: db.rows(
                select(DELIVERY).where(DELIVERY.c.member_id.is_not(None)).order_by(DELIVERY.c.id)
            )
        )
        return [(row.state, row.via) for row in rows]

    @property
    def on_wechat(self) -> list[str]:
        """What went there without being asked."""
        return [each["msgmenu"]["head_content"] for each in self.api.sent]


def account(api: WeChatAPI) -> Configuration:
    """The account of the callback, with the API's own name and secret."""
    settings = wechats.settings(api=api.url)
    own = {
        "app_id": wechat_api.APP_ID,
        "app_secret": SecretStr(wechat_api.APP_SECRET),
        "encoding_aes_key": None,
    }
    return settings.model_copy(update={"wechat": settings.wechat.model_copy(update=own)})


@pytest.fixture
async def both(app: App, clock: FixedClock) -> AsyncIterator[Both]:
    with fakes.running() as fake, serving_api(WeChatAPI()) as api:
        opened = {
            "telegram": telegram.open_channel(telegrams.settings(fake)),
            "wechat": wechat.open_channel(account(api)),
        }
        channels: dict[str, Channel] = {name: each for name, each in opened.items() if each is not None}
        async with (
            serving(web.build(app, channels)) as address,
            httpx.AsyncClient(timeout=30) as http,
        ):
            platform = Platform(http, address + "/wechat", app.clock.now, Account(key=None))
            made = Both(app, clock, channels, fake, api, platform)
            fake.know(CHAT)
            await made.platform.say(LIN, "你好")
            api.hear(LIN)
            await made.write_on_telegram(1)
            await app.read(_join)
            yield made
        for each in opened.values():
            assert each is not None
            await each.close()


def _join(db: Db) -> None:
    """Both accounts are one member's, who wrote on Telegram last."""
    whose = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == LIN))
    db.run(update(ADDRESS).where(ADDRESS.c.key == str(CHAT)).values(member_id=whose))


async def test_who_blocked_one_of_them_is_told_on_the_other_once(both: Both) -> None:
    both.fake.chat(CHAT).blocked = True
    await both.tell("还来吗？")
    assert (both.on_wechat, await both.states()) == (["还来吗？"], [("sent", "wechat")])
    await both.tell("别忘了")
    assert both.on_wechat == ["还来吗？", "别忘了"]


async def test_who_writes_again_is_reached_there_again(both: Both) -> None:
    both.fake.chat(CHAT).blocked = True
    await both.tell("还来吗？")
    both.fake.chat(CHAT).blocked = False
    before = both.fake.chat(CHAT).texts
    await both.write_on_telegram(2)
    await both.tell("别忘了")
    assert both.fake.chat(CHAT).texts[-1] == "别忘了"
    assert "别忘了" not in before
    assert both.on_wechat == ["还来吗？"]


async def test_on_wechat_the_numbers_of_what_was_pushed_answer_it(both: Both) -> None:
    both.fake.chat(CHAT).blocked = True
    await both.platform.say(LIN, "最近有什么活动", 2)
    both.api.hear(LIN)
    await both.tell("还来吗？")
    (sent,) = both.api.sent
    assert [each["content"] for each in sent["msgmenu"]["list"]] == ["1 会来", "2 来不了"]
    shown = await both.platform.say(LIN, "2", 3)
    assert shown.text is not None
    assert shown.text.startswith(NOT_REGISTERED)


async def test_whom_nothing_reaches_now_has_it_when_he_writes(both: Both) -> None:
    both.fake.chat(CHAT).blocked = True
    both.clock.move(both.clock.now() + timedelta(hours=49))
    await both.tell("还来吗？")
    assert (both.on_wechat, await both.states()) == ([], [("pending", "wechat")])
    await both.platform.say(LIN, "你好", 4)
    both.api.hear(LIN)
    while await courier.deliver(both.app, both.channels):
        pass
    assert (both.on_wechat, await both.states()) == (["还来吗？"], [("sent", "wechat")])


async def test_a_window_that_is_used_up_lets_nothing_through(both: Both) -> None:
    both.fake.chat(CHAT).blocked = True
    await both.tell("一")
    await both.app.read(
        lambda db: db.run(
            update(CONVERSATION).where(CONVERSATION.c.free_until.is_not(None)).values(free_left=0)
        )
    )
    await both.tell("二")
    assert (both.on_wechat, await both.states()) == (["一"], [("sent", "wechat"), ("pending", "wechat")])
