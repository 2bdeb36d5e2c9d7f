"""How much one person, and one address, may ask for in a minute: beyond it one is told when to come again."""

from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address

from bot.clock import Clock
from bot.configuration import Limits

# An office tower of 300 companies reaches us from one address: ten requests a second after lunch, and a rush
# when a notice sends everybody to the page at once.
REQUESTS_A_MINUTE = 1200
REQUEST_BURST = 600
# One browser of the building: a message, the look at what came of it, the page and its files, and again. What is
# beyond takes nothing from the building, so that one who floods leaves his neighbours theirs.
BROWSER_REQUESTS_A_MINUTE = 240
BROWSER_BURST = 60
# A browser that was never here before: a floor of colleagues on the day of a poster, no machine that makes
# itself a person for each message.
NEWCOMERS_A_MINUTE = 120
NEWCOMER_BURST = 120
# A page that stays open holds a connection; a process has a few thousand of them for all addresses.
STREAMS = 300
# Within one network of this size whoever likes has as many addresses as he likes.
_IPV6_NETWORK_BITS = 64
# Fewer buckets than this are not worth looking through.
_FEW = 1024
# A wait that is shorter is none: the seconds since 1970 are kept as floats, whose errors add up.
_INSTANT = 1e-3


class Buckets:
    """A bucket of tokens for each key: `burst` fit in, `a_minute` flow in.

    One number is kept for each, the time at which it is full again. Full ones are forgotten, so that there are
    never many more than have lost a token in the last `burst / a_minute` minutes.
    """

    def __init__(self, a_minute: int, burst: int) -> None:
        self._seconds = 60 / a_minute
        self._empty = burst * self._seconds
        self._full_at: dict[Hashable, float] = {}
        self._many = _FEW

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, now: float) -> float:
        """Takes a token. Gives 0, or the seconds until there is one: then nothing is taken."""
        # A clock that was put back leaves nobody waiting for longer than an empty bucket takes.
        missing = min(max(self._full_at.get(key, now) - now, 0), self._empty)
        wait = missing + self._seconds - self._empty
        if wait > _INSTANT:
            self._full_at[key] = now + missing
            return wait
        self._full_at[key] = now + missing + self._seconds
        if len(self._full_at) > self._many:
            self._forget(now)
        return 0

    def give_back(self, key: Hashable) -> None:
        """A token that was taken for nothing."""
        if key in self._full_at:
            self._full_at[key] -= self._seconds

    def _forget(self, now: float) -> None:
        """Looks through all of them each time that they have doubled: seldom, however many there are."""
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._many = max(_FEW, 2 * len(self._full_at))


class PersonLimits:
    """Messages a minute of each person, and when he is told that he is too fast."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self._messages = Buckets(limits.messages_a_minute, limits.burst)
        self._told = Buckets(1, 1)

    def wait(self, person: Hashable) -> float:
        """Seconds until his next message is heard; 0 hears this one."""
        return self._messages.take(person, self._clock.now().timestamp())

    def is_to_be_told(self, person: Hashable) -> bool:
        """True for the first message beyond the limit, and then once a minute."""
        return not self._told.take(person, self._clock.now().timestamp())

    def give_back(self, person: Hashable) -> None:
        """What he said had been heard before, so that it counts only once."""
        self._messages.give_back(person)


class AddressLimits:
    """Requests, new people and open streams of each network address; the limits are for a whole building."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests = Buckets(REQUESTS_A_MINUTE, REQUEST_BURST)
        self._browsers = Buckets(BROWSER_REQUESTS_A_MINUTE, BROWSER_BURST)
        self._newcomers = Buckets(NEWCOMERS_A_MINUTE, NEWCOMER_BURST)
        self._streams: dict[str, int] = {}

    def allow_request(self, address: str, browser: str | None = None) -> float:
        """Seconds until this address, or the known browser there, may ask again; 0 goes on."""
        now = self._clock.now().timestamp()
        if browser is not None and (wait := self._browsers.take(browser, now)):
            return wait
        return self._requests.take(_network(address), now)

    def allow_newcomer(self, address: str) -> float:
        """Seconds until somebody new may come from this address; 0 lets him in."""
        return self._newcomers.take(_network(address), self._clock.now().timestamp())

    def has_room(self, address: str) -> bool:
        """Whether one more stream may stay open."""
        return self._streams.get(_network(address), 0) < STREAMS

    def open_stream(self, address: str) -> None:
        """Whoever says this says `close_stream` at its end."""
        network = _network(address)
        self._streams[network] = self._streams.get(network, 0) + 1

    def close_stream(self, address: str) -> None:
        network = _network(address)
        left = self._streams.get(network, 0) - 1
        if left > 0:
            self._streams[network] = left
        else:
            self._streams.pop(network, None)


def _network(address: str) -> str:
    """An address of version 4 as it is, of version 6 its network; what is no address stands for itself."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(IPv6Address(int(known) >> _IPV6_NETWORK_BITS << _IPV6_NETWORK_BITS))
