"""How fast messages follow each other on a channel: evenly, by one limiter for all who send there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from models.claim import AHEAD, Claim
from models.database import Db, table_of
from models.member import ADDRESS
from models.personal import impersonal

# So far ahead is the turn of what can wait taken: answers that come meanwhile wait no longer than that.
HORIZON = timedelta(milliseconds=150)
# Turns for what can wait are given by one process at a time, which is late with all of them alike; so long after its
# last one another process may.
KEPT = timedelta(seconds=1)
# Nothing is planned so far ahead; what stands there was written before a clock was set back.
_NEVER_AHEAD = timedelta(minutes=5)


class Pace(SQLModel, table=True):
    """`next_free` is the next turn on this channel. Until `stopped` nothing goes out that can wait, since the platform
    said so; until `busy` neither, since people wait for answers. Until `kept` the process `keeper` alone gives turns
    to what is no answer.
    """

    channel: str = Field(primary_key=True)
    next_free: datetime | None = None
    stopped: datetime | None = None
    busy: datetime | None = None
    keeper: str | None = None
    kept: datetime | None = None


PACE = table_of(Pace)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform bears: so many messages a second in all, and the distance of two in one chat or group.

    A chat whose key begins with `group` is a group.
    """

    a_second: float
    chat: timedelta = timedelta(0)
    group: timedelta = timedelta(0)
    group_prefix: str = "group:"

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=1 / self.a_second)


@dataclass(frozen=True, slots=True)
class Turn:
    """The state of a channel while one claims there, which nobody else does meanwhile."""

    channel: str
    next_free: datetime | None = None
    stopped: datetime | None = None
    busy: datetime | None = None
    keeper: str | None = None
    kept: datetime | None = None

    def lets_wait(self, now: datetime) -> bool:
        """Whether what can wait does."""
        return _is_ahead(self.stopped, now, timedelta(days=2)) or _is_ahead(self.busy, now, AHEAD)

    def is_anothers(self, by: str, now: datetime) -> bool:
        """Whether another process gives the turns."""
        return self.keeper != by and _is_ahead(self.kept, now, KEPT + AHEAD)

    def behind(self, free: datetime | None, now: datetime) -> "Turn":
        """Not before this: what a process is late with has taken later turns than it was given."""
        return self if free is None or free <= self.first(now) else replace(self, next_free=free)

    def first(self, now: datetime) -> datetime:
        """The next turn; what lies too far ahead was written before a clock was set back."""
        if self.next_free is None or not _is_ahead(self.next_free, now, _NEVER_AHEAD):
            return now
        return self.next_free


def _is_ahead(at: datetime | None, now: datetime, most: timedelta) -> bool:
    return at is not None and now < at <= now + most


_TURNS = (
    select(PACE)
    .where(PACE.c.channel.in_(bindparam("channels", expanding=True)))
    .order_by(PACE.c.channel)
    .with_for_update()
)
_BEGIN = insert(PACE)
_RESERVE = update(PACE).where(PACE.c.channel == bindparam("there")).values(next_free=bindparam("until"))
_KEEP = (
    update(PACE)
    .where(PACE.c.channel == bindparam("there"))
    .values(keeper=bindparam("by"), kept=bindparam("until"))
)
_STOP = (
    update(PACE)
    .where(
        PACE.c.channel == bindparam("there"), PACE.c.stopped.is_(None) | (PACE.c.stopped < bindparam("until"))
    )
    .values(stopped=bindparam("until"))
)
_BUSY = (
    update(PACE)
    .where(PACE.c.channel.in_(bindparam("channels", expanding=True)))
    .values(busy=bindparam("until"))
)
_FORGET_ALL = update(PACE).values(next_free=None, stopped=None, busy=None, keeper=None, kept=None)
_APART = update(ADDRESS).where(ADDRESS.c.id == bindparam("address")).values(free=bindparam("until"))
_STOP_CHAT = update(ADDRESS).where(ADDRESS.c.id == bindparam("address")).values(stopped=bindparam("until"))
_FREE_CHATS = update(ADDRESS).where(ADDRESS.c.stopped > bindparam("far")).values(stopped=None)


def turns(db: Db, channels: Collection[str]) -> dict[str, Turn]:
    """The state of these channels, locked to the end of the transaction: one process claims at a time."""
    found = _read(db, channels)
    for channel in sorted(set(channels) - set(found)):
        try:
            with db.savepoint("pace"):
                db.run(_BEGIN, channel=channel)
        except IntegrityError:
            continue  # another process was faster
    return found if len(found) == len(set(channels)) else _read(db, channels)


def _read(db: Db, channels: Collection[str]) -> dict[str, Turn]:
    rows = db.rows(_TURNS, channels=sorted(channels)) if channels else ()
    return {row.channel: Turn(*row) for row in rows}


def room(turn: Turn, limits: Limits, now: datetime) -> int:
    """How many turns are near; what is not taken is left to whoever comes next."""
    ahead = HORIZON - (turn.first(now) - now)
    return int(ahead / limits.interval) + 1 if ahead >= timedelta(0) else 0


def reserve(
    db: Db, turn: Turn, limits: Limits | None, claims: Sequence[Claim], now: datetime, spent: int = 0
) -> tuple[Turn, list[Claim]]:
    """Gives each of these its turn, evenly after all that were given; `spent` went out without one just now."""
    if limits is None or not (claims or spent):
        return turn, list(claims)
    first = turn.first(now) + spent * limits.interval
    placed = [replace(each, at=first + nth * limits.interval) for nth, each in enumerate(claims)]
    until = first + len(claims) * limits.interval
    db.run(_RESERVE, there=turn.channel, until=until)
    return replace(turn, next_free=until), placed


def keep(db: Db, turn: Turn, by: str, now: datetime) -> Turn:
    """This process gives the turns from now on, until it has given none for a while."""
    db.run(_KEEP, there=turn.channel, by=by, until=now + KEPT)
    return replace(turn, keeper=by, kept=now + KEPT)


def keep_apart(db: Db, limits: Limits | None, claim: Claim, address: int, key: str) -> None:
    """The next message to this chat keeps its distance from this one."""
    distance = (limits.group if key.startswith(limits.group_prefix) else limits.chat) if limits else None
    if distance and claim.at:
        db.run(_APART, address=address, until=claim.at + distance)


def stop(db: Db, channel: str, address: int, until: datetime) -> None:
    """The platform wants to be left alone: nothing that can wait goes out on the channel, nothing at all there."""
    db.run(_STOP, there=channel, until=until)
    db.run(_STOP_CHAT, address=address, until=until)


def busy(db: Db, channels: Collection[str], until: datetime) -> None:
    """People wait for answers: whoever sends what can wait leaves it until then, in all processes."""
    db.run(_BUSY, channels=sorted(channels), until=until)


def turn_back(db: Db, now: datetime) -> None:
    """The clock was set back: what was noted for later is void."""
    db.run(_FORGET_ALL)
    db.run(_FREE_CHATS, far=now + AHEAD)


impersonal(PACE, "when the next message may go out on a channel")
