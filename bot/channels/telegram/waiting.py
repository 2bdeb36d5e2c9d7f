"""How long one waits before the next try, and how often one speaks of it."""

import asyncio

import structlog

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
_log = structlog.get_logger()


class Backoff:
    """Waits that double; what goes on failing is told when it begins and then once for each longest wait."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = FIRST_SECONDS
        self._told = ""

    def succeeded(self) -> None:
        self._next, self._told = FIRST_SECONDS, ""

    async def failed(self, reason: str, at_least: float = 0.0) -> None:
        if reason != self._told or self._next >= LONGEST_SECONDS:
            _log.warning(self._what, reason=reason)
            self._told = reason
        wait = max(self._next, at_least)
        self._next = min(self._next * 2, LONGEST_SECONDS)
        await asyncio.sleep(wait)
