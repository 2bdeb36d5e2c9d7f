"""A Telegram of our own over real HTTP: it refuses as the Bot API does, fails as it is told, and shows what people see.

In a thread of the tests: `with running() as telegram:`. As a child: `python -m tests.fakes.telegram PORT`, which is
told what to do under /control and says there what it saw.
"""

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes import telegram_updates
from tests.fakes.telegram_calls import BotApi, parameters
from tests.fakes.telegram_chats import Call, Chat, Json, Refusal, Shown, State
from tests.fakes.telegram_door import Door
from tests.fakes.telegram_trouble import Chances, Limits, fail, is_done_first, refuse

__all__ = ["TOKEN", "USERNAME", "Call", "Chances", "Chat", "Limits", "Shown", "State", "Telegram", "running"]
T = TypeVar("T")
TOKEN = "770001:fake-Telegram_token-of-nobody"
USERNAME = "linli_fake_bot"


class Telegram:
    """The server. Everything public may be used from another thread."""

    def __init__(self, *, username: str = USERNAME, token: str = TOKEN) -> None:
        self.token, self.username, self.id = token, username, int(token.partition(":")[0])
        self.state = State()
        self.url = ""
        # What people sent, by the name of the file.
        self.files: dict[str, bytes] = {}
        # Faults by method, "*" for all, see telegram_trouble.fail.
        self.script: dict[str, deque[str]] = {}
        # What may go wrong with any message, and how many it lets through; nothing unless a test says so.
        self.chances: Chances | None = None
        self.limits: Limits | None = None
        self._next_query = 1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._door = Door(self.state, self._obey)
        me = {"id": self.id, "is_bot": True, "first_name": "B", "username": username}
        self._api = BotApi(me, self.state, self._door)

    # What people do.

    def say(self, who: int, text: str | None = None, group: int | None = None, **extra: Any) -> int:
        """Somebody writes; gives the number of the update. `extra` are more fields of the message."""
        return self._from_outside(lambda: self._say(who, text, group, extra))

    def press(self, who: int, label: str, group: int | None = None) -> int:
        """Somebody presses the newest button of this label in the chat."""
        return self._from_outside(lambda: self._press(who, label, group if group is not None else who))

    def update(self, update: Json) -> int:
        """Delivers an update as it is, with a number of its own unless it has one."""
        return self._from_outside(lambda: self._door.enqueue(dict(update)))

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
        self.until(lambda _: not self._door.waiting)

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
            "waiting": self._door.waiting,
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

    def _say(self, who: int, text: str | None, group: int | None, extra: Json) -> int:
        chat = group if group is not None else who
        kind = "private" if group is None else "supergroup"
        self.state.chats.setdefault(chat, Chat(kind))
        number = self._api.next_message()
        return self._door.enqueue(telegram_updates.message(number, who, chat, kind, text, extra))

    def _press(self, who: int, label: str, number: int) -> int:
        query = f"q{self._next_query}"
        self._next_query += 1
        me, chat = self._api.act("getMe", {}), self.state.chats[number]
        return self._door.enqueue(telegram_updates.press(query, who, label, number, chat, me))

    def _block(self, who: int, *, blocked: bool) -> int:
        self.state.chats.setdefault(who, Chat("private")).blocked = blocked
        return self._door.enqueue(telegram_updates.block(who, blocked=blocked))

    # The Bot API.

    def _obey(self, given: Json) -> None:
        """The method that a response carries; nobody hears what comes of it."""
        method = given.pop("method")
        call = Call(method, given, came="ok")
        self.state.log.append(call)
        try:
            self._api.act(method, given)
        except Refusal as refusal:
            call.came = str(refusal.code)
            self.state.unheard.append(f"{method}: {refusal}")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return refuse(Refusal(401, "Unauthorized"))
        call = Call(request.match_info["method"], await parameters(request))
        self.state.log.append(call)
        try:
            return await self._answer(call, request)
        except Refusal as refusal:
            wait = refusal.parameters.get("retry_after")
            call.came = f"{refusal.code}:{wait}" if wait else str(refusal.code)
            return refuse(refusal)
        finally:
            call.answered = time.monotonic()

    async def give(self, request: web.Request) -> web.StreamResponse:
        """A file that somebody sent."""
        if request.match_info["token"] != self.token:
            return refuse(Refusal(401, "Unauthorized"))
        found = self.files.get(request.match_info["name"].removesuffix(".jpg"))
        return web.Response(body=found) if found is not None else web.Response(status=404)

    async def _answer(self, call: Call, request: web.Request) -> web.StreamResponse:
        fault = self._fault(call)
        call.came = fault
        if fault and not is_done_first(fault):
            return await fail(fault, request)
        if self.limits is not None and call.method.startswith("send"):
            self.limits.check(call.given["chat_id"])
        if call.method == "getUpdates":
            result: Any = await self._get_updates(call.given)
        elif call.method == "getFile":
            result = self._file(call.given.get("file_id", ""))
        else:
            result = self._api.act(call.method, call.given)
        call.came = fault or "ok"
        return await fail(fault, request) if fault else web.json_response({"ok": True, "result": result})

    def _fault(self, call: Call) -> str:
        """What a test asked for comes before what chance brings."""
        if faults := self.script.get(call.method) or self.script.get("*"):
            return faults.popleft()
        chances = self.chances if call.method == "sendMessage" else None
        return chances.draw(call.chat) if chances else ""

    def _file(self, name: str) -> Json:
        if name not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        return {"file_id": name, "file_size": len(self.files[name]), "file_path": f"photos/{name}.jpg"}

    async def _get_updates(self, given: Json) -> list[Json]:
        return await self._door.get_updates(given)

    # What a child is told by the bench and by chaos.

    async def control(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        if what == "state":
            return web.json_response(self.summary())
        given = await request.json()
        if what == "update":
            return web.json_response(self._door.enqueue(given))
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
        self._door.open()
        served = web.Application(client_max_size=64 * 1024 * 1024)
        served.router.add_post("/bot{token}/{method}", self.handle)
        served.router.add_get("/file/bot{token}/photos/{name}", self.give)
        served.router.add_route("*", "/control/{what}", self.control)
        runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        return runner

    async def stop(self, runner: web.AppRunner) -> None:
        await self._door.close()
        await runner.cleanup()


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
