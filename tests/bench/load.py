"""The load: so many people who write, wait for the answer, and write again at once; and what that took."""

import asyncio
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from tests.bench.figures import median, rate, ratio, say
from tests.bench.wire import take

# Before it counts, until connections, caches and the queue are as they stay.
WARM_SECONDS = 0.4
LONGEST_WAIT = 30.0
# A server that works less than this share of the time waits for something: for us, or for the neighbours.
BUSY = 0.9
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Window:
    """What is seen of all of them while it counts."""

    waits: list[float] = field(default_factory=list)
    over: bool = False
    failure: Exception | None = None


class Person(asyncio.Protocol, ABC):
    """One who writes over a connection of his own. A kind of person says what he writes and what answers it."""

    window: Window
    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._began = 0.0
        self.waiting = False
        self.left = -1

    @abstractmethod
    def request(self) -> bytes:
        """What he writes next, a whole request."""

    @abstractmethod
    def responded(self, body: bytes) -> None:
        """He calls `answered` when this, or what is still to come by a call, answers him."""

    async def connect(self, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of no class of asyncio

    def leave(self) -> None:
        self._transport.close()

    def speak(self) -> None:
        self.waiting = True
        self._began = time.perf_counter()
        self.write()

    def write(self) -> None:
        self._transport.write(self.request())

    def data_received(self, data: bytes) -> None:
        self._received += data
        taken = take(self._received)
        if taken is None:
            return
        head, body = taken
        try:
            if head[9:12] != b"200":
                raise RuntimeError(f"it answered {head.decode()}: {body[:200].decode()}")
            self.responded(body)
        except Exception as error:
            self.window.failure = error

    def connection_lost(self, _error: Exception | None) -> None:
        if self.waiting:
            self.window.failure = RuntimeError("it closed a connection on which somebody waited")

    def answered(self) -> None:
        self.window.waits.append(time.perf_counter() - self._began)
        self.left -= 1
        if self.window.over or self.left == 0:
            self.waiting = False
        else:
            self.speak()


@dataclass(frozen=True, slots=True)
class Measured:
    """One round; `each` and the shares are of processor time, in seconds and of the seconds that it took."""

    rate: float
    p50: float
    p99: float
    each: float
    server: float
    generator: float


async def measure(people: Sequence[Person], port: int, pid: int, seconds: float) -> Measured:
    """Everybody at once against this server, for so long. Raises RuntimeError where it does not answer."""
    window = await _begin(people, port, -1)
    await asyncio.sleep(WARM_SECONDS)
    window.waits = []
    spent, own, began = processor_seconds(pid), time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    waits, window.waits, window.over = sorted(window.waits), [], True
    took = time.perf_counter() - began
    spent, own = processor_seconds(pid) - spent, time.process_time() - own
    await _end(people, window)
    if not waits:
        raise RuntimeError(f"nobody was answered within {seconds} s")
    return Measured(
        rate=len(waits) / took,
        p50=waits[len(waits) // 2],
        p99=waits[int(len(waits) * 0.99)],
        each=spent / len(waits),
        server=spent / took,
        generator=own / took,
    )


async def converse(people: Sequence[Person], port: int, times: int) -> None:
    """Everybody writes so many times, and is answered. Raises RuntimeError where somebody is not."""
    await _end(people, await _begin(people, port, times))


async def _begin(people: Sequence[Person], port: int, times: int) -> Window:
    window = Window()
    for person in people:
        person.window, person.left = window, times
        await person.connect(port)
    for person in people:
        person.speak()
    return window


async def _end(people: Sequence[Person], window: Window) -> None:
    """Waits for what is still on its way: it would else be counted with the next round."""
    deadline = time.perf_counter() + LONGEST_WAIT
    while window.failure is None and any(person.waiting for person in people):
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{sum(person.waiting for person in people)} people were never answered")
        await asyncio.sleep(0.01)
    if window.failure is not None:
        raise window.failure
    for person in people:
        person.leave()


def processor_seconds(pid: int) -> float:
    """What a process has used so far, with all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def warn(name: str, rounds: Sequence[Measured]) -> None:
    """A figure says something of the server only while the server is what is short."""
    server = sorted(each.server for each in rounds)[len(rounds) // 2]
    generator = sorted(each.generator for each in rounds)[len(rounds) // 2]
    if server < BUSY:
        say(
            f"  warning: {name}: the server used {server:.0%} of its core and the generator {generator:.0%} "
            "of its own; the rate is a lower bound, the processor time is right"
        )


def rates(rounds: Sequence[Measured]) -> str:
    return rate([each.rate for each in rounds], "answers")


def waits(rounds: Sequence[Measured]) -> str:
    p50, slow = ([1000 * each for each in of] for of in ([e.p50 for e in rounds], [e.p99 for e in rounds]))
    return f"p50 {median(p50):.0f} ms, p99 {median(slow):.0f} ms ({min(slow):.0f}-{max(slow):.0f})"


def spent(rounds: Sequence[Measured]) -> str:
    values = [1000 * each.each for each in rounds]
    return f"{median(values):.3f} ms ({min(values):.3f}-{max(values):.3f})"


def versus(ours: Sequence[Measured], theirs: Sequence[Measured]) -> str:
    """Our rate to theirs."""
    return ratio([each.rate for each in ours], [each.rate for each in theirs])


def cheaper(ours: Sequence[Measured], theirs: Sequence[Measured]) -> str:
    """Their processor time to ours, so that more is better here too."""
    return ratio([each.each for each in theirs], [each.each for each in ours])


def slower(ours: Sequence[Measured], theirs: Sequence[Measured]) -> str:
    """Our p99 to theirs."""
    return ratio([each.p99 for each in ours], [each.p99 for each in theirs])
