"""WeChat's API over real HTTP: tokens that end, windows that are counted, forms with limits, failures by script."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

APP_ID, APP_SECRET = "wx0123456789abcdef", "appsecret-canary-0123456789"
# A way to fail: a code, or "5xx", "4xx" (of something on the way), "html", "{}", "hang", "lose" (it acts, and
# nobody hears the answer).
Failure = int | str
# What opens the reply window: for how many seconds, and for how many messages.
OPENS = {"message": (48 * 3600, 5), "tap": (60, 3), "payment": (48 * 3600, 10**9)}
LONGEST_TEXT = 2048
_LIMITS = {
    "thing": 20,
    "character_string": 32,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "name": 10,
    "phrase": 5,
}
_FORMS = {
    "phrase": re.compile(r"[\u4e00-\u9fff]+"),
    "time": re.compile(
        r"(?:\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2}(?:~(?:\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2})?"
    ),
    "number": re.compile(r"[\d.]+"),
}
# Control characters have no other way to be written.
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])")
_WORDS = {40001: "invalid credential, access_token is invalid or not latest", 40003: "invalid openid"}


@dataclass(frozen=True)
class Call:
    """What was asked: the path, what was sent, and with which token."""

    path: str
    body: Any
    token: str


@dataclass
class _Window:
    until: float
    left: int


class WeChatAPI:
    """One account. Everything that it got is kept in order; `url` is where it serves."""

    def __init__(self, *, factor: float = 1.0, now: Callable[[], float] = time.monotonic) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.token_fetches = 0
        self.sent: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []
        self.codes: list[dict[str, Any]] = []
        self.menu: list[dict[str, Any]] = []
        self.media: dict[str, bytes] = {}
        self.strangers: set[str] = set()
        self.refusing: set[tuple[str, str]] = set()
        # Templates by their id: their content as the platform lists it.
        self.templates: dict[str, str] = {}
        self.subscriptions: dict[str, str] = {}
        # Consents to one-time subscription messages.
        self.consents: dict[tuple[str, str], int] = {}
        # A token that is never taken, whatever is fetched.
        self.always_refuses_tokens = False
        self._lasts = 7200 * factor
        self._early = 300 * factor
        self._now = now
        self._token, self._ends, self._count = "", 0.0, 0
        self._windows: dict[str, _Window] = {}
        self._script: list[tuple[str, Failure, bool]] = []
        self._message_ids: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    # What a test does.

    def hear(self, openid: str, how: str = "message") -> None:
        """Somebody writes, or taps: now one may write to him."""
        seconds, most = OPENS[how]
        self._windows[openid] = _Window(self._now() + seconds, most)

    def void(self) -> None:
        """The token that is out there is worth nothing any more."""
        with self._lock:
            self._ends = 0.0

    def fail(self, path: str, *failures: Failure) -> None:
        """The next calls of this path fail so, one after the other."""
        self._script += [(path, failure, False) for failure in failures]

    def fail_after(self, path: str, calls: int, failure: Failure) -> None:
        """So many calls of this path go well, and the next one fails so."""
        self._script += [(path, 0, False)] * calls + [(path, failure, False)]

    def fail_always(self, path: str, failure: Failure) -> None:
        self._script.append((path, failure, True))

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def to(self, path: str) -> list[Any]:
        """What was sent to this path, in order."""
        return [call.body for call in self.calls if call.path == path]

    # What the platform does.

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path, body = request.path.lstrip("/"), await _body(request)
        with self._lock:
            self.calls.append(Call(path, body, request.query.get("access_token", "")))
            failure = self._next(path)
            lost = failure == "lose"
            answered = self._fails(failure) if failure and not lost else self._act(path, body, request)
        if failure == "hang":
            await asyncio.sleep(3600)
        if lost:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(answered, web.Response):
            return answered
        return web.json_response(answered, dumps=lambda value: json.dumps(value, ensure_ascii=False))

    def _next(self, path: str) -> Failure | None:
        for nth, (where, failure, always) in enumerate(self._script):
            if where == path:
                if not always:
                    del self._script[nth]
                return failure
        return None

    def _fails(self, failure: Failure) -> web.Response | dict[str, Any]:
        if failure == "5xx":
            return web.Response(status=502, text="Bad Gateway")
        if failure == "4xx":
            return web.json_response({"message": "forbidden"}, status=403)
        if failure == "html":
            return web.Response(text="<html>busy</html>", content_type="text/html")
        return _error(failure) if isinstance(failure, int) else {}

    def _act(self, path: str, body: Any, request: web.Request) -> dict[str, Any]:
        if path == "cgi-bin/stable_token":
            return self._stable_token(body)
        if self.always_refuses_tokens or request.query.get("access_token") != self._living():
            return _error(40001)
        acts: dict[str, Callable[[], dict[str, Any]]] = {
            "cgi-bin/message/custom/send": lambda: self._customer(body),
            "cgi-bin/message/template/send": lambda: self._form(body, self.templates),
            "cgi-bin/message/subscribe/bizsend": lambda: self._subscription(body),
            "cgi-bin/qrcode/create": lambda: self._code(body),
            "cgi-bin/menu/create": lambda: self._set_menu(body),
            "cgi-bin/menu/get": lambda: {"menu": {"button": self.menu}} if self.menu else _error(46003),
            "cgi-bin/media/upload": lambda: self._upload(body, request.query.get("type")),
            "cgi-bin/media/get": lambda: self._picture(request.query.get("media_id", "")),
            "cgi-bin/template/get_all_private_template": lambda: {
                "template_list": [
                    {"template_id": name, "title": "title", "content": content}
                    for name, content in self.templates.items()
                ]
            },
            "wxaapi/newtmpl/gettemplate": lambda: {
                "errcode": 0,
                "data": [
                    {"priTmplId": name, "title": "title", "content": content, "type": 2}
                    for name, content in self.subscriptions.items()
                ],
            },
        }
        return acts[path]() if path in acts else _error(40066)

    def _living(self) -> str:
        return self._token if self._now() < self._ends else ""

    def _stable_token(self, body: Any) -> dict[str, Any]:
        self.token_fetches += 1
        if body.get("appid") != APP_ID:
            return _error(40013)
        if body.get("secret") != APP_SECRET:
            return _error(40125)
        # The same for everybody who asks, until it nears its end.
        if self._now() >= self._ends - self._early:
            self._count += 1
            self._token, self._ends = f"token-canary-{self._count}", self._now() + self._lasts
        return {"access_token": self._token, "expires_in": round(self._ends - self._now())}

    def _customer(self, body: Any) -> dict[str, Any]:
        openid, window = body["touser"], self._windows.get(body["touser"])
        if openid in self.strangers:
            return _error(40003)
        if window is None or self._now() >= window.until:
            return _error(45015)
        if window.left <= 0:
            return _error(45047)
        texts = [body[body["msgtype"]].get(name) for name in ("content", "head_content")]
        if any(text is not None and len(text.encode()) > LONGEST_TEXT for text in texts):
            return _error(45002)
        if "" in texts:
            return _error(44004)
        if body["msgtype"] == "image" and body["image"]["media_id"] not in self.media:
            return _error(40007)
        window.left -= 1
        self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok"}

    def _subscription(self, body: Any) -> dict[str, Any]:
        key = (body["touser"], body["template_id"])
        if self.consents.get(key, 0) <= 0:
            return _error(43101)
        answer = self._form(body, self.subscriptions)
        if answer["errcode"] == 0:
            self.consents[key] -= 1
        return answer

    def _form(self, body: Any, known: dict[str, str]) -> dict[str, Any]:
        openid, template = body["touser"], body["template_id"]
        if openid in self.strangers:
            return _error(43004)
        if (openid, template) in self.refusing:
            return _error(43101)
        if template not in known:
            return _error(40037)
        for name in re.findall(r"\{\{(\w+)\.DATA\}\}", known[template]):
            value = body["data"].get(name, {}).get("value", "")
            if not is_good(name.rstrip("0123456789"), value):
                return _error(47003, f"argument invalid! data.{name}.value is {value} rid: 1")
        message = (openid, body.get("client_msg_id", ""))
        if not message[1] or message not in self._message_ids:
            self._message_ids.add(message)
            self.forms.append(body)
        return {"errcode": 0, "errmsg": "ok", "msgid": len(self.forms)}

    def _code(self, body: Any) -> dict[str, Any]:
        scene = body["action_info"]["scene"]["scene_str"]
        if not 1 <= len(scene) <= 64:
            return _error(47001)
        if body["action_name"] == "QR_STR_SCENE" and body.get("expire_seconds", 60) > 30 * 24 * 3600:
            return _error(47001)
        self.codes.append(body)
        answer = {"ticket": f"ticket-{scene}", "url": f"http://weixin.qq.com/q/{scene}"}
        return answer if body["action_name"] == "QR_LIMIT_STR_SCENE" else {**answer, "expire_seconds": 60}

    def _set_menu(self, body: Any) -> dict[str, Any]:
        buttons = body["button"]
        if not 1 <= len(buttons) <= 3:
            return _error(40016)
        for button in buttons:
            if len(button["name"].encode()) > 16:
                return _error(40018)
            inner = button.get("sub_button", [])
            if len(inner) > 5 or any(len(each["name"].encode()) > 60 for each in inner):
                return _error(40023)
            if any(each["type"] != "click" or not each["key"] for each in inner or [button]):
                return _error(40017)
        self.menu = [{"sub_button": [], **button} for button in buttons]
        return {"errcode": 0, "errmsg": "ok"}

    def _upload(self, body: Any, kind: str | None) -> dict[str, Any]:
        if kind != "image" or not body["data"].startswith((b"\x89PNG", b"\xff\xd8\xff")):
            return _error(40004)
        name = f"media-{len(self.media) + 1}"
        self.media[name] = body["data"]
        return {"type": "image", "media_id": name, "created_at": 1}

    def _picture(self, name: str) -> Any:
        if name not in self.media:
            return _error(40007)
        return web.Response(body=self.media[name], content_type="image/jpeg")


def is_good(kind: str, value: str) -> bool:
    whole = _FORMS.get(kind)
    return (
        bool(value.strip())
        and "\n" not in value
        and len(value) <= _LIMITS.get(kind, 100)
        and (whole is None or whole.fullmatch(value) is not None)
    )


def _error(code: int, words: str | None = None) -> dict[str, Any]:
    if code in (40164, 61004):
        words = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1"
    return {"errcode": code, "errmsg": words or _WORDS.get(code, "refused")}


async def _body(request: web.Request) -> Any:
    if request.content_type.startswith("multipart/"):
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        assert part.name == "media"
        return {"name": part.filename, "type": part.headers["content-type"], "data": bytes(await part.read())}
    raw = await request.read()
    assert not _ESCAPED.search(raw), "the platform shows escapes as they are written"
    return json.loads(raw) if raw else None


@dataclass
class _Serving:
    """A loop of its own in a thread, so that what is tested may block, fork or die."""

    api: WeChatAPI
    ready: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    stop: asyncio.Event | None = None

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self.api.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.api.url = f"http://127.0.0.1:{port}"
        self.ready.set()
        await self.stop.wait()
        with suppress(asyncio.CancelledError):
            await runner.cleanup()


@contextmanager
def serving(api: WeChatAPI) -> Iterator[WeChatAPI]:
    """The API on a free port until the end of the block."""
    served = _Serving(api)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    assert served.ready.wait(10)
    try:
        yield api
    finally:
        assert served.loop is not None
        assert served.stop is not None
        served.loop.call_soon_threadsafe(served.stop.set)
        thread.join(10)
