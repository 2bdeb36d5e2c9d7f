"""What comes in and what goes back: whatever a platform delivers becomes an Inbound."""

from dataclasses import dataclass, field
from typing import Any

from models.card import Card
from models.member import Language


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message. `message` is the platform's id of it, by which a repeat is told; None has no repeats.

    `attached` tells of a photo, a place or a code that came along, `forwarded` somebody else's words, `group` the group chat in which
    it was said to us, `language` what the platform says that the sender reads. `history`: the channel has
    none of its own, so that it is kept here; `label` is what the writer saw on the button that he pressed.
    """

    channel: str
    sender: str
    text: str = ""
    attached: bool = False
    message: str | None = None
    forwarded: bool = False
    group: str | None = None
    language: Language | None = None
    history: bool = False
    label: str | None = None


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
    replies only the first in a minute says so, the others have no messages.
    """

    did: str
    messages: tuple[Message, ...]
    failed: bool = field(default=False, compare=False)
    gone: bool = field(default=False, compare=False)
    repeated: bool = field(default=False, compare=False)
    retry_after: float | None = field(default=None, compare=False)

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
