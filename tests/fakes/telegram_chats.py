"""What a Telegram of our own keeps: its chats as people see them, every call with its time, and what was refused."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818  (what the platform says, not a fault)
    def __init__(self, code: int, why: str, **parameters: int) -> None:
        super().__init__(why)
        self.code = code
        self.parameters = parameters


@dataclass
class Shown:
    """One message as its chat shows it now; `edits` counts how often it was changed."""

    number: int
    text: str
    rows: list[list[Json]] = field(default_factory=list)
    file: Json | None = None
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]


@dataclass
class Chat:
    """A chat from the bot's side: until somebody writes it cannot begin."""

    kind: str
    messages: list[Shown] = field(default_factory=list)
    blocked: bool = False
    moved: int | None = None

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.messages]


@dataclass(slots=True)
class Call:
    """One call of a method: when it came, when it was answered, and how; `came` is empty while it is not.

    `came` is "ok", or the fault or refusal that it met, as "429:3", "hang:30" or "403".
    """

    method: str
    given: Json
    at: float = field(default_factory=time.monotonic)
    answered: float = 0.0
    came: str = ""

    @property
    def chat(self) -> int:
        """0 where it is for none."""
        return int(self.given.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.given.get("text", ""))


@dataclass
class State:
    """Everything that happened there."""

    chats: dict[int, Chat] = field(default_factory=dict)
    # Every call that came, also the refused ones.
    log: list[Call] = field(default_factory=list)
    # What was refused in the response to a webhook, which tells nobody.
    unheard: list[str] = field(default_factory=list)
    # Presses by their query: the toast that answered it, None while it spins.
    presses: dict[str, str | None] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    # Of deliveries by webhook: each status that came back.
    statuses: list[int] = field(default_factory=list)
    sent_at: list[tuple[float, int]] = field(default_factory=list)

    @property
    def calls(self) -> list[tuple[str, Json]]:
        return [(each.method, each.given) for each in list(self.log)]

    @property
    def spinning(self) -> list[str]:
        """Presses that nobody answered."""
        return [query for query, toast in self.presses.items() if toast is None]

    def busiest_second(self) -> int:
        """The most messages that were sent within one second."""
        times = deque[float]()
        most = 0
        for at, _ in self.sent_at:
            times.append(at)
            while times[0] < at - 1:
                times.popleft()
            most = max(most, len(times))
        return most
