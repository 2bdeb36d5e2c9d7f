"""A file behind a link: for whoever was sent it, for a day, and for nobody who guesses."""

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import App
from bot.channels.wechat import files
from bot.clock import FixedClock
from handlers.recipes import RECIPES, Content, Maker, Making
from models import erasure, member
from models.card import Attachment
from models.database import Db
from models.text import as_said
from tests.conftest import NOW

PAGE = "https://linli.test"
FILE = Attachment("file", as_said("我的数据.html"), "test.file", (4, "four"))


@pytest.fixture(autouse=True)
def _recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_db: Db, maker: Maker, number: int, word: str) -> Making:
        return lambda: Content("text/html", f"<p>{number} {word} for {maker.person.language}</p>".encode())

    monkeypatch.setitem(RECIPES, "test.file", make)


@pytest.fixture
async def reader(app: App) -> int:
    _, person = await app.read(lambda db: member.meet(db, "wechat", "lin", "en"))
    return person.id


async def get(app: App, address: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[files.route(app)]))
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.get(address)


@pytest.mark.usefixtures("reader")
async def test_it_is_made_for_the_one_it_was_sent_to(app: App) -> None:
    response = await get(app, files.link(app, PAGE, "wechat", "lin", FILE))
    assert (response.status_code, response.text) == (200, "<p>4 four for en</p>")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["content-disposition"].endswith("%E6%95%B0%E6%8D%AE.html")


@pytest.mark.usefixtures("reader")
async def test_it_ends_after_a_day(app: App, clock: FixedClock) -> None:
    address = files.link(app, PAGE, "wechat", "lin", FILE)
    clock.move(NOW + timedelta(hours=23, minutes=59))
    assert (await get(app, address)).status_code == 200
    clock.move(NOW + timedelta(hours=24))
    assert (await get(app, address)).status_code == 404


async def test_it_goes_with_its_owner(app: App, reader: int) -> None:
    address = files.link(app, PAGE, "wechat", "lin", FILE)
    await app.read(lambda db: erasure.erase(db, reader, NOW))
    assert (await get(app, address)).status_code == 404


@pytest.mark.usefixtures("reader")
async def test_nobody_guesses_it(app: App) -> None:
    address = files.link(app, PAGE, "wechat", "lin", FILE)
    assert "lin" not in address.removeprefix(PAGE)
    seal = app.equipment.vault.seal
    own = address.rsplit("/", 1)[1]
    changed = own[:50] + ("a" if own[50] != "a" else "b") + own[51:]
    others = (own[-100:], "x", "甲", changed, seal("13800000000"), seal("[1]"), seal('"file"'))
    for sealed in others:
        response = await get(app, f"{PAGE}{files.PATH}/{sealed}")
        assert response.status_code == 404
