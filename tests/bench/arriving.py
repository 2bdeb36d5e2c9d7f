"""The doors open: 700 people check in, one after the other; and a seat that is offered down a list of 50 who all pass.

Beside them in the same run a search by the same people, and a tick in which nothing is due.
"""

import asyncio
import time
from datetime import timedelta

from sqlalchemy import insert, select, update

from bot import clock
from bot.app import App
from bot.clock import FixedClock
from models.activity import ACTIVITY
from models.checkin_code import Code, sign
from models.database import transaction
from models.delivery import DELIVERY
from models.member import MEMBER
from models.registration import REGISTRATION
from models.visit import VISIT
from tests.bench import community
from tests.bench.community import NOW, ROOMY
from tests.bench.figures import ROUNDS, Figure, median, ratio

CROWD = 700
LINE = 50
SEARCH = "周末有什么沙龙"
# Longer than anybody has to answer, and at the same time of day, which is not quiet.
STEP = timedelta(days=2)


def run() -> list[Figure]:
    ins: list[list[float]] = []
    searches: list[list[float]] = []
    offers, idle = [], []
    with community.folder() as folder:
        base = folder / "base.db"
        community.build(base)
        for _ in range(ROUNDS):
            with community.copied(base) as app:
                token = _open_doors(app)
                searches.append(asyncio.run(_each(app, SEARCH, "activity.search")))
                ins.append(asyncio.run(_each(app, f"checkin {token}", "activity.checkin")))
                _all_are_there(app)
            with community.copied(base) as app:
                _line_up(app)
                chain = asyncio.run(_ticks(app, LINE))
                _all_were_asked(app)
                offers.append(median(chain))
                idle.append(median(asyncio.run(_ticks(app, LINE))))
    return [
        Figure(
            f"{CROWD} people check in, one after the other",
            f"{median([sum(each) for each in ins]):.2f} s",
            ratio([sum(each) for each in searches], [sum(each) for each in ins]),
        ),
        Figure("  the slowest of a hundred", _milliseconds([sorted(each)[-CROWD // 100] for each in ins])),
        Figure("  of a search, each", _milliseconds([median(each) for each in searches])),
        Figure("a tick that ends an offer and makes the next", _milliseconds(offers), ratio(idle, offers)),
        Figure("  a tick with nothing due", _milliseconds(idle)),
    ]


def _milliseconds(values: list[float]) -> str:
    return f"{1000 * median(values):.2f} ms ({1000 * min(values):.2f}-{1000 * max(values):.2f})"


def _open_doors(app: App) -> str:
    """The code at the door of something that begins soon, with room for all; nobody is registered yet."""
    here = ACTIVITY.c.number == ROOMY[0]
    with transaction(app.engine) as db:
        starts = NOW + timedelta(minutes=10)
        db.run(update(ACTIVITY).where(here).values(starts=starts, ends=starts + timedelta(hours=1)))
        return sign(app.equipment.vault, Code("picture", int(db.value(select(ACTIVITY.c.id).where(here)))))


async def _each(app: App, line: str, did: str) -> list[float]:
    """How long each of them waits; who is new is greeted before."""
    spent = []
    for person in range(CROWD):
        await app.answer(community.said(person, "help", "greeting"))
        reply, seconds = await community.timed(app, community.said(person, line, line[:7]))
        if reply.did != did:
            raise AssertionError(f"{line} was {reply.did}")
        spent.append(seconds)
    return spent


def _all_are_there(app: App) -> None:
    with transaction(app.engine) as db:
        there = len(db.rows(select(VISIT.c.registration_id).where(VISIT.c.undone.is_(None)).distinct()))
    if there != CROWD:
        raise AssertionError(f"{there} of {CROWD} are there")


def _line_up(app: App) -> None:
    """One seat, free now, and people who wait for it; it begins in a year."""
    here = ACTIVITY.c.number == ROOMY[0]
    with transaction(app.engine) as db:
        starts = NOW + timedelta(days=365)
        far = {"starts": starts, "ends": starts + timedelta(hours=1)}
        db.run(update(ACTIVITY).where(here).values(capacity=1, waiting=LINE, **far))
        activity = db.value(select(ACTIVITY.c.id).where(here))
        for nth in range(LINE):
            member = db.insert(insert(MEMBER), language="zh-Hans", interests=[])
            db.insert(
                insert(REGISTRATION), activity_id=activity, member_id=member, seats=1, answers={}, state="waiting",
                at=NOW + timedelta(seconds=nth),
            )  # fmt: skip
        db.run(update(ACTIVITY).where(~here).values(concluded=NOW))


def _all_were_asked(app: App) -> None:
    with transaction(app.engine) as db:
        asked = len(
            db.rows(select(REGISTRATION.c.id).where(REGISTRATION.c.state.in_(["offered", "expired"])))
        )
    if asked != LINE:
        raise AssertionError(f"{asked} of {LINE} were asked")


async def _ticks(app: App, many: int) -> list[float]:
    """So many, each later than any answer may come."""
    assert isinstance(app.clock, FixedClock)
    spent = []
    for _ in range(many):
        app.clock.move(app.clock.now() + STEP)
        began = time.perf_counter()
        await clock.tick(app)
        spent.append(time.perf_counter() - began)
    with transaction(app.engine) as db:
        db.run(update(DELIVERY).values(state="sent", settled=NOW))
    return spent
