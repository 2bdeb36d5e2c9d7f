"""When the bot rests, and when a reminder goes out that would fall into that."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.schedule import Quiet, Schedule

SHANGHAI = ZoneInfo("Asia/Shanghai")
USUAL = Schedule(SHANGHAI)


def at(clock: str, day: int = 25) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+08:00")


@pytest.mark.parametrize(
    ("clock", "rests"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_the_night_is_quiet_from_its_first_minute_to_its_end(clock: str, rests: bool) -> None:
    assert USUAL.rests(at(clock)) is rests


def test_quiet_hours_need_not_go_over_midnight() -> None:
    noon = Schedule(SHANGHAI, Quiet(time(12), time(13, 30)))
    assert [noon.rests(at(clock)) for clock in ("11:59", "12:00", "13:29", "13:30", "23:00")] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_without_quiet_hours_nothing_ever_rests() -> None:
    always = Schedule(SHANGHAI, None)
    assert not always.rests(at("03:00"))
    assert always.awake(at("03:00")) == at("03:00")
    assert always.before(at("03:00"), at("05:00")) == at("03:00")


@pytest.mark.parametrize(
    ("said", "awake"),
    [
        (at("12:00"), at("12:00")),
        (at("23:20"), at("08:00", 26)),
        (at("03:00"), at("08:00")),
        (at("22:00"), at("08:00", 26)),
    ],
)
def test_what_falls_into_the_night_waits_for_its_end(said: datetime, awake: datetime) -> None:
    assert USUAL.awake(said) == awake


@pytest.mark.parametrize(
    ("due", "starts", "goes"),
    [
        # Not quiet: at its own time.
        (at("10:00"), at("12:00"), at("10:00")),
        # Half an hour after the end is late enough for the morning.
        (at("06:30"), at("08:30"), at("08:00")),
        # A minute less, and it goes out ten minutes before the night begins.
        (at("06:29"), at("08:29"), at("21:50", 24)),
        (at("04:30"), at("06:30"), at("21:50", 24)),
        # The day before, late in the evening: the same evening's beginning counts.
        (at("23:00", 24), at("23:00"), at("08:00")),
        (at("22:00", 24), at("00:00"), at("21:50", 24)),
    ],
)
def test_a_reminder_in_the_night(due: datetime, starts: datetime, goes: datetime) -> None:
    assert USUAL.before(due, starts) == goes


def test_the_zone_of_the_instant_does_not_matter() -> None:
    for zone in ("UTC", "America/New_York"):
        due = at("23:20").astimezone(ZoneInfo(zone))
        assert USUAL.rests(due)
        assert USUAL.awake(due) == at("08:00", 26)


def test_the_night_in_which_the_clocks_change_ends_by_the_clock_on_the_wall() -> None:
    berlin = Schedule(ZoneInfo("Europe/Berlin"), Quiet(time(22), time(8)))
    evening = datetime(2026, 10, 24, 23, tzinfo=ZoneInfo("Europe/Berlin"))
    awake = berlin.awake(evening.astimezone(ZoneInfo("UTC")))
    assert awake.astimezone(ZoneInfo("Europe/Berlin")).time() == time(8)
    assert awake - evening == timedelta(hours=10)


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        (at("09:10"), 4, at("13:10")),
        (at("20:30"), 4, at("10:30", 26)),
        (at("23:00"), 4, at("12:00", 26)),
        (at("18:00"), 4, at("08:00", 26)),  # its last minute would be the first quiet one
        (at("09:00"), 20, at("15:00", 26)),
    ],
)
def test_a_span_counts_no_quiet_hours(begins: datetime, hours: int, ends: datetime) -> None:
    assert USUAL.after(begins, timedelta(hours=hours)) == ends
    assert Schedule(SHANGHAI, None).after(begins, timedelta(hours=hours)) == begins + timedelta(hours=hours)
