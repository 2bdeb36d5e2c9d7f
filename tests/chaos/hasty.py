"""`linli` as it must not be: it says that it has an update before it has written anything down.

So does python-telegram-bot's Updater: what it fetched is confirmed by the next fetch, and lies in a queue. Run as
`python -m tests.chaos.hasty run`.
"""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send

from bot.app import App
from bot.channels.telegram import answering, polling, webhook
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.webhook import Door
from bot.command import main

_under_way: set[asyncio.Task[Any]] = set()


def _begin(app: App, calls: Calls, update: dict[str, Any]) -> None:
    task = asyncio.ensure_future(answering.answer(app, calls, update, responds=None))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _call(door: Door, scope: Scope, receive: Receive, send: Send) -> None:
    update = webhook._parse(await webhook._body(scope, receive, door.secret.encode()))
    _begin(door.app, door.calls, update)
    await webhook._respond(send, 200)


async def _fetch(app: App, calls: Calls, offset: int) -> tuple[int, bool]:
    updates = await calls.call("getUpdates", seconds=30, offset=offset, timeout=20, limit=100)
    for update in updates:
        _begin(app, calls, update)
        offset = update["update_id"] + 1
    return offset, True


if __name__ == "__main__":
    setattr(Door, "__call__", _call)  # noqa: B010
    setattr(polling, "_fetch", _fetch)  # noqa: B010
    main()
