"""Many at one desk at once: no number twice, nobody called twice, no pass used twice; each guard has a twin."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from models import booking, desk, moves, pickup, slot
from models.booking import BOOKING
from models.database import Db, transaction
from models.member import MEMBER
from models.moves import Machine
from models.organization import ORGANIZATION
from tests import crowd as people
from tests import desk as desks
from tests.conftest import NOW
from tests.desk import TODAY
from tests.models.test_claims_race import race
from tests.models.test_seats import Crowd, gathered

RACERS, PASSES, SCANNERS, UPLOADS = 30, 100, 5, 3


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        desks.load(opened.engine, tmp_path)
        yield opened


def gather(crowd: Crowd, count: int) -> list[int]:
    with transaction(crowd.engine) as db:
        return [
            db.insert(insert(MEMBER), code=f"racer-{nth}", language="zh-Hans", interests=[])
            for nth in range(count)
        ]


def draws(db: Db, who: int) -> int:
    return desk.draw(db, desks.wanted(db, "card"), people.place(db, "tower-station"), who, TODAY, NOW)


def test_who_draw_at_once_get_different_numbers(crowd: Crowd) -> None:
    racers = gather(crowd, RACERS)
    race(crowd, lambda who: lambda db: draws(db, who), racers)
    with transaction(crowd.engine) as db:
        numbers = sorted(row.number for row in db.rows(select(BOOKING.c.number)))
    assert numbers == list(range(1, RACERS + 1))


def test_officers_who_call_at_once_get_different_people(crowd: Crowd) -> None:
    for who in gather(crowd, RACERS):
        with transaction(crowd.engine) as db:
            draws(db, who)
    with transaction(crowd.engine) as db:
        officers = [people.add(db, f"officer-{nth}") for nth in range(RACERS)]

    def tap(officer: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            line = desk.line(db, people.place(db, "tower-station"), TODAY, NOW)
            one = desk.call(db, line, officer, None, NOW)
            return one.id if one is not None else None

        return work

    called = race(crowd, tap, officers)
    assert len(set(called)) == RACERS
    assert None not in called


def passes(crowd: Crowd) -> list[Row[Any]]:
    """A hundred who booked, as a scanner has read their passes."""
    with transaction(crowd.engine) as db:
        card, here = desks.wanted(db, "card"), people.place(db, "tower-station")
        window = slot.Window(NOW, NOW, PASSES)
        for who in (people.add(db, f"guest-{nth}", reached=False) for nth in range(PASSES)):
            booking.enter(db, card.id, here, who, TODAY, NOW, window=window)
        return list(db.rows(select(BOOKING).order_by(BOOKING.c.id)))


def scan_all(crowd: Crowd) -> int:
    """How many entries: every pass by every scanner, each upload three times, all at once, by what was read before."""
    rows = {row.id: row for row in passes(crowd)}
    uploads = [key for key in rows for _ in range(SCANNERS * UPLOADS)]

    def tap(key: int) -> Callable[[Db], object]:
        return lambda db: desk.arrive(db, rows[key], None, NOW)

    taps = [crowd.worker.submit(("scanner", str(nth)), tap(key)) for nth, key in enumerate(uploads)]
    return [each.result(60) for each in taps].count(True)


def test_a_hundred_passes_at_five_scanners_are_a_hundred_entries(crowd: Crowd) -> None:
    assert scan_all(crowd) == PASSES
    assert desks.changes(crowd.engine, "arrived") == PASSES


def take_the_guard_away(monkeypatch: pytest.MonkeyPatch) -> None:
    real = moves.go

    def go(
        db: Db, of: Machine, row: Row[Any], after: str, actor: int | None, now: object, **values: Any
    ) -> bool:
        # Whoever is first holds the row until he is done, so that the second one finds it moved, each time.
        db.run(update(of.table).where(of.table.c.id == row.id).values(state=row.state))
        return real(db, of, row, after, actor, now, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(moves, "go", go)


def test_without_the_guard_a_pass_enters_again(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: whoever does not look where the booking stands by now lets the same pass in again."""
    take_the_guard_away(monkeypatch)
    assert scan_all(crowd) > PASSES


def test_without_the_guard_two_call_the_same(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: both saw the same line."""
    first, second = gather(crowd, 2)
    with transaction(crowd.engine) as db:
        for who in (first, second):
            draws(db, who)
        line = desk.line(db, people.place(db, "tower-station"), TODAY, NOW)

    def tap(officer: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            one = desk.call(db, line, officer, None, NOW)
            return one.id if one is not None else None

        return work

    take_the_guard_away(monkeypatch)
    assert len(set(race(crowd, tap, [first, second]))) == 1
    monkeypatch.undo()
    with transaction(crowd.engine) as db:
        db.run(update(BOOKING).values(state="queued"))
    assert len(set(race(crowd, tap, [first, second]))) == 2


def test_without_the_index_the_same_number_is_drawn_twice(engine: Engine, tmp_path: Path) -> None:
    """The twin, of two who have both seen which number was the last."""
    with gathered(engine, tmp_path) as crowd:
        desks.load(engine, tmp_path)
        first, second = gather(crowd, 2)
        with transaction(engine) as db:
            db.run(text("DROP INDEX uq_booking_number"))
            draws(db, first)
            one = desks.wanted(db, "card")
            here = people.place(db, "tower-station")
            key = booking.enter(db, one.id, here, second, TODAY, NOW, state="queued", number=1, came=NOW)
            assert key is not None
            assert len(desk.with_number(db, [here], TODAY, 1)) == 2


def test_of_two_colleagues_who_book_at_once_one_fetches(crowd: Crowd) -> None:
    with transaction(crowd.engine) as db:
        acorn = int(db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "acorn")))
        masks = desks.wanted(db, "masks").id
        colleagues = [people.member(db, "bo"), people.member(db, "cen")]
    day: date = TODAY

    def tap(who: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            if pickup.of(db, masks, acorn) is not None:
                return False
            window = slot.Window(NOW, NOW, 9)
            here = people.place(db, "tower-station")
            booking.enter(db, masks, here, who, day, NOW, window=window, organization_id=acorn)
            return True

        return work

    done = []
    for future in [crowd.worker.submit(("way", str(who)), tap(who)) for who in colleagues]:
        try:
            done.append(future.result(60))
        except Exception as error:  # the index, on PostgreSQL
            done.append(type(error).__name__)
    assert done.count(True) == 1
    assert len([each for each in desks.states(crowd.engine) if each == "booked"]) == 1


def test_without_the_index_both_colleagues_fetch(engine: Engine, tmp_path: Path) -> None:
    """The twin, of two who have both seen that nobody of theirs has booked yet."""
    with gathered(engine, tmp_path) as crowd:
        desks.load(engine, tmp_path)
        with transaction(engine) as db:
            acorn = int(db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "acorn")))
        desks.book(engine, "masks", "bo", "09:30", organization_id=acorn)
        with pytest.raises(IntegrityError):
            desks.book(engine, "masks", "cen", "10:00", organization_id=acorn)
        with transaction(crowd.engine) as db:
            db.run(text("DROP INDEX uq_booking_organization"))
        desks.book(engine, "masks", "cen", "10:00", organization_id=acorn)
        assert desks.states(engine) == ["booked", "booked"]
