"""Browsers without a screen: one without script, which posts forms, and one that speaks as the script does."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from secrets import token_urlsafe
from typing import Any

import httpx

_BLOCKS = {"p", "h3", "dt", "dd", "li", "b", "div"}


@dataclass(slots=True)
class Turn:
    """One entry of the conversation: what somebody said, or a card with its buttons."""

    own: bool
    number: int | None
    said: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.said.splitlines() if line.strip()]


class Seen(HTMLParser):
    """A page, or a piece of one, as a person sees it: what is hidden from the eye is left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self.menu: dict[str, str] = {}
        self.form: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.language = ""
        self.title = ""
        self.inline = 0
        self.links: list[str] = []
        self._stack: list[tuple[str, bool]] = []
        self._place: str | None = None
        self._button: tuple[str, str] | None = None
        self.feed(html)
        self.close()

    @property
    def own(self) -> list[str]:
        return [turn.lines[0] for turn in self.turns if turn.own]

    @property
    def cards(self) -> list[Turn]:
        return [turn for turn in self.turns if not turn.own]

    @property
    def last(self) -> Turn:
        return self.cards[-1]

    def buttons(self) -> dict[str, str]:
        """Every button of the conversation by its label; a later one stands before an earlier one."""
        return {label: says for turn in self.turns for label, says in turn.buttons.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += any(name.startswith("on") or name == "style" for name in given)
        self.inline += tag == "style" or (tag == "script" and "src" not in given)
        classes = given.get("class", "").split()
        if tag == "html":
            self.language = given["lang"]
        if tag == "nav":
            self._place = given.get("id")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
        if tag in ("a", "img", "link", "script"):
            self.links.append(given.get("href") or given.get("src") or "")
        if tag == "li" and ({"own", "turn"} & set(classes)) and "template" not in self._tags:
            number = int(given["data-number"]) if "data-number" in given else None
            self.turns.append(Turn("own" in classes, number, attributes=given))
        if tag == "button":
            self._button = ("", given.get("value", ""))
        if tag not in ("input", "meta", "link", "img", "br", "path", "hr"):
            self._stack.append((tag, "hidden" in classes or "chosen" in classes or "avatar" in classes))

    @property
    def _tags(self) -> set[str]:
        return {tag for tag, _ in self._stack}

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop()[0] != tag:
            pass
        if tag == "button" and self._button:
            self._pressed(*self._button)
            self._button = None
        if tag == "nav":
            self._place = None
        if tag in _BLOCKS and self.turns and "ol" in self._tags:
            self.turns[-1].said += "\n"

    def _pressed(self, label: str, says: str) -> None:
        label = label.strip()
        if self._place in ("menu", "form"):
            (self.menu if self._place == "menu" else self.form)[label] = says
        elif self.turns and "ol" in self._tags:
            self.turns[-1].buttons[label] = says

    def handle_data(self, data: str) -> None:
        if any(hidden for _, hidden in self._stack) or "template" in self._tags:
            return
        if self._button:
            self._button = (self._button[0] + data, self._button[1])
        elif "title" in self._tags:
            self.title += data
        elif self.turns and "ol" in self._tags and "time" not in self._tags:
            self.turns[-1].said += data


class Browser:
    """One person's browser without script, with his cookie."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.seen = Seen("<html lang=''></html>")

    async def open(self, address: str = "/", **headers: str) -> Seen:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._look(await self.client.get(address, headers=named))

    def pressing(self, label: str) -> dict[str, str]:
        """What is posted by pressing the newest button with this label."""
        known = {**self.seen.menu, **self.seen.form, **self.seen.buttons()}
        return {**self.seen.hidden, "says": known[label]}

    def writing(self, text: str) -> dict[str, str]:
        return {**self.seen.hidden, "text": text}

    async def press(self, label: str) -> Seen:
        return await self.post(self.pressing(label))

    async def write(self, text: str) -> Seen:
        return await self.post(self.writing(text))

    async def post(self, fields: dict[str, str]) -> Seen:
        answer = await self.client.post("/", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/#end"), answer.text
        return await self.open()

    def _look(self, answer: httpx.Response) -> Seen:
        assert answer.status_code == 200, answer.text
        self.seen = Seen(answer.text)
        return self.seen


class Scripted:
    """What the page's script does: it posts with an id of its own, and keeps the number that it has."""

    HEADERS = {"X-Requested-With": "linli"}

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.last = 0

    async def say(self, text: str, message: str | None = None, **fields: str) -> dict[str, Any]:
        answer = await self.send(text, message, **fields)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.last = max([self.last, *(each["number"] for each in told["exchanges"])])
        return told

    async def send(self, text: str, message: str | None = None, **fields: str) -> httpx.Response:
        form = {"text": text, "message": message or token_urlsafe(16), "after": str(self.last), **fields}
        return await self.client.post("/", data=form, headers=self.HEADERS)


async def read_stream(lines: AsyncIterator[str]) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """The events of a stream: each one's id and what it says."""
    number = 0
    async for line in lines:
        if line.startswith("id: "):
            number = int(line.removeprefix("id: "))
        elif line.startswith("data: "):
            yield number, json.loads(line.removeprefix("data: "))
