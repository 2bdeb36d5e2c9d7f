"""Several things at once, of which the first that fails ends the others."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def together(*work: Coroutine[Any, Any, object]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for each in work:
            tasks.create_task(each)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)
