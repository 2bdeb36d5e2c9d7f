"""One robot over HTTP: it says a text in its group, at the pace that the platform allows."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import structlog

from bot.channels import ChannelError

CALL_SECONDS = 8.0
# The platform takes 20 messages a minute of each robot: so many seconds from one to the next, with some to spare.
SPACING = 3.2
# After more than that it takes none for a while.
TOO_FAST = 45009
UNKNOWN_ROBOT = 93000
BUSY = -1
_WAITS: Mapping[int, timedelta] = {TOO_FAST: timedelta(seconds=60), BUSY: timedelta(seconds=10)}
Rest = Callable[[float], Awaitable[None]]
_log = structlog.get_logger()


class Refused(ChannelError):  # noqa: N818  (the platform said no)
    """What the platform refused, with its code. Its own words are not passed on: they may repeat what it was sent."""

    def __init__(self, code: int) -> None:
        wait = _WAITS.get(code)
        super().__init__(
            f"wecom: {code}", permanent=wait is None, retry_after=wait, unreachable=code == UNKNOWN_ROBOT
        )
        self.code = code


class Robot:
    """Belongs to one event loop; opened with its first call. Whoever knows its `url` can speak as it."""

    def __init__(self, url: str, spacing: float = SPACING, rest: Rest = asyncio.sleep) -> None:
        self._url = url
        self._spacing = spacing
        self._rest = rest
        self._http: httpx.AsyncClient | None = None
        self._turn = asyncio.Lock()
        # When it may say the next thing, on the loop's clock.
        self._free = 0.0

    async def say(self, text: str) -> None:
        """Waits for its turn. Raises ChannelError."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            await self._rest(max(0.0, self._free - loop.time()))
            self._free = loop.time() + self._spacing
            try:
                await self._post({"msgtype": "text", "text": {"content": text}})
            except Refused as error:
                if error.permanent:
                    _log.error("a robot was refused", code=error.code)
                raise

    async def ask(self) -> None:
        """Sends what says nothing, and so is refused for that, where the platform knows the robot. Raises ChannelError."""
        await self._post({})

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _post(self, body: dict[str, Any]) -> None:
        code = _code(await self._send(json.dumps(body, ensure_ascii=False).encode()))
        if code:
            raise Refused(code)

    async def _send(self, content: bytes) -> httpx.Response:
        """The errors of the library tell the address: none goes further than here."""
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=CALL_SECONDS)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await self._http.post(
                    self._url, content=content, headers={"content-type": "application/json"}
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ChannelError(f"wecom: {type(error).__name__}", permanent=False) from None
        except httpx.InvalidURL:
            raise ChannelError("wecom: the address is none", permanent=True) from None
        except (httpx.HTTPError, TimeoutError):
            raise ChannelError("wecom: no answer", permanent=False, unknown=True) from None


def _code(response: httpx.Response) -> int:
    """The platform's code; 0 is well. Raises ChannelError where it was not the platform that answered."""
    if response.status_code >= 400:
        raise ChannelError(f"wecom: HTTP {response.status_code}", permanent=False)
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or type(answer.get("errcode")) is not int:
        raise ChannelError(f"wecom: HTTP {response.status_code}, no answer of the platform", permanent=False)
    return int(answer["errcode"])
