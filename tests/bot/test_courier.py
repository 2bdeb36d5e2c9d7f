"""The courier: what is due is sent once outside any transaction, and its end is written down."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from starlette.routing import BaseRoute

from bot import courier
from bot.app import App, open_app
from bot.channels import Capabilities, ChannelError
from bot.clock import FixedClock
from models import consent, member, notice
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY, LEASE
from models.notice import Outgoing
from models.text import Text
from tests.conftest import NOW, PACK


class Postbox:
    """A channel that keeps what it is given, or fails as it is told."""

    capabilities = Capabilities(buttons=False, text_limit=100)

    def __init__(self, *failures: Exception | None) -> None:
        self.got: list[Outgoing] = []
        self._failures = list(failures)

    def routes(self, app: App) -> list[BaseRoute]:
        return []

    async def run(self, app: App) -> None: ...

    async def push(self, app: App, outgoing: Outgoing) -> None:
        self.got.append(outgoing)
        if self._failures and (failure := self._failures.pop(0)):
            raise failure


@pytest.fixture
def app(clock: FixedClock) -> Iterator[App]:
    opened = open_app("sqlite://", clock, [PACK])
    yield opened
    opened.close()


async def tell(app: App, *keys: str, **how: Any) -> None:
    def work(db: Db) -> None:
        addresses = [member.meet(db, "post", key, "en")[0] for key in keys]
        notice.tell(db, [Card(Text("好"))], addresses, NOW, **how)

    await app.read(work)


async def states(app: App) -> list[tuple[Any, ...]]:
    rows = await app.read(lambda db: db.rows(select(DELIVERY).order_by(DELIVERY.c.id)))
    return [(row.state, row.reason) for row in rows]


async def test_everybody_gets_it_once_in_his_language(app: App) -> None:
    post = Postbox()
    await tell(app, "one", "two")
    assert await courier.deliver(app, {"post": post}) == 2
    assert await courier.deliver(app, {"post": post}) == 0
    assert [(each.channel, each.to, each.language) for each in post.got] == [
        ("post", "one", "en"),
        ("post", "two", "en"),
    ]
    assert await states(app) == [("sent", None)] * 2


async def test_whoever_listens_there_is_woken_after_it_is_settled(app: App) -> None:
    await tell(app, "one")
    with app.listeners.at(("post", "one")) as woken, app.listeners.at(("post", "two")) as other:
        await courier.deliver(app, {"post": Postbox()})
        assert (woken.is_set(), other.is_set()) == (True, False)


async def test_a_refusal_for_good_is_not_tried_again(app: App) -> None:
    post = Postbox(ChannelError("blocked by the reader", permanent=True))
    await tell(app, "one")
    await courier.deliver(app, {"post": post})
    assert await states(app) == [("failed", "blocked by the reader")]


async def test_a_refusal_for_the_moment_is_tried_again_when_it_says(app: App, clock: FixedClock) -> None:
    post = Postbox(ChannelError("too many", permanent=False, retry_after=timedelta(seconds=30)))
    await tell(app, "one")
    await courier.deliver(app, {"post": post})
    assert await states(app) == [("pending", "too many")]
    clock.move(NOW + timedelta(seconds=29))
    assert await courier.deliver(app, {"post": post}) == 0
    clock.move(NOW + timedelta(seconds=30))
    assert await courier.deliver(app, {"post": post}) == 1
    assert (await states(app), len(post.got)) == ([("sent", None)], 2)


async def test_a_fault_of_ours_is_logged_and_tried_again(
    app: App, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await tell(app, "one")
    await courier.deliver(app, {"post": Postbox(KeyError("canary"))})
    assert await states(app) == [("pending", "KeyError")]


async def test_one_that_fails_holds_up_nobody(app: App) -> None:
    post = Postbox(RuntimeError(), None, None)
    await tell(app, "one", "two", "three")
    await courier.deliver(app, {"post": post})
    assert await states(app) == [("pending", "RuntimeError"), ("sent", None), ("sent", None)]


async def test_without_consent_it_is_not_sent(app: App) -> None:
    post = Postbox()
    await tell(app, "one", purpose="notices")
    await courier.deliver(app, {"post": post})
    assert (post.got, await states(app)) == ([], [("skipped", "no consent to notices")])


async def test_with_consent_it_is_and_from_the_same_minute_on_it_is_not(app: App) -> None:
    post = Postbox()
    await tell(app, "one", purpose="notices")

    def address_and_member(db: Db) -> tuple[int, int]:
        row = db.row(select(member.ADDRESS).where(member.ADDRESS.c.key == "one"))
        assert row is not None
        return row.id, row.member_id

    address, reader = await app.read(address_and_member)
    await app.read(lambda db: consent.give(db, reader, "notices", NOW))
    await courier.deliver(app, {"post": post})
    assert len(post.got) == 1
    await app.read(lambda db: notice.tell(db, [Card(Text("好"))], [address], NOW, purpose="notices"))
    # It waits already when the consent is withdrawn.
    await app.read(lambda db: consent.withdraw(db, reader, "notices", NOW))
    await courier.deliver(app, {"post": post})
    assert (len(post.got), (await states(app))[-1]) == (1, ("skipped", "no consent to notices"))


async def test_a_courier_that_dies_is_followed_by_another(app: App, clock: FixedClock) -> None:
    class Deadly(Postbox):
        async def push(self, app: App, outgoing: Outgoing) -> None:
            raise asyncio.CancelledError

    await tell(app, "one")
    with pytest.raises(asyncio.CancelledError):
        await courier.deliver(app, {"post": Deadly()})
    assert await states(app) == [("sending", None)]
    post = Postbox()
    assert await courier.deliver(app, {"post": post}) == 0
    clock.move(NOW + LEASE)
    assert await courier.deliver(app, {"post": post}) == 1
    assert (len(post.got), await states(app)) == (1, [("sent", None)])


async def test_it_runs_until_it_is_cancelled(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "PAUSE_SECONDS", 0.01)
    post = Postbox()
    running = asyncio.ensure_future(courier.run(app, {"post": post}))
    for key in ("one", "two"):
        await tell(app, key)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if post.got and post.got[-1].to == key:
                break
    assert [each.to for each in post.got] == ["one", "two"]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    "fault",
    [OperationalError("SELECT", {}, Exception("away")), ValueError("nobody thought of this")],
    ids=["the database is away", "nobody thought of it"],
)
async def test_no_fault_ends_it(app: App, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    monkeypatch.setattr(courier, "PAUSE_SECONDS", 0.01)
    deliver, asked = courier.deliver, 0

    async def faulty_at_first(app: App, channels: Any, there: str | None = None) -> int:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise fault
        return await deliver(app, channels, there)

    monkeypatch.setattr(courier, "deliver", faulty_at_first)
    post = Postbox()
    await tell(app, "one")
    running = asyncio.ensure_future(courier.run(app, {"post": post}))
    while not post.got:
        await asyncio.sleep(0.01)
    running.cancel()
    assert asked >= 3
