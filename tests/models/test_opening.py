"""Opening hours and slots as packs write them, and what is said of those that cannot be read."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.opening import DAYS, Period, Slots, parse, parse_slots

NINE, NOON, SIX = time(9), time(12), time(18)
WEEK = (0, 1, 2, 3, 4)
READ = {
    "Mon 09:00-18:00": (Period((0,), ((NINE, SIX),)),),
    "Mon-Fri 09:00-18:00": (Period(WEEK, ((NINE, SIX),)),),
    "Sun 00:00-23:59": (Period((6,), ((time(0), time(23, 59)),)),),
    "Mon-Mon 09:00-18:00": (Period((0,), ((NINE, SIX),)),),
    "Mon,Wed,Sat-Sun 09:00-18:00": (Period((0, 2, 5, 6), ((NINE, SIX),)),),
    "Tue 09:00-12:00,13:30-18:00": (Period((1,), ((NINE, NOON), (time(13, 30), SIX))),),
    "Tue 09:00-12:00, 13:30-18:00": (Period((1,), ((NINE, NOON), (time(13, 30), SIX))),),
    "Mon-Fri 09:00-18:00; Sat 09:00-12:00": (Period(WEEK, ((NINE, SIX),)), Period((5,), ((NINE, NOON),))),
}
FORM = 'write it as "Mon-Fri 09:00-20:00; Sat 09:00-17:00"'
WRONG = {
    "": f"'' is not understood; {FORM}",
    "Mon": f"'Mon' is not understood; {FORM}",
    "09:00-18:00": f"'09:00-18:00' is not understood; {FORM}",
    "Mon-Fri 09:00-18:00;": f"'' is not understood; {FORM}",
    "mon 09:00-18:00": f"'mon' is no day; the days are {', '.join(DAYS)}",
    "周一 09:00-18:00": f"'周一' is no day; the days are {', '.join(DAYS)}",
    "Fri-Mon 09:00-18:00": "'Fri-Mon' ends before it begins; write the two ranges one by one",
    "Mon 9:00-18:00": f"'9:00-18:00' are no hours; {FORM}",
    "Mon 09:00": f"'09:00' are no hours; {FORM}",
    "Mon 09:60-18:00": f"'09:60-18:00' are no hours; {FORM}",
    "Mon 18:00-24:00": f"'18:00-24:00' are no hours; {FORM}",
    "Mon 18:00-09:00": f"'18:00-09:00' ends before it begins; {FORM}",
    "Mon 09:00-09:00": f"'09:00-09:00' ends before it begins; {FORM}",
}


@pytest.mark.parametrize("text", READ)
def test_hours_that_are_read(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", WRONG)
def test_hours_that_are_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="; ") as raised:
        parse(text)
    assert str(raised.value) == WRONG[text]


def test_slots() -> None:
    text = "Mon-Fri 09:00-12:00,13:30-18:00/15min x2"
    assert parse_slots(text) == Slots(
        (Period(WEEK, ((NINE, NOON), (time(13, 30), SIX))),), minutes=15, parallel=2
    )
    assert parse_slots("Mon 09:00-12:00; Tue 12:00-18:00/90min x1") == Slots(
        (Period((0,), ((NINE, NOON),)), Period((1,), ((NOON, SIX),))), minutes=90, parallel=1
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fri 09:00-12:00",
        "Mon-Fri 09:00-12:00/15min",
        "Mon-Fri 09:00-12:00/15 min x2",
        "Mon-Fri 09:00-12:00/0min x2",
        "Mon-Fri 09:00-12:00/15min x0",
        "/15min x2",
    ],
)
def test_slots_that_are_not_read(text: str) -> None:
    form = 'write it as "Mon-Fri 09:00-11:30,13:30-16:30/15min x2"'
    with pytest.raises(ValueError, match="is not understood") as raised:
        parse_slots(text)
    assert str(raised.value) == f"{text!r} is not understood; {form}"


def test_slots_with_wrong_hours_tell_the_hours() -> None:
    with pytest.raises(ValueError, match="no day"):
        parse_slots("daily 09:00-12:00/15min x2")


minute = some.times().map(lambda moment: moment.replace(second=0, microsecond=0))
hours = some.tuples(minute, minute).filter(lambda pair: pair[0] < pair[1])
periods = some.builds(
    Period,
    days=some.lists(some.integers(0, 6), min_size=1, max_size=4).map(tuple),
    hours=some.lists(hours, min_size=1, max_size=3).map(tuple),
)


def written(period: Period) -> str:
    shown = ",".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in period.hours)
    return f"{','.join(DAYS[day] for day in period.days)} {shown}"


@given(some.lists(periods, min_size=1, max_size=3), some.integers(1, 600), some.integers(1, 99))
def test_what_is_written_is_read(week: list[Period], minutes: int, parallel: int) -> None:
    text = "; ".join(written(period) for period in week)
    assert parse(text) == tuple(week)
    assert parse_slots(f"{text}/{minutes}min x{parallel}") == Slots(tuple(week), minutes, parallel)


@given(some.text())
def test_any_text_is_read_or_told(text: str) -> None:
    for read in (parse, parse_slots):
        try:
            read(text)
        except ValueError as error:
            assert "; " in str(error)  # noqa: PT017  (both ways are right)
