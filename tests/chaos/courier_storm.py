"""kill -9 of couriers while a broadcast and personal messages go out; what became of each of them."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from tests.chaos import crowd
from tests.chaos.crowd import SETTINGS, TakenOver
from tests.chaos.server import Server
from tests.chaos.telegram import settings
from tests.chaos.together import until
from tests.fakes.telegram import Telegram

BULK, PERSONAL = "周六停水", "您好"
# Twice as fast as Telegram bears. How many are told twice personally is how many are just arriving at a kill: with
# more of them in a second, as many more were told in all between two kills.
A_SECOND = "60"
# So many personal messages at a time are written down, when but so many more are still to be sent.
PORTION, AHEAD = 5, 20


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The states of the ledger by lane, how often each chat shows which, and what was under way at the kills."""

    name: str
    people: int
    kills: int
    states: dict[str, Counter[str]]
    bulk: Counter[int]
    personal: Counter[int]
    under_way: int
    taken_over: float

    @property
    def lost(self) -> int:
        """What nobody got although nothing says that this may be."""
        missing = {"bulk": self.people - len(self.bulk), "personal": self.people - len(self.personal)}
        return sum(max(0, missing[lane] - states["unknown"]) for lane, states in self.states.items())

    @property
    def unknown(self) -> int:
        return sum(states["unknown"] for states in self.states.values())

    @property
    def twice(self) -> dict[str, int]:
        told = {"bulk": self.bulk, "personal": self.personal}
        return {lane: sum(times > 1 for times in counts.values()) for lane, counts in told.items()}

    def __str__(self) -> str:
        return (
            f"{self.name}, {self.kills} kills among {2 * self.people} messages to {self.people}: "
            f"bulk {dict(self.states['bulk'])}, personal {dict(self.states['personal'])}, lost {self.lost}, "
            f"twice {self.twice}; under way at the kills {self.under_way}; "
            f"taken over after at most {self.taken_over:.1f} s"
        )


async def storm(engine: Engine, folder: Path, people: int, kills: int) -> Aftermath:
    """Everybody is told the same by a broadcast, and one thing more that is for him alone.

    On SQLite it is `linli run` that sends, on PostgreSQL two times `linli worker`.
    """
    chats = crowd.gather(engine, folder, people)
    crowd.tell_all(engine, BULK)
    engine.dispose()
    taken_over = TakenOver(engine)
    watching = asyncio.ensure_future(taken_over.watch())
    async with crowd.telegram(chats) as fake:
        servers = _servers(engine, fake, folder)
        try:
            for each in servers:
                await each.start()
            await asyncio.gather(_tell(engine, fake, chats), _kill(servers, fake, taken_over, people, kills))
            await crowd.until_settled(engine, 2 * people)
        finally:
            watching.cancel()
            await crowd.stop_all(servers)
    return Aftermath(
        engine.dialect.name,
        people,
        sum(each.kills for each in servers),
        {"bulk": crowd.states(engine, "bulk"), "personal": crowd.states(engine, "personal")},
        crowd.reached(fake, BULK),
        crowd.reached(fake, PERSONAL),
        len(taken_over.rows),
        taken_over.longest(),
    )


def _servers(engine: Engine, fake: Telegram, folder: Path) -> list[Server]:
    url = crowd.address_of(engine)
    given = {**settings(fake), **SETTINGS, "LINLI_TELEGRAM__MESSAGES_A_SECOND": A_SECOND}
    if engine.dialect.name == "sqlite":
        return [Server(url, folder, given)]
    return [Server(url, folder, given, command="worker", name=f"worker-{nth}") for nth in range(2)]


async def _tell(engine: Engine, fake: Telegram, chats: list[int]) -> None:
    """The personal ones come one after the other while the broadcast goes out, as many of each."""
    for first in range(0, len(chats), PORTION):
        await until(lambda: len(fake.state.sent_at) >= 2 * first - AHEAD)  # noqa: B023
        await asyncio.to_thread(crowd.tell_each, engine, chats[first : first + PORTION], PERSONAL)


async def _kill(
    servers: list[Server], fake: Telegram, taken_over: TakenOver, people: int, kills: int
) -> None:
    """At random numbers of messages; each process in its turn."""
    dice = random.Random(12)
    marks = sorted(dice.sample(range(people // 10, people * 9 // 5), kills))
    for nth, mark in enumerate(marks):
        await until(lambda: len(fake.state.sent_at) >= mark)  # noqa: B023
        await asyncio.sleep(dice.uniform(0, 0.03))
        killed = servers[nth % len(servers)]
        await killed.kill()
        await asyncio.to_thread(taken_over.note)
        await killed.start()
