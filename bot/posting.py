"""What codes on paper open: a page of our own that leads to every channel, else the first channel that has links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.clock import Clock

if TYPE_CHECKING:
    from bot.channels import Channel

# Platforms are asked again for a link after so long; one that they give for a time lasts weeks.
KEPT = timedelta(hours=12)
# So many links are remembered: more activities are not posted at one time.
MOST = 1000
PATH = "/a"
_log = structlog.get_logger()


@dataclass(slots=True)
class Posting:
    """The addresses that are printed. `channels` are those that are open, by name; without one nothing leads anywhere."""

    clock: Clock
    public_url: str | None = None
    channels: Mapping[str, "Channel"] = field(default_factory=dict)
    _known: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    async def code(self, says: str) -> str:
        """What a code is to hold so that it opens this sentence."""
        head, _, number = says.partition(" ")
        if self.public_url and head == "show" and number:
            return f"{self.public_url.rstrip('/')}{PATH}/{number}"
        return next(iter((await self.links(says)).values()), says)

    async def links(self, says: str) -> dict[str, str]:
        """By channel the address that says this; a channel that has none, or does not answer, is left out."""
        found = {}
        for name in self.channels:
            if (link := await self._link(name, says)) is not None:
                found[name] = link
        return found

    async def _link(self, name: str, says: str) -> str | None:
        from bot.channels import ChannelError

        now = self.clock.now()
        until, link = self._known.get((name, says), (now, ""))
        if now < until:
            return link
        try:
            made = await self.channels[name].link(says)
        except ChannelError as error:
            _log.warning("no link", channel=name, reason=str(error))
            return link or None
        if made is not None:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[name, says] = (now + KEPT, made)
        return made
