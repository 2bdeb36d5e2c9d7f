"""WeCom group robots as a channel: each is the address of one place, and is only ever told things."""

import asyncio
from collections.abc import Mapping

from starlette.routing import BaseRoute

from bot.app import App
from bot.channels import CHANNELS, ChannelError, Finding
from bot.channels.rendering import render_outgoing
from bot.channels.wecom.robot import UNKNOWN_ROBOT, Refused, Robot
from models.notice import Outgoing

CHANNEL = "wecom"


class WeCom:
    """`robots` are their addresses on the platform, which are secret, by the codes of their places."""

    capabilities = CHANNELS[CHANNEL]

    def __init__(self, robots: Mapping[str, str]) -> None:
        self._robots = {place: Robot(url) for place, url in robots.items()}

    def routes(self, app: App) -> list[BaseRoute]:
        return []

    async def run(self, app: App) -> None:
        """Nothing is fetched; the connections are closed at the end."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        for robot in self._robots.values():
            await robot.close()

    async def push(self, app: App, outgoing: Outgoing) -> None:
        """As plain text, so that nobody's words are markup. Raises ChannelError, which tells how much went out."""
        robot = self._robots.get(outgoing.to)
        if robot is None:
            raise ChannelError("no robot is configured for this place", permanent=True, unreachable=True)
        shown = render_outgoing(outgoing, app.clock.now(), app.zone)
        for nth, message in enumerate(shown, outgoing.sent):
            try:
                await robot.say(message.text)
            except ChannelError as error:
                error.sent = nth
                raise

    async def link(self, says: str) -> str | None:
        """Nothing can be said to a robot."""
        return None

    async def check(self) -> list[Finding]:
        """A line for each robot; nothing is said in its group."""
        try:
            return [await _check(place, robot) for place, robot in self._robots.items()]
        finally:
            await self.close()


async def _check(place: str, robot: Robot) -> Finding:
    try:
        await robot.ask()
    except Refused as error:
        if error.code == UNKNOWN_ROBOT:
            why = "the platform does not know it (any more); copy its webhook address anew"
            return False, f"wecom.robots: {place}: {why}"
    except ChannelError as error:
        return False, f"wecom.robots: {place}: {error}; check the network and the address"
    return True, f"wecom: the robot of {place} answers"
