"""What leaves a process keeps its distance, however late the process is."""

import asyncio

from bot.courier_gates import Gates
from models.pace import Limits

FIFTY = Gates({"post": Limits(50), "page": None})
DISTANCE = 1 / 50
MANY = 6


async def all_through(gates: Gates, channel: str) -> list[float]:
    """When each of many passes who came at once."""
    loop = asyncio.get_running_loop()

    async def one() -> float:
        await gates.pass_through(channel)
        return loop.time()

    return await asyncio.gather(*(one() for _ in range(MANY)))


async def test_who_comes_late_goes_in_no_burst() -> None:
    began = asyncio.get_running_loop().time()
    passed = await all_through(Gates(FIFTY.limits), "post")
    # A loop wakes nobody too early, but for what its clock does not tell apart.
    for nth, at in enumerate(passed):
        assert at - began >= nth * DISTANCE - 0.002


async def test_what_was_missed_is_not_made_up_for() -> None:
    gates, loop = Gates(FIFTY.limits), asyncio.get_running_loop()
    await gates.pass_through("post")
    await asyncio.sleep(5 * DISTANCE)
    again = loop.time()
    passed = await all_through(gates, "post")
    assert passed[-1] - again >= (MANY - 1) * DISTANCE - 0.002


async def test_without_limits_there_is_no_gate() -> None:
    gates = Gates(FIFTY.limits)
    await all_through(gates, "page")
    assert gates.free("page", []) == 0.0


async def test_it_is_free_behind_those_who_still_wait() -> None:
    gates = Gates(FIFTY.limits)
    assert gates.free("post", []) == 0.0
    assert gates.free("post", [10.0, 5.0]) == 10.0 + DISTANCE
    # The second one has to wait for the first.
    assert gates.free("post", [10.0, 10.0]) == 10.0 + 2 * DISTANCE
