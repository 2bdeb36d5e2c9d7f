"""Processor time of 收到, beside a search in the same run: at the peak of an emergency a thousand say it in a second.

Alone, one message after the other, each with a commit of its own; and together, as at the peak, where many share one.
"""

import asyncio
import time
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.rendering import render
from handlers.words import Reader
from models import broadcast, broadcasting, emergency
from models.audience import Audience
from models.card import Card
from models.database import transaction
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, ROLE
from models.place import PLACE
from models.text import Text
from tests.bench import community
from tests.bench.community import NOW, PEOPLE
from tests.bench.figures import ROUNDS, Figure, median, ratio

SEARCH = "周末有什么沙龙"
PRESSED, TYPED = "received 1", "收到"
AIM_MILLISECONDS = 0.3


def run() -> list[Figure]:
    alone: dict[str, list[float]] = {PRESSED: [], TYPED: [], SEARCH: []}
    together: dict[str, list[float]] = {PRESSED: [], TYPED: [], SEARCH: []}
    with community.folder() as folder:
        base = folder / "base.db"
        community.build(base)
        for _ in range(ROUNDS):
            for line in alone:
                with community.copied(base) as app:
                    _send(app)
                    alone[line].append(median(asyncio.run(_one_by_one(app, line))))
                with community.copied(base) as app:
                    _send(app)
                    together[line].append(asyncio.run(_at_once(app, line)))
    return [
        *_figures("processor time of 收到 at the peak", together, f"aim {AIM_MILLISECONDS} ms"),
        *_figures("processor time of 收到 alone", alone, ""),
    ]


def _figures(name: str, spent: dict[str, list[float]], goal: str) -> list[Figure]:
    """The ratio is of a search to it."""
    return [
        Figure(name, _milliseconds(spent[PRESSED]), ratio(spent[SEARCH], spent[PRESSED]), goal),
        Figure("  typed", _milliseconds(spent[TYPED]), ratio(spent[SEARCH], spent[TYPED])),
        Figure("  of a search", _milliseconds(spent[SEARCH])),
    ]


def _milliseconds(rounds: list[float]) -> str:
    values = [1000 * each for each in rounds]
    return f"{median(values):.2f} ms ({min(values):.2f}-{max(values):.2f})"


def _send(app: App) -> None:
    """Everybody works in one place, and has an emergency notice that concerns it."""
    with transaction(app.engine) as db:
        place = int(db.value(select(func.min(PLACE.c.id))))
        known = select(ADDRESS.c.member_id).where(ADDRESS.c.key.like("person-%"))
        db.run(update(MEMBER).where(MEMBER.c.id.in_(known)).values(work_id=place))
        author = int(db.value(select(func.min(MEMBER.c.id))))
        db.insert(insert(ROLE), member_id=author, kind="administrator")
        meant = Audience(places=(place,))
        found = emergency.propose(db, author, {"zh-Hans": "请离开"}, meant, place, NOW, drill=False)
        _, seen = broadcast.sight(db, found)
        other = db.insert(insert(MEMBER), language="zh-Hans", interests=[])
        db.insert(insert(ROLE), member_id=other, kind="administrator")
        found = broadcast.approve(db, found, other, seen, NOW, timedelta())
        found = broadcasting.begin(db, found, (Card(Text("请离开")),), NOW)
        while emergency.tell_slice(db, broadcast.read(db, found.id), NOW):
            pass
        db.run(update(DELIVERY).values(state="sent", settled=NOW))


async def _one_by_one(app: App, line: str) -> list[float]:
    spent = []
    for person in range(PEOPLE):
        began = time.process_time()
        await _answer(app, person, line)
        spent.append(time.process_time() - began)
    return spent


async def _at_once(app: App, line: str) -> float:
    """Seconds a message, where everybody says it at once; what messages cost is known by then."""
    for person in range(PEOPLE):
        await app.answer(community.said(person, "hello", "before"))
    began = time.process_time()
    await asyncio.gather(*(_answer(app, person, line) for person in range(PEOPLE)))
    return (time.process_time() - began) / PEOPLE


async def _answer(app: App, person: int, line: str) -> None:
    inbound = community.said(person, line, "line")
    reply = await app.answer(inbound)
    for message in reply.messages:
        reader = Reader(message.language, app.clock.now(), app.zone)
        render(message.card, reader, CHANNELS[inbound.channel], message.first)
    if line != SEARCH and reply.did != "emergency.acknowledge":
        raise AssertionError(f"{line} was {reply.did}")
