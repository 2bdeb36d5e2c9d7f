"""Telegram, the whole stack by `linli run`, beside echoes with python-telegram-bot and a bare floor.

Fifty people at once, each over a connection of his own; he writes again when he is answered. Of his updates 60 %
are a search, 25 % a command and 15 % a press of a button. An answer counts when the webhook was acknowledged and
the message came, in the response or by a call, and that to a press only when it stopped the button's waiting too.
With an awaited send is the whole stack fetching the same updates: there the answers to all texts and commands go
through the ledger and out by a call each, which is more than a handler of a peer does that awaits its send.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench import community, programs, wire
from tests.bench.figures import ROUNDS, Figure
from tests.bench.load import (
    Measured,
    cheaper,
    converse,
    measure,
    rates,
    slower,
    spent,
    versus,
    waits,
    warn,
)
from tests.bench.programs import LINLI, Program, linli, peer, running
from tests.bench.telegram_people import SECRET, TEXTS, BotApi, Polled, Sender

PEOPLE = 50
SECONDS = 1.6
WHOLE, POLLED, WEBHOOK, RESPONSE, FLOOR = NAMES = ("whole", "polled", "webhook", "response", "floor")
TOKENS = {WHOLE: "100001:whole", POLLED: "100002:polled", WEBHOOK: "654321:peer"}
TITLES = {
    WHOLE: "whole stack",
    POLLED: "whole stack, polling",
    WEBHOOK: "python-telegram-bot, run_webhook",
    RESPONSE: "python-telegram-bot, in the response",
    FLOOR: "bare ASGI that reads JSON",
}


def shown_and_settled(kind: str) -> set[str]:
    return {"shown", "settled"} if kind == "press" else {"shown"}


def shown_or_settled(kind: str) -> set[str]:
    return {"settled"} if kind == "press" else {"shown"}


def nothing(_kind: str) -> set[str]:
    return set()


# What each has to show; the peer that answers in the response echoes a press by its answer alone.
WANTS = {RESPONSE: shown_or_settled, FLOOR: nothing}


@dataclass(frozen=True, slots=True)
class Contender:
    program: Program
    people: Sequence[Sender]


def run() -> list[Figure]:
    with community.folder() as folder, programs.beside() as core:
        return figures(uvloop.run(rounds(folder, core)))


async def rounds(
    folder: Path,
    core: set[int],
    names: Sequence[str] = NAMES,
    seconds: float = SECONDS,
    times: int = ROUNDS,
) -> dict[str, list[Measured]]:
    """Everybody in turn, again and again; all are up all the time, and idle while another one works."""
    api = BotApi()
    server, port = await wire.serve(api.called)
    found: dict[str, list[Measured]] = {name: [] for name in names}
    async with server, AsyncExitStack() as stack:
        contenders = {
            name: await stack.enter_async_context(_contender(name, folder, core, api, port)) for name in names
        }
        for _ in range(times):
            for name, one in contenders.items():
                found[name].append(await measure(one.people, one.program.port, one.program.pid, seconds))
    return found


@asynccontextmanager
async def _contender(
    name: str, folder: Path, core: set[int], api: BotApi, port: int
) -> AsyncIterator[Contender]:
    """A server that is up, and its people, who are known to it and warm."""
    base = f"http://127.0.0.1:{port}/bot"
    programs_of = {
        WEBHOOK: peer("telegram_webhook", base),
        RESPONSE: peer("telegram_response"),
        FLOOR: peer("floor"),
    }
    own = folder / name
    own.mkdir()
    settings = linli(
        TELEGRAM__BASE_URL=base,
        TELEGRAM__TOKEN=TOKENS.get(name, ""),
        TELEGRAM__SECRET_TOKEN=SECRET,
        TELEGRAM__MODE="polling" if name == POLLED else "webhook",
        SERVER__PUBLIC_URL="https://linli.example.org",
    )
    ours = name in (WHOLE, POLLED)
    async with running(
        LINLI if ours else programs_of[name], own, core, settings if ours else None
    ) as program:
        hooked = name in (WHOLE, WEBHOOK)
        path = await asyncio.wait_for(api.hook(TOKENS[name]), 30) if hooked else "/telegram"
        people = [_person(name, 700_000_000 + nth, path, api) for nth in range(PEOPLE)]
        await _acquaint(people, program, ours=ours)
        yield Contender(program, people)


def _person(name: str, key: int, path: str, api: BotApi) -> Sender:
    wants = WANTS.get(name, shown_and_settled)
    person = Polled(key, wants, api.feed) if name == POLLED else Sender(key, path, wants)
    if name in TOKENS:
        api.people[TOKENS[name], str(key)] = person
    return person


async def _acquaint(people: Sequence[Sender], program: Program, *, ours: bool) -> None:
    """Everybody says hello and searches; what is offered then is what will be pressed."""
    for person in people:
        person.begin("/start", *TEXTS[person.language])
    # The first one alone: he has the vocabulary read.
    await converse(people[:1], program.port, 2)
    await converse(people, program.port, 1 + len(TEXTS["en"]))
    for person in people:
        if ours and not person.buttons:
            raise RuntimeError("a search offers nothing to press; is the demo there?")
        person.mix(sorted(set(person.buttons)) or ["show 17"])


def figures(found: dict[str, list[Measured]]) -> list[Figure]:
    for name, each in found.items():
        warn(f"Telegram, {TITLES[name]}", each)
    ours, polled, webhook = found[WHOLE], found[POLLED], found[WEBHOOK]
    return [
        Figure(
            "Telegram, whole stack, 50 at once, to run_webhook",
            rates(ours),
            versus(ours, webhook),
            ">= 6, aim 10",
        ),
        Figure("  to the library's echo in the response", "", versus(ours, found[RESPONSE]), ">= 1"),
        Figure("  p99, to run_webhook's", waits(ours), slower(ours, webhook), "<= 0.2"),
        Figure(
            "  with an awaited send (polling), to run_webhook", rates(polled), versus(polled, webhook), ">= 3"
        ),
        Figure("  processor time an answer", spent(ours), cheaper(ours, webhook)),
        Figure("  with an awaited send", spent(polled), cheaper(polled, webhook)),
        *(
            row
            for name in (WEBHOOK, RESPONSE, FLOOR)
            for row in (
                Figure(f"  peer: {TITLES[name]}", rates(found[name]), versus(found[name], webhook)),
                Figure("    its p99", waits(found[name])),
                Figure("    its processor time", spent(found[name]), cheaper(found[name], webhook)),
            )
        ),
    ]
