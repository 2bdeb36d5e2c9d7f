"""One delivery on its way: what its channel says of it, and what that means for the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.channels import ChannelError
from models import conversation, delivery, member, pace, settling
from models.claim import Claim
from models.database import Db
from models.delivery import LANES
from models.notice import Outgoing

_log = structlog.get_logger()


@dataclass(slots=True)
class Flight:
    """A delivery that is ours. `at` is when its turn is, `until` when our lease ends, both in the time of the loop."""

    outgoing: Outgoing
    at: float
    until: float
    # It does not wait for its turn any more.
    has_left: bool = False

    @property
    def claim(self) -> Claim:
        return self.outgoing.claim

    @property
    def can_wait(self) -> bool:
        """What is for many gives way to everything else."""
        return self.claim.is_for_many

    @property
    def is_reply(self) -> bool:
        return self.claim.lane == LANES["reply"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: sent where nothing else is said. `behind` is one before it that is to be tried first;
    `untried`: it was not sent, and is due again at once. `at` is when it was known.
    """

    outgoing: Outgoing
    failure: Exception | None = None
    behind: Claim | None = None
    untried: bool = False
    at: datetime | None = None

    @property
    def is_sent(self) -> bool:
        return self.failure is None and self.behind is None and not self.untried

    @property
    def stops(self) -> timedelta | None:
        """How long the platform wants to be left alone, where it says so."""
        failure = self.failure
        if isinstance(failure, ChannelError) and not failure.unknown and not failure.permanent:
            return failure.retry_after
        return None

    @property
    def is_put_off(self) -> bool:
        """Whether what follows it at its address waits behind it."""
        if self.failure is None:
            return False
        return not (isinstance(self.failure, ChannelError) and self.failure.permanent)


def settle(db: Db, outcomes: Sequence[Outcome], now: datetime) -> list[tuple[str, str, str]]:
    """Writes down what became of these; gives channel, lane and outcome of each, to be counted."""
    arrived = [each.outgoing.claim for each in outcomes if each.is_sent]
    settling.arrived(db, arrived, now)
    counted: list[tuple[str, str, str]] = []
    for each in outcomes:
        what = "sent" if each.is_sent else _settle(db, each, now)
        if what:
            counted.append((each.outgoing.channel, delivery.NAMES[each.outgoing.claim.lane], what))
    return counted


def _settle(db: Db, outcome: Outcome, now: datetime) -> str | None:
    outgoing = outcome.outgoing
    claim = outgoing.claim
    if outcome.untried:
        settling.give_up(db, [claim], now)
        return None
    if outcome.behind is not None:
        settling.give_back(db, claim, outcome.behind, now, outgoing.sent)
        return None
    failure = outcome.failure
    if not isinstance(failure, ChannelError):
        _log.error("not sent", delivery=claim.delivery, exc_info=failure)
        settling.put_off(db, claim, now, type(failure).__name__, sent=outgoing.sent)
        return "later"
    return _refused(db, outcome, failure, now)


def stop(db: Db, outcome: Outcome, now: datetime) -> None:
    """What can wait does from now on, in all processes, where the platform wants to be left alone."""
    if outcome.stops is not None:
        pace.stop(db, outcome.outgoing.channel, outcome.outgoing.address, (outcome.at or now) + outcome.stops)


def _refused(db: Db, outcome: Outcome, failure: ChannelError, now: datetime) -> str:
    outgoing = outcome.outgoing
    claim, why, sent = outgoing.claim, str(failure), max(failure.sent, outgoing.sent)
    if failure.unreachable:
        member.close(db, outgoing.address, now)
    if outcome.stops is not None:
        stop(db, outcome, now)
        settling.refuse_for(db, claim, now, why, (outcome.at or now) + outcome.stops - now, sent)
        return "later"
    if (
        outgoing.may_move
        and (failure.unreachable or failure.until_contact)
        and not _has_written(db, outgoing, now)
    ):
        settling.reroute(db, claim, now, why)
        return "elsewhere"
    if failure.permanent:
        settling.settle(db, claim, "failed", now, why)
        return "failed"
    if failure.until_contact:
        # Whoever wrote while it was on its way is not to write once more for it.
        until = now if _has_written(db, outgoing, now) else outgoing.expires or delivery.NEVER
        settling.hold(db, claim, now, why, sent, until)
        return "held"
    if failure.unknown:
        settling.doubt(db, claim, now, why, failure.retry_after, sent)
        return "unknown"
    settling.put_off(db, claim, now, why, failure.retry_after, sent)
    return "later"


def _has_written(db: Db, outgoing: Outgoing, now: datetime) -> bool:
    """Whether there is another window than the one that it was tried in."""
    window = conversation.window(db, outgoing.address)
    return (
        window is not None
        and window != outgoing.window
        and window.is_open(now)
        and (outgoing.window is None or window.until > outgoing.window.until)
    )
