"""Thirty race for a part that ten of them fill, and it never gets more; without the guard it does."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update

from models import claim_steps, project_claim, project_part
from models.database import Db, transaction
from models.member import MEMBER
from models.project import PROJECT
from models.project_claim import CLAIM
from models.project_part import PART
from tests.chat import SCHEDULE
from tests.conftest import NOW
from tests.models.test_seats import Crowd, gathered

RACERS, SHARE, QUANTITY = 30, 3, 30


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        yield opened


def part_of(crowd: Crowd) -> int:
    with transaction(crowd.engine) as db:
        project = db.insert(
            insert(PROJECT), code="raced", title="长椅", state="claiming", kind="project", progress=0
        )
        for nth in range(RACERS):
            db.run(insert(MEMBER).values(code=f"racer-{nth}", language="zh-Hans", interests=[]))
        return db.insert(
            insert(PART),
            project_id=project,
            code="paint",
            kind="supplies",
            name="木漆",
            quantity=QUANTITY,
            state="open",
        )


def racers(engine: Engine) -> list[int]:
    with transaction(engine) as db:
        return [row.id for row in db.rows(select(MEMBER.c.id).where(MEMBER.c.code.like("racer-%")))]


def race(crowd: Crowd, work: Callable[[int], Callable[[Db], object]], keys: list[int]) -> list[object]:
    """All at once, each by a way of his own."""
    taps: list[Future[object]] = [crowd.worker.submit(("way", str(key)), work(key)) for key in keys]
    return [each.result(60) for each in taps]


def test_thirty_who_race_never_get_more_than_there_is(crowd: Crowd) -> None:
    part = part_of(crowd)

    def tap(who: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            there = project_part.find(db, part)
            assert there is not None
            return project_claim.enter(db, there, who, None, SHARE, NOW)

        return work

    made = [each for each in race(crowd, tap, racers(crowd.engine)) if each is not None]
    assert len(made) == QUANTITY // SHARE

    def answer(key: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            claim = project_claim.find(db, key)
            assert claim is not None
            # Two officers tap at once: the second one's does nothing.
            first = claim_steps.accept(db, SCHEDULE, claim, key_of_nobody(db), NOW)
            second = claim_steps.decline(db, claim, "太晚了", key_of_nobody(db), NOW)
            return first, second

        return work

    keys = [int(str(each)) for each in made]
    assert race(crowd, answer, keys) == [(True, False)] * len(keys)
    with transaction(crowd.engine) as db:
        there = project_part.find(db, part)
        claims = list(db.rows(select(CLAIM.c.quantity, CLAIM.c.state)))
    assert there is not None
    assert (there.held, there.taken, there.state) == (0, QUANTITY, "filled")
    assert sum(row.quantity for row in claims if row.state == "accepted") == QUANTITY


def key_of_nobody(db: Db) -> int:
    return int(db.value(select(MEMBER.c.id).order_by(MEMBER.c.id).limit(1)))


def test_without_the_guard_they_do(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: who looks first and then takes what he saw takes what others took meanwhile."""
    part = part_of(crowd)
    with transaction(crowd.engine) as db:
        there = project_part.find(db, part)
    assert there is not None

    def look_then_take(_db: Db, _part: int, share: int) -> bool:
        return bool(there.taken + there.held + share <= there.quantity)

    monkeypatch.setattr(project_part, "hold", look_then_take)

    def tap(who: int) -> Callable[[Db], object]:
        return lambda db: project_claim.enter(db, there, who, None, SHARE, NOW)

    made = [each for each in race(crowd, tap, racers(crowd.engine)) if each is not None]
    assert len(made) * SHARE > QUANTITY


def test_the_table_itself_takes_no_more(db: Db) -> None:
    """The last guard: whatever program writes it."""
    project = db.insert(
        insert(PROJECT), code="raced", title="长椅", state="claiming", kind="project", progress=0
    )
    part = db.insert(
        insert(PART), project_id=project, code="paint", kind="supplies", name="木漆", quantity=2, state="open"
    )
    with pytest.raises(Exception, match=r"within_quantity|CHECK"), db.savepoint():
        db.run(update(PART).where(PART.c.id == part).values(held=2, taken=1))
