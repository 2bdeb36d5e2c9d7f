"""When the next message may leave this process: who missed his turn keeps his distance, and nothing goes in a burst."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.pace import Limits


@dataclass(slots=True)
class Gates:
    """One for each channel with limits. Time is the loop's, which nobody sets."""

    limits: Mapping[str, Limits | None]
    _next: dict[str, float] = field(default_factory=dict)

    async def pass_through(self, channel: str) -> None:
        """Waits until the one before has its distance. What comes late makes those after it late as well."""
        if (limits := self.limits[channel]) is None:
            return
        now = asyncio.get_running_loop().time()
        at = max(now, self._next.get(channel, 0.0))
        self._next[channel] = at + limits.interval.total_seconds()
        if at > now:
            await asyncio.sleep(at - now)

    def free(self, channel: str, turns: Iterable[float]) -> float:
        """When the gate is free behind those that still wait for these turns."""
        limits = self.limits[channel]
        distance = limits.interval.total_seconds() if limits else 0.0
        at = self._next.get(channel, 0.0)
        for turn in sorted(turns):
            at = max(at, turn) + distance
        return at
