"""People on Telegram who write to a bot over HTTP or are fetched by it, and the Bot API that it calls."""

import asyncio
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.bench import wire
from tests.bench.load import Person

SECRET = "a-secret-that-only-the-bench-knows"
TEXTS = {
    "zh-hans": ("周六有什么活动", "周末有什么沙龙", "本周有什么活动", "明天有什么讲座"),
    "en": ("What's on Saturday?", "What's on this weekend?", "any yoga classes?", "lectures tomorrow"),
}
COMMANDS = ("/help", "/mine")
# One update after the other: twelve texts, five commands, three presses.
MIX = "text text command text press text text command text text command text press text command text text press command text"
# Digits that stand for the number of the update; as many as it has.
_NUMBER = b"987654321"
_numbers = itertools.count(100_000_000)
_WHO = re.compile(r'(?:chat_id|callback_query_id)"?[=:] ?"?(\d{9})')
_METHOD = re.compile(rb'"method": ?"(\w+)"')
_OFFSET = re.compile(r'offset"?[=:] ?"?(\d+)')
_SENT = b'{"ok":true,"result":{"message_id":1,"date":1790000000,"chat":{"id":1,"type":"private"},"text":"."}}'
_ME = b'{"ok":true,"result":{"id":100001,"is_bot":true,"first_name":"Linli","username":"linli_bot"}}'
RESULTS = {
    "getMe": _ME,
    "sendMessage": _SENT,
    "editMessageText": _SENT,
    "getMyCommands": b'{"ok":true,"result":[]}',
    "getWebhookInfo": b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}',
}


class Sender(Person):
    """Somebody on Telegram; `wants` tells what he has to see besides the acknowledgement, by the kind of update."""

    def __init__(self, key: int, path: str, wants: Callable[[str], set[str]]) -> None:
        super().__init__()
        self.key = key
        self.language = "en" if key % 2 else "zh-hans"
        self.buttons: list[str] = []
        self._learns = False
        self._path = path
        self._wants = wants
        self._kinds: Iterator[str] = itertools.cycle(())
        self._updates: dict[str, Iterator[list[bytes]]] = {}
        self._missing: set[str] = set()
        self.query = ""

    def begin(self, *lines: str) -> None:
        """Writes these lines in turn, until `mix`."""
        self._learns = True
        self._kinds = itertools.cycle(("text",))
        self._updates = {"text": itertools.cycle([self._pieces(self._text(line)) for line in lines])}

    def mix(self, buttons: Sequence[str]) -> None:
        kinds = MIX.split()
        self._learns = False
        self._kinds = itertools.cycle(kinds[self.key % 20 :] + kinds[: self.key % 20])
        updates = {
            "text": [self._text(line) for line in TEXTS[self.language]],
            "command": [self._text(line) for line in COMMANDS],
            "press": [self._press(says) for says in buttons],
        }
        self._updates = {
            kind: itertools.cycle([self._pieces(each) for each in every]) for kind, every in updates.items()
        }

    def update(self) -> list[bytes]:
        """The next update, to be joined by its number."""
        kind = next(self._kinds)
        self._missing = {"acknowledged", *self._wants(kind)}
        return next(self._updates[kind])

    def request(self) -> bytes:
        number = b"%09d" % next(_numbers)
        self.query = number.decode()
        return number.join(self.update())

    def responded(self, body: bytes) -> None:
        method = _METHOD.search(body)
        if method:
            self._learn(body)
        self.saw("acknowledged", *(seen(method[1].decode()) if method else ()))

    def called(self, method: str, body: bytes) -> None:
        """A call came in that is about him."""
        self._learn(body)
        if method != "answerCallbackQuery" or self.query.encode() in body:
            self.saw(*seen(method))

    def _learn(self, body: bytes) -> None:
        """At first he looks which buttons lead to one of the things found."""
        if self._learns and body.startswith(b"{"):
            rows = json.loads(body).get("reply_markup", {}).get("inline_keyboard", [])
            said = [button["callback_data"] for row in rows for button in row]
            self.buttons += [says for says in said if says.startswith("show ")]

    def saw(self, *what: str) -> None:
        if self._missing:
            self._missing.difference_update(what)
            if not self._missing:
                self.answered()

    def _pieces(self, update: dict[str, object]) -> list[bytes]:
        body = json.dumps(update, ensure_ascii=False).encode()
        secret = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}"
        return wire.post(self._path, "application/json", body, secret).split(_NUMBER)

    def _text(self, text: str) -> dict[str, object]:
        message = {**self._message(), "from": self._self(), "text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return {"update_id": int(_NUMBER), "message": message}

    def _press(self, says: str) -> dict[str, object]:
        bot = {"id": 100001, "is_bot": True, "first_name": "Linli", "username": "linli_bot"}
        message = {**self._message(), "from": bot, "text": "周六的活动"}
        query = {
            "id": f"{self.key}{int(_NUMBER)}", "from": self._self(), "message": message,
            "chat_instance": "-3141592653589793238", "data": says,
        }  # fmt: skip
        return {"update_id": int(_NUMBER), "callback_query": query}

    def _self(self) -> dict[str, object]:
        return {"id": self.key, "is_bot": False, "first_name": "王芳", "language_code": self.language}

    def _message(self) -> dict[str, object]:
        chat = {"id": self.key, "first_name": "王芳", "type": "private"}
        return {"message_id": int(_NUMBER), "date": 1_790_000_000, "chat": chat}


class Polled(Sender):
    """Somebody whose updates the bot fetches; what he writes is acknowledged by that."""

    def __init__(self, key: int, wants: Callable[[str], set[str]], feed: "Feed") -> None:
        super().__init__(key, "/", wants)
        self._feed = feed

    async def connect(self, port: int) -> None: ...

    def leave(self) -> None: ...

    def write(self) -> None:
        number = next(_numbers)
        self.query = str(number)
        pieces = self.update()
        self._missing.discard("acknowledged")
        self._feed.put(number, b"%09d" % number, pieces)

    def _pieces(self, update: dict[str, object]) -> list[bytes]:
        return json.dumps(update, ensure_ascii=False).encode().split(_NUMBER)


@dataclass
class Feed:
    """What a bot fetches by getUpdates: up to a hundred at once, and it waits while there is nothing."""

    _updates: deque[tuple[int, bytes]] = field(default_factory=deque)
    _waiting: wire.Respond | None = None

    def put(self, number: int, digits: bytes, pieces: list[bytes]) -> None:
        self._updates.append((number, digits.join(pieces)))
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._give)

    def fetch(self, offset: int, respond: wire.Respond) -> None:
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        self._waiting = respond
        if self._updates:
            self._give()

    def _give(self) -> None:
        if self._waiting:
            first = itertools.islice(self._updates, 100)
            self._waiting(b'{"ok":true,"result":[%s]}' % b",".join(update for _, update in first))
            self._waiting = None


@dataclass
class BotApi:
    """The Bot API for all contenders: who is meant by a call is told, and nothing is refused."""

    people: dict[tuple[str, str], Sender] = field(default_factory=dict)
    feed: Feed = field(default_factory=Feed)
    hooks: dict[str, asyncio.Future[str]] = field(default_factory=dict)

    def called(self, path: str, body: bytes, respond: wire.Respond) -> None:
        bot, _, method = path.removeprefix("/bot").partition("/")
        words = body.decode()
        if method == "getUpdates":
            offset = _OFFSET.search(words)
            self.feed.fetch(int(offset[1]) if offset else 0, respond)
            return
        respond(RESULTS.get(method, b'{"ok":true,"result":true}'))
        if method == "setWebhook":
            self._hook(bot, words)
        elif found := _WHO.search(words):
            person = self.people.get((bot, found[1]))
            if person:
                person.called(method, body)

    def hook(self, bot: str) -> "asyncio.Future[str]":
        return self.hooks.setdefault(bot, asyncio.get_running_loop().create_future())

    def _hook(self, bot: str, words: str) -> None:
        url = json.loads(words)["url"] if words.startswith("{") else parse_qs(words)["url"][0]
        if url and not self.hook(bot).done():
            self.hook(bot).set_result(urlsplit(url).path)


def seen(method: str) -> tuple[str, ...]:
    """What somebody sees of a call."""
    if method in ("sendMessage", "editMessageText"):
        return ("shown",)
    return ("settled",) if method == "answerCallbackQuery" else ()
