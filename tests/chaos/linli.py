"""`linli` with a few actions more: one that leaves a mark, one that is slow, one whose attachment takes long to make.

Run as `python -m tests.chaos.linli run`.
"""

import time

from bot.command import main
from handlers.recipes import Content, Maker, Making, recipe
from handlers.talk import Talk, anybody, on
from models import change
from models.card import Attachment, Card
from models.database import Db
from models.text import Text
from tests.chaos.faults import MAKING_SECONDS, SLOW_SECONDS

MARK = "mark"


@on("test.mark", head=MARK, allow=anybody)
def mark(talk: Talk, number: int = 0) -> Card:
    """What was heard, and in what order, stands in the changes."""
    change.record(talk.db, MARK, number, None, "heard", talk.person.id, talk.now)
    return Card(Text("记下了{number}号。", number=number))


@on("test.slow", head="slow", allow=anybody)
def slow(talk: Talk, number: int = 0) -> Card:
    time.sleep(SLOW_SECONDS)
    return mark(talk, number)


@on("test.picture", head="picture", allow=anybody)
def picture(_talk: Talk) -> Card:
    return Card(
        Text("画好了就发给您。"), attachments=(Attachment("file", Text("一张图.txt"), recipe="test.long"),)
    )


@recipe("test.long")
def long(_db: Db, _maker: Maker) -> Making:
    return _compute


def _compute() -> Content:
    """Keeps a processor busy, in Python, as drawing with a library does at its worst."""
    end, found = time.perf_counter() + MAKING_SECONDS, 0
    while time.perf_counter() < end:
        found += sum(nth * nth for nth in range(1000))
    return Content("text/plain", str(found).encode())


if __name__ == "__main__":
    main()
