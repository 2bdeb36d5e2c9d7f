"""kill -9 while people report, support, claim, deliver and take back, and two officers accept, decline, confirm and solve."""

import asyncio
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, Row, TextClause, insert, text

from models import pack_file, replay, store
from models.database import transaction
from models.member import ROLE
from models.migrate import upgrade
from models.project_claim import HELD, TAKEN
from tests.chaos.crowd import address_of
from tests.chaos.people import Answer, Person
from tests.chaos.server import Browsers, Server

PEOPLE, OFFICERS = 6, 2
# Each reports that often; so many a day are one person's at most.
TURNS = 4
KILLS = 6
SECONDS = 180
SETTINGS = {"LINLI_SCHEDULE__QUIET": "", "LINLI_LOG__LEVEL": "WARNING"}
PACK = """
[community]
name = "银杏社区"
timezone = "Asia/Shanghai"

[[place]]
id = "tower"
kind = "building"
name = "云杉大厦"

[[project]]
id = "benches"
title = "长椅翻新"
place = "tower"
parts = [
  { key = "paint", kind = "supplies", name = "木漆", quantity = 12, unit = "桶" },
  { key = "brushes", kind = "supplies", name = "刷子", quantity = 9, unit = "把" },
]
"""
PARTS = (("木漆", "桶"), ("刷子", "把"))
ALIKE = "是下面这一件吗"
# As the reply says it to whoever reports, and to whoever claims.
_ENTERED = re.compile(r"编号是需(\d+)")
_CLAIMED = re.compile(r"(?:提交了|排上了)：认(\d+)")
_NUMBERED = re.compile(r"^(?:handleneed|need) (\d+)$")
_OF_CLAIMS = re.compile(r"(?:takeclaim|denyclaim|gotclaim|backclaim) \d+$")
_COUNTERS = text(
    "SELECT project_part.id, quantity, project_part.state, held, taken FROM project_part ORDER BY project_part.id"
)
_CLAIMS = text("SELECT id, part_id, member_id, quantity, state FROM project_claim ORDER BY id")
# Whoever said that it is what others reported was told their number.
_NEEDS = text(
    "SELECT id, reporter_id, state, officer_id FROM need WHERE state NOT IN ('draft', 'duplicate') ORDER BY id"
)
_BEGUN = text(
    "SELECT count(*) AS many FROM change WHERE subject = 'need' AND after = 'new' GROUP BY subject_id"
)
_SUPPORT = text("SELECT count(*) AS many FROM follow GROUP BY member_id, need_id, project_id")
_TOLD = text("SELECT count(*) AS many FROM delivery GROUP BY notice_id, member_id")
_SPOKEN = text("SELECT count(*) AS many FROM notice WHERE key IS NOT NULL")
_HEARD = text("SELECT message FROM heard")


@pytest.mark.chaos
async def test_no_need_is_lost_or_entered_twice_and_every_part_adds_up(empty: Engine, tmp_path: Path) -> None:
    _build(empty, tmp_path)
    # Several processes share a PostgreSQL, each with a clock of its own.
    commands = ["run"] if empty.dialect.name == "sqlite" else ["run", "worker"]
    servers = [Server(address_of(empty), tmp_path, SETTINGS, command=each, name=each) for each in commands]
    for each in servers:
        await each.start()
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=10) as client:
            people, officers = await _storm(empty, servers, Browsers(servers[0], client))
    finally:
        for each in servers:
            await each.stop()
    assert sum(each.kills for each in servers) >= KILLS
    _agree(empty, people, officers)


def _build(engine: Engine, folder: Path) -> None:
    upgrade(engine)
    file = folder / "quarter.toml"
    file.write_text(PACK, "utf-8")
    with transaction(engine) as db:
        store.store(db, pack_file.read([file]))
    engine.dispose()


async def _storm(
    engine: Engine, servers: list[Server], browsers: Browsers
) -> tuple[list[Person], list[Person]]:
    officers = [_person(browsers, f"officer-{nth}") for nth in range(OFFICERS)]
    for each in officers:
        await each.line("help")
    await asyncio.to_thread(_appoint, engine)
    people = [_person(browsers, f"browser-of-person-{nth:02}") for nth in range(PEOPLE)]
    over, busy = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(_kill(servers, over))
        offices = [tasks.create_task(_office(each, busy)) for each in officers]
        await asyncio.wait([tasks.create_task(_day(each, nth)) for nth, each in enumerate(people)])
        busy.set()
        await asyncio.wait(offices)
        over.set()
        await killing
    return people, officers


def _person(browsers: Browsers, name: str) -> Person:
    return Person(name, browsers.of(name), random.Random(name))


def _appoint(engine: Engine) -> None:
    """Whoever came so far is staff of the tower."""
    with transaction(engine) as db:
        tower = int(db.value(text("SELECT id FROM place")))
        members = [int(row.id) for row in db.rows(text("SELECT id FROM member"))]
        assert len(members) == OFFICERS
        for member in members:
            db.run(insert(ROLE), member_id=member, kind="staff", place_id=tower)
    engine.dispose()


async def _kill(servers: list[Server], over: asyncio.Event) -> None:
    """Again and again while somebody is at it, and often enough."""
    dice = random.Random(7)
    kills = 0
    while not over.is_set() or kills < KILLS:
        await asyncio.sleep(dice.uniform(0.4, 1.6))
        victim = dice.choice(servers)
        await victim.kill()
        await victim.start()
        kills += 1


async def _through(person: Person, asked: Answer) -> Answer:
    """The first answer to every question, until there is none."""
    while any(says.startswith("answer ") for says in asked.says):
        asked = await person.confirm(asked)
    return asked


async def _day(person: Person, nth: int) -> None:
    """Reports, of which every third is the same as others report; supports; claims, delivers, takes back."""
    for turn in range(TURNS):
        where = f"{nth * TURNS + turn + 1}楼" if turn % 3 else "大堂"
        asked = await person.line(f"云杉大厦{where}的灯不亮")
        # What is said of another floor is another one, as alike as it looks.
        if turn % 3 and ALIKE in asked.words:
            asked = await person.line(asked.says[1])
        entered = await _through(person, asked)
        if number := _ENTERED.search(entered.words):
            await person.line(f"support {person.dice.randint(1, int(number[1]))}")
        name, unit = person.dice.choice(PARTS)
        await _through(person, await person.line(f"认领长椅翻新的{name}{person.dice.randint(1, 4)}{unit}"))
        mine = await person.line("myclaims")
        # What is taken back at once nobody can accept.
        wish = "dropclaim " if person.dice.random() < 0.3 else "gaveclaim "
        presses = [says for says in mine.says if says.startswith(wish)]
        if presses:
            await _through(person, await person.line(person.dice.choice(presses)))
    for says in (await person.line("needs")).says:
        if says.startswith(("isdone ", "reopen ")) and person.dice.random() < 0.5:
            await _through(person, await person.line(says))


async def _office(person: Person, people_are_done: asyncio.Event) -> None:
    """What is in its two queues, and now and then a button that the other officer pressed already."""
    while True:
        last = people_are_done.is_set()
        claims = [each for each in (await person.line("claimqueue")).says if _OF_CLAIMS.match(each)]
        needs = [
            found[1] for each in (await person.line("needqueue")).says if (found := _NUMBERED.match(each))
        ]
        for says in person.dice.sample(claims, min(4, len(claims))):
            await _through(person, await person.line(says))
        for number in needs[:2]:
            await person.line(f"acceptneed {number}")
            await person.line(f"resolveneed {number}")
            await _through(person, await person.line("灯管换好了"))
        if last:
            return
        await asyncio.sleep(0.5)


def _agree(engine: Engine, people: list[Person], officers: list[Person]) -> None:
    """The counters are the sums, the log says what the tables say, and nothing was done or told twice."""
    claims = _rows(engine, _CLAIMS)
    for part in _rows(engine, _COUNTERS):
        of = [each for each in claims if each.part_id == part.id]
        sums = [sum(each.quantity for each in of if each.state in states) for states in (HELD, TAKEN)]
        assert [part.held, part.taken] == sums
        assert part.held + part.taken <= part.quantity
        assert (part.state in ("filled", "delivered")) == (part.taken == part.quantity)
    with transaction(engine) as db:
        assert replay.everything(db) == []
    engine.dispose()
    _nothing_lost(engine, claims, people)
    messages = sum(len(each.answered) for each in (*people, *officers))
    assert len(_rows(engine, _HEARD)) == messages
    for statement in (_BEGUN, _SUPPORT, _TOLD):
        assert {row.many for row in _rows(engine, statement)} == {1}
    assert _rows(engine, _SPOKEN)[0].many > len(claims)
    # The storm was one: some took back what they promised, and the office took some.
    states = {each.state for each in claims}
    assert "withdrawn" in states
    assert states & set(TAKEN)


def _nothing_lost(engine: Engine, claims: Sequence[Row[Any]], people: list[Person]) -> None:
    """What each was told is his, and he has no other."""
    needs = _rows(engine, _NEEDS)
    assert _told(people, _ENTERED) == _by_person((each.reporter_id, each.id) for each in needs)
    assert _told(people, _CLAIMED) == _by_person((each.member_id, each.id) for each in claims)
    assert len(needs) >= PEOPLE
    assert {each.state for each in needs} & {"resolved", "confirmed", "closed"}


def _told(people: list[Person], by: re.Pattern[str]) -> list[list[int]]:
    """For each to whom it was ever said the numbers, as often as he was told a new one."""
    found = [[by.search(each.words) for each in person.answered.values()] for person in people]
    return sorted(numbers for each in found if (numbers := sorted(int(one[1]) for one in each if one)))


def _by_person(of: Iterable[tuple[int, int]]) -> list[list[int]]:
    held: dict[int, list[int]] = {}
    for who, number in of:
        held.setdefault(who, []).append(number)
    return sorted(map(sorted, held.values()))


def _rows(engine: Engine, statement: TextClause) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(statement).all()
