"""The page of a screen at the door: whoever has its link sees a code that changes, and no names."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import segno
import zxingcpp
from PIL import Image

from bot import screen, web
from bot.app import App
from bot.channels import ChannelError
from models import checkin_code
from models.checkin_code import Code
from tests import door
from tests.chat import VAULT, Chat
from tests.door import at, digits, on_screen, register, scan
from tests.fakes.serving import serving

PUBLIC = "https://linli.test"


class Platform:
    """A channel that links, and counts how often it is asked."""

    def __init__(self, address: str | None, *, fails: bool = False) -> None:
        self.address, self.fails = address, fails
        self.asked: list[str] = []

    async def link(self, says: str) -> str | None:
        self.asked.append(says)
        if self.fails:
            raise ChannelError("away", permanent=False)
        return self.address and f"{self.address}{says.replace(' ', '_')}"

    def routes(self, _app: App) -> list[Any]:
        return []


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    door.load(say.engine, tmp_path)
    say.equipment.public_url = PUBLIC
    return say


@asynccontextmanager
async def client_of(say: Chat, channels: Mapping[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    app = App(say.engine, say.clock, say.worker, say.equipment.schedule.zone, say.equipment)
    async with serving(web.build(app, channels)) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


def link(say: Chat) -> str:
    """The path of the address that staff are shown."""
    found = re.search(rf"{PUBLIC}(/screen/\S+)", say("灭火器讲解的签到屏幕", "officer").text)
    assert found is not None
    return found[1]


async def test_it_shows_a_code_that_changes(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(says: str) -> str:
        drawn.append(says)
        return ""

    monkeypatch.setattr(screen, "draw", draw)
    telegram, wechat = Platform("https://t.me/bot?start="), Platform("http://weixin.test/q/", fails=True)
    channels = {"telegram": telegram, "wechat": wechat, "page": Platform(None)}
    register(say, "drill", "lin")
    async with client_of(say, channels) as client:
        path = link(say)
        early = await client.get(path)
        assert (early.status_code, drawn) == (200, [])
        assert "今天 11月23日 周一 09:30开始签到" in early.text
        assert 'data-seconds="15"' in early.text
        say.at(at("09:58:10"))
        first = await client.get(path)
        says = on_screen(say, "tower-station")
        assert drawn == [f"https://t.me/bot?start={says.replace(' ', '_')}"]
        shown = digits(say, "tower-station")
        for words in ("灭火器讲解", "云杉大厦服务站", f"{shown[:3]} {shown[3:]}", "已签到0位", "Telegram"):
            assert words in first.text
        assert 'data-seconds="20.0"' in first.text
        scan(say, "lin", says)
        again = await client.get(f"{path}/now")
        # Of several screens and looks one asks the platform; one that failed is asked again.
        assert (telegram.asked, len(wechat.asked)) == ([says], 2)
        assert ("已签到1位" in again.text, "<html" in again.text, "林一" in again.text) == (
            True,
            False,
            False,
        )
        say.at(at("09:58:30"))
        await client.get(f"{path}/now")
        assert [drawn[-1] != drawn[0], len(telegram.asked)] == [True, 2]
        say.at(at("11:00:00"))
        assert (await client.get(path)).status_code == 410
        for file, kind in (("/screen.css", "text/css"), ("/screen.js", "javascript")):
            assert kind in (await client.get(file)).headers["Content-Type"]


async def test_the_screen_of_a_station(say: Chat) -> None:
    """It shows a code while the station is open, and when it opens next; its address is good for half a year."""
    found = re.search(rf"{PUBLIC}(/screen/\S+)", say("云杉服务站的签到屏幕", "officer").text)
    assert found is not None
    async with client_of(say, {}) as client:
        scan(say, "lin", on_screen(say, "tower-station"))
        shown = await client.get(found[1])
        six = digits(say, "tower-station")
        for words in ("云杉大厦服务站", "今天来了1位", "现在开着，18:00关门", f"{six[:3]} {six[3:]}", "<svg"):
            assert words in shown.text
        assert "林一" not in shown.text
        say.at(at("18:00:00"))
        closed = await client.get(f"{found[1]}/now")
        assert (closed.status_code, "<svg" in closed.text) == (200, False)
        assert "现在休息，明天09:00开门" in closed.text
        say.at("2027-05-22T12:00:00+08:00")
        assert (await client.get(found[1])).status_code == 200
        say.at("2027-05-23T12:00:00+08:00")
        assert (await client.get(found[1])).status_code == 410


async def test_without_a_platform_the_sentence_itself_is_drawn(say: Chat) -> None:
    say.at(at("09:58:10"))
    async with client_of(say, {}) as client:
        answer = await client.get(link(say))
    assert answer.text.count("<svg") == 1
    assert "扫出来的字，发给我们" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert ("default-src 'self'" in policy, answer.headers["Cache-Control"]) == (True, "no-store")
    assert not re.search(r"<script>|style=| on\w+=", answer.text)


def test_the_code_is_read_by_a_camera(say: Chat) -> None:
    says = f"https://t.me/a_bot_of_ours?start={on_screen(say, 'tower-station').replace(' ', '_')}"
    assert len(says.partition("start=")[2]) <= 64
    assert "<svg" in screen.draw(says)
    image = BytesIO()
    segno.make_qr(says, error="m").save(image, kind="png", scale=4, border=4)
    (found,) = zxingcpp.read_barcodes(Image.open(image))
    assert found.text == says


async def test_whoever_has_no_link_sees_nothing(say: Chat) -> None:
    say.at(at("09:58:10"))
    drill = door.key(say.engine, "drill")
    async with client_of(say, {}) as client:
        path = link(say)
        forged = [path[:-1] + ("A" if path[-1] != "A" else "B"), "/screen/x", "/screen/" + "A" * 36]
        others = [
            f"/screen/{checkin_code.sign(VAULT, Code(kind, drill))}" for kind in ("picture", "personal")
        ]
        for each in (*forged, *others):
            assert (await client.get(each)).status_code == 404
            assert (await client.get(f"{each}/now")).status_code == 404
    assert datetime.fromisoformat(at("09:58:10")) == say.clock.now()
