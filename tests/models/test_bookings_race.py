"""Fifty race for the three places of a slot, and three get a ticket; without the guard more do."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import booking as bookings
from models import booking_rules, service, slot
from models.database import Db, transaction
from models.refusal import Refusal
from tests import booking
from tests.chat import SCHEDULE
from tests.conftest import NOW
from tests.crowd import member
from tests.models.test_claims_race import race
from tests.models.test_seats import Crowd, gathered, tones

RACERS, PLACES = 50, 3
PACK = booking.PACK.replace("09:00-11:30/30min x1", f"09:00-11:30/30min x{PLACES}")
LINE = "预约后天上午9点半档案查询"


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    booking.load(engine, tmp_path, PACK)
    with gathered(engine, tmp_path) as opened:
        yield opened


def test_fifty_race_for_three_places(crowd: Crowd) -> None:
    """Through the whole core: who is too late is offered another slot, or the list."""
    asked = crowd.say_the_same([f"racer-{nth}" for nth in range(RACERS)], LINE)
    assert tones(asked) == {"question": RACERS}
    told = crowd.press("确认预约", asked)
    assert tones(told) == {"done": PLACES, "question": RACERS - PLACES}
    assert booking.counters(crowd.engine) == [(PLACES, 0)]
    assert Counter(booking.states(crowd.engine).values()) == {"booked": PLACES}
    tickets = [
        r.messages[0].card.attachments[0].says for r in told.values() if r.messages[0].card.attachments
    ]
    assert len(set(tickets)) == PLACES
    assert sorted(booking.changes(crowd.engine)) == sorted(
        (key, "booked") for key in booking.states(crowd.engine)
    )


def test_without_the_guard_more_get_one(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: who looks first and then takes what he saw takes what others took meanwhile."""

    def look_then_take(_db: Db, *_here: object, **_more: object) -> bool:
        return True

    monkeypatch.setattr(slot, "take", look_then_take)
    asked = crowd.say_the_same([f"racer-{nth}" for nth in range(RACERS)], LINE)
    told = crowd.press("确认预约", asked)
    assert tones(told)["done"] > PLACES


def test_of_one_person_at_two_places_one_booking_stands(crowd: Crowd) -> None:
    number = booking.key(crowd.engine, "archive")
    crowd.say_the_same(["racer-0"], "help")
    with transaction(crowd.engine) as db:
        one = service.find(db, number)
        assert one is not None
        place = service.stations(db, number)[0]
        day = NOW.date()
        window = slot.of_day(db, one, place, day, SCHEDULE.zone)[-1]
        who = member(db, "lin")

    def tap(_key: int) -> Callable[[Db], object]:
        def work(db: Db) -> object:
            try:
                return booking_rules.enter(db, one, place, who, window, NOW, day=day, state="booked")
            except Refusal:
                return None

        return work

    made = [each for each in race(crowd, tap, list(range(10))) if each is not None]
    assert len(made) == 1
    assert booking.counters(crowd.engine) == [(1, 0)]
    with transaction(crowd.engine) as db:
        assert [each.id for each in bookings.live(db, who)] == made
