"""Ways to reach people: a channel only hears and renders. A new one is a file and a line in CHANNELS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.app import App


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show, as data; nothing asks which channel it is."""

    buttons: bool
    text_limit: int
    measured_in: Literal["characters", "bytes"] = "characters"


class Channel(Protocol):
    """Hears until its end: of the input, or of the server that it lives in."""

    capabilities: Capabilities

    async def run(self, app: App) -> None: ...


# How each channel renders, by the name in its addresses; limits from the platforms' own documents.
CHANNELS: Mapping[str, Capabilities] = {
    "console": Capabilities(buttons=True, text_limit=4096),
    "page": Capabilities(buttons=True, text_limit=20_000),
    "telegram": Capabilities(buttons=True, text_limit=4096),
    "wechat": Capabilities(buttons=False, text_limit=2048, measured_in="bytes"),
}
