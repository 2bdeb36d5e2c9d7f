"""A chat as a test writes it: `say("这周六有什么活动")`, through the real core and its worker."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from bot import clock, courier, dispatch
from bot.app import App
from bot.channels import CHANNELS
from bot.channels.rendering import Rendered, render
from bot.clock import FixedClock
from bot.equipment import Equipment
from bot.inbound import Inbound, Message, Reply
from bot.worker import open_worker
from handlers.words import Reader
from models import community, due_times
from models.card import Card
from models.database import transaction
from models.notice import Outgoing
from models.schedule import Schedule
from models.vault import Vault

# The labels of the menu.
MENU = ["找活动", "办事", "我的报名", "反映问题", "我的资料", "我的诉求", "社区项目", "语言 Language"]
VAULT = Vault(b"the key of the tests, and of nothing else")
SCHEDULE = Schedule(ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True, slots=True)
class Said:
    """What came back for one line."""

    did: str
    reply: Reply
    messages: tuple[tuple[str, Rendered], ...]

    @property
    def text(self) -> str:
        return "\n".join(rendered.text for _, rendered in self.messages)

    @property
    def labels(self) -> list[str]:
        return [button.label for _, rendered in self.messages for row in rendered.rows for button in row]

    @property
    def buttons(self) -> dict[str, str]:
        """Label to sentence, of all messages; a later message's label stands before an earlier one's."""
        shown = [button for _, rendered in self.messages for row in rendered.rows for button in row]
        return {button.label: button.says for button in shown}

    @property
    def refs(self) -> list[str]:
        return [ref for _, rendered in self.messages for ref in rendered.refs]

    @property
    def to(self) -> list[str]:
        return [to for to, _ in self.messages]


class _Sent:
    """A channel that takes everything, and keeps it: to whom, which card, and the messages that show it."""

    def __init__(self) -> None:
        self.rendered: list[tuple[str, Card, list[Rendered]]] = []

    def __getattr__(self, name: str) -> Any:
        """Of a channel nothing else is asked here but what it says it can; it can everything."""
        if name == "capabilities":
            return CHANNELS["console"]
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_arguments, **_named: True

    async def push(self, app: App, outgoing: Outgoing) -> None:
        reader = Reader(outgoing.language, app.clock.now(), app.zone)
        for part in outgoing.parts:
            shown = render(part.card, reader, CHANNELS[outgoing.channel], part.first)
            self.rendered.append((outgoing.to, part.card, shown))


class Chat:
    """Several people and one bot."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        self.worker = open_worker(engine)
        self.equipment = Equipment(VAULT, SCHEDULE)
        self._last: dict[str, Said] = {}

    def __call__(
        self,
        text: str,
        who: str = "lin",
        *,
        channel: str = "console",
        message: str | None = None,
        group: str | None = None,
        forwarded: bool = False,
    ) -> Said:
        return self.send(Inbound(channel, who, text, message=message, group=group, forwarded=forwarded))

    def press(self, label: str, who: str = "lin") -> Said:
        """Presses a button of what was last shown to this person, by its whole label."""
        return self(self._last[who].buttons[label], who)

    def send(self, inbound: Inbound) -> Said:
        def work(db: object) -> Reply:
            return dispatch.answer(db, inbound, self.clock.now(), self.equipment)  # type: ignore[arg-type]

        reply = self.worker.submit(inbound.sender, work).result(30)
        said = self._render(inbound.channel, reply)
        self._last[inbound.sender] = said
        return said

    def _render(self, channel: str, reply: Reply) -> Said:
        with transaction(self.engine) as db:
            zone = community.zone(db)
        assert zone is not None
        messages = []
        for each in reply.messages:
            reader = Reader(each.language, self.clock.now(), zone)
            messages += [
                (each.to, shown) for shown in render(each.card, reader, CHANNELS[channel], each.first)
            ]
        return Said(reply.did, reply, tuple(messages))

    def at(self, moment: str) -> None:
        """Moves the clock."""
        self.clock.move(datetime.fromisoformat(moment))

    def told(self, until: str | None = None) -> dict[str, Said]:
        """What is sent by now, or until then with everything at its own time, to whom; it can be pressed.

        The jobs run, and the courier brings it to a channel that always takes it.
        """
        sent = _Sent()
        asyncio.run(self._pass(sent, datetime.fromisoformat(until) if until else self.clock.now()))
        told = {}
        for to in dict.fromkeys(to for to, _, _ in sent.rendered):
            cards = tuple(Message(to, card, "zh-Hans", None) for each, card, _ in sent.rendered if each == to)
            shown = tuple((to, each) for key, _, several in sent.rendered if key == to for each in several)
            told[to] = self._last[to] = Said("", Reply("", cards), shown)
        return told

    async def _pass(self, sent: "_Sent", until: datetime) -> None:
        with transaction(self.engine) as db:
            zone = community.zone(db)
        assert zone is not None
        app = App(self.engine, self.clock, self.worker, zone, self.equipment)
        while True:
            await clock.tick(app)
            while await courier.deliver(app, dict.fromkeys(CHANNELS, sent)):
                pass
            found = (await clock.next_due(app), await app.read(lambda db: due_times.next_due(db, CHANNELS)))
            due = min((each for each in found if each is not None), default=None)
            if due is None or not self.clock.now() < due <= until:
                break
            self.clock.move(due)
        if self.clock.now() < until:
            self.clock.move(until)
            await self._pass(sent, until)

    def restart(self) -> None:
        """What a restart of the program keeps is in the database; everything else is new."""
        self.worker.close()
        self.worker = open_worker(self.engine)
        self.equipment = Equipment(VAULT, SCHEDULE)
