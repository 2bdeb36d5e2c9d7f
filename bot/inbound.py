"""What comes in and what goes back: whatever a platform delivers becomes an Inbound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from models.card import Card
from models.member import Language
from models.photo import Sent


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message. `message` is the platform's id of it, by which a repeat is told; None has no repeats.

    `attached` tells of a photo or a file that came along, `photo` which one it is, where it is one, `location` of a place on the map (WGS-84 degrees,
    latitude first) and `sent` when it was sent, where the platform says so, `scanned` that the text is what a code or a link said, `forwarded` somebody else's words,
    `group` the group chat in which it was said to us, `language` what the platform says that the sender reads.
    `history`: the channel has none of its own, so that it is kept here; `label` is what the writer saw on the
    button that he pressed. `leaves`: he said nothing, and is not reached there any more, or is to be forgotten.
    `waits_for_contact`: nobody is written to there before he has written to us himself, and not in a group alone.
    `opens`: for so long, so many messages may now be sent to him. `carries` tells which messages of the reply
    the response to the platform does not carry; without it, it carries all.
    """

    channel: str
    sender: str
    text: str = ""
    attached: bool = False
    photo: Sent | None = None
    message: str | None = None
    forwarded: bool = False
    group: str | None = None
    language: Language | None = None
    history: bool = False
    label: str | None = None
    location: tuple[float, float] | None = None
    sent: datetime | None = None
    scanned: bool = False
    leaves: Literal["unreachable", "forgotten"] | None = None
    waits_for_contact: bool = False
    opens: tuple[timedelta, int] | None = None
    carries: "Carries | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One card to one address. `first` is the number of its first numbered choice; None numbers nothing."""

    to: str
    card: Card
    language: Language
    first: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that goes out because of one message. `did` is the action of the contract.

    `failed` tells the operator that it is an apology; a repeat of it is not another failure.
    `gone` tells the channel that it was the last thing said to somebody whose data was erased.
    `repeated`: the message was heard before, and this is the answer that it got then.
    `retry_after`: it was not heard, since he writes too fast; in so many seconds he may send it again. Of such
    replies only the first in a minute says so, the others have no messages. `busy`: it was not heard, since we
    have too much to do. `owes`: some of it is in the ledger, for the courier to send.
    """

    did: str
    messages: tuple[Message, ...]
    failed: bool = field(default=False, compare=False)
    gone: bool = field(default=False, compare=False)
    repeated: bool = field(default=False, compare=False)
    retry_after: float | None = field(default=None, compare=False)
    busy: bool = field(default=False, compare=False)
    owes: bool = field(default=False, compare=False)

    @property
    def unkept(self) -> bool:
        """It stands nowhere but here: what the response does not carry, the channel sends at once or never."""
        return self.gone or self.retry_after is not None

    def dump(self) -> dict[str, Any]:
        """The reply as JSON can carry it; `load` is the way back."""
        messages = [[each.to, each.language, each.first, each.card.dump()] for each in self.messages]
        return {"did": self.did, "messages": messages}

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "Reply":
        messages = (
            Message(to, Card.load(card), language, first) for to, language, first, card in dumped["messages"]
        )
        return cls(dumped["did"], tuple(messages))


# What is left for the courier of a reply, in order: messages, and how many of the messages that show each
# one the response carries.
Carries = Callable[[Reply], Sequence[tuple[Message, int]]]
