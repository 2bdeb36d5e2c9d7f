"""One transaction of the courier: what came of the last ones is settled, leases are renewed, what is due is claimed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import sending
from bot.app import App
from bot.sending import Flight, Outcome
from models import claiming, pace, preparing, settling
from models.claim import LEASE, MANY, Claim
from models.database import Db
from models.delivery import LANES
from models.notice import Outgoing
from models.pace import Limits, Turn
from models.reach import Way

# So many rows of a lane are claimed at once.
BATCH = 60
# While answers wait for long, what is for many is left for so long, in all processes.
BUSY_FOR = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Served:
    """The channels that one sends on: their limits, and the ways by which people are reached there. `others` are
    those on which nobody here does: what is for a member goes another way. `by` tells this process from others.
    """

    by: str
    limits: Mapping[str, Limits | None]
    ways: Mapping[str, Way]
    others: frozenset[str] = frozenset()


@dataclass(slots=True)
class Rounded:
    """What a round gave. `ours` are what was renewed, None where nothing was; `back` was given up again.

    `more`: there is more to claim at once; `waits`: there is more, when its turn is; `elsewhere`: another process
    gives it its turns.
    """

    counted: list[tuple[str, str, str]]
    ours: set[int] | None = None
    begun: set[int] = field(default_factory=set)
    back: set[int] = field(default_factory=set)
    outgoing: list[Outgoing] = field(default_factory=list)
    more: bool = False
    waits: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be done in it. `ready` are begun now, `waiting` are claimed and have a later turn; `room` is how many
    more each lane bears; on a channel no turn is given before it is `free` here, and none to many while it is
    `stopped`; `careful`: nothing is taken over from others; `busy`: people wait for answers.
    """

    app: App
    served: Served
    outcomes: Sequence[Outcome]
    held: Sequence[Claim]
    ready: Sequence[Flight]
    waiting: Sequence[Flight]
    room: Mapping[int, int]
    free: Mapping[str, datetime] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    careful: bool = False
    busy: bool = False
    spent: Mapping[str, int] = field(default_factory=Counter)

    def work(self, db: Db) -> Rounded:
        now = self.app.clock.now()
        done = Rounded(sending.settle(db, self.outcomes, now))
        if self.held:
            done.ours = claiming.renew(db, self.held, now + LEASE)
        ripe = claiming.ripe(db, now, [*self.served.limits, *self.served.others])
        if not (ripe or self.ready or self.waiting or self.spent):
            return done
        turns = self._turns(db, now)
        self._begin(db, turns, done, now)
        for lane, via in ripe:
            if via in self.served.others:
                self._send_elsewhere(db, lane, via, done, now)
            else:
                turns[via] = self._claim(db, lane, turns[via], done, now)
        return done

    def _turns(self, db: Db, now: datetime) -> dict[str, Turn]:
        """How it stands with each channel, which is ours alone to the end of the transaction."""
        read = pace.turns(db, self.served.limits)
        turns = {name: turn.behind(self.free.get(name), now) for name, turn in read.items()}
        if self.busy:
            pace.busy(db, self.served.limits, now + BUSY_FOR)
            turns = {name: replace(turn, busy=now + BUSY_FOR) for name, turn in turns.items()}
        for channel, spent in self.spent.items():
            if channel in turns:
                turns[channel], _ = pace.reserve(
                    db, turns[channel], self.served.limits[channel], [], now, spent
                )
        return turns

    def _begin(self, db: Db, turns: Mapping[str, Turn], done: Rounded, now: datetime) -> None:
        """What is for many does not even begin where it is to wait now."""
        back = [
            each.claim
            for each in (*self.ready, *self.waiting)
            if each.can_wait and turns[each.outgoing.channel].lets_wait(now)
        ]
        settling.give_up(db, back, now)
        done.back = {each.delivery for each in back}
        done.begun = claiming.begin(
            db, [each.claim for each in self.ready if each.claim.delivery not in done.back]
        )

    def _claim(self, db: Db, lane: int, turn: Turn, done: Rounded, now: datetime) -> Turn:
        """Takes what there is room for. Answers take their turn however far it is, everything else when it is near."""
        limits, answers = self.served.limits[turn.channel], lane == LANES["reply"]
        most = min(self.room[lane], BATCH)
        if lane >= MANY and (turn.lets_wait(now) or turn.channel in self.stopped):
            return turn
        if not answers and limits is not None:
            if turn.is_anothers(self.served.by, now):
                done.elsewhere = True
                return turn
            most = min(most, pace.room(turn, limits, now))
            done.waits = True
        if most <= 0:
            return turn
        paced = limits is not None and not answers
        claims = claiming.take(
            db, now, lane, turn.channel, most, begun=not paced, one_each=paced, lapsed=not self.careful
        )
        done.more |= len(claims) == most and not paced
        prepared = preparing.prepare(db, claims, now, self.app.equipment.schedule, self.served.ways)
        elsewhere = [each.claim for each in prepared if each.channel != turn.channel]
        settling.give_up(db, elsewhere, now)
        done.more |= bool(elsewhere)
        here = [each for each in prepared if each.channel == turn.channel]
        turn, placed = pace.reserve(db, turn, limits, [each.claim for each in here], now)
        if paced and here:
            turn = pace.keep(db, turn, self.served.by, now)
        done.outgoing += [replace(each, claim=claim) for each, claim in zip(here, placed, strict=True)]
        if paced:
            for each in done.outgoing[-len(here) :] if here else ():
                pace.keep_apart(db, limits, each.claim, each.address, each.to)
        return turn

    def _send_elsewhere(self, db: Db, lane: int, via: str, done: Rounded, now: datetime) -> None:
        """What is for a member who is told things where nobody sends: it is due where one does, or unreachable."""
        claims = claiming.take(db, now, lane, via, BATCH, begun=False, members=True, lapsed=not self.careful)
        prepared = preparing.prepare(db, claims, now, self.app.equipment.schedule, self.served.ways)
        settling.give_up(db, [each.claim for each in prepared], now)
        done.more |= bool(claims)
