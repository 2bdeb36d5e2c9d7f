"""What the response to a platform does not carry is in the ledger with the fact itself, and comes once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot import courier
from bot.app import App
from bot.channels import ChannelError
from bot.clock import FixedClock
from bot.inbound import Inbound, Message, Reply
from models import member, notice
from models.card import Card
from models.conversation import CONVERSATION
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, ROLE
from models.text import Text
from tests.bot.test_courier import Postbox
from tests.conftest import NOW


def everything(reply: Reply) -> list[tuple[Message, int]]:
    return [(message, 0) for message in reply.messages]


async def say(app: App, text: str, message: str, **how: Any) -> Reply:
    return await app.answer(Inbound("post", "hu", text, message=message, carries=everything, **how))


async def brought(app: App) -> list[tuple[str, str]]:
    """To whom the courier brings what, by the catalogue's message."""
    post = Postbox()
    while await courier.deliver(app, {"post": post}):
        pass
    return [(each.to, card.text.message) for each in post.got for card in each.cards]


async def value(app: App, statement: Any) -> Any:
    return await app.read(lambda db: db.value(statement))


async def test_a_repeat_owes_nothing_more(app: App) -> None:
    first = await say(app, "你好", "m1")
    again = await say(app, "你好", "m1")
    assert (first.owes, again.owes, again == first) == (True, False, True)
    assert app.due.is_set()
    assert [to for to, _ in await brought(app)] == ["hu", "hu"]
    assert await brought(app) == []


async def test_without_anything_left_nothing_is_owed(app: App) -> None:
    reply = await app.answer(Inbound("post", "hu", "你好", message="m1"))
    assert (reply.owes, await value(app, select(func.count()).select_from(DELIVERY))) == (False, 0)


async def test_numbers_are_those_of_the_reply(app: App) -> None:
    await say(app, "你好", "m0")
    await brought(app)
    reply = await say(app, "有什么活动", "m1")
    post = Postbox()
    await courier.deliver(app, {"post": post})
    (outgoing,) = post.got
    assert [(part.card, part.first) for part in outgoing.parts] == [
        (message.card, message.first) for message in reply.messages
    ]
    assert outgoing.parts[0].first == 1


async def test_in_a_group_each_gets_what_is_for_him(app: App) -> None:
    await say(app, "有什么活动", "m1", group="tower")
    private = await say(app, "我的资料", "m2", group="tower")
    assert [message.to for message in private.messages] == ["hu"]
    assert [to for to, _ in await brought(app)] == ["group:tower", "hu"]


async def test_an_apology_is_owed_too(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_anything: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("bot.dispatch.hear", stumble)
    reply = await say(app, "你好", "m1")
    assert (reply.failed, reply.owes, len(await brought(app))) == (True, True, 1)


async def test_a_goodbye_is_in_no_ledger(app: App) -> None:
    await say(app, "你好", "m1")
    await say(app, "删除我的数据", "m2")
    reply = await say(app, "确认删除", "m3")
    assert (reply.gone, reply.owes, reply.unkept, reply.messages[0].to) == (True, False, True, "hu")


# Who leaves, and who comes back


async def tell(app: App, words: str = "停水通知") -> None:
    def work(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "hu"))
        notice.tell(db, [Card(Text(words))], [address], NOW)

    await app.read(work)


async def state(app: App) -> tuple[str, str | None]:
    (row,) = await app.read(lambda db: db.rows(select(DELIVERY)))
    return row.state, row.reason


async def test_who_is_not_reached_any_more_is_sent_nothing_until_he_writes(app: App) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    left = await app.answer(Inbound("post", "hu", message="m2", leaves="unreachable"))
    assert (left.did, left.messages) == ("", ())
    await tell(app)
    assert await brought(app) == []
    assert await state(app) == ("skipped", "nobody is reached there any more")
    await app.answer(Inbound("post", "hu", "你好", message="m3"))
    await tell(app)
    assert await brought(app) == [("hu", "停水通知")]


async def test_who_leaves_without_having_come_is_nobody(app: App) -> None:
    before = await value(app, select(func.count()).select_from(MEMBER))
    await app.answer(Inbound("post", "stranger", leaves="unreachable"))
    await app.answer(Inbound("post", "stranger", leaves="forgotten"))
    assert await value(app, select(func.count()).select_from(MEMBER)) == before


async def test_who_is_to_be_forgotten_is(app: App) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    await tell(app)
    left = await app.answer(Inbound("post", "hu", leaves="forgotten"))
    assert left.gone
    found = select(func.count()).select_from(ADDRESS).where(ADDRESS.c.key == "hu")
    assert (await value(app, found), await brought(app)) == (0, [])


async def test_who_is_reached_elsewhere_too_loses_only_this_address(app: App) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    hu = select(ADDRESS.c.member_id).where(ADDRESS.c.key == "hu")
    whose = await value(app, hu)

    def reach_elsewhere(db: Db) -> None:
        other, _ = member.meet(db, "page", "hu elsewhere", "zh-Hans")
        db.run(ADDRESS.update().where(ADDRESS.c.id == other).values(member_id=whose))

    await app.read(reach_elsewhere)
    await tell(app)
    await app.answer(Inbound("post", "hu", leaves="forgotten"))
    assert await value(app, hu) is None
    assert await value(app, select(ADDRESS.c.member_id).where(ADDRESS.c.key == "hu elsewhere")) == whose
    assert await value(app, select(func.count()).select_from(notice.NOTICE)) == 0


async def test_the_only_administrator_is_kept_and_not_written_to(app: App) -> None:
    lin = select(ADDRESS.c.member_id).where(ADDRESS.c.key == "lin")

    def appoint(db: Db) -> None:
        db.run(insert(ROLE), member_id=db.value(lin), kind="administrator")

    await app.read(appoint)
    left = await app.answer(Inbound("console", "lin", leaves="forgotten"))
    closed = await value(app, select(ADDRESS.c.closed).where(ADDRESS.c.key == "lin"))
    assert (left.gone, await value(app, lin) is None, closed) == (False, False, NOW)


# What a platform allows only after having been written to


async def test_whoever_writes_opens_a_window(app: App, clock: FixedClock) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1", opens=(timedelta(hours=48), 5)))
    window = select(CONVERSATION.c.free_until, CONVERSATION.c.free_left)
    (row,) = await app.read(lambda db: db.rows(window))
    assert tuple(row) == (NOW + timedelta(hours=48), 5)
    # A shorter one that is opened meanwhile takes nothing away.
    await app.answer(Inbound("post", "hu", "help", message="m2", opens=(timedelta(minutes=1), 3)))
    (row,) = await app.read(lambda db: db.rows(window))
    assert tuple(row) == (NOW + timedelta(hours=48), 5)


async def test_what_waits_for_him_comes_when_he_writes(app: App) -> None:
    opens = (timedelta(minutes=1), 3)
    await app.answer(Inbound("post", "hu", "你好", message="m1", opens=opens))
    await tell(app)
    shut = Postbox(ChannelError("45015", permanent=False, until_contact=True, sent=1))
    await courier.deliver(app, {"post": shut})
    assert await state(app) == ("pending", "45015")
    assert await brought(app) == []
    reply = await app.answer(Inbound("post", "hu", "你好", message="m2", opens=opens))
    assert reply.owes
    post = Postbox()
    await courier.deliver(app, {"post": post})
    assert [(each.sent, each.window is not None) for each in post.got] == [(1, True)]


def test_a_window_is_open_until_it_ends_or_is_used_up() -> None:
    from models.conversation import Window

    later: datetime = NOW + timedelta(minutes=1)
    assert Window(later, 1).is_open(NOW)
    assert not Window(later, 0).is_open(NOW)
    assert not Window(later, 1).is_open(later)


# What a platform delivers again


async def test_who_left_and_came_back_is_not_forgotten_by_a_repeat(app: App) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    await app.answer(Inbound("post", "hu", message="left", leaves="forgotten"))
    await app.answer(Inbound("post", "hu", "你好", message="m2"))
    again = await app.answer(Inbound("post", "hu", message="left", leaves="forgotten"))
    hu = select(ADDRESS.c.member_id).where(ADDRESS.c.key == "hu")
    assert (again.repeated, await value(app, hu) is None) == (True, False)


async def test_a_goodbye_is_one_also_when_it_is_asked_for_again(app: App) -> None:
    await say(app, "你好", "m1")
    await say(app, "删除我的数据", "m2")
    first, again = await say(app, "确认删除", "m3"), await say(app, "确认删除", "m3")
    assert (again.gone, again.unkept, again.messages) == (True, True, first.messages)


async def test_who_leaves_is_heard_however_many_wait(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    monkeypatch.setattr(app.worker, "expected_wait", lambda _sender=None: 60.0)
    assert (await app.answer(Inbound("post", "hu", "你好", message="m2"))).busy
    assert (await app.answer(Inbound("post", "hu", message="m3", leaves="forgotten"))).gone


async def test_the_answer_comes_before_what_it_announces(app: App) -> None:
    await say(app, "你好", "m0")
    await brought(app)
    await say(app, "导出我的数据", "m1")
    told = [message for _, message in await brought(app)]
    assert len(told) == 2
    assert "一分钟" in told[0]


async def test_who_was_not_reached_gets_what_waits_when_he_writes(app: App) -> None:
    await app.answer(Inbound("post", "hu", "你好", message="m1"))
    await tell(app)
    never = ChannelError("never started", permanent=False, unreachable=True, until_contact=True)
    await courier.deliver(app, {"post": Postbox(never)})
    assert await state(app) == ("pending", "never started")
    # In a group he is not reached.
    await app.answer(Inbound("post", "hu", "你好", message="m2", group="tower"))
    assert await brought(app) == []
    reply = await app.answer(Inbound("post", "hu", "你好", message="m3"))
    assert (reply.owes, await brought(app)) == (True, [("hu", "停水通知")])
