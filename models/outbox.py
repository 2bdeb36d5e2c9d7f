"""What an operator sees of the ledger: how much is late and why it waits, and the whole story of one delivery."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, func, literal, or_, select, text, union_all

from models import delivery_attempt
from models.database import Db
from models.delivery import DELIVERY, LANES, NAMES, WAITS, Lane
from models.notice import NOTICE
from models.pace import PACE, Turn

# Nobody needs to know it more exactly, and it is asked every few seconds.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due on one lane of one channel: so many, up to MOST, the first of them since `oldest`."""

    lane: Lane
    via: str
    many: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is late, and on which channels what can wait is left for now."""

    waiting: tuple[Waiting, ...]
    pauses: tuple[str, ...]

    def health(self, now: datetime) -> dict[str, Any]:
        """For a program that watches: how many of each lane, and for how long the first of them has been due."""
        lanes: dict[str, int] = {}
        for each in self.waiting:
            lanes[each.lane] = lanes.get(each.lane, 0) + each.many
        oldest = min((each.oldest for each in self.waiting), default=now)
        return {
            "waiting": lanes,
            "overdue_seconds": round((now - oldest).total_seconds(), 3),
            "pauses": list(self.pauses),
        }


@cache
def _waiting(channels: tuple[str, ...]) -> Any:
    """A look into the index for each lane of each channel."""
    looks = []
    for lane in LANES.values():
        for via in channels:
            due = DELIVERY.alias("due")
            first = (
                select(due.c.due)
                .where(
                    text(f"due.{WAITS}"), due.c.lane == lane, due.c.via == via, due.c.due <= bindparam("now")
                )
                .order_by(due.c.due)
                .limit(MOST)
                .subquery()
            )
            looks.append(
                select(
                    literal(lane).label("lane"),
                    literal(via).label("via"),
                    func.count().label("many"),
                    func.min(first.c.due).label("oldest"),
                ).select_from(first)
            )
    return union_all(*looks)


def waiting(db: Db, now: datetime, channels: Collection[str]) -> list[Waiting]:
    """What is due and was not sent yet, on each lane of each of these channels where there is some."""
    rows = db.rows(_waiting(tuple(sorted(channels))), now=now) if channels else ()
    return [Waiting(NAMES[row.lane], row.via, row.many, row.oldest) for row in rows if row.many]


_TURNS = select(PACE)


def pauses(db: Db, now: datetime) -> list[str]:
    """The channels on which what can wait is left for now."""
    turns = [Turn(row.channel, row.next_free, row.stopped, row.busy) for row in db.rows(_TURNS)]
    return sorted(turn.channel for turn in turns if turn.lets_wait(now))


def look(db: Db, now: datetime, channels: Collection[str]) -> Outbox:
    return Outbox(tuple(waiting(db, now, channels)), tuple(pauses(db, now)))


_LINE = select(
    *(DELIVERY.c[name] for name in ("id", "state", "due", "settled", "reason", "lane", "via", "member_id")),
    *(DELIVERY.c[name] for name in ("attempts", "failures", "doubts", "held")),
    NOTICE.c.kind,
    NOTICE.c.at,
    NOTICE.c.expires,
    NOTICE.c.halt,
).join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
_TROUBLED = or_(DELIVERY.c.attempts > 0, DELIVERY.c.due <= bindparam("now"))
_NEWEST_WAITING = (
    _LINE.where(text(f"delivery.{WAITS}"), _TROUBLED)
    .order_by(DELIVERY.c.lane, DELIVERY.c.due, DELIVERY.c.id)
    .limit(bindparam("most"))
)
_NEWEST_ENDED = (
    _LINE.where(
        DELIVERY.c.settled.is_not(None), DELIVERY.c.state.in_(["failed", "unknown", "expired", "skipped"])
    )
    .order_by(DELIVERY.c.settled.desc(), DELIVERY.c.id.desc())
    .limit(bindparam("most"))
)
_ONE = _LINE.where(DELIVERY.c.id == bindparam("number"))


def newest(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """What waits although it is due or was tried, then what was not sent, the newest first."""
    return [*db.rows(_NEWEST_WAITING, now=now, most=most), *db.rows(_NEWEST_ENDED, most=most)]


def story(db: Db, number: int) -> tuple[Row[Any], list[Row[Any]]] | None:
    """One delivery, and everything that happened to it before its end."""
    row = db.row(_ONE, number=number)
    return None if row is None else (row, delivery_attempt.story(db, number))
