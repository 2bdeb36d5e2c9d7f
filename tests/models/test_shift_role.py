"""Never more in a role than it takes, and nobody at two shifts at once, whoever races whom; each guard has a twin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from bot.worker import open_worker
from models import seats, shift, shift_role
from models.activity import ACTIVITY
from models.database import transaction
from models.member import ADDRESS
from models.registration import REGISTRATION
from models.shift_role import SHIFT_ROLE
from tests import roles
from tests.models.test_seats import Crowd, tones

PLACES, RACERS = 3, 30
RACE = """
[[activity]]
id = "race"
kind = "volunteering"
title = "大扫除"
place = "tower"
starts = 2026-11-27T19:00:00+08:00
ends = 2026-11-27T20:00:00+08:00
roles = [{ id = "ladder", name = "高处", needed = 3 }, { id = "floor", name = "地面", needed = 60 }]

[[activity]]
id = "other"
kind = "volunteering"
title = "值夜"
place = "tower"
starts = 2026-11-27T19:30:00+08:00
ends = 2026-11-27T22:00:00+08:00
"""


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    roles.load(engine, tmp_path, RACE)
    with transaction(engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "race"))
    worker = open_worker(engine)
    yield Crowd(engine, worker, number)
    worker.close()


def race(crowd: Crowd) -> dict[str, int]:
    """All want the role with few places; gives how many were told that they have one."""
    racers = [f"racer-{nth}" for nth in range(RACERS)]
    asked = crowd.say_the_same(racers, f"register {crowd.number}")
    previews = crowd.press("{role} 余{count}", asked)
    return dict(tones(crowd.press("确认报名", previews)))


def taken(engine: Engine) -> tuple[int, int, int]:
    """The counters of the role and of the activity, and the rows that they count."""
    with transaction(engine) as db:
        role = db.row(select(SHIFT_ROLE).where(SHIFT_ROLE.c.code == "ladder"))
        assert role is not None
        seats = db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.id == role.activity_id))
        rows = db.rows(select(REGISTRATION.c.id).where(REGISTRATION.c.role_id == role.id))
    return role.seats, seats, len(rows)


def test_thirty_race_for_three_places_of_a_role(crowd: Crowd) -> None:
    told = race(crowd)
    assert told["done"] == PLACES
    assert sum(told.values()) == RACERS
    assert taken(crowd.engine) == (PLACES, PLACES, PLACES)


def test_without_the_condition_a_role_is_oversold(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = update(SHIFT_ROLE).where(seats._ROLE_HERE).values(seats=SHIFT_ROLE.c.seats + seats._PARTY)
    monkeypatch.setattr(seats, "_TAKE_ROLE", unguarded)
    racers = [f"racer-{nth}" for nth in range(RACERS)]
    asked = crowd.say_the_same(racers, f"register {crowd.number}")
    previews = crowd.press("{role} 余{count}", asked)
    # What every one of them read before the first one wrote.
    with transaction(crowd.engine) as db:
        key = db.value(select(SHIFT_ROLE.c.id).where(SHIFT_ROLE.c.code == "ladder"))
        read = shift_role.held(db, key)
    monkeypatch.setattr(shift_role, "of", lambda *_: [read])
    crowd.press("确认报名", previews)
    assert taken(crowd.engine)[2] == RACERS


def both_at_once(crowd: Crowd) -> int:
    """Ten people, each from two addresses, want two shifts that overlap; gives how many have both."""
    pairs = [(f"racer-{nth}", f"racer-{nth}-too") for nth in range(10)]
    crowd.say_the_same([one for one, _ in pairs], "help")
    with transaction(crowd.engine) as db:
        for one, too in pairs:
            member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == one))
            db.insert(ADDRESS.insert(), channel="console", key=too, member_id=member)
    asked = crowd.say_the_same([one for one, _ in pairs], f"register {crowd.number}")
    first = crowd.say_the_same(asked, "地面")
    second = crowd.say_the_same([too for _, too in pairs], f"register {crowd.number + 1}")
    crowd.press("确认报名", {**first, **second})
    with transaction(crowd.engine) as db:
        rows = db.rows(select(REGISTRATION.c.member_id).where(REGISTRATION.c.state == "confirmed"))
    held = [row.member_id for row in rows]
    assert len(held) >= len(pairs)
    return len(held) - len(set(held))


def test_nobody_gets_two_shifts_at_once_from_two_addresses(crowd: Crowd) -> None:
    assert both_at_once(crowd) == 0


def test_without_the_rule_somebody_has_two(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "check_overlap", lambda *_: None)
    assert both_at_once(crowd) == 10
