"""Deliveries on their way: each in its turn to its channel, those at one address in their order."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from bot.app import App
from bot.channels import Channel
from bot.courier_gates import Gates
from bot.sealing import opened_outgoing
from bot.sending import Flight, Outcome
from models.claim import Claim
from models.notice import Outgoing


@dataclass(slots=True)
class Airspace:
    """Where they fly. What is for many is left on a channel that is `stopped`, in the time of the loop; without
    `gates` they follow each other at once.
    """

    app: App
    channels: Mapping[str, Channel]
    gates: Gates | None = None
    stopped: dict[str, float] = field(default_factory=dict)

    async def send(self, flights: Sequence[Flight]) -> AsyncIterator[Outcome]:
        """What became of each. Where one is put off the next ones at its address wait behind it, so that they are
        read in order.
        """
        put_off: dict[int, Claim] = {}
        loop = asyncio.get_running_loop()
        for flight in flights:
            outgoing = flight.outgoing
            if flight.at > loop.time():
                await asyncio.sleep(flight.at - loop.time())
            if outgoing.address in put_off:
                yield Outcome(outgoing, behind=put_off[outgoing.address])
                continue
            if not self._is_held_up(flight):
                await self._pass_through(flight)
            if self._is_held_up(flight) or not _is_ours(loop, flight):
                yield Outcome(outgoing, untried=True)
                continue
            ours = replace(outgoing, is_ours=partial(_is_ours, loop, flight))
            failure = await self._push(ours)
            outcome = Outcome(outgoing, failure, at=self.app.clock.now())
            if outcome.is_put_off:
                put_off[outgoing.address] = outgoing.claim
            yield outcome

    async def _pass_through(self, flight: Flight) -> None:
        # The gate counts it from here on.
        flight.has_left = True
        # Whatever has no turn is not limited.
        if self.gates is not None and flight.claim.at:
            await self.gates.pass_through(flight.outgoing.channel)

    def stop(self, channel: str, wait: timedelta) -> None:
        """Nothing that can wait leaves for this channel before."""
        self.stopped[channel] = asyncio.get_running_loop().time() + wait.total_seconds()

    def free(self, channel: str, turns: Iterable[float]) -> float:
        """When there is room behind those that still wait for these turns."""
        return self.gates.free(channel, turns) if self.gates else 0.0

    def is_stopped(self, channel: str) -> bool:
        return asyncio.get_running_loop().time() < self.stopped.get(channel, 0.0)

    def _is_held_up(self, flight: Flight) -> bool:
        return flight.can_wait and self.is_stopped(flight.outgoing.channel)

    async def _push(self, outgoing: Outgoing) -> Exception | None:
        try:
            opened = opened_outgoing(outgoing, self.app.equipment.vault)
            await self.channels[outgoing.channel].push(self.app, opened)
        except Exception as error:
            return error
        return None


def _is_ours(loop: asyncio.AbstractEventLoop, flight: Flight) -> bool:
    return loop.time() < flight.until
