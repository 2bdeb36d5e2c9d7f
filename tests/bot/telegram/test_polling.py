"""Fetching: nothing is confirmed before it is committed, and nothing ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot import courier
from bot.app import App
from bot.channels.telegram import open_channel, polling, waiting
from bot.channels.telegram.channel import Telegram
from bot.inbound import Inbound, Reply
from models import dead_letter
from models.delivery import DELIVERY
from models.heard import HEARD
from tests.bot.telegram.conftest import Bench, settings
from tests.fakes import telegram as fakes


@asynccontextmanager
async def polled(app: App, fake: fakes.Telegram) -> AsyncIterator[Telegram]:
    """The channel, which fetches until the end of the block."""
    channel = open_channel(settings(fake, "polling"))
    assert channel is not None
    assert channel.routes(app) == []
    running = asyncio.create_task(channel.run(app))
    try:
        yield channel
    finally:
        assert not running.done(), running
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.02)


async def heard(app: App) -> list[str]:
    return await app.read(lambda db: [row.message for row in db.rows(select(HEARD).order_by(text("rowid")))])


async def until_heard(app: App, count: int) -> list[str]:
    while len(found := await heard(app)) < count:
        await asyncio.sleep(0.01)
    return found


async def confirmed(fake: fakes.Telegram, number: int) -> None:
    """Until Telegram was told that everything up to this update was taken."""
    while not any(each.get("offset", 0) > number for each in fake.called("getUpdates")):
        await asyncio.sleep(0.01)


async def test_what_was_said_is_heard_in_its_order_and_owed_by_the_ledger(
    app: App, fake: fakes.Telegram
) -> None:
    numbers = [fake.say(5001 + nth % 3, f"第{nth}句") for nth in range(30)]
    async with polled(app, fake):
        found = await until_heard(app, 30)
        await confirmed(fake, numbers[-1])
    for who in range(3):
        own = [f"770001:{number}" for number in numbers[who::3]]
        assert [each for each in found if each in own] == own
    owed = await app.read(lambda db: db.rows(select(DELIVERY.c.state)))
    assert {row.state for row in owed} == {"pending"}
    assert len(owed) == 30
    assert fake.called("sendMessage") == []


async def test_a_webhook_that_was_set_is_taken_away_and_nothing_that_waits_is_dropped(
    app: App, fake: fakes.Telegram
) -> None:
    fake.state.webhook = {"url": "http://127.0.0.1:9/elsewhere", "secret_token": ""}
    fake.say(5001, "你好")
    async with polled(app, fake):
        await until_heard(app, 1)
    assert fake.called("deleteWebhook") == [{"drop_pending_updates": False}]


async def test_what_could_not_be_written_is_fetched_again(
    app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = [fake.say(5001, f"第{nth}句") for nth in range(5)]
    answer, failed = app.answer, 0

    async def away_at_first(inbound: Inbound) -> Reply:
        nonlocal failed
        if inbound.text == "第2句" and failed < 3:
            failed += 1
            raise OperationalError("SELECT", {}, Exception("disk full"))
        return await answer(inbound)

    monkeypatch.setattr(app, "answer", away_at_first)
    async with polled(app, fake):
        await confirmed(fake, numbers[-1])
    assert failed == 3
    assert sorted(await heard(app)) == [f"770001:{number}" for number in numbers]
    offsets = [each["offset"] for each in fake.called("getUpdates")]
    assert offsets[:5] == [0, numbers[2], numbers[2], numbers[2], numbers[4] + 1]


async def killed_while_it_answers(app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes; the program ends while it is about to write that down, or when that was confirmed."""
    began = asyncio.Event()

    async def stuck(_inbound: Inbound) -> Reply:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError

    number = fake.say(5001, "你好")
    with monkeypatch.context() as slow:
        slow.setattr(app, "answer", stuck)
        async with polled(app, fake):
            await began.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(confirmed(fake, number), 0.2)


async def test_what_is_not_committed_is_not_confirmed(
    app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await killed_while_it_answers(app, fake, monkeypatch)
    async with polled(app, fake):
        assert len(await until_heard(app, 1)) == 1


async def test_confirming_before_the_commit_loses_it(
    app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, which hands on and confirms, as the library's own updater does."""
    hear, handed_on = polling._hear, []

    async def hand_on(*given: Any) -> None:
        handed_on.append(asyncio.create_task(hear(*given)))

    with monkeypatch.context() as hasty:
        hasty.setattr(polling, "_hear", hand_on)
        await killed_while_it_answers(app, fake, monkeypatch)
    for task in handed_on:
        task.cancel()
    await asyncio.gather(*handed_on, return_exceptions=True)
    async with polled(app, fake):
        later = fake.say(5001, "还在吗")
        await confirmed(fake, later)
    assert await heard(app) == [f"770001:{later}"]


@pytest.mark.parametrize(
    "faults", [["500", "502"], ["html"], ["garbage"], ["401", "401"], ["409"], ["429:1"], ["lost"]]
)
async def test_no_failure_ends_it(app: App, fake: fakes.Telegram, faults: list[str]) -> None:
    fake.fail("getUpdates", *faults)
    fake.fail("getMe", *faults)
    fake.fail("deleteWebhook", *faults)
    fake.say(5001, "你好")
    async with polled(app, fake):
        await until_heard(app, 1)
        number = fake.say(5001, "再见")
        await confirmed(fake, number)
    assert len(await heard(app)) == 2


async def test_another_who_fetches_is_outlasted(app: App, fake: fakes.Telegram) -> None:
    async with polled(app, fake) as channel:
        await until_heard(app, 0)
        while not fake.called("getUpdates"):
            await asyncio.sleep(0.01)
        other = open_channel(settings(fake, "polling"))
        assert other is not None
        await other._calls.call("getUpdates", offset=0, timeout=0)
        await other.close()
        fake.say(5001, "你好")
        await until_heard(app, 1)
    assert channel.capabilities.buttons


async def test_poison_holds_up_nobody(app: App, fake: fakes.Telegram) -> None:
    fake.update({"message": ["x"]})
    number = fake.say(5001, "你好")
    async with polled(app, fake):
        await until_heard(app, 1)
        await confirmed(fake, number)
    rows = await app.read(lambda db: dead_letter.newest(db, 10))
    assert [(row.message, row.reason) for row in rows] == [
        (f"770001:{number - 1}", "message: list, not an object")
    ]


async def test_a_press_changes_its_message_here_too(app: App, fake: fakes.Telegram) -> None:
    fake.know(5001)
    shown = {"message_id": 44, "date": 1, "chat": {"id": 5001, "type": "private"}, "text": "x"}
    fake.state.chats[5001].messages.append(fakes.Shown(44, "x"))
    query: dict[str, Any] = {"id": "q1", "from": Bench.person(5001), "data": "show 2", "message": shown}
    number = fake.update({"callback_query": query})
    async with polled(app, fake):
        await confirmed(fake, number)
        fake_answered = fake.called("answerCallbackQuery")
    assert (fake.chat(5001).messages[0].edits, fake_answered) == (1, [{"callback_query_id": "q1"}])
    assert "午间瑜伽" in fake.chat(5001).texts[0]


async def test_where_the_pressed_message_is_gone_the_answer_stands_below(
    app: App, fake: fakes.Telegram
) -> None:
    fake.know(5001)
    shown = {"message_id": 44, "date": 1, "chat": {"id": 5001, "type": "private"}, "text": "x"}
    query: dict[str, Any] = {"id": "q1", "from": Bench.person(5001), "data": "show 2", "message": shown}
    number = fake.update({"callback_query": query})
    async with polled(app, fake):
        await confirmed(fake, number)
    assert len(fake.chat(5001).messages) == 1
    assert "午间瑜伽" in fake.chat(5001).texts[0]


@pytest.mark.parametrize("fault", ["500", "429:1", "html"])
async def test_what_could_not_be_shown_goes_by_the_ledger(app: App, fake: fakes.Telegram, fault: str) -> None:
    fake.know(5001)
    fake.state.chats[5001].messages.append(fakes.Shown(44, "x"))
    shown = {"message_id": 44, "date": 1, "chat": {"id": 5001, "type": "private"}, "text": "x"}
    query: dict[str, Any] = {"id": "q1", "from": Bench.person(5001), "data": "show 2", "message": shown}
    fake.fail("editMessageText", fault)
    number = fake.update({"callback_query": query})
    async with polled(app, fake) as channel:
        await confirmed(fake, number)
        while await courier.deliver(app, {"telegram": channel}):
            pass
    below = [each for each in fake.chat(5001).texts if "午间瑜伽" in each]
    assert len(below) == 1, fake.chat(5001).texts


async def test_a_thread_of_a_group_is_answered_in_it(app: App, fake: fakes.Telegram) -> None:
    fake.know(-1005003, "supergroup")
    thread: dict[str, Any] = {"message_thread_id": 7, "is_topic_message": True}
    number = fake.say(5001, "/activities", -1005003, **thread)
    async with polled(app, fake) as channel:
        await confirmed(fake, number)
        while await courier.deliver(app, {"telegram": channel}):
            pass
    threads = [each.get("message_thread_id") for each in fake.called("sendMessage") if each["chat_id"] < 0]
    assert threads == [7]


async def test_a_fault_of_ours_does_not_end_it(
    app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch, faults = polling._fetch, [ValueError(), KeyError()]

    async def faulty(*given: Any) -> tuple[int, bool]:
        if faults:
            raise faults.pop()
        return await fetch(*given)

    monkeypatch.setattr(polling, "_fetch", faulty)
    fake.say(5001, "你好")
    async with polled(app, fake):
        await until_heard(app, 1)
    assert faults == []
