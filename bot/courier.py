"""Sends what the ledger says is due: claims it, hands it to its channel outside any transaction, settles it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from bot import sending
from bot.app import App
from bot.channels import CHANNELS, Capabilities, Channel
from bot.courier_flights import Airspace
from bot.courier_gates import Gates
from bot.courier_hands import Hands
from bot.courier_round import BATCH, Round, Rounded, Served
from bot.drift import Drift
from bot.sending import Flight, Outcome
from models import claiming, due_times, notice, pace, preparing
from models.claim import AHEAD, LEASE, RENEWAL
from models.database import Db
from models.notice import Outgoing
from models.reach import Way

# How often it looks where nobody told it that there is something, and while turns are given.
PAUSE_SECONDS = 1.0
TURN_SECONDS = 0.04
# A machine so slow is left to be late.
LONGEST_SECONDS = 0.1
# While answers wait so long, what is for many is left.
BUSY_SECONDS = 0.5
# How often it looks whether a process that gives the turns does so no more.
ELSEWHERE_SECONDS = 0.25
# How long it waits at its end for what is on its way.
DRAIN_SECONDS = 8.0
_log = structlog.get_logger()


async def run(
    app: App, channels: Mapping[str, Channel], elsewhere: Mapping[str, Capabilities] = MappingProxyType({})
) -> None:
    """Sends until it is cancelled; then what is on its way is settled, and the rest given back. `elsewhere` are the
    channels on which another process sends.
    """
    courier = _Courier(app, channels, elsewhere)
    try:
        await courier.work()
    finally:
        await courier.end()


async def deliver(app: App, channels: Mapping[str, Channel], there: str | None = None) -> int:
    """Sends one batch of what is due on these channels, or only at one key of theirs, without any pace; gives how
    many it took.
    """
    taken, outgoing = await _take(app, channels, there)
    now = asyncio.get_running_loop().time()
    flights = [Flight(each, now, now + LEASE.total_seconds()) for each in outgoing]
    outcomes = [each async for each in Airspace(app, channels).send(flights)]
    counted = await app.read(lambda db: sending.settle(db, outcomes, app.clock.now()))
    _tell(app, outcomes, counted)
    return taken


async def _take(
    app: App, channels: Mapping[str, Channel], there: str | None = None
) -> tuple[int, list[Outgoing]]:
    ways = _ways(channels) if there is None else None

    def take(db: Db) -> tuple[int, list[Outgoing]]:
        now = app.clock.now()
        claims = claiming.claim(db, now, channels, BATCH, there)
        return len(claims), preparing.prepare(db, claims, now, app.equipment.schedule, ways)

    return await app.read(take)


def _ways(channels: Mapping[str, Channel]) -> dict[str, Way]:
    return {name: each.capabilities.way for name, each in channels.items()}


def _tell(app: App, outcomes: Iterable[Outcome], counted: Iterable[tuple[str, str, str]]) -> None:
    """Those who listen, and the figures."""
    for each in outcomes:
        if each.is_sent:
            app.listeners.wake((each.outgoing.channel, each.outgoing.to))
    for labels in counted:
        app.metrics.deliveries.labels(*labels).inc()


class _Courier:
    """The courier of one process, at work."""

    def __init__(
        self, app: App, channels: Mapping[str, Channel], elsewhere: Mapping[str, Capabilities]
    ) -> None:
        self._app = app
        limits = {name: each.capabilities.pace for name, each in channels.items()}
        ways = {**_ways(channels), **{name: each.way for name, each in elsewhere.items()}}
        self._served = Served(token_hex(8), limits, ways, frozenset(CHANNELS) - frozenset(ways))
        self._airspace = Airspace(app, channels, Gates(limits))
        app.equipment.paces.update({name: each.a_second for name, each in limits.items() if each is not None})
        self._hands = Hands()
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._renewed = self._loop.time()
        # So long did the last rounds take.
        self._took = 0.0
        # Until then the clock was just set, and what looks let go may be somebody's.
        self._careful = 0.0
        self._drift = Drift.begin(app.clock.now())
        self._looked_back = False

    async def work(self) -> None:
        while True:
            self._app.due.clear()
            wait = PAUSE_SECONDS
            try:
                await self._mind_the_clock()
                wait = self._next(await self._whole_round())
            except DBAPIError as error:
                _log.error("nothing can be sent", reason=type(error).__name__)
            except Exception as error:
                # Whatever it was, the others' messages still go out.
                _log.error("the courier stumbled", exc_info=error)
            if wait:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._app.due.wait(), wait)

    async def end(self) -> None:
        """Nothing more is begun; what is on its way is waited for and settled."""
        self._hands.outcomes += [Outcome(each.outgoing, untried=True) for each in self._hands.waiting()]
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._settle()
        except DBAPIError as error:
            _log.error("not settled", reason=type(error).__name__)

    async def _look_back(self) -> None:
        """What was written before the clock was set back, while nobody was there to see it."""
        now = self._app.clock.now()
        newest = await self._app.read(notice.newest)
        if newest is not None and newest > now + AHEAD:
            await self._turn_back(newest)

    async def _mind_the_clock(self) -> None:
        if not self._looked_back:
            await self._look_back()
            self._looked_back = True
        jump, expected = self._drift.look(self._app.clock.now())
        if not jump:
            return
        _log.warning("the clock was set", seconds=round(jump.total_seconds()))
        # Everybody says anew what he holds before anything is taken over.
        self._careful = self._loop.time() + LEASE.total_seconds()
        self._renewed = 0.0
        if jump < timedelta(0):
            await self._turn_back(expected)

    async def _turn_back(self, was: datetime) -> None:
        await self._app.read(lambda db: pace.turn_back(db, self._app.clock.now()))
        while await self._app.read(lambda db: due_times.turn_back(db, was, self._app.clock.now())):
            pass

    async def _whole_round(self) -> Rounded:
        """Also where we are told to stop meanwhile: what it claims would be in nobody's hands else."""
        at_work = asyncio.ensure_future(self._round())
        try:
            return await asyncio.shield(at_work)
        except asyncio.CancelledError:
            await asyncio.wait([at_work], timeout=DRAIN_SECONDS)
            at_work.cancel()
            await asyncio.gather(at_work, return_exceptions=True)
            raise

    async def _round(self) -> Rounded:
        now = self._loop.time()
        renews = now - self._renewed >= RENEWAL.total_seconds()
        hands = self._hands
        # Before the next round is through.
        soon = now + TURN_SECONDS + min(2 * self._took, LONGEST_SECONDS)
        ready = hands.ready(now, soon)
        begins = {each.claim.delivery for each in ready}
        busy = self._app.worker.expected_wait() > BUSY_SECONDS
        spent, room = Counter(self._app.spent), hands.room()
        with hands.taken() as outcomes:
            result = await self._app.read(
                Round(
                    self._app,
                    self._served,
                    outcomes,
                    [each.claim for each in hands.flights.values()] if renews else [],
                    ready,
                    [each for each in hands.waiting() if each.claim.delivery not in begins],
                    room,
                    self._gates_free(),
                    frozenset(filter(self._airspace.is_stopped, self._served.limits)),
                    now < self._careful,
                    busy,
                    spent,
                ).work
            )
        self._took = max(self._loop.time() - now, 0.9 * self._took)
        self._app.spent.subtract(spent)
        self._settled(outcomes, result.counted)
        if result.ours is not None:
            self._renewed = now
            hands.keep(result.ours, now + LEASE.total_seconds())
        for key in result.back:
            hands.flights.pop(key, None)
        self._launch([[each] for each in ready if each.claim.delivery in result.begun])
        self._take(result.outgoing, now)
        return result

    def _gates_free(self) -> dict[str, datetime]:
        """When each channel with limits has room behind what this process is late with; no turn is given before."""
        now, wall = self._loop.time(), self._app.clock.now()
        paced = [name for name, each in self._served.limits.items() if each]
        free = ((name, self._airspace.free(name, self._hands.turns(name))) for name in paced)
        return {name: wall + timedelta(seconds=at - now) for name, at in free}

    async def _settle(self) -> None:
        with self._hands.taken() as outcomes:
            counted = await self._app.read(lambda db: sending.settle(db, outcomes, self._app.clock.now()))
        self._settled(outcomes, counted)

    async def _settle_now(self) -> None:
        """Does not wait for the round, so that a kill finds little of it."""
        while self._hands.is_to_be_settled_now():
            try:
                await self._settle()
            except Exception:
                return  # the round meets it as well, and says so
            self._app.due.set()

    async def _stop(self, outcome: Outcome) -> None:
        """The others are told at once, and not with the next round."""
        with suppress(DBAPIError):  # the round says so
            await self._app.read(lambda db: sending.stop(db, outcome, self._app.clock.now()))
        self._app.due.set()

    def _settled(self, outcomes: Sequence[Outcome], counted: Iterable[tuple[str, str, str]]) -> None:
        self._hands.settled(outcomes)
        _tell(self._app, outcomes, counted)

    def _take(self, outgoing: Sequence[Outgoing], now: float) -> None:
        """What was claimed: at once on its way where nothing is to be waited for."""
        wall, here = self._app.clock.now(), self._loop.time()
        flights = [
            Flight(
                each,
                here + (each.claim.at - wall).total_seconds() if each.claim.at else here,
                now + LEASE.total_seconds(),
            )
            for each in outgoing
        ]
        self._launch(self._hands.take(flights))

    def _launch(self, flights: Iterable[Sequence[Flight]]) -> None:
        """Each on its way; at one address one after the other, in the order of the ledger."""
        for some in flights:
            self._hands.begun |= {each.claim.delivery for each in some}
            self._beside(self._fly(some))

    def _beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _fly(self, flights: Sequence[Flight]) -> None:
        async for outcome in self._airspace.send(flights):
            self._hands.outcomes.append(outcome)
            channel = outcome.outgoing.channel
            if outcome.stops:
                self._airspace.stop(channel, outcome.stops)
                self._beside(self._stop(outcome))
            if self._hands.is_to_be_settled_now() and (self._settling is None or self._settling.done()):
                self._settling = self._beside(self._settle_now())
            # Where turns are given a round comes soon enough.
            if self._served.limits[channel] is None or not outcome.outgoing.claim.is_for_many:
                self._app.due.set()

    def _next(self, result: Rounded) -> float:
        """When to look again, unless somebody tells that there is something."""
        if result.more or result.begun:
            return 0.0
        if result.waits or self._hands.flights or self._hands.outcomes:
            return TURN_SECONDS
        return ELSEWHERE_SECONDS if result.elsewhere else PAUSE_SECONDS
