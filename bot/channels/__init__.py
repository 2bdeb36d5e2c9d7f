"""Ways to reach people: a channel only hears and renders. A new one is a file or folder and a line in CHANNELS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol

from starlette.routing import BaseRoute, Route

from bot.configuration import Configuration
from models.notice import Outgoing
from models.pace import Limits
from models.reach import Way

if TYPE_CHECKING:
    from bot.app import App

# One may write there whenever one wants to.
FREELY = Way()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show, as data; nothing asks which channel it is.

    `module` is the one that `linli run` opens; its `open_channel` gives None where it is not configured.
    Without `hears` nobody can answer there, so that nothing is offered. `way` says when one may write there without
    having been asked, `pace` how fast; what depends on the configuration a channel puts in its own ones.
    """

    buttons: bool
    text_limit: int
    measured_in: Literal["characters", "bytes"] = "characters"
    module: str | None = None
    hears: bool = True
    way: Way = FREELY
    pace: Limits | None = None
    # Its links are for its own scanner: followed in a browser they lead nowhere.
    scanned: bool = False

    @property
    def types(self) -> bool:
        """Whether nothing can be pressed there, and numbers are typed."""
        return self.hears and not self.buttons


class ChannelError(Exception):
    """What could not be sent. `permanent`: trying again is of no use; else after `retry_after`, if it says when.

    `unreachable`: nothing reaches that address any more; `until_contact`: nothing does until its owner writes
    again. `unknown`: it may have arrived, and is tried once more. `sent` of the messages went out before this one failed, counted with those of earlier attempts.
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        unreachable: bool = False,
        until_contact: bool = False,
        unknown: bool = False,
        sent: int = 0,
    ) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.retry_after = retry_after
        self.unreachable = unreachable
        self.until_contact = until_contact
        self.unknown = unknown
        self.sent = sent


class Entrance(Route):
    """Where a platform posts: an ASGI application that takes the call as it comes, and answers everything itself."""


# A line of `linli check`, and whether what it names works.
Finding = tuple[bool, str]


class Channel(Protocol):
    """What comes by HTTP it hears in its routes; what it reads or fetches itself, it hears in `run`.

    `push` sends what nobody has just asked for, or raises ChannelError. `link` is an address that says a sentence
    when it is opened or scanned, where the platform has such. `check` asks the platform, for `linli check`. One whose
    platform keeps what people send has a `fetch` too, see bot/fetching.py.
    """

    capabilities: Capabilities

    def routes(self, app: "App") -> list[BaseRoute]: ...

    async def run(self, app: "App") -> None: ...

    async def push(self, app: "App", outgoing: Outgoing) -> None: ...

    async def link(self, says: str) -> str | None: ...

    async def check(self) -> list[Finding]: ...


# Every channel by the name in its addresses; limits from the platforms' own documents.
CHANNELS: Mapping[str, Capabilities] = {
    "console": Capabilities(buttons=True, text_limit=4096),
    "page": Capabilities(buttons=True, text_limit=20_000, module="bot.channels.page"),
    "telegram": Capabilities(buttons=True, text_limit=4096, module="bot.channels.telegram"),
    "wechat": Capabilities(
        buttons=False, text_limit=2048, measured_in="bytes", module="bot.channels.wechat", scanned=True
    ),
    "wecom": Capabilities(
        buttons=False,
        text_limit=2048,
        measured_in="bytes",
        module="bot.channels.wecom",
        hears=False,
        pace=Limits(a_second=10, chat=timedelta(seconds=3.2)),
    ),
}


def open_channels(
    settings: Configuration, channels: Mapping[str, Capabilities] = CHANNELS
) -> dict[str, Channel]:
    """The channels that are configured, by their names; the others are not even imported."""
    modules = {name: declared.module for name, declared in channels.items() if declared.module}
    opened = {name: import_module(module).open_channel(settings) for name, module in modules.items()}
    return {name: channel for name, channel in opened.items() if channel is not None}
