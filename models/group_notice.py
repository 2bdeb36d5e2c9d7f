"""What is told a place is told its groups and robots too: once, without what is for one person alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models import broadcast, delivery, group_binding, notice
from models.audience import Audience
from models.card import Card, Choice
from models.database import Db
from models.delivery import Lane
from models.still import still

STILL = "groups"


def count(db: Db, found: Row[Any]) -> int:
    """How many groups hear of this broadcast."""
    return len(_addresses(db, found))


def tell(
    db: Db, found: Row[Any], cards: Iterable[Card], now: datetime, lane: Lane, expires: datetime
) -> None:
    """Enters one delivery for each group that is bound now."""
    there = _addresses(db, found)
    if not there:
        return
    written = notice.write(
        db,
        [replace(card, choices=_choices(card)) for card in cards],
        now,
        key=_key(found),
        kind=found.kind,
        still=f"{STILL} {found.id}",
        rests=found.kind != "emergency",
        expires=expires,
    )
    if written is not None:
        for address in there:
            delivery.enter(db, written, address, now, lane=lane)


def _choices(card: Card) -> tuple[Choice, ...]:
    """Nobody in a group speaks for all who read it there; what is private each says in a chat of his own."""
    return tuple(each for each in card.choices if each.private)


def notices(db: Db, found: Row[Any]) -> list[int]:
    """What of this broadcast is on its way: to people, and to groups."""
    to_groups = notice.with_key(db, _key(found)) if found.notice_id is not None else None
    return [key for key in (found.notice_id, to_groups) if key is not None]


def _key(found: Row[Any]) -> str:
    return f"broadcast:{found.number}:groups"


def _addresses(db: Db, found: Row[Any]) -> list[int]:
    return group_binding.addresses(db, Audience.load(found.audience).places)


@still(STILL)
def _still(db: Db, key: int, _now: datetime) -> str | None:
    return "stopped" if broadcast.read(db, key).state == "stopped" else None
