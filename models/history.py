"""What was said in a chat whose channel keeps no history of its own: its deliveries, by their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from models import delivery
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY
from models.notice import NOTICE


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said: as he saw it, the sentence of a button that it stood for, and the questions that
    it closed. `message` is the channel's id of it.
    """

    text: str
    meant: str | None
    closed: tuple[int, ...]
    message: str | None

    def dump(self) -> dict[str, Any]:
        return {"text": self.text, "meant": self.meant, "closed": list(self.closed), "message": self.message}

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "Line":
        return cls(dumped["text"], dumped["meant"], tuple(dumped["closed"]), dumped["message"])


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line and its answer, or what came without having been asked for: then `said` is None."""

    number: int
    at: datetime
    said: Line | None
    cards: tuple[Card, ...]


_KEEP = insert(NOTICE)
_TOLD = (
    select(DELIVERY.c.number, DELIVERY.c.settled, NOTICE.c.said, NOTICE.c.cards)
    .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
    .where(DELIVERY.c.address_id == bindparam("address"))
    .limit(bindparam("most"))
)
_AFTER = _TOLD.where(DELIVERY.c.number > bindparam("number")).order_by(DELIVERY.c.number)
_BEFORE = _TOLD.where(DELIVERY.c.number < bindparam("number")).order_by(DELIVERY.c.number.desc())
_THE_ONE = _TOLD.where(DELIVERY.c.number == bindparam("number"))
_BEYOND_ALL = 2**31 - 1


def keep(db: Db, said: Line, cards: Sequence[Card], address: int, now: datetime) -> int:
    """A line with its answer, which its writer reads at once; gives its number."""
    dumped = [card.dump() for card in cards]
    notice = db.insert(
        _KEEP, key=None, cards=dumped, said=said.dump(), purpose=None, kind=None, at=now, expires=None
    )
    return delivery.enter_told(db, notice, address, now)


def after(db: Db, address: int, number: int, most: int) -> list[Exchange]:
    """What came after this number, in order."""
    return [_exchange(row) for row in db.rows(_AFTER, address=address, number=number, most=most)]


def before(db: Db, address: int, number: int | None, most: int) -> list[Exchange]:
    """The last that came before this number, or the last of all, in order."""
    rows = db.rows(_BEFORE, address=address, number=number or _BEYOND_ALL, most=most)
    return [_exchange(row) for row in reversed(rows)]


def find(db: Db, address: int, number: int) -> Exchange | None:
    row = db.row(_THE_ONE, address=address, number=number, most=1)
    return _exchange(row) if row else None


def _exchange(row: Row[Any]) -> Exchange:
    said = Line.load(row.said) if row.said else None
    return Exchange(row.number, row.settled, said, tuple(Card.load(card) for card in row.cards))
