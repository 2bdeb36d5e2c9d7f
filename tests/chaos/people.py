"""People who register and cancel, deliver again until they are answered, and now and then repeat a message."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from bot import app as application
from bot.app import App
from bot.inbound import Inbound, Reply

# Registers for two, cancels the first, looks: seven messages a round.
MESSAGES_A_ROUND = 7
REPEATED_SHARE = 0.1
AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody got, word for word, and the sentences of its buttons."""

    words: str
    says: tuple[str, ...]


# Says a text with a message id, again and again until it is answered.
Say = Callable[[str, str], Awaitable[Answer]]


@dataclass
class Person:
    """Somebody and all the answers that he got, by message id."""

    name: str
    say: Say
    dice: random.Random
    answered: dict[str, Answer] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    async def register(self, number: int) -> Answer:
        return await self.confirm(await self.line(f"register {number}"))

    async def withdraw(self, number: int) -> Answer:
        return await self.confirm(await self.line(f"withdraw {number}"))

    async def rounds(self, numbers: Sequence[int]) -> None:
        """Of each pair of activities he keeps the second."""
        for first, second in zip(numbers[::2], numbers[1::2], strict=True):
            await self.register(first)
            await self.register(second)
            await self.withdraw(first)
            await self.line("mine")

    async def confirm(self, asked: Answer) -> Answer:
        """Presses the first button of a question; what is no question needs no pressing."""
        press = next((says for says in asked.says if says.startswith("answer ")), None)
        return await self.line(press) if press else asked

    async def line(self, text: str) -> Answer:
        message = f"{self.name}-message-{len(self.answered):04}"
        self.answered[message] = answer = await self.say(text, message)
        self._texts[message] = text
        if self.dice.random() < REPEATED_SHARE:
            await self._repeat()
        return answer

    async def _repeat(self) -> None:
        """A platform delivers once more what it was told is delivered, and gets the same answer."""
        message = self.dice.choice(list(self.answered))
        assert await self.say(self._texts[message], message) == self.answered[message]


@dataclass
class Deliveries:
    """Says through the core itself, as a platform does: whatever is not answered comes again."""

    app: App
    failed: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def of(self, name: str) -> Say:
        async def say(text: str, message: str) -> Answer:
            inbound = Inbound("console", name, text, message=message)
            while True:
                try:
                    reply = await self.app.answer(inbound)
                except DBAPIError as error:
                    self.failed.append(type(error.orig).__name__)
                else:
                    if reply != application._busy(inbound):
                        self.answered.append(message)
                        return _read(reply)
                    self.busy.append(message)
                await asyncio.sleep(AGAIN_SECONDS)

        return say


def _read(reply: Reply) -> Answer:
    says = tuple(choice.says for message in reply.messages for choice in message.card.pressable())
    return Answer(repr(reply.dump()), says)
