"""The courier: what is due is sent once outside any transaction, and its end is written down."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from starlette.routing import BaseRoute

from bot import courier, sending
from bot.app import App, open_app
from bot.channels import Capabilities, ChannelError, Finding
from bot.clock import FixedClock
from bot.courier_flights import Airspace
from bot.inbound import Inbound
from bot.sending import Flight, Outcome
from models import claiming, consent, member, notice, pace
from models.card import Card
from models.claim import LEASE
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS
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

    async def link(self, says: str) -> str | None: ...

    async def check(self) -> list[Finding]:
        return []

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


async def test_what_it_claims_while_it_is_cancelled_stays_in_nobodys_hands(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, claimed, goes_on = claiming.take, threading.Event(), threading.Event()

    def slowly(db: Db, *arguments: Any, **how: Any) -> Any:
        taken = take(db, *arguments, **how)
        claimed.set()
        assert goes_on.wait(20)
        return taken

    await tell(app, "one")
    monkeypatch.setattr(claiming, "take", slowly)
    running = asyncio.ensure_future(courier.run(app, {"post": Postbox()}))
    assert await asyncio.to_thread(claimed.wait, 20)
    running.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await states(app))[0][0] in ("sent", "pending")


@pytest.mark.parametrize(
    "fault",
    [OperationalError("SELECT", {}, Exception("away")), ValueError("nobody thought of this")],
    ids=["the database is away", "nobody thought of it"],
)
async def test_no_fault_ends_it(app: App, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    monkeypatch.setattr(courier, "PAUSE_SECONDS", 0.01)
    ripe, asked = claiming.ripe, 0

    def faulty_at_first(db: Db, now: datetime, channels: Any) -> list[tuple[int, str]]:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise fault
        return ripe(db, now, channels)

    monkeypatch.setattr(claiming, "ripe", faulty_at_first)
    post = Postbox()
    await tell(app, "one")
    running = asyncio.ensure_future(courier.run(app, {"post": post}))
    while not post.got:
        await asyncio.sleep(0.01)
    running.cancel()
    assert asked >= 3


class Slow(Postbox):
    """Takes as long as it is held for what goes to one address."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self._slow = slow
        self.let_go = asyncio.Event()

    async def push(self, app: App, outgoing: Outgoing) -> None:
        if outgoing.to == self._slow:
            await self.let_go.wait()
        await super().push(app, outgoing)


async def until(app: App, *wanted: str) -> None:
    while [state for state, _ in await states(app)] != list(wanted):
        await asyncio.sleep(0.01)


async def test_one_that_takes_long_holds_up_nobody_else_and_its_own_come_in_order(app: App) -> None:
    post = Slow("one")
    await tell(app, "one", "two")
    running = asyncio.ensure_future(courier.run(app, {"post": post}))
    await until(app, "sending", "sent")

    def one_more(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "one"))
        notice.tell(db, [Card(Text("再见"))], [address], NOW)

    await app.read(one_more)
    await tell(app, "three")
    app.due.set()
    await until(app, "sending", "sent", "pending", "sent")
    post.let_go.set()
    await until(app, "sent", "sent", "sent", "sent")
    running.cancel()
    assert [card.text.message for each in post.got if each.to == "one" for card in each.cards] == [
        "好",
        "再见",
    ]


async def test_who_is_not_reached_any_more_is_sent_nothing_else(app: App) -> None:
    post = Postbox(ChannelError("blocked", permanent=True, unreachable=True))
    await tell(app, "one")
    await courier.deliver(app, {"post": post})

    def one_more(db: Db) -> None:
        notice.tell(
            db, [Card(Text("好"))], [db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "one"))], NOW
        )

    await app.read(one_more)
    await courier.deliver(app, {"post": post})
    assert await states(app) == [("failed", "blocked"), ("skipped", "nobody is reached there any more")]
    assert len(post.got) == 1


async def test_what_went_out_before_a_failure_is_not_sent_again(app: App, clock: FixedClock) -> None:
    post = Postbox(ChannelError("cut off", permanent=False, sent=2), RuntimeError(), None)
    await tell(app, "one")
    for minute in range(3):
        clock.move(NOW + timedelta(minutes=minute))
        await courier.deliver(app, {"post": post})
    assert [each.sent for each in post.got] == [0, 2, 2]
    assert await states(app) == [("sent", None)]


async def test_what_a_courier_holds_longer_than_its_lease_is_another_ones(app: App) -> None:
    post = Postbox()
    await tell(app, "one", "two")
    _, outgoing = await courier._take(app, {"post": post})
    now = asyncio.get_running_loop().time()
    flights = [Flight(each, now, now + leased) for each, leased in zip(outgoing, (0, 8), strict=True)]
    outcomes = [each async for each in Airspace(app, {"post": post}).send(flights)]
    assert [each.to for each in post.got] == ["two"]
    assert [each.untried for each in outcomes] == [True, False]


async def test_a_wait_begins_when_it_was_said_and_not_when_it_is_written_down(app: App) -> None:
    await tell(app, "one")
    _, (outgoing,) = await courier._take(app, {"post": Postbox()})
    told = ChannelError("too many", permanent=False, retry_after=timedelta(seconds=30))
    outcome = Outcome(outgoing, told, at=NOW)
    await app.read(lambda db: pace.turns(db, ["post"]))
    await app.read(lambda db: sending.settle(db, [outcome], NOW + timedelta(seconds=7)))
    until = NOW + timedelta(seconds=30)
    assert (await app.read(lambda db: pace.turns(db, ["post"])))["post"].stopped == until
    (row,) = await app.read(lambda db: db.rows(select(DELIVERY.c.due)))
    assert row.due == until


async def test_what_is_stopped_elsewhere_is_so_before_the_refusal_is_settled(app: App) -> None:
    await tell(app, "one")
    _, (outgoing,) = await courier._take(app, {"post": Postbox()})
    told = ChannelError("too many", permanent=False, retry_after=timedelta(seconds=30))
    await app.read(lambda db: pace.turns(db, ["post"]))
    await app.read(lambda db: sending.stop(db, Outcome(outgoing, told, at=NOW), NOW))
    assert (await app.read(lambda db: pace.turns(db, ["post"])))["post"].lets_wait(NOW)
    assert await states(app) == [("sending", None)]
    # The twin: another failure stops nobody else.
    await app.read(lambda db: pace.turn_back(db, NOW))
    await app.read(lambda db: sending.stop(db, Outcome(outgoing, KeyError("canary"), at=NOW), NOW))
    assert not (await app.read(lambda db: pace.turns(db, ["post"])))["post"].lets_wait(NOW)


async def test_the_next_one_waits_behind_one_that_is_put_off(app: App, clock: FixedClock) -> None:
    post = Postbox(ChannelError("too many", permanent=False, retry_after=timedelta(seconds=5)))
    await tell(app, "one")

    def one_more(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "one"))
        notice.tell(db, [Card(Text("再见"))], [address], NOW)

    await app.read(one_more)
    await courier.deliver(app, {"post": post})
    assert await states(app) == [("pending", "too many"), ("pending", "waits behind another one")]
    clock.move(NOW + timedelta(seconds=6))
    while await courier.deliver(app, {"post": post}):
        pass
    assert [card.text.message for each in post.got for card in each.cards] == ["好", "好", "再见"]


async def test_what_may_have_arrived_is_tried_once_more(app: App, clock: FixedClock) -> None:
    post = Postbox(*(ChannelError("no answer", permanent=False, unknown=True) for _ in range(3)))
    await tell(app, "one")
    for minute in range(3):
        clock.move(NOW + timedelta(minutes=minute))
        await courier.deliver(app, {"post": post})
    assert (await states(app), len(post.got)) == ([("unknown", "no answer")], 2)


class Meanwhile(Postbox):
    """Its reader writes again while it is on its way to him, and it finds the old window shut."""

    async def push(self, app: App, outgoing: Outgoing) -> None:
        await super().push(app, outgoing)
        if len(self.got) == 1:
            opens = (timedelta(minutes=1), 3)
            await app.answer(Inbound("post", outgoing.to, "你好", message="m", opens=opens))
            raise ChannelError("45015", permanent=False, until_contact=True)


async def test_who_has_written_meanwhile_need_not_write_once_more(app: App) -> None:
    post = Meanwhile()
    await tell(app, "one")
    while await courier.deliver(app, {"post": post}):
        pass
    assert (await states(app), len(post.got)) == ([("sent", None)], 2)
