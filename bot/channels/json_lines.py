"""The chat as JSON lines, for scripts and tests: one object in, one object out, in order."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.routing import BaseRoute

from bot import clock, courier
from bot.app import App
from bot.channels import CHANNELS, Capabilities, Finding
from bot.channels.rendering import Attached, Rendered, numbered, render
from bot.clock import FixedClock
from bot.inbound import Inbound, Message
from handlers.words import Reader
from models import due_times
from models.notice import Outgoing
from models.photo import Sent

_SAID = ("text", "press", "location", "photo", "scan")
_KEYS = {"from", "now", "channel", "group", *_SAID}
LONGEST_HANDLE = 100


class LineError(Exception):
    """A line that is no line of the contract; the conversation goes on."""


class JSONLines:
    """Reads standard input to its end. A fixed clock moves by `now` lines alone."""

    capabilities: Capabilities = CHANNELS["console"]

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write or _print
        self._buttons: dict[tuple[str, str], dict[str, str]] = {}
        self._pushed: list[dict[str, Any]] = []

    def routes(self, app: App) -> list[BaseRoute]:
        return []

    async def run(self, app: App) -> None:
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                self._write(json.dumps(await self.answer(app, line), ensure_ascii=False))

    async def answer(self, app: App, line: str) -> dict[str, Any]:
        """The object that answers one line."""
        try:
            said = _parse(line)
            if "now" in said:
                return {"did": "", "messages": await self._pass(app, _moment(app, said["now"]))}
            answered = await self._hear(app, said)
            answered["messages"] += await self._due(app)
            return answered
        except LineError as error:
            return {"error": str(error)}

    async def _pass(self, app: App, until: datetime) -> list[dict[str, Any]]:
        """What goes out as the clock moves, everything at its own time."""
        assert isinstance(app.clock, FixedClock)
        # What is due by now comes before the clock moves.
        sent = await self._due(app)
        while (due := await self._next_due(app)) is not None and due <= until:
            app.clock.move(due)
            sent += await self._due(app)
        app.clock.move(until)
        return sent + await self._due(app)

    async def _next_due(self, app: App) -> datetime | None:
        """The next instant at which something happens by itself."""
        now = app.clock.now()
        jobs = await clock.next_due(app, now)
        ledger = await app.read(lambda db: due_times.next_due(db, CHANNELS, now))
        return min((each for each in (jobs, ledger) if each is not None), default=None)

    async def _due(self, app: App) -> list[dict[str, Any]]:
        """Everything that is to be sent by now, to whomever."""
        self._pushed.clear()
        await clock.tick(app)
        while await courier.deliver(app, dict.fromkeys(CHANNELS, self)):
            pass
        return list(self._pushed)

    async def link(self, says: str) -> str | None:
        """Nothing here is opened from elsewhere."""
        return None

    async def check(self) -> list[Finding]:
        return []

    async def push(self, app: App, outgoing: Outgoing) -> None:
        for part in numbered(outgoing).parts:
            shown = Message(outgoing.to, part.card, outgoing.language, part.first)
            self._pushed += self._render(app, outgoing.channel, shown)

    async def _hear(self, app: App, said: dict[str, str]) -> dict[str, Any]:
        channel, to = said.get("channel", "console"), said["from"]
        shown_to = f"group:{said['group']}" if "group" in said else to
        text = said.get("text", "")
        if "press" in said:
            known = self._buttons.get((channel, shown_to), {}) or self._buttons.get((channel, to), {})
            text = known.get(said["press"], said["press"])
        inbound = Inbound(
            channel,
            to,
            said.get("scan", text),
            attached="photo" in said,
            photo=Sent(channel, said["photo"], said["photo"]) if "photo" in said else None,
            group=said.get("group"),
            location=_place(said.get("location")),
            scanned="scan" in said,
        )
        reply = await app.answer(inbound)
        messages = [each for message in reply.messages for each in self._render(app, channel, message)]
        return {"did": reply.did, "messages": messages}

    def _render(self, app: App, channel: str, message: Message) -> list[dict[str, Any]]:
        reader = Reader(message.language, app.clock.now(), app.zone)
        shown = render(message.card, reader, CHANNELS[channel], message.first)
        for rendered in shown:
            self._remember(channel, message.to, rendered)
        return [_dump(message.to, rendered) for rendered in shown]

    def _remember(self, channel: str, to: str, rendered: Rendered) -> None:
        """A press names a label of the newest message that has buttons."""
        buttons = {button.label: button.says for row in rendered.rows for button in row}
        if buttons:
            self._buttons[channel, to] = buttons


def _dump(to: str, rendered: Rendered) -> dict[str, Any]:
    return {
        "to": to,
        "text": rendered.text,
        "buttons": [[button.label for button in row] for row in rendered.rows],
        "refs": list(rendered.refs),
        "attachments": [_dump_attached(attached) for attached in rendered.attachments],
    }


def _dump_attached(attached: Attached) -> dict[str, str]:
    named = {"kind": attached.kind, "name": attached.name}
    return named if attached.says is None else {**named, "says": attached.says}


def _parse(line: str) -> dict[str, str]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(f"this is not JSON: {error}; write one object a line") from None
    if not isinstance(said, dict):
        raise LineError('a line is an object, as {"from": "wang", "text": "你好"}')
    for key, value in said.items():
        if key not in _KEYS:
            raise LineError(f"{key}: unknown key; the keys are {', '.join(sorted(_KEYS))}")
        if key == "location":
            _check_location(value)
        else:
            _check_words(key, value)
    if "now" in said:
        if len(said) > 1:
            raise LineError("now: stands alone; write what is said on a line of its own")
        return said
    if "from" not in said:
        raise LineError('from: is missing; say who speaks, as {"from": "wang", "text": "你好"}')
    if sum(key in said for key in _SAID) != 1:
        raise LineError(f"one of {', '.join(_SAID)} is needed, and only one")
    heard = [name for name, declared in CHANNELS.items() if declared.hears]
    if said.get("channel", "console") not in heard:
        raise LineError(f"channel: there is no {said['channel']!r}; the channels are {', '.join(heard)}")
    return said


def _check_words(key: str, value: Any) -> None:
    if not isinstance(value, str) or (not value and key != "text"):
        raise LineError(f"{key}: is no text; write a string")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise LineError(f"{key}: has half a character; write whole ones")
    if key in ("from", "group") and not (value.isprintable() and len(value) <= LONGEST_HANDLE):
        raise LineError(f"{key}: is no handle; write at most {LONGEST_HANDLE} visible characters")


def _place(location: Any) -> tuple[float, float] | None:
    return (float(location[0]), float(location[1])) if location else None


def _check_location(value: Any) -> None:
    numbers = isinstance(value, list) and all(type(part) in (int, float) for part in value)
    if not numbers or len(value) != 2 or not (abs(value[0]) <= 90 and abs(value[1]) <= 180):
        raise LineError("location: is no place; write [latitude, longitude] in degrees")


def _moment(app: App, now: str) -> datetime:
    """The moment that a line moves the clock to. Raises LineError."""
    if not isinstance(app.clock, FixedClock):
        raise LineError("now: the clock is not fixed; start with --now")
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise LineError(f'now: {now!r} is no time; write it as "2026-11-25T18:30:00+08:00"') from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=app.zone)
    if moment < app.clock.now():
        raise LineError("now: the clock does not go back; give a later time")
    return moment


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
