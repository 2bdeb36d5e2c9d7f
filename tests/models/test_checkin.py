"""700 people check in within ten minutes, each twice and at once: none is lost, none counts double."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot import dispatch
from bot.equipment import Equipment
from bot.inbound import Inbound, Reply
from bot.worker import Worker, open_worker
from models import activity, checkin_code, registration, visit
from models.activity import ACTIVITY
from models.checkin_code import Code
from models.credit import CREDIT
from models.database import Db, transaction
from models.member import ADDRESS, MEMBER
from models.registration import REGISTRATION
from models.visit import VISIT
from tests import crowd, door
from tests.chat import SCHEDULE, VAULT

PEOPLE = 700
SEATS = 650
START = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


@dataclass(slots=True)
class Hall:
    """Many people at one door, through the whole core."""

    engine: Engine
    worker: Worker
    activity: int
    place: int
    equipment: Equipment = field(default_factory=lambda: Equipment(VAULT, SCHEDULE))

    def scan(self, who: str, says: str, now: datetime) -> "Future[Reply]":
        return self.worker.submit(("console", who), self._hears(who, says, now))

    def _hears(self, who: str, says: str, now: datetime) -> Callable[[Db], Reply]:
        heard = Inbound("console", who, says, scanned=True)
        return lambda db: dispatch.answer(db, heard, now, self.equipment)


@pytest.fixture
def hall(engine: Engine, tmp_path: Path) -> Iterator[Hall]:
    """A door with 650 people registered of 700, and ten seats besides."""
    door.load(engine, tmp_path)
    with transaction(engine) as db:
        # At no station: there who walks in is asked what he comes for.
        opened = {"capacity": SEATS + 10, "checks_out": False, "place_id": crowd.place(db, "estate")}
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "patrol").values(**opened))
        people: list[dict[str, object]] = [
            {
                "name": None,
                "language": "zh-Hans",
                "interests": [],
                "home_confirmed": False,
                "work_confirmed": False,
            }
            for _ in range(PEOPLE)
        ]
        first = db.value(select(func.max(MEMBER.c.id))) + 1
        for nth, person in enumerate(people):
            db.run(insert(MEMBER).values(id=first + nth, **person))
            db.run(
                insert(ADDRESS).values(channel="console", key=f"crowd-{nth}", member_id=first + nth, told=0)
            )
        key = int(db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == "patrol")))
        wanted = activity.held(db, key)
        for nth in range(SEATS):
            registration.enter(db, wanted, first + nth, 1, {}, START - timedelta(days=1))
    worker = open_worker(engine)
    yield Hall(engine, worker, key, wanted.place_id)
    worker.close()


def standing(hall: Hall) -> dict[str, int]:
    with transaction(hall.engine) as db:
        return {
            "visits": db.value(select(func.count()).select_from(VISIT)),
            "people": db.value(select(func.count(VISIT.c.member_id.distinct()))),
            "seats": db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.id == hall.activity)),
            "credits": db.value(select(func.count()).select_from(CREDIT)),
            "registered": db.value(
                select(func.count()).select_from(REGISTRATION).where(REGISTRATION.c.state == "confirmed")
            ),
        }


def test_700_check_ins_lose_none_and_double_none(hall: Hall) -> None:
    """From four threads, with the code of the moment at which each comes; the last fifty have no seat, ten get one."""
    waiting: list[list[Future[Reply]]] = [[] for _ in range(4)]

    def come(mine: list["Future[Reply]"], those: range) -> None:
        for nth in those:
            now = START + timedelta(seconds=nth * 600 / PEOPLE)
            says = f"checkin {checkin_code.on_screen(VAULT, hall.place, now)}"
            mine.extend(hall.scan(f"crowd-{nth}", says, now + timedelta(seconds=late)) for late in (0, 20))

    threads = [
        threading.Thread(target=come, args=(mine, range(nth, PEOPLE, 4))) for nth, mine in enumerate(waiting)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    replies = [each.result(120) for mine in waiting for each in mine]
    told = Counter(reply.messages[0].card.tone for reply in replies)
    assert told == {"done": 2 * (SEATS + 10), "notice": 2 * (PEOPLE - SEATS - 10)}
    came = SEATS + 10
    assert standing(hall) == {
        "visits": came,
        "people": came,
        "seats": came,
        "credits": came,
        "registered": came,
    }


def test_one_seat_for_many_who_walk_in_at_once(hall: Hall) -> None:
    """The twin of the seats: without the condition on the counter all of them would come in."""
    says = f"checkin {checkin_code.sign(VAULT, Code('picture', hall.activity))}"
    replies = [hall.scan(f"crowd-{nth}", says, START) for nth in range(SEATS, PEOPLE)]
    tones = Counter(each.result(60).messages[0].card.tone for each in replies)
    assert tones == {"done": 10, "notice": 40}
    with transaction(hall.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.id == hall.activity).values(capacity=None))
    replies = [hall.scan(f"crowd-{nth}", says, START) for nth in range(SEATS, PEOPLE)]
    assert {each.result(60).messages[0].card.tone for each in replies} == {"done"}


def test_of_a_registration_one_visit_stands(hall: Hall) -> None:
    """The index is the guard: twice is refused by it, and would be two without."""

    def enter(db: Db) -> None:
        held = db.row(select(REGISTRATION).order_by(REGISTRATION.c.id).limit(1))
        assert held is not None
        visit.enter(db, hall.activity, held.id, hall.place, held.member_id, 1, "screen", None, START)

    with transaction(hall.engine) as db:
        enter(db)
    with pytest.raises(IntegrityError), transaction(hall.engine) as db:
        enter(db)
    with transaction(hall.engine) as db:
        db.session.connection().exec_driver_sql("DROP INDEX uq_visit_registration")
        enter(db)
        assert db.value(select(func.count()).select_from(VISIT)) == 2
