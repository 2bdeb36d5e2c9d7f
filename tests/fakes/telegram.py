"""A Telegram of our own over real HTTP: it refuses as the Bot API does, fails as it is told, and shows what people see.

In a thread of the tests: `with running() as telegram:`. As a child: `python -m tests.fakes.telegram PORT`, which is
told what to do under /control and says there what it saw.
"""

import asyncio
import json
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

T = TypeVar("T")
Json = dict[str, Any]
TOKEN = "770001:fake-Telegram_token-of-nobody"
USERNAME = "linli_fake_bot"
AGAIN_SECONDS = 0.05
_NAME = re.compile(r"[a-z0-9_]{1,32}")
# What comes as JSON within a form.
_NESTED = {"reply_markup", "link_preview_options", "scope", "commands", "allowed_updates"}
_WHOLE = {"chat_id", "message_id", "offset", "limit", "timeout", "max_connections", "message_thread_id"}


class Refusal(Exception):  # noqa: N818  (what the platform says, not a fault)
    def __init__(self, code: int, why: str, **parameters: int) -> None:
        super().__init__(why)
        self.code = code
        self.parameters = parameters


@dataclass
class Shown:
    """One message as its chat shows it now; `edits` counts how often it was changed."""

    number: int
    text: str
    rows: list[list[Json]] = field(default_factory=list)
    file: Json | None = None
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]


@dataclass
class Chat:
    """A chat from the bot's side: until somebody writes it cannot begin."""

    kind: str
    messages: list[Shown] = field(default_factory=list)
    blocked: bool = False
    moved: int | None = None

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.messages]


@dataclass
class State:
    """Everything that happened there."""

    chats: dict[int, Chat] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    # What was refused in the response to a webhook, which tells nobody.
    unheard: list[str] = field(default_factory=list)
    # Presses by their query: the toast that answered it, None while it spins.
    presses: dict[str, str | None] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    # Of deliveries by webhook: each status that came back.
    statuses: list[int] = field(default_factory=list)
    sent_at: list[tuple[float, int]] = field(default_factory=list)

    @property
    def spinning(self) -> list[str]:
        """Presses that nobody answered."""
        return [query for query, toast in self.presses.items() if toast is None]

    def busiest_second(self) -> int:
        """The most messages that were sent within one second."""
        times = deque[float]()
        most = 0
        for at, _ in self.sent_at:
            times.append(at)
            while times[0] < at - 1:
                times.popleft()
            most = max(most, len(times))
        return most


class Telegram:
    """The server. Everything public may be used from another thread."""

    def __init__(self, *, username: str = USERNAME, token: str = TOKEN) -> None:
        self.token, self.username, self.id = token, username, int(token.partition(":")[0])
        self.state = State()
        self.url = ""
        # Faults by method, "*" for all: "429:SECONDS", a status, "html", "hang", "lost", "garbage".
        self.script: dict[str, deque[str]] = {}
        self._updates: deque[Json] = deque()
        self._next_update, self._next_message, self._next_query = 1000, 100, 1
        self._changed = asyncio.Event()
        self._poller: object = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(40)

    # What people do.

    def say(self, who: int, text: str | None = None, group: int | None = None, **extra: Any) -> int:
        """Somebody writes; gives the number of the update. `extra` are more fields of the message."""
        return self._from_outside(lambda: self._say(who, text, group, extra))

    def press(self, who: int, label: str, group: int | None = None) -> int:
        """Somebody presses the newest button of this label in the chat."""
        return self._from_outside(lambda: self._press(who, label, group if group is not None else who))

    def update(self, update: Json) -> int:
        """Delivers an update as it is, with a number of its own unless it has one."""
        return self._from_outside(lambda: self._enqueue(dict(update)))

    def block(self, who: int, *, blocked: bool = True) -> int:
        """Somebody blocks the bot, or lets it in again: that is told, and it can write no more."""
        return self._from_outside(lambda: self._block(who, blocked=blocked))

    def know(self, chat: int, kind: str = "private") -> None:
        """Somebody wrote before."""
        self._from_outside(lambda: self.state.chats.setdefault(chat, Chat(kind)))

    def move(self, old: int, new: int) -> None:
        """A group became a supergroup: the old number does not work any more."""

        def work() -> None:
            self.state.chats[new] = Chat("supergroup")
            self.state.chats[old].moved = new

        self._from_outside(work)

    def fail(self, method: str, *faults: str) -> None:
        """The next calls of this method go wrong, one after the other."""
        self._from_outside(lambda: self.script.setdefault(method, deque()).extend(faults))

    # What tests look at.

    def chat(self, number: int) -> Chat:
        return self.state.chats.get(number) or Chat("private")

    def called(self, method: str) -> list[Json]:
        return [parameters for name, parameters in list(self.state.calls) if name == method]

    def until(self, holds: Callable[["Telegram"], object], seconds: float = 30.0) -> None:
        """Waits until it holds."""
        end = time.monotonic() + seconds
        while not holds(self):
            assert time.monotonic() < end, f"it never came: {self.summary()}"
            time.sleep(0.01)

    def settle(self) -> None:
        """Until everything was delivered."""
        self.until(lambda _: not self._updates and not self._under_way)

    def summary(self) -> Json:
        chats = {str(number): asdict(chat) for number, chat in list(self.state.chats.items())}
        counts: dict[str, int] = {}
        for name, _ in list(self.state.calls):
            counts[name] = counts.get(name, 0) + 1
        return {
            "chats": chats,
            "calls": counts,
            "presses": self.state.presses,
            "unheard": self.state.unheard,
            "waiting": len(self._updates) + len(self._under_way),
            "statuses": {str(each): self.state.statuses.count(each) for each in set(self.state.statuses)},
            "busiest_second": self.state.busiest_second(),
            "webhook": {name: value for name, value in self.state.webhook.items() if name != "secret_token"},
        }

    def _from_outside(self, work: Callable[[], T]) -> T:
        """Runs it in the loop of the server, so that nothing is changed under its hands."""
        if self._loop is None or _running() is self._loop:
            return work()
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(30)

    # Updates, and how they are delivered.

    def _say(self, who: int, text: str | None, group: int | None, extra: Json) -> int:
        kind = "private" if group is None else "supergroup"
        chat = group if group is not None else who
        self.state.chats.setdefault(chat, Chat(kind))
        self._next_message += 1
        message = {
            "message_id": self._next_message,
            "date": int(time.time()),
            "chat": {"id": chat, "type": kind},
            "from": {"id": who, "is_bot": False, "first_name": "N", "language_code": "zh-hans"},
        }
        if text is not None:
            message["text"] = text
        message.update(extra)
        return self._enqueue({"message": message})

    def _press(self, who: int, label: str, chat: int) -> int:
        kind = self.state.chats[chat].kind
        for shown in reversed(self.state.chats[chat].messages):
            data = next((b["callback_data"] for row in shown.rows for b in row if b["text"] == label), None)
            if data is not None:
                break
        else:
            raise AssertionError(f"no button {label!r} in {self.state.chats[chat].messages}")
        query = f"q{self._next_query}"
        self._next_query += 1
        message = {
            "message_id": shown.number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": kind},
            "from": {"id": self.id, "is_bot": True, "first_name": "B", "username": self.username},
            "text": shown.text,
            "reply_markup": {"inline_keyboard": shown.rows},
        }
        pressed = {
            "id": query,
            "from": {"id": who, "is_bot": False, "first_name": "N", "language_code": "zh-hans"},
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        return self._enqueue({"callback_query": pressed})

    def _block(self, who: int, *, blocked: bool) -> int:
        self.state.chats.setdefault(who, Chat("private")).blocked = blocked
        return self._enqueue(
            {
                "my_chat_member": {
                    "chat": {"id": who, "type": "private"},
                    "from": {"id": who, "is_bot": False, "first_name": "N"},
                    "date": int(time.time()),
                    "old_chat_member": {"status": "member"},
                    "new_chat_member": {"status": "kicked" if blocked else "member"},
                }
            }
        )

    def _enqueue(self, update: Json) -> int:
        if "update_id" not in update:
            update = {"update_id": self._next_update, **update}
            self._next_update += 1
        pressed = update.get("callback_query")
        if isinstance(pressed, dict) and isinstance(pressed.get("id"), str):
            self.state.presses.setdefault(pressed["id"], None)
        if self.state.webhook:
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
            while self.state.webhook and not await self._post(update):
                await asyncio.sleep(AGAIN_SECONDS)
        if not self.state.webhook:
            self._updates.append(update)
            self._changed.set()

    async def _post(self, update: Json) -> bool:
        assert self._client is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.state.webhook.get("secret_token", "")}
        try:
            async with self._client.post(
                self.state.webhook["url"], json=update, headers=headers, timeout=aiohttp.ClientTimeout(20)
            ) as response:
                body = await response.read()
                self.state.statuses.append(response.status)
                if response.status // 100 != 2:
                    self.state.webhook["last_error_message"] = f"Wrong response: {response.status}"
                    return False
        except (aiohttp.ClientError, TimeoutError):
            self.state.webhook["last_error_message"] = "Connection refused"
            return False
        if body:
            self._obey(json.loads(body))
        return True

    def _obey(self, parameters: Json) -> None:
        """The method that a response carries; nobody hears what comes of it."""
        method = parameters.pop("method")
        self.state.calls.append((method, parameters))
        try:
            self._act(method, parameters)
        except Refusal as refusal:
            self.state.unheard.append(f"{method}: {refusal}")

    # The Bot API.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        if token != self.token:
            return _refuse(Refusal(401, "Unauthorized"))
        parameters = await _parameters(request)
        self.state.calls.append((method, parameters))
        faults = self.script.get(method) or self.script.get("*")
        fault = faults.popleft() if faults else ""
        if fault and fault != "lost":
            return await _fail(fault, request)
        try:
            result = (
                await self._get_updates(parameters)
                if method == "getUpdates"
                else self._act(method, parameters)
            )
        except Refusal as refusal:
            return _refuse(refusal)
        if fault == "lost":
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"ok": True, "result": result})

    def _act(self, method: str, parameters: Json) -> Any:
        known: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _: {"id": self.id, "is_bot": True, "first_name": "B", "username": self.username},
            "sendMessage": self._send_message,
            "sendPhoto": lambda given: self._send_file(given, "photo"),
            "sendDocument": lambda given: self._send_file(given, "document"),
            "sendLocation": self._send_location,
            "editMessageText": self._edit,
            "editMessageReplyMarkup": self._edit,
            "answerCallbackQuery": self._answer,
            "setMyCommands": self._set_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
        }
        if method not in known:
            raise Refusal(404, "Not Found")
        return known[method](parameters)

    def _send_message(self, given: Json) -> Json:
        return self._show(given, _text(given.get("text"), 4096, given))

    def _send_file(self, given: Json, kind: str) -> Json:
        file = given.get(kind)
        if not isinstance(file, dict) or not file["size"]:
            raise Refusal(400, f"Bad Request: there is no {kind} in the request")
        return self._show(given, _text(given.get("caption", ""), 1024, given, least=0), file)

    def _send_location(self, given: Json) -> Json:
        place = {name: given.get(name) for name in ("latitude", "longitude")}
        if not all(isinstance(each, int | float) for each in place.values()):
            raise Refusal(400, "Bad Request: bad location")
        return self._show(given, "", place)

    def _show(self, given: Json, text: str, file: Json | None = None) -> Json:
        chat = self._writable(given.get("chat_id"))
        self._next_message += 1
        shown = Shown(self._next_message, text, _rows(given.get("reply_markup")), file)
        chat.messages.append(shown)
        self.state.sent_at.append((time.monotonic(), given["chat_id"]))
        return {"message_id": shown.number, "date": int(time.time()), "chat": {"id": given["chat_id"]}}

    def _edit(self, given: Json) -> Json:
        chat = self._writable(given.get("chat_id"))
        shown = next((each for each in chat.messages if each.number == given.get("message_id")), None)
        if shown is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        text = _text(given["text"], 4096, given) if "text" in given else shown.text
        rows = _rows(given.get("reply_markup"))
        if (text, rows) == (shown.text, shown.rows):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        shown.text, shown.rows, shown.edits = text, rows, shown.edits + 1
        return {"message_id": shown.number, "date": int(time.time()), "chat": {"id": given["chat_id"]}}

    def _answer(self, given: Json) -> bool:
        query = given.get("callback_query_id")
        if query not in self.state.presses or self.state.presses[query] is not None:
            raise Refusal(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self.state.presses[query] = _text(given.get("text", ""), 200, given, least=0)
        return True

    def _set_commands(self, given: Json) -> bool:
        for each in given["commands"]:
            if not _NAME.fullmatch(each["command"]) or not 1 <= len(each["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        scope = given.get("scope", {}).get("type", "default")
        self.state.commands[f"{scope}/{given.get('language_code', '')}"] = given["commands"]
        return True

    def _set_webhook(self, given: Json) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.state.webhook = {"url": given["url"], "secret_token": given.get("secret_token", "")}
        waiting, self._updates = self._updates, deque()
        for update in waiting:
            self._start(update)
        self._changed.set()
        return True

    def _delete_webhook(self, given: Json) -> bool:
        self.state.webhook = {}
        if given.get("drop_pending_updates"):
            self._updates.clear()
        return True

    def _webhook_info(self, _given: Json) -> Json:
        told = {name: value for name, value in self.state.webhook.items() if name != "secret_token"}
        waiting = len(self._updates) + len(self._under_way)
        return {"url": "", "pending_update_count": waiting, **told}

    async def _get_updates(self, given: Json) -> list[Json]:
        if self.state.webhook:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self._poller = mine = object()
        self._changed.set()
        end = time.monotonic() + min(given.get("timeout", 0), 50)
        while self._updates and self._updates[0].get("update_id", 0) < given.get("offset", 0):
            self._updates.popleft()
        while (
            not self._updates and time.monotonic() < end and self._poller is mine and not self.state.webhook
        ):
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), max(0.01, end - time.monotonic()))
        if self._poller is not mine or self.state.webhook:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return list(self._updates)[: given.get("limit", 100)]

    def _writable(self, number: object) -> Chat:
        """A chat in which the bot may write."""
        chat = self.state.chats.get(number) if isinstance(number, int) else None
        if chat is None:
            if isinstance(number, int) and number > 0:
                raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
            raise Refusal(400, "Bad Request: chat not found")
        if chat.moved is not None:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, why, migrate_to_chat_id=chat.moved)
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    # What a child is told by the bench and by chaos.

    async def control(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        if what == "state":
            return web.json_response(self.summary())
        given = await request.json()
        if what == "update":
            return web.json_response(self._enqueue(given))
        if what == "say":
            told = self._say(given.pop("who"), given.pop("text", None), given.pop("group", None), given)
            return web.json_response(told)
        if what == "press":
            return web.json_response(
                self._press(given["who"], given["label"], given.get("chat", given["who"]))
            )
        if what == "know":
            for chat in given:
                self.state.chats.setdefault(chat, Chat("private" if chat > 0 else "supergroup"))
            return web.json_response(len(given))
        if what == "fail":
            self.script.setdefault(given["method"], deque()).extend(given["faults"])
            return web.json_response(len(given["faults"]))
        raise web.HTTPNotFound

    async def start(self, port: int = 0) -> web.AppRunner:
        """Serves on this port, in the loop that runs."""
        self._loop = asyncio.get_running_loop()
        self._client = aiohttp.ClientSession()
        served = web.Application(client_max_size=64 * 1024 * 1024)
        served.router.add_post("/bot{token}/{method}", self.handle)
        served.router.add_route("*", "/control/{what}", self.control)
        runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        return runner

    async def stop(self, runner: web.AppRunner) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        await runner.cleanup()


def _text(value: object, most: int, given: Json, *, least: int = 1) -> str:
    """Lengths are counted in UTF-16, and blanks at the ends are not counted at all."""
    if not isinstance(value, str):
        raise Refusal(400, "Bad Request: message text is empty")
    units = len(value.strip().encode("utf-16-le")) // 2
    if units < least:
        raise Refusal(400, "Bad Request: message text is empty")
    if units > most:
        raise Refusal(400, "Bad Request: message is too long")
    if given.get("parse_mode") and re.search(r"[<&*_\[`]", value):
        raise Refusal(400, "Bad Request: can't parse entities: unsupported start tag at byte offset 0")
    return value.strip()


def _rows(markup: object) -> list[list[Json]]:
    if markup is None:
        return []
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not str(button.get("text", "")).strip():
            raise Refusal(400, "Bad Request: can't parse inline keyboard button: text is empty")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


async def _parameters(request: web.Request) -> Json:
    if request.content_type == "application/json":
        given = await request.json()
        return given if isinstance(given, dict) else {}
    found: Json = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = {"name": value.filename, "size": len(value.file.read()), "type": value.content_type}
        elif isinstance(value, str) and name in _NESTED | _WHOLE:
            found[name] = json.loads(value)
        else:
            found[name] = value
    return found


async def _fail(fault: str, request: web.Request) -> web.StreamResponse:
    name, _, seconds = fault.partition(":")
    if name == "429":
        return _refuse(Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=int(seconds)))
    if name == "html":
        return web.Response(text=f"<html>{request.path}</html>", content_type="text/html")
    if name == "garbage":
        return web.Response(text=f'{{"ok": true, "where": "{request.path}"', content_type="application/json")
    if name == "hang":
        await asyncio.sleep(float(seconds or 60))
    return _refuse(Refusal(int(name) if name.isdigit() else 500, f"Internal Server Error at {request.path}"))


def _refuse(refusal: Refusal) -> web.StreamResponse:
    told: Json = {"ok": False, "error_code": refusal.code, "description": str(refusal)}
    if refusal.parameters:
        told["parameters"] = refusal.parameters
    return web.json_response(told, status=refusal.code)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@contextmanager
def running(telegram: Telegram | None = None, port: int = 0) -> Iterator[Telegram]:
    """Serves in a thread of its own until the end of the block."""
    fake, loop = telegram or Telegram(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    runner = run(fake.start(port))
    try:
        yield fake
    finally:
        run(fake.stop(runner))
        run(_end_tasks())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    """Calls that hang would outlive the loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _serve(port: int) -> None:
    fake = Telegram()
    await fake.start(port)
    print(fake.url, flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
