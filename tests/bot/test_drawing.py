"""What computes long is made in a process of its own: answers go on meanwhile, and it is begun anew where it was killed."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from bot.drawing import Drawing
from handlers.recipes import Apart, Content


def process() -> Content:
    """In which process it is made."""
    return Content("text/plain", str(os.getpid()).encode())


def stubborn() -> Content:
    """Computes for half a second in one go, as painting a picture does: no other thread of its process goes on."""
    ends = time.perf_counter() + 0.5
    while time.perf_counter() < ends:
        sum(range(100_000))
    return Content("text/plain", b"")


@pytest.fixture
async def drawing() -> AsyncIterator[Drawing]:
    opened = Drawing()
    yield opened
    opened.close()


async def test_it_is_another_process_and_always_the_same(drawing: Drawing) -> None:
    made = [(await drawing.make(Apart(process))).data for _ in range(2)]
    assert made[0] == made[1] != str(os.getpid()).encode()


async def test_the_loop_turns_while_it_is_made(drawing: Drawing) -> None:
    await drawing.make(Apart(process))
    making, turns = asyncio.ensure_future(drawing.make(Apart(stubborn))), 0
    while not making.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 3


async def test_where_it_was_killed_another_one_does_it(drawing: Drawing) -> None:
    first = int((await drawing.make(Apart(process))).data)
    os.kill(first, signal.SIGKILL)
    while True:
        try:
            os.kill(first, 0)
        except ProcessLookupError:
            break
        await asyncio.sleep(0.01)
    second = int((await drawing.make(Apart(process))).data)
    assert second != first
