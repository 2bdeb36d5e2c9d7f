"""What the door of every platform has to stand: forged calls beside good ones, and bodies that are bombs."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos import wires
from tests.chaos.figures import memory
from tests.chaos.server import Server
from tests.chaos.together import together
from tests.chaos.wires import Bomb

CONNECTIONS = 8
FORGED = 1000
BOMBS = 20
# A body is read as far as it may be long, and not kept.
GROWTH = 20 * 1024 * 1024
# The path and the headers that let one in, and what is thrown there.
Aim = tuple[str, Sequence[str], Mapping[str, Bomb]]


async def forge(send: Callable[[int], Awaitable[int]], *beside: Coroutine[Any, Any, None]) -> Counter[int]:
    """Sends forged calls over several connections while the others go on; gives how they were refused."""
    statuses: Counter[int] = Counter()

    async def connection(first: int) -> None:
        for nth in range(first, FORGED, CONNECTIONS):
            statuses[await send(nth)] += 1

    await together(*map(connection, range(CONNECTIONS)), *beside)
    assert statuses.total() == FORGED
    assert {status // 100 for status in statuses} == {4}
    return statuses


@dataclass
class Bombed:
    """What answered each bomb, how long that took, how long others waited meanwhile, and what it cost in memory."""

    thrown: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    took: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    growth: int = 0

    def __str__(self) -> str:
        return (
            f"{len(self.took)} bombs, {dict(self.thrown)}, the slowest after {max(self.took):.3f} s; memory grew by "
            f"{self.growth / 1e6:.1f} MB; {len(self.waits)} answers beside them, the slowest {max(self.waits):.3f} s"
        )


async def bomb(server: Server, aim: Callable[[], Aim], talk: Callable[[], Awaitable[None]]) -> Bombed:
    """Throws all of them again and again, while somebody talks without a pause."""
    bombed, over = Bombed(), asyncio.Event()
    before = memory(server.pid)

    async def throw() -> None:
        for _ in range(BOMBS):
            path, headers, bombs = aim()
            for name, each in bombs.items():
                status, seconds = await wires.throw(server.address, path, headers, each)
                bombed.thrown[name].add(status)
                bombed.took.append(seconds)
        over.set()

    async def go_on() -> None:
        while not over.is_set():
            began = time.monotonic()
            await talk()
            bombed.waits.append(time.monotonic() - began)

    async def weigh() -> None:
        while not over.is_set():
            bombed.growth = max(bombed.growth, memory(server.pid) - before)
            await asyncio.sleep(0.02)

    await together(throw(), go_on(), weigh())
    assert len(bombed.waits) > BOMBS
    return bombed
