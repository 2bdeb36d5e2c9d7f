"""A conversation in the terminal: the way to try everything without an account anywhere."""

import asyncio
import sys
from collections.abc import Callable

from starlette.routing import BaseRoute

from bot.app import App
from bot.channels import CHANNELS, Capabilities
from bot.channels.rendering import render
from bot.inbound import Inbound
from handlers.words import Reader


class Terminal:
    """One person at a keyboard; numbers stand for buttons."""

    capabilities = Capabilities(buttons=False, text_limit=CHANNELS["console"].text_limit)

    def __init__(self, handle: str, write: Callable[[str], None] = print) -> None:
        self._handle = handle
        self._write = write

    def routes(self, app: App) -> list[BaseRoute]:
        return []

    async def run(self, app: App) -> None:
        await self._say(app, "/start")
        while line := await asyncio.to_thread(_read_line):
            if line.strip():
                await self._say(app, line.strip())

    async def _say(self, app: App, text: str) -> None:
        reply = await app.answer(Inbound("console", self._handle, text))
        for message in reply.messages:
            reader = Reader(message.language, app.clock.now(), app.zone)
            for rendered in render(message.card, reader, self.capabilities, message.first):
                self._write(f"\n{rendered.text}")


def _read_line() -> str:
    """The next line, or nothing at the end of the input."""
    print("\n> ", end="", flush=True)  # noqa: T201
    return sys.stdin.readline()
