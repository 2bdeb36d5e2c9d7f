"""A browser without script: it reads forms, presses their buttons, posts them and follows where it is sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass(slots=True)
class Form:
    """What is posted: hidden fields, and buttons by their label."""

    hidden: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


class Seen(HTMLParser):
    """A page as a person sees it: its text, its forms, its language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.said = ""
        self.language = ""
        self.scripts = 0
        self._paragraph = False
        self._button: tuple[str, str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.scripts += tag == "script" or any(name.startswith("on") for name in given)
        if tag == "html":
            self.language = given["lang"]
        elif tag == "form":
            assert (given["method"], given["action"]) == ("post", "/")
            self.forms.append(Form())
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].hidden[given["name"]] = given["value"]
        elif tag == "input":
            self.forms[-1].lines.append(given["name"])
        elif tag == "button":
            self._button = (given.get("name", ""), given.get("value", ""))
        elif tag == "p":
            self._paragraph = True
            self.said += "\n" if self.said else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None
        elif tag == "p":
            self._paragraph = False

    def handle_data(self, data: str) -> None:
        if self._button:
            self.forms[-1].buttons[data] = self._button
        elif self._paragraph:
            self.said += data

    @property
    def labels(self) -> list[str]:
        return list(self.forms[0].buttons)

    def pressing(self, label: str) -> dict[str, str]:
        """What is posted by pressing this button."""
        name, value = self.forms[0].buttons[label]
        return {**self.forms[0].hidden, name: value}

    def writing(self, text: str) -> dict[str, str]:
        """What is posted by writing a line."""
        (name,) = self.forms[-1].lines
        return {**self.forms[-1].hidden, name: text}


class Browser:
    """One person's browser, with his cookie."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.seen = Seen("<html lang=''></html>")
        self.at = ""

    async def open(self, address: str = "/", **headers: str) -> Seen:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._look(await self.client.get(address, headers=named))

    async def press(self, label: str) -> Seen:
        return await self.post(self.seen.pressing(label))

    async def write(self, text: str) -> Seen:
        return await self.post(self.seen.writing(text))

    async def post(self, fields: dict[str, str]) -> Seen:
        answer = await self.client.post("/", data=fields)
        assert answer.status_code == 303, answer.text
        return await self.open(answer.headers["location"])

    def _look(self, answer: httpx.Response) -> Seen:
        assert answer.status_code == 200
        self.at, self.seen = str(answer.url), Seen(answer.text)
        return self.seen
