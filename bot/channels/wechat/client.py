"""WeChat's API over HTTP: one call with its token, repeated only where nothing was done yet."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from bot.app import App
from bot.channels import ChannelError
from bot.channels.wechat import access
from bot.channels.wechat.access import Keeper, Token
from bot.channels.wechat.refusals import CODES, Refused, refused
from bot.configuration import WeChat

# For each part of a call, as connecting; a call in all has CALL_SECONDS.
SECONDS = 5.0
CALL_SECONDS = 8.0
# Waits before another try, where the platform did nothing.
WAITS = (0.2, 0.8)
# A call may meet a token that another process renewed already, and then one that has ended since; of these it
# fetches one itself.
MOST_TOKENS = 3
# Whose messages somebody sees: what may have been done is not done again at once.
SEEN = "cgi-bin/message/"
AFTER_SILENCE = timedelta(minutes=1)
# By which a picture stands in an answer that is one.
PICTURE = "picture"
# A name, the content, and its media type.
File = tuple[str, bytes, str]
Answer = dict[str, Any]


class UnknownOutcome(ChannelError):  # noqa: N818  (nobody knows whether it failed)
    """It may have been done: the call went out, and no answer came."""

    def __init__(self, call: str) -> None:
        super().__init__(f"{call}: no answer", permanent=False, retry_after=AFTER_SILENCE, unknown=True)


class _NotDone(Exception):  # noqa: N818  (it ends as a ChannelError, or in another try)
    """The platform did nothing: it was not reached, or had too much to do."""


class Client:
    """Opened with its first call; belongs to one event loop. `close` when nothing is asked any more."""

    def __init__(self, settings: WeChat) -> None:
        self._settings = settings
        self._http: httpx.AsyncClient | None = None
        self._token: Token | None = None
        self._renewing = asyncio.Lock()
        # When it last failed to get a token, and how.
        self._failed: tuple[float, ChannelError] | None = None

    @property
    def account(self) -> str:
        """The platform's name of the account, by which its token is kept."""
        return self._settings.app_id or ""

    def keeper(self, app: App) -> Keeper:
        return access.of(app, self.account)

    async def authorize(self, keeper: Keeper) -> None:
        """Gets a token, as every call does. Raises ChannelError."""
        await self._current(keeper)

    async def call(
        self,
        keeper: Keeper,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        file: File | None = None,
    ) -> Answer:
        """What the API answers; GET where there is neither body nor file. Raises ChannelError."""
        token, fetched = (await self._current(keeper))[0], False
        for _ in range(MOST_TOKENS - 1):
            try:
                return await self._ask(keeper, path, token, body, query, file)
            except Refused as error:
                if error.meaning != "token" or fetched:
                    raise
            renewed, fetched = await self._current(keeper, dead=token)
            if renewed == token:
                # The platform gives the same one that it refuses: asking again would be refused again.
                raise Refused(40001, "token", f"{path}: the token is refused", retry_after=access.EARLY)
            token = renewed
        return await self._ask(keeper, path, token, body, query, file)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _current(self, keeper: Keeper, dead: str | None = None) -> tuple[str, bool]:
        """A token, and whether it was fetched for this call. Whoever comes while one renews it waits for that one,
        and fails with it: one after the other they would wait longer than what they send is theirs to send.
        """
        fetched, loop = False, asyncio.get_running_loop()
        came = loop.time()

        async def fetch() -> tuple[str, int]:
            nonlocal fetched
            fetched = True
            return await self._fetch(keeper)

        async with self._renewing:
            if self._token is None or not self._token.serves(keeper.now(), dead):
                if self._failed and came < self._failed[0]:
                    how = self._failed[1]
                    raise ChannelError(str(how), permanent=how.permanent, retry_after=how.retry_after)
                try:
                    self._token = await access.current(keeper, fetch, dead)
                except ChannelError as error:
                    self._failed = loop.time(), error
                    raise
            return self._token.value, fetched

    async def _fetch(self, keeper: Keeper) -> tuple[str, int]:
        """A stable token: the same for everybody who asks, so that no process voids another one's."""
        secret = self._settings.app_secret
        wanted = {
            "grant_type": "client_credential",
            "appid": self.account,
            "secret": secret.get_secret_value() if secret else "",
        }
        try:
            got = await self._ask(keeper, "cgi-bin/stable_token", None, wanted, None, None)
        except Refused as error:
            if error.meaning != "token":
                raise
            # Here it is the secret that is refused.
            raise refused(40125, "cgi-bin/stable_token", "", keeper.now()) from None
        try:
            return str(got["access_token"]), int(got["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise ChannelError("cgi-bin/stable_token: no token in the answer", permanent=False) from None

    async def _ask(
        self,
        keeper: Keeper,
        path: str,
        token: str | None,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        file: File | None,
    ) -> Answer:
        """One call with this token, and again after a while where nothing was done."""
        request = self._request(path, token, body, query, file)
        for wait in (*WAITS, None):
            try:
                answer = await self._exchange(path, request)
                return _read(answer, path, keeper)
            except _NotDone as error:
                if wait is None:
                    raise ChannelError(f"{path}: {error}", permanent=False) from None
                await asyncio.sleep(wait)
        raise AssertionError("the last try answers or raises")

    def _request(
        self,
        path: str,
        token: str | None,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        file: File | None,
    ) -> httpx.Request:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=SECONDS)
        return self._http.build_request(
            "GET" if body is None and file is None else "POST",
            f"{self._settings.api_base_url}/{path}",
            params={**({"access_token": token} if token else {}), **(query or {})},
            # The platform shows \u escapes as they are written.
            content=json.dumps(body, ensure_ascii=False).encode() if body is not None else None,
            headers={"content-type": "application/json"} if body is not None else None,
            files={"media": file} if file else None,
        )

    async def _exchange(self, path: str, request: httpx.Request) -> httpx.Response:
        """The errors of the library tell addresses with the token in them: none goes further than here."""
        assert self._http is not None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _NotDone(type(error).__name__) from None
        except (httpx.HTTPError, TimeoutError):
            if path.startswith(SEEN):
                raise UnknownOutcome(path) from None
            raise ChannelError(f"{path}: no answer", permanent=False) from None


def _read(response: httpx.Response, path: str, keeper: Keeper) -> Answer:
    """What was answered. Raises _NotDone where it was not the API that answered, and Refused."""
    if response.status_code >= 400:
        raise _NotDone(f"HTTP {response.status_code}")
    if response.headers.get("content-type", "").startswith("image/"):
        return {PICTURE: response.content}
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _NotDone(f"HTTP {response.status_code}, no JSON")
    code = int(answer.get("errcode") or 0)
    if code == 0 or CODES.get(code) == "done":
        return answer
    if CODES.get(code) == "busy":
        raise _NotDone("busy")
    raise refused(code, path, str(answer.get("errmsg", "")), keeper.now())
