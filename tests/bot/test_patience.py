"""An answer in time, or late by the courier, or none and told so: and never both."""

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import courier, patience
from bot.app import App
from bot.inbound import Inbound, Message, Reply
from bot.patience import Missed
from models.database import Db
from models.delivery import DELIVERY
from tests.bot.test_courier import Postbox

AWAY = OperationalError("INSERT", {}, Exception("database or disk is full"))


def said(text: str = "你好", message: str = "m1") -> Inbound:
    return Inbound("post", "lin", text, message=message)


async def told(app: App) -> list[str]:
    """What the courier brings now, each card's message of the catalogue."""
    post = Postbox()
    while await courier.deliver(app, {"post": post}):
        pass
    return [card.text.message for outgoing in post.got for card in outgoing.cards]


async def states(app: App) -> list[str]:
    return [row.state for row in await app.read(lambda db: db.rows(select(DELIVERY)))]


def block(app: App) -> threading.Event:
    """Holds the only writer until the event is set."""
    let_go = threading.Event()
    app.worker.submit("gate", lambda _db: let_go.wait(20))
    return let_go


async def test_in_time_it_is_the_answer(app: App) -> None:
    reply = await patience.answer(app, said(), 4, 4.5)
    assert isinstance(reply, Reply)
    assert reply.did == "smalltalk"
    assert await told(app) == []


async def test_what_has_not_begun_is_taken_back_and_has_no_effect(app: App) -> None:
    let_go = block(app)
    assert await patience.answer(app, said(), 0.05, 0.1) is Missed.LOST
    let_go.set()
    assert await app.read(lambda db: db.value(select(DELIVERY.c.id))) is None
    # Said again it is heard for the first time.
    reply = await app.answer(said())
    assert (reply.did, reply.repeated) == ("smalltalk", False)


async def test_everybody_who_waited_for_it_is_told_that_it_was_taken_back(app: App) -> None:
    let_go = block(app)
    waiting = [patience.answer(app, said(), seconds, 0.4) for seconds in (0.05, 0.3)]
    assert await asyncio.gather(*waiting) == [Missed.LOST, Missed.LOST]
    let_go.set()


async def test_what_is_at_work_comes_later_and_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, begun = threading.Event(), threading.Event()
    dispatch = App._dispatch

    def slow(self: App, db: object, inbound: Inbound) -> Reply:
        begun.set()
        let_go.wait(20)
        return dispatch(self, db, inbound)  # type: ignore[arg-type]

    monkeypatch.setattr(App, "_dispatch", slow)
    assert await patience.answer(app, said(), 0.1, 0.2) is Missed.LATER
    assert begun.is_set()
    let_go.set()
    while not await states(app):
        await asyncio.sleep(0.01)
    assert await told(app) == [
        "您好！要办什么，直接说就行。",
        "初次见面。下面的可以不管，不填也照样办事。想填就点一下，随时能改。",
    ]
    assert await states(app) == ["sent"]


async def test_a_late_answer_leaves_out_what_the_ledger_has_already(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    dispatch = App._dispatch

    def slow(self: App, db: object, inbound: Inbound) -> Reply:
        let_go.wait(20)
        return dispatch(self, db, inbound)  # type: ignore[arg-type]

    def all_but_the_first(reply: Reply) -> list[tuple[Message, int]]:
        return [(message, 0) for message in reply.messages[1:]]

    monkeypatch.setattr(App, "_dispatch", slow)
    inbound = Inbound("post", "lin", "你好", message="m1", carries=all_but_the_first)
    assert await patience.answer(app, inbound, 0.1, 0.2) is Missed.LATER
    let_go.set()
    while len(await states(app)) < 2:
        await asyncio.sleep(0.01)
    assert sorted(await told(app)) == [
        "初次见面。下面的可以不管，不填也照样办事。想填就点一下，随时能改。",
        "您好！要办什么，直接说就行。",
    ]


async def test_where_nothing_can_be_written_it_is_tried_until_there_is_no_time_left(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    answer = app.answer

    async def fails(inbound: Inbound) -> Reply:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise AWAY
        return await answer(inbound)

    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(app, "answer", fails)
    reply = await patience.answer(app, said(), 4, 4.5)
    assert isinstance(reply, Reply)
    assert tried == 3


async def test_and_then_it_is_lost(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_inbound: Inbound) -> Reply:
        raise AWAY

    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(app, "answer", fails)
    assert await patience.answer(app, said(), 0.05, 0.06) is Missed.LOST


async def test_what_was_promised_is_tried_on_where_it_could_not_be_written(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, dispatch, away = threading.Event(), App._dispatch, iter([True, True, False])

    def slow(self: App, db: Db, inbound: Inbound) -> Reply:
        let_go.wait(20)
        if next(away):
            raise AWAY
        return dispatch(self, db, inbound)

    monkeypatch.setattr(App, "_dispatch", slow)
    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
    assert await patience.answer(app, said(), 0.1, 0.2) is Missed.LATER
    let_go.set()
    while not await states(app):
        await asyncio.sleep(0.01)
    assert (await told(app))[0] == "您好！要办什么，直接说就行。"


async def test_what_was_heard_late_is_told_although_that_could_not_be_written_at_once(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, dispatch, tell, away = threading.Event(), App._dispatch, patience._tell, iter([True, True, False])

    def slow(self: App, db: Db, inbound: Inbound) -> Reply:
        let_go.wait(20)
        return dispatch(self, db, inbound)

    async def fails(*given: Any) -> None:
        if next(away):
            raise AWAY
        await tell(*given)

    monkeypatch.setattr(App, "_dispatch", slow)
    monkeypatch.setattr(patience, "_tell", fails)
    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
    assert await patience.answer(app, said(), 0.1, 0.2) is Missed.LATER
    let_go.set()
    while not await states(app):
        await asyncio.sleep(0.01)
    assert (await told(app))[0] == "您好！要办什么，直接说就行。"
