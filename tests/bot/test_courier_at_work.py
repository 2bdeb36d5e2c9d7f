"""The courier as it runs: who goes first, what it leaves when it is told to, and what it does at its end."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot import courier
from bot.app import App, open_app
from bot.channels import ChannelError
from bot.clock import SystemClock
from bot.community import zone
from bot.configuration import Schedule
from bot.courier_hands import AT_ONCE
from bot.equipment import Equipment
from bot.worker import open_worker
from models import claiming, delivery, halting, member, notice
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY, LANES, Lane
from models.member import ADDRESS
from models.notice import Outgoing
from models.pace import PACE, Limits
from models.text import Text
from tests import databases
from tests.bot.test_courier import Postbox
from tests.chat import VAULT
from tests.conftest import PACK


@pytest.fixture(params=["sqlite", "postgres"])
def app(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[App]:
    if request.param == "sqlite":
        opened = open_app("sqlite://", SystemClock(), [PACK], schedule=Schedule(quiet=""))
        yield opened
        opened.close()
        return
    with databases.postgres(filled=True) as engine:
        opened = served(engine)
        yield opened
        opened.close()


def served(engine: Engine) -> App:
    where = zone(engine)
    schedule = Schedule(quiet="").of(where)
    return App(engine, SystemClock(), open_worker(engine), where, Equipment(VAULT, schedule))


class Paced(Postbox):
    """Bears only so many a second."""

    def __init__(self, *failures: Exception | None, a_second: float = 100) -> None:
        super().__init__(*failures)
        self.capabilities = replace(Postbox.capabilities, pace=Limits(a_second))


class Stuck(Postbox):
    """What is for many never comes to an end, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def push(self, app: App, outgoing: Outgoing) -> None:
        if outgoing.claim.lane == LANES["bulk"]:
            await self.let_go.wait()
        await super().push(app, outgoing)


async def tell(app: App, lane: Lane, *keys: str, channel: str = "post") -> int:
    """One notice for so many members of that channel; gives it."""

    def work(db: Db) -> int:
        now = app.clock.now()
        written = notice.write(db, [Card(Text("好"))], now, kind="notice")
        assert written is not None
        for key in keys:
            address, person = member.meet(db, channel, key, "zh-Hans")
            db.session.flush()
            delivery.enter(db, written, address, now, member=person.id, lane=lane)
        return written

    told = await app.read(work)
    app.due.set()
    return told


async def counts(app: App, told: int) -> dict[str, int]:
    return await app.read(lambda db: delivery.counts(db, told))


async def until(app: App, told: int, **wanted: int) -> None:
    while await counts(app, told) != wanted:
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(app: App, **channels: Any) -> AsyncIterator[None]:
    task = asyncio.ensure_future(courier.run(app, channels))
    try:
        async with asyncio.timeout(20):
            yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def many(name: str, number: int) -> list[str]:
    return [f"{name}-{nth}" for nth in range(number)]


async def test_everybody_is_told_once(app: App) -> None:
    post, total = Postbox(), 300
    async with running(app, post=post):
        told = await tell(app, "bulk", *many("reader", total))
        await until(app, told, sent=total)
    assert Counter(each.to for each in post.got) == Counter(many("reader", total))


async def test_with_a_pace_each_has_a_turn_of_its_own(app: App) -> None:
    post, total = Paced(a_second=200), 60
    async with running(app, post=post):
        told = await tell(app, "bulk", *many("reader", total))
        await until(app, told, sent=total)
    turns = sorted(each.claim.at for each in post.got if each.claim.at)
    assert len(turns) == total
    assert min(after - before for before, after in itertools.pairwise(turns)) >= timedelta(seconds=1 / 200)


async def test_two_who_send_have_one_pace_and_nobody_is_told_twice(app: App) -> None:
    posts, total = [Paced(a_second=200), Paced(a_second=200)], 60
    async with running(app, post=posts[0]), running(app, post=posts[1]):
        told = await tell(app, "bulk", *many("reader", total))
        await until(app, told, sent=total)
    got = [each for post in posts for each in post.got]
    assert Counter(each.to for each in got) == Counter(many("reader", total))
    turns = sorted(each.claim.at for each in got if each.claim.at)
    assert min(after - before for before, after in itertools.pairwise(turns)) >= timedelta(seconds=1 / 200)


async def test_answers_do_not_wait_for_what_takes_long(app: App) -> None:
    post = Stuck()
    async with running(app, post=post):
        stuck = await tell(app, "bulk", *many("reader", 150))
        room = AT_ONCE[LANES["bulk"]]
        await until(app, stuck, sending=room, pending=150 - room)
        answers = await tell(app, "reply", *many("asker", 60))
        personal = await tell(app, "personal", *many("friend", 60))
        await until(app, answers, sent=60)
        await until(app, personal, sent=60)
        post.let_go.set()
        await until(app, stuck, sent=150)


async def test_a_refusal_stops_what_can_wait_and_nothing_else(app: App) -> None:
    wait = timedelta(minutes=10)
    post = Paced(ChannelError("too many", permanent=False, retry_after=wait))
    async with running(app, post=post):
        bulk = await tell(app, "bulk", *many("reader", 30))
        while not post.got:
            await asyncio.sleep(0.01)
        await settled(app, bulk)
        sent = (await counts(app, bulk)).get("sent", 0)
        personal = await tell(app, "personal", *many("friend", 5))
        await until(app, personal, sent=5)
        assert (await counts(app, bulk)).get("sent", 0) == sent < 30
        refused = post.got[0].to
        (row,) = await app.read(
            lambda db: db.rows(
                select(DELIVERY.c.due, DELIVERY.c.failures, ADDRESS.c.stopped)
                .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
                .where(ADDRESS.c.key == refused)
            )
        )
        assert (row.failures, row.due) == (0, row.stopped)
        # When the platform lets us again, everybody is told.
        await app.read(lambda db: db.run(update(PACE).values(stopped=None)))
        await app.read(lambda db: db.run(update(ADDRESS).values(stopped=None)))
        now = app.clock.now()
        await app.read(
            lambda db: db.run(update(DELIVERY).where(DELIVERY.c.state == "pending").values(due=now))
        )
        await until_all_but_local(app, post, bulk)


async def settled(app: App, told: int) -> None:
    """Nothing of it is on its way."""
    while (await counts(app, told)).get("sending"):
        await asyncio.sleep(0.01)


async def until_all_but_local(app: App, post: Postbox, bulk: int) -> None:
    """This process itself remembers how long it was told to wait: another one goes on."""
    async with running(app, post=(other := Paced())):
        await until(app, bulk, sent=30)
    assert (
        Counter(each.to for each in [*post.got, *other.got] if each.claim.lane == LANES["bulk"]).total() == 31
    )


async def test_while_people_wait_for_answers_what_is_for_many_does_not_go_out(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "BUSY_SECONDS", -1.0)
    post = Postbox()
    async with running(app, post=post):
        bulk = await tell(app, "bulk", *many("reader", 10))
        urgent = await tell(app, "urgent", *many("neighbour", 10))
        personal = await tell(app, "personal", *many("friend", 10))
        await until(app, personal, sent=10)
        assert (await counts(app, bulk), await counts(app, urgent)) == ({"pending": 10}, {"pending": 10})
        # The twin: nobody waits.
        monkeypatch.setattr(courier, "BUSY_SECONDS", 0.5)
        await until(app, bulk, sent=10)
        await until(app, urgent, sent=10)


async def test_whom_one_channel_refuses_is_told_by_the_other(app: App) -> None:
    class Blocked(Postbox):
        async def push(self, app: App, outgoing: Outgoing) -> None:
            await super().push(app, outgoing)
            raise ChannelError("blocked", permanent=True, unreachable=True)

    blocked, other = Blocked(), Postbox()
    told = await tell(app, "bulk", "reader")

    def two_addresses(db: Db) -> None:
        reader = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "reader"))
        second = member.meet_group(db, "letters", "reader-too")
        older = update(ADDRESS).where(ADDRESS.c.id == second)
        db.run(older.values(member_id=reader))
        first = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "reader"))
        member.choose_address(db, reader, first, app.clock.now())

    await app.read(two_addresses)
    async with running(app, post=blocked, letters=other):
        await until(app, told, sent=1)
    assert ([each.to for each in blocked.got], [each.to for each in other.got]) == (
        ["reader"],
        ["reader-too"],
    )


async def test_whom_nobody_reaches_has_an_end(app: App) -> None:
    post = Postbox()
    async with running(app, post=post):
        told = await tell(app, "bulk", "reader", channel="console")
        await until(app, told, failed=1)
    assert await app.read(lambda db: delivery.reasons(db, told)) == [("failed", "unreachable", 1)]


async def test_at_its_end_what_is_on_its_way_is_settled_and_the_rest_is_given_back(app: App) -> None:
    post = Stuck()
    task = asyncio.ensure_future(courier.run(app, {"post": post}))
    told = await tell(app, "bulk", *many("reader", 100))
    room = AT_ONCE[LANES["bulk"]]
    await until(app, told, sending=room, pending=100 - room)
    task.cancel()
    await asyncio.sleep(0)
    post.let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await counts(app, told) == {"sent": room, "pending": 100 - room}


async def test_what_it_holds_for_long_is_not_taken_over(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(courier, "RENEWAL", timedelta(seconds=0.1))
    monkeypatch.setattr("bot.courier_round.LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(claiming, "LEASE", timedelta(seconds=0.6))
    slow, other = Stuck(), Postbox()
    async with running(app, post=slow):
        told = await tell(app, "bulk", "reader")
        await until(app, told, sending=1)
        async with running(app, post=other):
            await asyncio.sleep(1.5)
            slow.let_go.set()
            await until(app, told, sent=1)
    assert (len(slow.got), other.got) == (1, [])


async def test_what_is_stopped_in_the_middle_goes_no_further(app: App) -> None:
    post = Paced(a_second=50)
    async with running(app, post=post):
        told = await tell(app, "bulk", *many("reader", 200))
        while len(post.got) < 5:
            await asyncio.sleep(0.01)
        await app.read(lambda db: halting.stop(db, told, app.clock.now()))
        await settled(app, told)
        found = await counts(app, told)
    assert found["skipped"] + found["sent"] == 200
    assert len(post.got) == found["sent"] < 100
