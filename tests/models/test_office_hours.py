"""When a place is open: holidays, make-up days, nights and what staff say; its slots follow."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, select, update

from models import closure, office_hours, service, slot
from models.community import COMMUNITY
from models.database import Db
from models.place import PLACE
from models.service import SERVICE

ZONE = ZoneInfo("Asia/Shanghai")
MON, SAT = date(2026, 11, 23), date(2026, 11, 28)


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZONE)


def station(db: Db, opening: str | None = None) -> Row[Any]:
    if opening:
        db.run(update(PLACE).where(PLACE.c.code == "tower-station").values(opening=opening))
    row = db.row(select(PLACE).where(PLACE.c.code == "tower-station"))
    assert row is not None
    return row


def spans(db: Db, place: Row[Any], day: date) -> list[str]:
    found = office_hours.of_day(db, place, day, ZONE)
    return [f"{begin.astimezone(ZONE):%d %H:%M}-{end.astimezone(ZONE):%d %H:%M}" for begin, end in found]


def close(db: Db, place: Row[Any], begins: str, ends: str, *, opens: bool = False, **more: Any) -> int:
    officer = int(db.value(select(PLACE.c.id).limit(1)))
    return closure.enter(
        db, place.id, at(begins), at(ends), officer, at("2026-11-22T09:00"), opens=opens, **more
    )


@pytest.mark.parametrize(
    ("opening", "day", "hours"),
    [
        ("Mon-Fri 09:00-18:00; Sat 09:00-12:00", MON, ["23 09:00-23 18:00"]),
        ("Mon-Fri 09:00-18:00; Sat 09:00-12:00", SAT, ["28 09:00-28 12:00"]),
        ("Mon-Fri 09:00-18:00", SAT, []),
        # The National Day, and the Saturday on which people work for it.
        ("Mon-Sun 09:00-18:00", date(2026, 10, 1), []),
        ("Mon-Sun 09:00-18:00; PH 10:00-12:00", date(2026, 10, 1), ["01 10:00-01 12:00"]),
        ("Mon-Fri 09:00-18:00", date(2026, 10, 10), ["10 09:00-10 18:00"]),
        ("Tue-Sun 09:00-16:30", date(2026, 10, 10), ["10 09:00-10 16:30"]),
        ("24/7", date(2026, 10, 1), ["01 00:00-02 00:00"]),
        # The community's own days.
        ("Mon-Fri 09:00-18:00", date(2026, 12, 3), []),
        ("Mon-Fri 09:00-18:00", date(2026, 12, 5), ["05 09:00-05 18:00"]),
        ("Mon-Fri 09:00-18:00; 2026-12-05 off", date(2026, 12, 5), []),
        ("Fri 22:00-02:00", date(2026, 11, 27), ["27 22:00-28 02:00"]),
        ("Mon 09:00-12:00,12:00-15:00,16:00-18:00", MON, ["23 09:00-23 15:00", "23 16:00-23 18:00"]),
    ],
)
def test_the_hours_of_a_day(db: Db, opening: str, day: date, hours: list[str]) -> None:
    db.run(update(COMMUNITY).values(holidays=["2026-12-03"], workdays=["2026-12-05"]))
    assert spans(db, station(db, opening), day) == hours


def test_what_staff_say_counts_and_the_last_word_most(db: Db) -> None:
    place = station(db)
    first = close(db, place, "2026-11-23T14:00", "2026-11-23T16:00", reason="停电")
    assert spans(db, place, MON) == ["23 09:00-23 14:00", "23 16:00-23 18:00"]
    close(db, place, "2026-11-23T15:00", "2026-11-23T19:00", opens=True)
    assert spans(db, place, MON) == ["23 09:00-23 14:00", "23 15:00-23 19:00"]
    assert closure.withdraw(db, first, 1, at("2026-11-23T09:00"))
    assert not closure.withdraw(db, first, 1, at("2026-11-23T09:00"))
    assert spans(db, place, MON) == ["23 09:00-23 19:00"]
    close(db, place, "2026-11-26T00:00", "2026-11-29T00:00")
    week = [spans(db, place, MON + timedelta(days=ahead)) for ahead in range(7)]
    assert [bool(each) for each in week] == [True, True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("opening", "now", "standing"),
    [
        ("Mon-Fri 09:00-18:00", "2026-11-23T09:00", (True, "2026-11-23T18:00", None)),
        ("Mon-Fri 09:00-18:00", "2026-11-23T08:59", (False, "2026-11-23T09:00", None)),
        ("Mon-Fri 09:00-18:00", "2026-11-27T18:00", (False, "2026-11-30T09:00", None)),
        ("Fri 22:00-02:00", "2026-11-28T01:59", (True, "2026-11-28T02:00", None)),
        ("Fri 22:00-02:00", "2026-11-28T02:00", (False, "2026-12-04T22:00", None)),
        ("Mon-Sun 00:00-24:00", "2026-11-28T02:00", (True, None, None)),
        (
            "Mon-Fri 09:00-18:00; Sat 00:00-12:00; Fri 09:00-24:00",
            "2026-11-27T23:00",
            (True, "2026-11-28T12:00", None),
        ),
        ("2026-11-20 09:00-12:00", "2026-11-23T09:00", (False, None, None)),
        # The closure of the test.
        ("Mon-Fri 09:00-18:00", "2026-11-25T10:00", (False, "2026-11-26T09:00", "停电")),
    ],
)
def test_how_it_stands(db: Db, opening: str, now: str, standing: tuple[Any, ...]) -> None:
    place = station(db, opening)
    close(db, place, "2026-11-25T00:00", "2026-11-26T00:00", reason="停电") if "25T" in now else None
    found = office_hours.standing(db, place, at(now), ZONE)
    until = standing[1] and at(standing[1])
    assert (found.open, found.until, found.reason) == (standing[0], until, standing[2])
    assert office_hours.is_open(db, place, at(now), ZONE) is standing[0]


def slots(db: Db, place: Row[Any], wanted: Row[Any], day: date) -> list[str]:
    return [f"{each.starts.astimezone(ZONE):%H:%M}" for each in slot.of_day(db, wanted, place.id, day, ZONE)]


def test_slots_follow_and_none_of_them_moves(db: Db) -> None:
    place = station(db)
    db.run(update(SERVICE).values(slots="Mon-Fri 09:00-11:00,14:00-15:00/30min x2"))
    (wanted,) = service.everything(db)
    usual = ["09:00", "09:30", "10:00", "10:30", "14:00", "14:30"]
    assert slots(db, place, wanted, MON) == usual
    first = close(db, place, "2026-11-23T09:10", "2026-11-23T09:50")
    assert slots(db, place, wanted, MON) == usual[2:]
    # Open again, and longer: the service comes back in its own hours, and in no others.
    close(db, place, "2026-11-23T09:00", "2026-11-23T20:00", opens=True)
    assert slots(db, place, wanted, MON) == usual
    close(db, place, "2026-11-23T16:00", "2026-11-23T17:00", opens=True, service=wanted.id)
    assert slots(db, place, wanted, MON) == [*usual, "16:00", "16:30"]
    close(db, place, "2026-11-23T14:00", "2026-11-23T14:30", service=wanted.id)
    assert slots(db, place, wanted, MON) == [*usual[:4], "14:30", "16:00", "16:30"]
    # What is said of a service is not said of its station.
    assert spans(db, place, MON) == ["23 09:00-23 20:00"]
    assert slot.find(db, wanted, place.id, at("2026-11-23T14:00"), ZONE) is None
    assert closure.withdraw(db, first, 1, at("2026-11-23T09:00"))


def test_slots_past_midnight_are_of_the_day_before(db: Db) -> None:
    place = station(db)
    db.run(update(SERVICE).values(slots="Fri 23:00-01:00/60min x1"))
    (wanted,) = service.everything(db)
    assert slots(db, place, wanted, date(2026, 11, 27)) == ["23:00", "00:00"]
    assert slot.find(db, wanted, place.id, at("2026-11-28T00:00"), ZONE) is not None
