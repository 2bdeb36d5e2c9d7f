"""`linli run` as a child beside a fake Telegram: the whole way that a message goes."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.database import open_engine
from tests.bot.programs import Running, serving
from tests.chaos import quarter
from tests.chaos.server import UNLIMITED
from tests.fakes.telegram import Chat, Shown, Telegram, running

SECRET = "a-secret-of-the-tests-and-of-nothing-else"
Mode = Literal["polling", "webhook"]


@dataclass(frozen=True, slots=True)
class Town:
    """What people do and see there; `activities` are the public numbers of them."""

    telegram: Telegram
    program: Running
    activities: list[int]

    def say(self, who: int, text: str, group: int | None = None) -> Shown:
        """Somebody writes, and gets the newest message of that chat when there is a new one."""
        there = group if group is not None else who
        before = len(self.telegram.chat(there).messages)
        self.telegram.say(who, text, group)
        return self._new(there, before)

    def press(self, who: int, label: str) -> Chat:
        """Somebody presses, until the press is answered and something has changed."""
        before = _seen(self.telegram.chat(who))
        self.telegram.press(who, label)
        self.telegram.until(lambda each: not each.state.spinning and _seen(each.chat(who)) != before)
        return self.telegram.chat(who)

    def _new(self, there: int, before: int) -> Shown:
        self.telegram.until(lambda each: len(each.chat(there).messages) > before)
        return self.telegram.chat(there).messages[-1]


def _seen(chat: Chat) -> list[tuple[int, str, int]]:
    return [(each.number, each.text, each.edits) for each in chat.messages]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def environment(telegram: Telegram, mode: Mode, port: int, folder: Path) -> dict[str, str]:
    return {
        **UNLIMITED,
        "LINLI_DATABASE__URL": f"sqlite:///{folder / 'town.db'}",
        "LINLI_SERVER__PORT": str(port),
        "LINLI_SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LINLI_TELEGRAM__TOKEN": telegram.token,
        "LINLI_TELEGRAM__BASE_URL": telegram.url,
        "LINLI_TELEGRAM__SECRET_TOKEN": SECRET,
        "LINLI_TELEGRAM__MODE": mode,
        "LINLI_LOG__LEVEL": "DEBUG",
    }


def build(folder: Path) -> list[int]:
    engine = open_engine(f"sqlite:///{folder / 'town.db'}")
    try:
        return quarter.build(engine, folder)
    finally:
        engine.dispose()


@contextmanager
def town(folder: Path, mode: Mode) -> Iterator[Town]:
    """Ready when Telegram knows how its updates come to us."""
    numbers = build(folder)
    with running() as telegram, serving(folder, environment(telegram, mode, free_port(), folder)) as program:
        heard = "setWebhook" if mode == "webhook" else "getUpdates"
        telegram.until(lambda each: each.called(heard) and len(each.state.commands) == 6)
        yield Town(telegram, program, numbers)
