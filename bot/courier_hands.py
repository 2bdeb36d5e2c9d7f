"""What one process of the courier has in its hands: everything that it holds, until it is settled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from bot.sending import Flight, Outcome
from models.delivery import LANES

# So many are on their way at once on each lane: one that takes long holds up nobody else.
AT_ONCE = {LANES["reply"]: 40, LANES["personal"]: 60, LANES["urgent"]: 60, LANES["bulk"]: 60}
# So many of what is for one person are begun at once, and then so many each time this has passed or they are settled:
# as many as a platform bears, however far it is.
MOST_YOUNG = 1
YOUNG_SECONDS = 0.03


@dataclass(slots=True)
class Hands:
    """`begun` are those whose call is made, or is about to be; `outcomes` what came of some, not settled yet."""

    flights: dict[int, Flight] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)

    def waiting(self) -> list[Flight]:
        """Those whose call is not made, and may be left."""
        return [each for key, each in self.flights.items() if key not in self.begun]

    def ready(self, now: float, soon: float) -> list[Flight]:
        """Whose turn comes `soon`. Of what is for one person few are begun before others are settled: if this process
        dies then, these may be told twice.
        """
        young = [
            key
            for key in self.begun - self._arrived()
            if key in self.flights
            and self.flights[key].claim.lane == LANES["personal"]
            and now - self.flights[key].at < YOUNG_SECONDS
        ]
        near = [each for each in self.waiting() if each.at <= soon]
        personal = [each for each in near if each.claim.lane == LANES["personal"]]
        left = {each.claim.delivery for each in personal[max(0, MOST_YOUNG - len(young)) :]}
        return [each for each in near if each.claim.delivery not in left]

    def room(self) -> dict[int, int]:
        """How many more each lane bears, when what has arrived is settled."""
        arrived = self._arrived()
        held = Counter(each.claim.lane for key, each in self.flights.items() if key not in arrived)
        return {lane: most - held[lane] for lane, most in AT_ONCE.items()}

    def turns(self, channel: str) -> list[float]:
        """The turns that are still waited for there."""
        here = (each for each in self.flights.values() if each.outgoing.channel == channel)
        return [each.at for each in here if not each.has_left]

    def is_to_be_settled_now(self) -> bool:
        """Whether there is something for one person: were we killed, he would be told twice."""
        return any(each.outgoing.claim.lane == LANES["personal"] for each in self.outcomes)

    @contextmanager
    def taken(self) -> Iterator[list[Outcome]]:
        """What came of some, to be settled; where that fails it is still to be."""
        taken, self.outcomes = self.outcomes, []
        try:
            yield taken
        except BaseException:
            self.outcomes[:0] = taken
            raise

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        for each in outcomes:
            self.flights.pop(each.outgoing.claim.delivery, None)
            self.begun.discard(each.outgoing.claim.delivery)

    def keep(self, ours: set[int], until: float) -> None:
        """What is still ours is so for another lease; the rest is another one's by now."""
        for key, flight in list(self.flights.items()):
            if key in ours:
                flight.until = until
            elif key not in self.begun:
                del self.flights[key]

    def take(self, flights: Sequence[Flight]) -> list[list[Flight]]:
        """Gives those whose call may be made at once: what is at one address goes there one after the other."""
        self.flights |= {each.claim.delivery: each for each in flights}
        begun = sorted((each for each in flights if each.claim.begun), key=_where)
        return [list(there) for _, there in groupby(begun, key=_where)]

    def _arrived(self) -> set[int]:
        return {each.outgoing.claim.delivery for each in self.outcomes}


def _where(flight: Flight) -> tuple[int, int]:
    """On each lane in the order of the ledger; the lanes do not wait for each other."""
    return flight.outgoing.address, flight.claim.lane
