"""kill -9 while people register, wait, take what they are offered, pass it on, cancel and check in."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, Row, TextClause, select, text, update

from models.activity import ACTIVITY
from models.checkin_code import Code, sign
from models.database import transaction
from models.vault import Vault
from tests.chaos import quarter
from tests.chaos.crowd import address_of
from tests.chaos.people import Person
from tests.chaos.server import Browsers, Server

KEY = "of-the-people-who-wait-and-of-nobody-else"
PEOPLE = 16
TURNS = 14
SEATS = 4
KILLS = 8
SECONDS = 180
# Everything goes on at any hour, and an offer lasts longer than the storm.
SETTINGS = {"LINLI_SCHEDULE__QUIET": "", "LINLI_SECURITY__KEY": KEY, "LINLI_LOG__LEVEL": "WARNING"}
_COUNTERS = text(
    "SELECT activity.id, activity.capacity, activity.seats, activity.waiting, "
    "coalesce(sum(CASE WHEN registration.state IN ('confirmed', 'pending', 'offered') THEN registration.seats END), 0) AS held, "
    "count(CASE WHEN registration.state = 'waiting' THEN 1 END) AS queued "
    "FROM activity LEFT JOIN registration ON registration.activity_id = activity.id "
    "GROUP BY activity.id, activity.capacity, activity.seats, activity.waiting"
)
_LIVE = text(
    "SELECT count(*) AS many FROM registration WHERE state IN ('confirmed', 'pending', 'offered', 'waiting') "
    "GROUP BY activity_id, member_id"
)
_OFFERED = text(
    "SELECT subject_id AS number, count(*) AS many FROM change WHERE subject = 'registration' AND after = 'offered' "
    "GROUP BY subject_id"
)
_TOLD = text(
    "SELECT notice.key, count(delivery.id) AS many FROM notice LEFT JOIN delivery ON delivery.notice_id = notice.id "
    "WHERE notice.key LIKE 'offer:%' GROUP BY notice.key"
)
_VISITS = text("SELECT count(*) AS many FROM visit WHERE undone IS NULL GROUP BY registration_id")


@pytest.mark.chaos
async def test_no_seat_is_lost_and_nobody_is_offered_twice(empty: Engine, tmp_path: Path) -> None:
    scarce, on_now = _build(empty, tmp_path)
    # Several processes share a PostgreSQL, each with a clock of its own.
    commands = ["run"] if empty.dialect.name == "sqlite" else ["run", "worker"]
    servers = [Server(address_of(empty), tmp_path, SETTINGS, command=each, name=each) for each in commands]
    for each in servers:
        await each.start()
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=10) as client:
            browsers = Browsers(servers[0], client)
            await _storm(servers, browsers, scarce, on_now)
            await _until_served(empty)
    finally:
        for each in servers:
            await each.stop()
    _agree(empty)


def _build(engine: Engine, folder: Path) -> tuple[list[int], tuple[int, int]]:
    """The numbers of two with few seats; and the key and number of what begins soon, so that one checks in."""
    numbers = quarter.build(engine, folder)
    soon = datetime.now(UTC) + timedelta(minutes=10)
    with transaction(engine) as db:
        few = ACTIVITY.c.number.in_(numbers[:2])
        db.run(update(ACTIVITY).where(few).values(capacity=SEATS))
        here = ACTIVITY.c.number == numbers[2]
        db.run(update(ACTIVITY).where(here).values(starts=soon, ends=soon + timedelta(hours=1)))
        key = int(db.value(select(ACTIVITY.c.id).where(here)))
    engine.dispose()
    return numbers[:2], (key, numbers[2])


async def _storm(
    servers: list[Server], browsers: Browsers, scarce: list[int], on_now: tuple[int, int]
) -> None:
    people = [
        Person(name, browsers.of(name), random.Random(name))
        for name in (f"browser-of-person-{nth:02}" for nth in range(PEOPLE))
    ]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(_kill(servers, over))
        days = [tasks.create_task(_day(each, scarce, on_now)) for each in people]
        await asyncio.wait(days)
        over.set()
        await killing
    assert sum(each.kills for each in servers) >= KILLS


async def _kill(servers: list[Server], over: asyncio.Event) -> None:
    """Again and again while somebody is at it, and often enough."""
    dice = random.Random(6)
    kills = 0
    while not over.is_set() or kills < KILLS:
        await asyncio.sleep(dice.uniform(0.3, 1.2))
        victim = dice.choice(servers)
        await victim.kill()
        await victim.start()
        kills += 1


async def _day(person: Person, scarce: list[int], on_now: tuple[int, int]) -> None:
    token = sign(Vault(KEY.encode()), Code("picture", on_now[0]))
    await person.register(on_now[1])
    for _ in range(TURNS):
        await person.register(person.dice.choice(scarce))
        mine = await person.line("mine")
        presses = [says for says in mine.says if says.startswith(("take ", "leave ", "withdraw "))]
        if presses:
            await person.confirm(await person.line(person.dice.choice(presses)))
        if person.dice.random() < 0.3:
            await person.line(f"checkin {token}")


async def _until_served(engine: Engine) -> None:
    """Until no seat is free where somebody waits: a tick comes each second."""
    while any(
        row.waiting and row.seats < row.capacity for row in await asyncio.to_thread(_rows, engine, _COUNTERS)
    ):
        await asyncio.sleep(0.2)


def _agree(engine: Engine) -> None:
    """The counters are the sums, and nothing was done twice."""
    for row in _rows(engine, _COUNTERS):
        assert (row.seats, row.waiting) == (row.held, row.queued)
        assert row.seats <= row.capacity
        assert not row.waiting or row.seats == row.capacity
    offered = {f"offer:{row.number}": row.many for row in _rows(engine, _OFFERED)}
    told = {row.key: row.many for row in _rows(engine, _TOLD)}
    visits = [row.many for row in _rows(engine, _VISITS)]
    assert offered
    assert told == offered  # once each, and each is told of his own
    assert set(offered.values()) == {1}
    assert set(visits) == {1}
    assert {row.many for row in _rows(engine, _LIVE)} == {1}


def _rows(engine: Engine, statement: TextClause) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(statement).all()
