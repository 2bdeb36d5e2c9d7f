"""Ways to reach people: a channel only hears and renders. A new one is a file or folder and a line in CHANNELS."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

from starlette.routing import BaseRoute

from bot.app import App
from bot.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show, as data; nothing asks which channel it is.

    `module` is the one that `linli run` opens; its `open_channel` gives None where it is not configured.
    """

    buttons: bool
    text_limit: int
    measured_in: Literal["characters", "bytes"] = "characters"
    module: str | None = None


class Channel(Protocol):
    """What comes by HTTP it hears in its routes; what it reads or fetches itself, it hears in `run`."""

    capabilities: Capabilities

    def routes(self, app: App) -> list[BaseRoute]: ...

    async def run(self, app: App) -> None: ...


# Every channel by the name in its addresses; limits from the platforms' own documents.
CHANNELS: Mapping[str, Capabilities] = {
    "console": Capabilities(buttons=True, text_limit=4096),
    "page": Capabilities(buttons=True, text_limit=20_000, module="bot.channels.page"),
    "telegram": Capabilities(buttons=True, text_limit=4096),
    "wechat": Capabilities(buttons=False, text_limit=2048, measured_in="bytes"),
}


def open_channels(settings: Configuration, channels: Mapping[str, Capabilities] = CHANNELS) -> list[Channel]:
    """The channels that are configured; the others are not even imported."""
    modules = [declared.module for declared in channels.values() if declared.module]
    opened = [import_module(module).open_channel(settings) for module in modules]
    return [channel for channel in opened if channel is not None]
