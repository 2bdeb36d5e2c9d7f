"""When the bot speaks by itself: the hours in which it rests, and how long before the start it reminds."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# What begins soon after the quiet hours is told before they begin, and not in the hurry of the morning.
_HURRY = timedelta(minutes=30)
_BEFORE_QUIET = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begins` to `ends` on the community's clock, over midnight too; the end itself is not quiet."""

    begins: time
    ends: time

    def covers(self, clock: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True, slots=True)
class Waiting:
    """How free seats are offered to those who wait.

    `answer` are pairs, the longest first: where the start is further away than the one, who is offered a seat has the
    other to answer. Nearer than that the first `call` are told at once and the first to answer gets it; after a `turn`
    the next ones are told too. `note` before the start who waits is told that he still does, `cutoff` before it that
    it did not work out.
    """

    answer: tuple[tuple[timedelta, timedelta], ...] = (
        (timedelta(hours=72), timedelta(hours=24)),
        (timedelta(hours=24), timedelta(hours=6)),
        (timedelta(hours=4), timedelta(hours=1)),
    )
    call: int = 5
    turn: timedelta = timedelta(minutes=30)
    note: timedelta = timedelta(hours=24)
    cutoff: timedelta = timedelta(hours=1)

    def span(self, ahead: timedelta) -> timedelta | None:
        """The time to answer so long before the start; None where the first to answer gets the seat."""
        return next((span for least, span in self.answer if ahead > least), None)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In how many working days who reported a need is answered, somebody has it, and it is resolved; `extended` is
    the most that a resolution may take with a reason. A claim is answered within `claim`. Who does not say whether it
    is solved is asked again after `silence`, and what was not delivered so long after its day has `lapse`d.
    """

    answer: int = 1
    assign: int = 2
    resolve: int = 7
    extended: int = 15
    claim: int = 3
    silence: timedelta = timedelta(days=28)
    lapse: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Bookings:
    """A slot can be moved and cancelled until its `lock`, and booked so many days `ahead`. One person has at `most` so
    many at a time; who `missed` so many within 90 days books for the same day only.
    """

    lock: timedelta = timedelta(hours=2)
    ahead: int = 14
    most: int = 5
    missed: int = 2


@dataclass(frozen=True, slots=True)
class Schedule:
    """`remind` are the times before a start, the longest first; no `quiet` is no rest at all."""

    zone: ZoneInfo
    quiet: Quiet | None = Quiet(time(22), time(8))
    remind: tuple[timedelta, ...] = (timedelta(days=1), timedelta(hours=2))
    waiting: Waiting = Waiting()
    # Who was often absent is asked the day before whether he comes, see models/promise.py.
    ask_absent: bool = True
    deadlines: Deadlines = Deadlines()
    bookings: Bookings = Bookings()

    def rests(self, at: datetime) -> bool:
        """Whether nothing goes out then but answers and what is urgent."""
        return self.quiet is not None and self.quiet.covers(at.astimezone(self.zone).time())

    def awake(self, at: datetime) -> datetime:
        """The first instant from then on that is not quiet."""
        if self.quiet is None or not self.rests(at):
            return at
        return self._next(at, self.quiet.ends)

    def after(self, at: datetime, span: timedelta) -> datetime:
        """When so much time has passed since then in which it is not quiet; never a quiet instant itself."""
        at = self.awake(at)
        if self.quiet is not None:
            while (rest := self._next(at, self.quiet.begins)) <= at + span:
                span -= rest - at
                at = self.awake(rest)
        return at + span

    def before(self, at: datetime, starts: datetime) -> datetime:
        """When a reminder goes out that is due then, of what starts then: see `schedule.quiet` of the contract."""
        if self.quiet is None or not self.rests(at):
            return at
        ends = self._next(at, self.quiet.ends)
        if starts >= ends + _HURRY:
            return ends
        begins = self._last(at, self.quiet.begins)
        return begins - _BEFORE_QUIET

    def _next(self, at: datetime, clock: time) -> datetime:
        here = at.astimezone(self.zone)
        then = datetime.combine(here.date(), clock, self.zone)
        if then <= here:
            then = datetime.combine(here.date() + timedelta(days=1), clock, self.zone)
        return then.astimezone(at.tzinfo)

    def _last(self, at: datetime, clock: time) -> datetime:
        here = at.astimezone(self.zone)
        then = datetime.combine(here.date(), clock, self.zone)
        if then > here:
            then = datetime.combine(here.date() - timedelta(days=1), clock, self.zone)
        return then.astimezone(at.tzinfo)
