"""Calls of the Bot API: python-telegram-bot reads the answers, aiohttp carries them, and no secret leaves in an error."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.channels import ChannelError

# A call is over after this, in seconds: with the making of what it sends it stays within a courier's lease.
CALL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
DOWNLOAD_SECONDS = 60.0
# More than any answer of the Bot API holds; a hundred updates come in one.
LONGEST_ANSWER = 16 * 1024 * 1024
_PATH = re.compile(r"(?!.*\.\.)[\w./-]{1,256}", re.ASCII)
_REFUSED = b'{"ok":false,"description":"this is no answer of the Bot API"}'


class TooFast(TelegramError):  # noqa: N818  (how the library names its own)
    """Telegram wants to be left alone for so long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many requests")
        self.wait = wait


class NoAnswer(NetworkError):  # noqa: N818  (how the library names its own)
    """It went out, and the connection broke before the answer came: it may have been done."""


class Transport(BaseRequest):
    """A request class on aiohttp: the library's own one spends four fifths of a call's time in httpx."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._opened: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return CALL_SECONDS

    async def initialize(self) -> None:
        """The first call opens the session, in the loop that it runs in."""

    async def shutdown(self) -> None:
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """`read_timeout` is for the whole call. What an error of aiohttp says is left out: the token is in it."""
        seconds = read_timeout if isinstance(read_timeout, float | int) else CALL_SECONDS
        timeout = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS)
        try:
            async with self._session(url).request(
                method, url, timeout=timeout, allow_redirects=False, **_body(request_data)
            ) as response:
                payload = await response.content.read(LONGEST_ANSWER)
                while not response.content.at_eof() and len(payload) < LONGEST_ANSWER:
                    payload += await response.content.read(LONGEST_ANSWER - len(payload))
                return _sound(response.status, payload, self._token)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            raise NetworkError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError) as error:
            raise NoAnswer(type(error).__name__) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NetworkError(type(error).__name__) from None

    async def download(self, url: str, most: int) -> bytes:
        """What lies there, at most so many bytes. Raises TelegramError, without the address: the token is in it."""
        timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS, connect=CONNECT_SECONDS)
        try:
            async with self._session(url).get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status != 200:
                    refusal = NetworkError if response.status >= 500 or response.status == 429 else BadRequest
                    raise refusal(f"the file is not given: HTTP {response.status}")
                taken = b""
                while not response.content.at_eof():
                    taken += await response.content.read(most + 1 - len(taken))
                    if len(taken) > most:
                        raise BadRequest("the file is too large")
                return taken
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NetworkError(type(error).__name__) from None

    def _session(self, url: str) -> aiohttp.ClientSession:
        if self._opened is None:
            # How many go at once is for the courier to say: here an answer would wait behind what can wait.
            connector = aiohttp.TCPConnector(limit=0)
            jar = aiohttp.DummyCookieJar()
            self._opened = aiohttp.ClientSession(connector=connector, cookie_jar=jar, proxy=_proxy(url))
        return self._opened


def _proxy(url: str) -> str | None:
    """What the environment names: from some countries there is no other way.

    Asked once, for all calls go to one host: `trust_env` asks for each call, twice and in another thread.
    """
    address = urlsplit(url)
    if proxy_bypass(address.hostname or ""):
        return None
    return getproxies().get(address.scheme)


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"json": data.parameters}
    # Names of files are Chinese: they go as they are, which the Bot API reads, and not in percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return {"data": form}


def _sound(status: int, payload: bytes, token: bytes) -> tuple[int, bytes]:
    """An answer as the Bot API gives them. A proxy's page is none, whatever it calls itself."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return (502 if status < 300 else status), _REFUSED
    if not isinstance(answer, dict):
        return (502 if status < 300 else status), _REFUSED
    if status < 300 and answer.get("ok") is True and "result" in answer:
        return status, payload
    parameters = answer.get("parameters")
    told = {name: value for name, value in parameters.items() if type(value) is int} if isinstance(
        parameters, dict) else {}  # fmt: skip
    if (wait := told.pop("retry_after", None)) is not None:
        raise TooFast(timedelta(seconds=max(1, wait)))
    moved = {name: value for name, value in told.items() if name == "migrate_to_chat_id"}
    why = str(answer.get("description", "no reason given")).replace(token.decode(), "TOKEN")
    refusal = {"ok": False, "description": why, "parameters": moved}
    return (502 if status < 300 else status), json.dumps(refusal).encode()


class _Bot(Bot):
    """The library's bot without the objects that it makes of every answer."""

    async def call(self, method: str, parameters: dict[str, Any], seconds: float) -> Any:
        return await self._post(method, parameters, read_timeout=seconds)


class Calls:
    """What one bot can call; a call is over after so many seconds. `id` and `username` are its own."""

    def __init__(self, token: str, base_url: str, seconds: float = CALL_SECONDS) -> None:
        self._seconds = seconds
        self.id = int(token.partition(":")[0])
        self.username: str | None = None
        self._token = token
        # Files lie beside the methods.
        self._files = f"{base_url.removesuffix('bot')}file/bot"
        self._transport = Transport(token)
        self._bot = _Bot(token, base_url, request=self._transport, get_updates_request=self._transport)
        self._beside: set[asyncio.Task[None]] = set()

    async def call(self, method: str, /, *, seconds: float | None = None, **parameters: Any) -> Any:
        """What the method gives; what takes longer by its nature has `seconds` of its own. Raises TelegramError."""
        return await self._bot.call(method, parameters, seconds or self._seconds)

    async def download(self, key: str, most: int) -> bytes:
        """A file of at most so many bytes. Raises TelegramError; BadRequest where it is not to be had."""
        told = await self.call("getFile", file_id=key)
        path, size = (
            (told.get(each) for each in ("file_path", "file_size")) if isinstance(told, dict) else (0, 0)
        )
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            raise BadRequest("getFile gives no path")
        if type(size) is int and size > most:
            raise BadRequest("the file is too large")
        return await self._transport.download(f"{self._files}{self._token}/{path}", most)

    async def me(self) -> str:
        """Our own name, asked once. Raises TelegramError."""
        if self.username is None:
            told = await self.call("getMe")
            username = told.get("username") if isinstance(told, dict) else None
            if not isinstance(username, str):
                raise TelegramError("getMe gives no username")
            self.username = username
        return self.username

    def without_token(self, words: str) -> str:
        return words.replace(self._token, "TOKEN")

    def beside(self, method: str, /, **parameters: Any) -> None:
        """Calls without waiting; nobody minds if it fails."""
        task = asyncio.ensure_future(self._try(method, parameters))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _try(self, method: str, parameters: dict[str, Any]) -> None:
        try:
            await self.call(method, **parameters)
        except TelegramError:
            return

    async def close(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self._transport.shutdown()


def failure(error: TelegramError, sent: int = 0) -> ChannelError:
    """What a failed call means for a delivery of which so many messages went out before."""
    if isinstance(error, TooFast):
        return ChannelError(str(error), permanent=False, retry_after=error.wait, sent=sent)
    if isinstance(error, Forbidden) and "initiate" in str(error):
        # Known from a group alone: we may write once they have written.
        return ChannelError(str(error), permanent=False, unreachable=True, until_contact=True, sent=sent)
    if isinstance(error, Forbidden):
        return ChannelError(str(error), permanent=True, unreachable=True, sent=sent)
    # BadRequest is a NetworkError to the library.
    if isinstance(error, BadRequest | ChatMigrated):
        return ChannelError(str(error), permanent=True, sent=sent)
    if isinstance(error, InvalidToken):
        return ChannelError("the token is not known (any more)", permanent=False, sent=sent)
    unknown = isinstance(error, TimedOut | NoAnswer)
    return ChannelError(str(error) or type(error).__name__, permanent=False, unknown=unknown, sent=sent)
