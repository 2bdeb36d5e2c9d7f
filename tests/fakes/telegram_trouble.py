"""What goes wrong at the fake: limits that it enforces, faults by chance, and those that a test asks for."""

import asyncio
import math
import random
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.telegram_chats import Json, Refusal

# What is done although its caller is not told so: the connection closes, or the answer is late.
DONE_FIRST = ("lost", "late")
# Group chats have numbers below zero.
_MINUTE = 60.0


@dataclass
class Limits:
    """So many messages in any second, in a chat, and in any minute of a group, as the Bot API's FAQ says them.

    What is refused does not count. Whoever is refused is told after how many whole seconds to come again.
    """

    a_second: int = 30
    a_chat: int = 1
    a_group: int = 20
    _all: deque[float] = field(default_factory=deque)
    _chats: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, chat: int) -> None:
        """Raises Refusal."""
        now = time.monotonic()
        own = self._chats[chat]
        waits = [_wait(self._all, now, 1.0, self.a_second)]
        if chat > 0:
            waits.append(_wait(own, now, 1.0, self.a_chat))
        else:
            waits.append(_wait(own, now, _MINUTE, self.a_group))
        if (wait := max(waits)) > 0:
            raise too_many(math.ceil(wait))
        self._all.append(now)
        own.append(now)


def _wait(times: deque[float], now: float, span: float, most: int) -> float:
    """How long until there is room for one more; nothing where there is."""
    while times and times[0] <= now - span:
        times.popleft()
    return times[len(times) - most] + span - now if len(times) >= most else 0.0


@dataclass
class Chances:
    """How often each fault meets a message that is sent, as {"429:3": 0.1}; the chats that are `spared` meet none."""

    shares: Mapping[str, float]
    spared: frozenset[int] = frozenset()
    dice: random.Random = field(default_factory=lambda: random.Random(5))

    def draw(self, chat: int) -> str:
        if chat in self.spared:
            return ""
        thrown = self.dice.random()
        for fault, share in self.shares.items():
            if (thrown := thrown - share) < 0:
                return fault
        return ""


def is_done_first(fault: str) -> bool:
    return fault.partition(":")[0] in DONE_FIRST


async def fail(fault: str, request: web.Request) -> web.StreamResponse:
    """Answers as the fault says: "429:SECONDS", a status, "html", "garbage", "hang:SECONDS", "reset", "lost", "late:SECONDS"."""
    name, _, seconds = fault.partition(":")
    if name == "429":
        return refuse(too_many(int(seconds)))
    if name == "html":
        return web.Response(text=f"<html>{request.path}</html>", content_type="text/html")
    if name == "garbage":
        return web.Response(text=f'{{"ok": true, "where": "{request.path}"', content_type="application/json")
    if name in ("hang", "late"):
        await asyncio.sleep(float(seconds or 60))
    if name in ("reset", "lost"):
        assert request.transport is not None
        request.transport.close()
    return refuse(Refusal(int(name) if name.isdigit() else 500, f"Internal Server Error at {request.path}"))


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def refuse(refusal: Refusal) -> web.StreamResponse:
    told: Json = {"ok": False, "error_code": refusal.code, "description": str(refusal)}
    if refusal.parameters:
        told["parameters"] = refusal.parameters
    return web.json_response(told, status=refusal.code)
