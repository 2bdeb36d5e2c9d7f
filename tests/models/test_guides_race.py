"""Twenty want to guide a slot that two guides fill, and it never gets more; without the guard it does."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text

from models import guide
from models.database import Db, transaction
from models.guide import GUIDE
from models.member import MEMBER
from models.place import PLACE
from models.service import SERVICE
from models.slot import SLOT
from tests.conftest import NOW
from tests.models.test_seats import Crowd, gathered

RACERS, WANTED = 20, 2


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        yield opened


def slot_of(crowd: Crowd) -> int:
    with transaction(crowd.engine) as db:
        where = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station"))
        for nth in range(RACERS):
            db.run(insert(MEMBER).values(code=f"racer-{nth}", language="zh-Hans", interests=[]))
        kind = {"kind": "visit", "category": "参观", "name": "参观", "aliases": [], "materials": []}
        service = db.insert(insert(SERVICE), code="raced", guides=WANTED, private=False, **kind)
        return db.insert(insert(SLOT), service_id=service, place_id=where, starts=NOW, taken=12, waiting=0)


def race(crowd: Crowd, number: int) -> list[object]:
    """All at once, each by a way of his own."""
    with transaction(crowd.engine) as db:
        racers = [row.id for row in db.rows(select(MEMBER.c.id).where(MEMBER.c.code.like("racer-%")))]

    def tap(who: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            wanted = guide.slot(db, number)
            assert wanted is not None
            return guide.sign(db, wanted, who, NOW)

        return work

    taps: list[Future[object]] = [crowd.worker.submit(("way", str(who)), tap(who)) for who in racers]
    return [each for each in (tap.result(60) for tap in taps) if each is not None]


def signed(crowd: Crowd) -> int:
    with transaction(crowd.engine) as db:
        return int(db.value(select(func.count(GUIDE.c.id)).where(GUIDE.c.state == "signed")))


def test_a_slot_never_has_more_guides_than_it_wants(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nobody sees which seats are taken: the seat itself is the guard."""
    monkeypatch.setattr(guide, "_seats", lambda _db, wanted: range(1, wanted.wanted + 1))
    number = slot_of(crowd)
    assert len(race(crowd, number)) == WANTED
    assert signed(crowd) == WANTED


def test_without_the_guard_it_has(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "_seats", lambda _db, wanted: range(1, wanted.wanted + 1))
    with crowd.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_guide_seat"))
    race(crowd, slot_of(crowd))
    assert signed(crowd) > WANTED
