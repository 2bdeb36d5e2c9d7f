"""Two scans of one member at the same moment, from two accounts, are one visit; without the lock they are two."""

import threading

import pytest
from sqlalchemy import Engine, select

from models import station_visit
from models.database import transaction
from models.member import MEMBER
from models.visit import VISIT
from tests import crowd
from tests.conftest import NOW


def two_at_once(engine: Engine) -> int:
    """The first one has come and is not yet committed when the second one comes; gives how many visits there are."""
    with transaction(engine) as db:
        place, lin = crowd.place(db, "tower-station"), crowd.member(db, "lin")
    first_came, second_began = threading.Event(), threading.Event()
    done = threading.Event()

    def second() -> None:
        first_came.wait(30)
        second_began.set()
        with transaction(engine) as db:
            station_visit.come(db, place, lin, "screen", NOW)
        done.set()

    other = threading.Thread(target=second)
    other.start()
    with transaction(engine) as db:
        station_visit.come(db, place, lin, "screen", NOW)
        first_came.set()
        second_began.wait(30)
        # Long enough for the second one to come where nothing holds it; where something does, it waits for our end.
        done.wait(1)
    other.join(30)
    with transaction(engine) as db:
        return len(db.rows(select(VISIT.c.id)))


def test_two_scans_at_once_are_one_visit(engine: Engine) -> None:
    assert two_at_once(engine) == 1


def test_without_the_lock_they_are_two(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one writer, who is the lock there."""
    monkeypatch.setattr(station_visit, "_ALONE", select(MEMBER.c.id))
    assert two_at_once(engine) == (2 if engine.dialect.name == "postgresql" else 1)
