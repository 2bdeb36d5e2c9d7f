"""Thirty race for what one company offers, and it never gives more than it has; without the guard it does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update

from models import claim_steps, offering, project_claim, project_part
from models.change import CHANGE
from models.database import Db, transaction
from models.offer import OFFER
from models.project_claim import CLAIM
from tests.conftest import NOW
from tests.models.test_claims_race import SHARE, key_of_nobody, part_of, race, racers
from tests.models.test_seats import Crowd, gathered

HAS = 15


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        yield opened


def offer_of(crowd: Crowd) -> int:
    with transaction(crowd.engine) as db:
        return db.insert(
            insert(OFFER),
            code="raced",
            side="offer",
            kind="supplies",
            name="木漆",
            quantity=HAS,
            state="open",
        )


def claiming(part: int, offer: int) -> Callable[[int], Callable[[Db], object]]:
    """Each takes his share of the offer for a part that misses twice as much as there is of it."""

    def tap(who: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            there = project_part.find(db, part)
            assert there is not None
            if not offering.take(db, offer, SHARE, who, NOW):
                return None
            return project_claim.enter(db, there, who, None, SHARE, NOW, offer_id=offer)

        return work

    return tap


def stands(crowd: Crowd, offer: int) -> tuple[int, str, int]:
    """How much of it is promised, its state, and the sum of the claims that still want it."""
    with transaction(crowd.engine) as db:
        one = offering.find(db, offer)
        wanted = select(func.coalesce(func.sum(CLAIM.c.quantity), 0)).where(
            CLAIM.c.offer_id == offer, CLAIM.c.state.not_in(project_claim.GIVEN_UP)
        )
        return one.taken, one.state, db.value(wanted)


def test_what_is_promised_is_what_was_claimed_and_never_more_than_there_is(crowd: Crowd) -> None:
    part, offer = part_of(crowd), offer_of(crowd)
    made = [each for each in race(crowd, claiming(part, offer), racers(crowd.engine)) if each is not None]
    assert len(made) == HAS // SHARE
    assert stands(crowd, offer) == (HAS, "filled", HAS)

    def withdraw(key: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            claim = project_claim.find(db, key)
            assert claim is not None
            return claim_steps.withdraw(db, claim, None, key_of_nobody(db), NOW)

        return work

    assert all(race(crowd, withdraw, [int(str(each)) for each in made]))
    assert stands(crowd, offer) == (0, "open", 0)
    with transaction(crowd.engine) as db:
        log = select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "offer").order_by(CHANGE.c.id)
        assert [tuple(row) for row in db.rows(log)] == [("open", "filled"), ("filled", "open")]


def test_without_the_guard_it_gives_more(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: who writes what he counted from what he saw promises what others were promised."""
    part, offer = part_of(crowd), offer_of(crowd)
    monkeypatch.setattr(offering, "_TAKE", update(OFFER).where(OFFER.c.id == offer).values(taken=SHARE))
    made = [each for each in race(crowd, claiming(part, offer), racers(crowd.engine)) if each is not None]
    assert len(made) * SHARE > HAS


@pytest.mark.parametrize(("state", "ends", "taken"), [("open", None, True), ("open", NOW, False), ("withdrawn", None, False), ("expired", None, False)])  # fmt: skip
def test_what_is_over_gives_nothing(db: Db, state: str, ends: object, taken: bool) -> None:
    """The clock decides, also before the job has said so."""
    key = db.insert(insert(OFFER), code="over", side="offer", kind="supplies", name="木漆", quantity=5, state=state, ends=ends)  # fmt: skip
    assert offering.take(db, key, 1, None, NOW) is taken
    assert len([row for row in offering.open_ones(db, "offer", NOW, 99) if row.id == key]) == taken
