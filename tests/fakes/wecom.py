"""WeCom's group robots over real HTTP: known keys, 20 messages a minute of each, refusals as the platform words them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

A_MINUTE = 20
# Limits in bytes, by the sort of message.
LONGEST = {"text": 2048, "markdown": 4096}
_WORDS = {
    -1: "system busy",
    40008: "invalid message type",
    40058: "content exceed max length",
    45009: "api freq out of limit",
    93000: "invalid webhook url",
}


class Robots:
    """Every robot that is known by its key; what each said is kept in order."""

    def __init__(self, *keys: str, now: Callable[[], float] = time.monotonic) -> None:
        self.keys = set(keys)
        self.said: dict[str, list[str]] = defaultdict(list)
        self.asked = 0
        # What the next calls are answered with: a code, "5xx", "html" or "hang" (said, and nobody hears of it).
        self.failures: list[int | str] = []
        self.now = now
        self._when: dict[str, list[float]] = defaultdict(list)
        self.application = Starlette(routes=[Route("/cgi-bin/webhook/send", self._send, methods=["POST"])])

    def url(self, served: str, key: str) -> str:
        return f"{served}/cgi-bin/webhook/send?key={key}"

    async def _send(self, request: Request) -> Response:
        self.asked += 1
        key, body = request.query_params.get("key", ""), await request.json()
        failure = self.failures.pop(0) if self.failures else None
        if failure == "5xx":
            return PlainTextResponse("bad gateway", 502)
        if failure == "html":
            return PlainTextResponse("<html>log in first</html>")
        code = failure if isinstance(failure, int) else self._judge(key, body)
        if code == 0:
            self._when[key].append(self.now())
            self.said[key].append(body[body["msgtype"]]["content"])
        if failure == "hang":
            await asyncio.sleep(30)
        # The platform's own words repeat where it was called.
        words = f"{_WORDS.get(code, 'ok' if code == 0 else 'error')}, hint: [1], from url: {request.url}"
        return JSONResponse({"errcode": code, "errmsg": words})

    def _judge(self, key: str, body: dict[str, Any]) -> int:
        if key not in self.keys:
            return 93000
        sort = body.get("msgtype")
        if sort not in LONGEST:
            return 40008
        if len(body[sort]["content"].encode()) > LONGEST[sort]:
            return 40058
        recent = [at for at in self._when[key] if at > self.now() - 60]
        return 45009 if len(recent) >= A_MINUTE else 0
