"""A conversation in the terminal: the way to try everything without an account anywhere."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from starlette.routing import BaseRoute

from bot import courier
from bot.app import App
from bot.channels import CHANNELS, Capabilities, Finding
from bot.channels.rendering import render
from bot.inbound import Inbound, Message
from handlers.words import Reader, say
from models.card import Card
from models.member import Person
from models.notice import Outgoing
from models.text import Text


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

    async def link(self, says: str) -> str | None:
        """Nothing here is opened from elsewhere."""
        return None

    async def check(self) -> list[Finding]:
        return []

    async def push(self, app: App, outgoing: Outgoing) -> None:
        for card in outgoing.cards:
            self._show(app, Message(outgoing.to, card, outgoing.language, None))
            await self._save(app, outgoing, card)

    async def _save(self, app: App, outgoing: Outgoing, card: Card) -> None:
        """Files come into the working directory, since a terminal cannot show them."""
        if outgoing.member is None:
            return
        person = Person(outgoing.member, outgoing.language, None, None)
        for attachment in card.attachments:
            if attachment.recipe:
                name, content = await app.content(attachment, person)
                saved = await asyncio.to_thread(save, name, content.data)
                reader = Reader(outgoing.language, app.clock.now(), app.zone)
                self._write(say(Text("已存到这里：{name}", name=saved.name), reader))

    async def _say(self, app: App, text: str) -> None:
        reply = await app.answer(Inbound("console", self._handle, text))
        for message in reply.messages:
            self._show(app, message)
        while await courier.deliver(app, {"console": self}, there=self._handle):
            pass

    def _show(self, app: App, message: Message) -> None:
        reader = Reader(message.language, app.clock.now(), app.zone)
        for rendered in render(message.card, reader, self.capabilities, message.first):
            self._write(f"\n{rendered.text}")


def save(name: str, data: bytes, folder: Path | None = None) -> Path:
    """Writes a file that only its owner reads, beside one of the same name; gives where it is."""
    wanted = Path(Path(name).name)
    for nth in count(1):
        path = (folder or Path()) / (f"{wanted.stem}-{nth}{wanted.suffix}" if nth > 1 else wanted)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with open(descriptor, "wb") as file:
                file.write(data)
            return path
    raise AssertionError("there is always another number")


def _read_line() -> str:
    """The next line, or nothing at the end of the input."""
    print("\n> ", end="", flush=True)  # noqa: T201
    return sys.stdin.readline()
