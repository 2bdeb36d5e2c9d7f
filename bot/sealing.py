"""Phone numbers that somebody says: sealed in what is stored, masked in what is shown and kept; opened for whom they are.

Most lines hold none, and pay nothing for it: whether one may be there is seen by the line and what is remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models import phone
from models.card import Card
from models.conversation import Form, Memory
from models.notice import Outgoing
from models.vault import Vault

# The kinds of notices in which one person's words reach another.
_FROM_PEOPLE = ("question", "answer")


@dataclass(frozen=True, slots=True)
class Sealing:
    """Of one message: `needed` where its line, or what was remembered before it, may hold a number."""

    vault: Vault
    needed: bool

    @classmethod
    def of(cls, vault: Vault, line: str, *remembered: str | None) -> "Sealing":
        sealed = any(phone.SEALED in each for each in remembered if each)
        return cls(vault, sealed or phone.may_be_in(line))

    def opened(self, remembered: str | None) -> Memory:
        """The memory as the message finds it."""
        memory = Memory.load(remembered)
        return _each(memory, phone.open_in, self.vault) if self.needed else memory

    def sealed(self, memory: Memory) -> Memory:
        """As it may be stored: what somebody said with a phone number in it is sealed, until it is heard again."""
        return _each(memory, phone.seal_in, self.vault) if self.needed else memory

    def masked(self, card: Card) -> Card:
        """As it is shown, kept for repeats and put into the history: its reader's own number too is masked."""
        return Card.load(phone.without_in_card(card.dump())) if self.needed else card


def opened_card(card: Card, vault: Vault) -> Card:
    """A card out of the ledger as its reader gets it: what one person told another, with its phone numbers."""
    dumped = card.dump()
    opened = phone.open_in(dumped, vault)
    return card if opened == dumped else Card.load(opened)


def opened_outgoing(outgoing: Outgoing, vault: Vault) -> Outgoing:
    """The same of what is about to be sent; what tells many, or comes from a job, has nothing to open."""
    if outgoing.kind not in _FROM_PEOPLE:
        return outgoing
    parts = tuple(replace(part, card=opened_card(part.card, vault)) for part in outgoing.parts)
    return replace(outgoing, parts=parts)


def _each(memory: Memory, change: Callable[[Any, Vault], Any], vault: Vault) -> Memory:
    """The memory with everything in it changed that can have been said by somebody."""

    def changed(of: Form | Memory, *names: str) -> dict[str, Any]:
        return {name: change(getattr(of, name), vault) for name in names}

    forms = [replace(form, **changed(form, "arguments", "answers", "options")) for form in memory.forms]
    return replace(memory, forms=forms, **changed(memory, "menu", "searches", "missed"))
