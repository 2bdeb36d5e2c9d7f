"""What a poster opens: exactly that activity, on each channel, also for somebody who was never here."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import zxingcpp
from PIL import Image
from sqlalchemy import text

from bot import web
from bot.app import App
from bot.channels import Channel, ChannelError
from bot.channels.page import Page
from bot.clock import FixedClock
from bot.links import sentence
from bot.posting import KEPT, Posting
from models.card import Attachment
from models.member import Person
from models.text import Text
from tests.bot.browser import Browser
from tests.bot.telegram.conftest import Bench, bench, fake  # noqa: F401  (fixtures)
from tests.bot.wechat.conftest import platform  # noqa: F401  (a fixture)
from tests.fakes.wechat_callback import Platform

_MEMBERS = text("SELECT count(*) FROM member")
WELCOME = "初次见面。"
YOGA = "午间瑜伽"


class Linking:
    """A channel of which nothing is known but its links; each is made anew."""

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.made = 0
        self.broken = False

    async def link(self, says: str) -> str | None:
        if self.broken:
            raise ChannelError("does not answer", permanent=False)
        self.made += 1
        return f"{self.address}{says.replace(' ', '_')}" if self.address else None


def channels(**links: str | None) -> Any:
    return {name: Linking(address) for name, address in links.items()}


def printed(app: App, public_url: str | None, opened: Any) -> Posting:
    app.posting = Posting(app.clock, public_url, opened)
    return app.posting


async def test_a_code_leads_to_our_own_page_where_there_is_one(clock: FixedClock) -> None:
    opened = channels(page=None, telegram="https://t.me/b?start=")
    assert await Posting(clock, "https://linli.test/", opened).code("show 17") == "https://linli.test/a/17"
    assert await Posting(clock, None, opened).code("show 17") == "https://t.me/b?start=show_17"
    # Without a channel that has links it says the sentence, which can be typed.
    assert await Posting(clock, None, channels(page=None)).code("show 17") == "show 17"
    assert await Posting(clock, "https://linli.test", {}).code("at 3") == "at 3"


async def test_links_are_kept_a_while_and_outlive_a_platform_that_is_away(clock: FixedClock) -> None:
    opened = channels(wechat="http://weixin.qq.com/q/")
    posting = Posting(clock, None, opened)
    for _ in range(3):
        assert await posting.links("show 1") == {"wechat": "http://weixin.qq.com/q/show_1"}
    assert opened["wechat"].made == 1
    opened["wechat"].broken = True
    clock.move(clock.now() + KEPT + timedelta(minutes=1))
    assert await posting.links("show 1") == {"wechat": "http://weixin.qq.com/q/show_1"}
    assert await posting.links("show 2") == {}


def test_its_address_is_understood_where_it_is_scanned_within_a_chat() -> None:
    assert sentence("https://linli.test/a/17") == "show 17"
    assert sentence("https://linli.test/a/17?x=1") == "help"
    assert sentence("https://linli.test/b/17") == "help"


async def test_a_poster_is_made_with_the_code_of_what_is_configured(app: App) -> None:
    printed(app, "https://linli.test", channels(page=None))
    poster = Attachment("image", Text("海报"), "poster.picture", (2,), "show 2")
    _, content = await app.content(poster, Person(1, "zh-Hans", None, None))
    with Image.open(io.BytesIO(content.data)) as opened:
        assert [each.text for each in zxingcpp.read_barcodes(opened)] == ["https://linli.test/a/2"]


# By our own page.


@asynccontextmanager
async def page_of(app: App, **links: str | None) -> AsyncIterator[httpx.AsyncClient]:
    page: Channel = Page(secure=False)
    printed(app, "http://linli.test", channels(page=None, **links))
    transport = httpx.ASGITransport(web.build(app, {"page": page}))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        yield client


async def members(app: App) -> int:
    found: int = await app.read(lambda db: db.value(_MEMBERS))
    return found


async def test_the_page_shows_it_and_opens_the_chat_with_it(app: App) -> None:
    async with page_of(app) as client:
        before = await members(app)
        landed = await client.get("/a/2")
        assert landed.status_code == 200
        for words in ("银杏社区", YOGA, "可报 余20", "12:10–13:00", "云杉路1号2楼", "在网页里打开"):
            assert words in landed.text
        assert await members(app) == before
        browser = Browser(client)
        found = dict(_hidden(landed.text))
        await client.post("/", data={**found, "says": "show 2"}, follow_redirects=True)
        seen = await browser.open()
        # Exactly that one, with the way on, and below it the welcome.
        assert (seen.own, seen.cards[-2].lines[0], "报名" in seen.cards[-2].buttons) == ([YOGA], YOGA, True)
        assert seen.last.lines[0].startswith(WELCOME)
        assert await members(app) == before + 1
        await browser.press("报名")
        assert f"报名「{YOGA}」，1位，对吗？" in (await browser.open()).last.lines


def _hidden(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)


async def test_the_page_leads_to_every_channel(app: App) -> None:
    async with page_of(app, wechat="http://weixin.qq.com/q/", telegram="https://t.me/b?start=") as client:
        landed = await client.get("/a/2", headers={"accept-language": "en"})
        assert 'href="https://t.me/b?start=show_2"' in landed.text
        assert '<img src="/a/2/wechat.png"' in landed.text
        code = await client.get("/a/2/wechat.png")
        with Image.open(io.BytesIO(code.content)) as opened:
            found = [each.text for each in zxingcpp.read_barcodes(opened.convert("L"))]
        assert found == ["http://weixin.qq.com/q/show_2"]
        gone = [(await client.get(path)).status_code for path in ("/a/2/page.png", "/a/99/wechat.png")]
        assert gone == [404, 404]


async def test_one_that_is_gone_leads_to_the_chat(app: App) -> None:
    async with page_of(app) as client:
        for path in ("/a/999", "/a/99999999999999999999"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")


# By the platforms themselves.


async def test_a_newcomer_s_scan_on_telegram(bench: Bench) -> None:  # noqa: F811
    link = await bench.channel.link("show 2")
    assert (link or "").partition("?")[2] == "start=show_2"
    first = await bench.say("/start show_2", 1, who=7001)
    assert first["text"].splitlines()[0] == f"{YOGA}【可报 余20】"
    buttons = [each for row in first["reply_markup"]["inline_keyboard"] for each in row]
    assert ("报名", "register 2") in [(each["text"], each["callback_data"]) for each in buttons]
    await bench.deliver()
    assert bench.fake.called("sendMessage")[-1]["text"].startswith(WELCOME)
    asked = await bench.press("register 2", 2, who=7001)
    assert asked["text"].splitlines()[0] == f"报名「{YOGA}」，1位，对吗？"


async def test_a_newcomer_s_scan_on_wechat(platform: Platform) -> None:  # noqa: F811
    """Who follows by the code, and who followed before."""
    followed = await platform.do("o-follower", "subscribe", EventKey="qrscene_show_2", Ticket="t")
    assert followed.text is not None
    assert followed.text.splitlines()[0] == f"{YOGA}【可报 余20】"
    assert followed.text.index(YOGA) < followed.text.index(WELCOME)
    asked = await platform.say("o-follower", "报名", 1)
    assert asked.text is not None
    assert asked.text.splitlines()[0] == f"报名「{YOGA}」，1位，对吗？"
    scanned = await platform.do("o-other", "SCAN", EventKey="show_2", Ticket="t")
    assert (scanned.text or "").splitlines()[0] == f"{YOGA}【可报 余20】"
