"""The Telegram of the tests enforces limits and fails by chance: else what is measured against it would mean little."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from tests.fakes import telegram as fakes
from tests.fakes.telegram_chats import Refusal

LIN, GROUP = 1, -5
CHATS = range(10, 50)


async def send(http: aiohttp.ClientSession, fake: fakes.Telegram, chat: int) -> int:
    """The status."""
    url, told = f"{fake.url}{fake.token}/sendMessage", {"chat_id": chat, "text": "x"}
    async with http.post(url, json=told) as response:
        await response.read()
        return response.status


async def sent(fake: fakes.Telegram, chats: list[int]) -> Counter[int]:
    """How often which status came, one after the other."""
    runner = await fake.start()
    for chat in chats:
        fake.know(chat)
    try:
        async with aiohttp.ClientSession() as http:
            return Counter([await send(http, fake, chat) for chat in chats])
    finally:
        await fake.stop(runner)


async def test_so_many_a_second_to_a_chat_and_to_a_group_and_no_more() -> None:
    chat, group, everybody = fakes.Telegram(), fakes.Telegram(), fakes.Telegram()
    for each in (chat, group, everybody):
        each.limits = fakes.Limits(a_second=30)
    assert await sent(chat, [LIN] * 3) == {200: 1, 429: 2}
    assert await sent(group, [GROUP] * 22) == {200: 20, 429: 2}
    everybody.limits = fakes.Limits(a_second=5)
    assert await sent(everybody, list(CHATS)) == {200: 5, 429: len(CHATS) - 5}
    assert {each.came for each in everybody.state.log} == {"ok", "429:1"}


async def test_after_a_second_there_is_room_again() -> None:
    limits = fakes.Limits(a_second=1)
    limits.check(LIN)
    with pytest.raises(Refusal):
        limits.check(LIN)
    await asyncio.sleep(1.01)
    limits.check(LIN)


async def test_faults_come_as_often_as_they_are_to_and_spare_whom_they_are_to() -> None:
    fake = fakes.Telegram()
    fake.chances = fakes.Chances({"500": 0.25, "429:3": 0.25}, spared=frozenset({LIN}))
    found = await sent(fake, [*CHATS, *CHATS, *CHATS, *CHATS])
    assert 20 < found[500] < 60
    assert 20 < found[429] < 60
    assert found[200] == len(fake.state.sent_at)
    assert [fake.chances.draw(LIN) for _ in range(50)] == [""] * 50


async def test_what_is_lost_has_arrived() -> None:
    fake = fakes.Telegram()
    fake.fail("sendMessage", "lost", "reset")
    runner = await fake.start()
    fake.know(LIN)
    broken = 0
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            try:
                await send(http, fake, LIN)
            except aiohttp.ClientError:
                broken += 1
    await fake.stop(runner)
    assert (broken, fake.chat(LIN).texts) == (2, ["x"])
    assert [each.came for each in fake.state.log] == ["lost", "reset"]
