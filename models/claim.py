"""Whose a delivery is while it is sent: one holds it for a while, and says again and again that he still lives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import bindparam

from models.delivery import DELIVERY, LANES

# Who sends says so often that he still lives, and is taken for dead after so long: on a busy machine too somebody else
# has his work within ten seconds, also where that is himself who has to start first.
LEASE = timedelta(seconds=5)
RENEWAL = timedelta(seconds=1)
# What is for many is never sent twice; what is for one is, rather than not at all.
MANY = LANES["urgent"]
# Clocks of several machines differ by less; what lies further ahead was written before a clock was set back.
AHEAD = timedelta(minutes=1)
# A statement for a longer list is compiled anew each time.
_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send until `until`; `attempts` is the number of this claim of it.

    `failures` and `doubts` are those of the claims before. `at` is when its turn is, where it has one;
    `begun` tells that its call may be made.
    """

    delivery: int
    attempts: int
    until: datetime
    failures: int = 0
    doubts: int = 0
    lane: int = field(default=0, compare=False)
    via: str = field(default="", compare=False)
    notice: int = field(default=0, compare=False)
    address: int = field(default=0, compare=False)
    member: int | None = field(default=None, compare=False)
    at: datetime | None = field(default=None, compare=False)
    begun: bool = field(default=True, compare=False)

    @property
    def is_for_many(self) -> bool:
        return self.lane >= MANY


# Conditions of what is still ours to say something of.
OURS = (
    DELIVERY.c.id == bindparam("delivery"),
    DELIVERY.c.state == "sending",
    DELIVERY.c.attempts == bindparam("attempt"),
)
ALL_OURS = (
    DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)),
    DELIVERY.c.state == "sending",
    DELIVERY.c.attempts == bindparam("attempt"),
)


def by_attempt(claims: Sequence[Claim]) -> Iterator[tuple[int, list[int]]]:
    """Their keys, few at once, those of the same attempt together."""
    attempts = attrgetter("attempts")
    for attempt, some in groupby(sorted(claims, key=attempts), key=attempts):
        for few in slices([each.delivery for each in some]):
            yield attempt, few


def slices(keys: list[int]) -> Iterator[list[int]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
