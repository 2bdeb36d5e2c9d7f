"""What an operator's programs see of the ledger: how much is late, for how long, and whether broadcasts pause."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from bot import courier, web
from bot.app import App, open_app
from bot.clock import FixedClock
from models import delivery, member, notice, pace
from models.card import Card
from models.database import Db
from models.text import Text
from tests.bot.test_courier import Postbox
from tests.conftest import NOW, PACK

LATE = timedelta(seconds=90)


@pytest.fixture
def app(clock: FixedClock) -> Iterator[App]:
    opened = open_app("sqlite://", clock, [PACK])
    yield opened
    opened.close()


def look(app: App, post: Postbox) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(web.build(app, {"post": post}))
    return httpx.AsyncClient(transport=transport, base_url="http://linli.test")


def tell(db: Db) -> None:
    address, _ = member.meet(db, "post", "reader", "zh-Hans")
    for due in (NOW - LATE, NOW, NOW + LATE):
        written = notice.write(db, [Card(Text("好"))], NOW)
        assert written is not None
        delivery.enter(db, written, address, due, lane="bulk")
    pace.turns(db, ["post"])


async def test_what_is_late_and_whether_it_pauses(app: App) -> None:
    post = Postbox()
    await app.read(tell)
    client = look(app, post)
    health = (await client.get("/healthz")).json()
    assert (health["database"], health["outbox"]) == (
        "ok",
        {"waiting": {"bulk": 2}, "overdue_seconds": 90.0, "pauses": []},
    )
    shown = (await client.get("/metrics")).text
    assert 'linli_outbox_waiting{channel="post",lane="bulk"} 2.0' in shown
    assert 'linli_outbox_overdue_seconds{channel="post",lane="bulk"} 90.0' in shown
    assert 'linli_outbox_waiting{channel="post",lane="reply"} 0.0' in shown
    assert 'linli_outbox_pauses{channel="post"} 0.0' in shown
    await app.read(lambda db: pace.busy(db, ["post"], NOW + timedelta(seconds=2)))
    assert (await client.get("/healthz")).json()["outbox"]["pauses"] == ["post"]
    assert 'linli_outbox_pauses{channel="post"} 1.0' in (await client.get("/metrics")).text


async def test_what_was_sent_is_counted(app: App) -> None:
    post = Postbox()
    await app.read(tell)
    while await courier.deliver(app, {"post": post}):
        pass
    client = look(app, post)
    assert (await client.get("/healthz")).json()["outbox"] == {
        "waiting": {},
        "overdue_seconds": 0.0,
        "pauses": [],
    }
    assert (
        'linli_deliveries_total{channel="post",lane="bulk",outcome="sent"} 2.0'
        in (await client.get("/metrics")).text
    )
