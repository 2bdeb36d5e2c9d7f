"""A chat as a test writes it: `say("这周六有什么活动")`, through the real core and its worker."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from bot import dispatch
from bot.channels import CHANNELS
from bot.channels.rendering import Rendered, render
from bot.clock import FixedClock
from bot.equipment import Equipment
from bot.inbound import Inbound, Reply
from bot.worker import open_worker
from handlers.words import Reader
from models import community
from models.database import transaction
from models.vault import Vault

VAULT = Vault(b"the key of the tests, and of nothing else")


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


class Chat:
    """Several people and one bot."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        self.worker = open_worker(engine)
        self.equipment = Equipment(VAULT)
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

    def restart(self) -> None:
        """What a restart of the program keeps is in the database; everything else is new."""
        self.worker.close()
        self.worker = open_worker(self.engine)
        self.equipment = Equipment(VAULT)
