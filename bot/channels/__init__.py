"""Ways to reach people: a channel only hears and renders. A new one is a file or folder and a line in CHANNELS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Literal, Protocol

from starlette.routing import BaseRoute

from bot.app import App
from bot.configuration import Configuration
from models.notice import Outgoing


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show, as data; nothing asks which channel it is.

    `module` is the one that `linli run` opens; its `open_channel` gives None where it is not configured.
    """

    buttons: bool
    text_limit: int
    measured_in: Literal["characters", "bytes"] = "characters"
    module: str | None = None


class ChannelError(Exception):
    """What could not be sent. `permanent`: trying again is of no use; else after `retry_after`, if it says when."""

    def __init__(self, why: str, *, permanent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.retry_after = retry_after


class Channel(Protocol):
    """What comes by HTTP it hears in its routes; what it reads or fetches itself, it hears in `run`.

    `push` sends what nobody has just asked for, or raises ChannelError.
    """

    capabilities: Capabilities

    def routes(self, app: App) -> list[BaseRoute]: ...

    async def run(self, app: App) -> None: ...

    async def push(self, app: App, outgoing: Outgoing) -> None: ...


# Every channel by the name in its addresses; limits from the platforms' own documents.
CHANNELS: Mapping[str, Capabilities] = {
    "console": Capabilities(buttons=True, text_limit=4096),
    "page": Capabilities(buttons=True, text_limit=20_000, module="bot.channels.page"),
    "telegram": Capabilities(buttons=True, text_limit=4096),
    "wechat": Capabilities(buttons=False, text_limit=2048, measured_in="bytes"),
}


def open_channels(
    settings: Configuration, channels: Mapping[str, Capabilities] = CHANNELS
) -> dict[str, Channel]:
    """The channels that are configured, by their names; the others are not even imported."""
    modules = {name: declared.module for name, declared in channels.items() if declared.module}
    opened = {name: import_module(module).open_channel(settings) for name, module in modules.items()}
    return {name: channel for name, channel in opened.items() if channel is not None}
