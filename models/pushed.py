"""What an address was told without having asked, since its reader last said something: what he may be answering."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from models.card import Card
from models.database import Db
from models.delivery import DELIVERY
from models.notice import NOTICE, Part

# Of more than this at once nobody answers the first.
_MOST = 5
# What is older is answered as if it had not been asked: with a question back.
_LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message of ours, and when it had arrived."""

    at: datetime
    cards: tuple[Card, ...]


_SINCE = (
    select(NOTICE.c.cards, DELIVERY.c.settled)
    .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
    .where(
        DELIVERY.c.address_id == bindparam("address"),
        DELIVERY.c.number > bindparam("told"),
        DELIVERY.c.settled > bindparam("after"),
        # The rest of an answer is no news, and known.
        NOTICE.c.kind.is_not(None),
    )
    .order_by(DELIVERY.c.number.desc())
    .limit(_MOST)
)


def since(db: Db, address: int, told: int, now: datetime) -> list[Pushed]:
    """What arrived there lately after the first `told` messages, the newest first."""
    found = []
    for row in db.rows(_SINCE, address=address, told=told, after=now - _LATELY):
        try:
            found.append(Pushed(row.settled, tuple(Part.load(each).card for each in row.cards)))
        except (KeyError, TypeError, ValueError):
            continue  # of another version
    return found
