"""How updates leave the fake: posted to a webhook until somebody takes them, or fetched."""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import aiohttp

from tests.fakes.telegram_chats import Json, Refusal, State

AGAIN_SECONDS = 0.05
# So many calls of its own are under way at once at most.
AT_ONCE = 40


class Door:
    """What waits to be taken, in its order. `obey` does what a response to a webhook says."""

    def __init__(self, state: State, obey: Callable[[Json], None]) -> None:
        self._state, self._obey = state, obey
        self._updates: deque[Json] = deque()
        self._next_update = 1000
        self._changed = asyncio.Event()
        self._poller: object = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._client: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def waiting(self) -> int:
        return len(self._updates) + len(self._under_way)

    def open(self) -> None:
        self._client = aiohttp.ClientSession()

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def enqueue(self, update: Json) -> int:
        if "update_id" not in update:
            update = {"update_id": self._next_update, **update}
            self._next_update += 1
        pressed = update.get("callback_query")
        if isinstance(pressed, dict) and isinstance(pressed.get("id"), str):
            self._state.presses.setdefault(pressed["id"], None)
        if self._state.webhook:
            self._start(update)
        else:
            self._updates.append(update)
            self._changed.set()
        return update["update_id"] if isinstance(update["update_id"], int) else -1

    def _start(self, update: Json) -> None:
        task = asyncio.ensure_future(self._deliver(update))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, update: Json) -> None:
        """Again and again until somebody takes it."""
        async with self._places:
            while self._state.webhook and not await self._post(update):
                await asyncio.sleep(AGAIN_SECONDS)
        if not self._state.webhook:
            self._updates.append(update)
            self._changed.set()

    async def _post(self, update: Json) -> bool:
        assert self._client is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._state.webhook.get("secret_token", "")}
        try:
            async with self._client.post(
                self._state.webhook["url"], json=update, headers=headers, timeout=aiohttp.ClientTimeout(20)
            ) as response:
                body = await response.read()
                self._state.statuses.append(response.status)
                if response.status // 100 != 2:
                    self._state.webhook["last_error_message"] = f"Wrong response: {response.status}"
                    return False
        except (aiohttp.ClientError, TimeoutError):
            self._state.webhook["last_error_message"] = "Connection refused"
            return False
        if body:
            self._obey(json.loads(body))
        return True

    def set_webhook(self, given: Json) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self._state.webhook = {"url": given["url"], "secret_token": given.get("secret_token", "")}
        waiting, self._updates = self._updates, deque()
        for update in waiting:
            self._start(update)
        self._changed.set()
        return True

    def delete_webhook(self, given: Json) -> bool:
        self._state.webhook = {}
        if given.get("drop_pending_updates"):
            self._updates.clear()
        return True

    def webhook_info(self, _given: Json) -> Json:
        told = {name: value for name, value in self._state.webhook.items() if name != "secret_token"}
        return {"url": "", "pending_update_count": self.waiting, **told}

    async def get_updates(self, given: Json) -> list[Json]:
        if self._state.webhook:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self._poller = mine = object()
        self._changed.set()
        end = time.monotonic() + min(given.get("timeout", 0), 50)
        while self._updates and self._updates[0].get("update_id", 0) < given.get("offset", 0):
            self._updates.popleft()
        while (
            not self._updates and time.monotonic() < end and self._poller is mine and not self._state.webhook
        ):
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), max(0.01, end - time.monotonic()))
        if self._poller is not mine or self._state.webhook:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return list(self._updates)[: given.get("limit", 100)]
