"""Opening hours and slots as packs write them, and what is said of those that cannot be read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.opening import DAY, DAYS, Period, Slots, on, parse, parse_slots

NINE, NOON, SIX, NIGHT = 9 * 60, 12 * 60, 18 * 60, 22 * 60
WEEK, ALL = (0, 1, 2, 3, 4), tuple(range(7))
CHRISTMAS, TO_YEAR_END = date(2026, 12, 24), (date(2026, 12, 24), date(2026, 12, 31))
USUAL = Period(WEEK, ((NINE, SIX),))
READ = {
    "Mon 09:00-18:00": (Period((0,), ((NINE, SIX),)),),
    "Mon-Fri 09:00-18:00": (USUAL,),
    "  Mon - Fri   09:00 - 18:00 ": (USUAL,),
    "Sun 00:00-23:59": (Period((6,), ((0, DAY - 1),)),),
    "Sun 00:00-24:00": (Period((6,), ((0, DAY),)),),
    "Mon 18:00-24:00": (Period((0,), ((SIX, DAY),)),),
    "Mon-Mon 09:00-18:00": (Period((0,), ((NINE, SIX),)),),
    "Mon-Sun 09:00-18:00": (Period(ALL, ((NINE, SIX),)),),
    "Mon,Wed,Sat-Sun 09:00-18:00": (Period((0, 2, 5, 6), ((NINE, SIX),)),),
    "Mon, Wed, Sat-Sun 09:00-18:00": (Period((0, 2, 5, 6), ((NINE, SIX),)),),
    "Tue 09:00-12:00,13:30-18:00": (Period((1,), ((NINE, NOON), (810, SIX))),),
    "Tue 09:00-12:00, 13:30-18:00": (Period((1,), ((NINE, NOON), (810, SIX))),),
    "Tue 09:00-12:00,12:00-18:00": (Period((1,), ((NINE, NOON), (NOON, SIX))),),
    "Tue 13:30-18:00,09:00-12:00": (Period((1,), ((810, SIX), (NINE, NOON))),),
    "Mon-Fri 09:00-18:00; Sat 09:00-12:00": (USUAL, Period((5,), ((NINE, NOON),))),
    "Mon-Fri 09:00-18:00;Sat 09:00-12:00": (USUAL, Period((5,), ((NINE, NOON),))),
    "Fri 22:00-02:00": (Period((4,), ((NIGHT, DAY + 120),)),),
    "Mon-Sun 20:00-08:00": (Period(ALL, ((20 * 60, DAY + 480),)),),
    "Fri 22:00-00:00": (Period((4,), ((NIGHT, DAY),)),),
    "24/7": (Period(ALL, ((0, DAY),), holidays=True),),
    "24/7; 2026-12-24 off": (
        Period(ALL, ((0, DAY),), holidays=True),
        Period((), (), dates=((CHRISTMAS, CHRISTMAS),)),
    ),
    "Mon-Fri 09:00-18:00; PH off": (USUAL, Period((), (), holidays=True)),
    "Mon-Fri 09:00-18:00; PH 09:00-12:00": (USUAL, Period((), ((NINE, NOON),), holidays=True)),
    "Mon-Fri,PH 09:00-18:00": (Period(WEEK, ((NINE, SIX),), holidays=True),),
    "Mon-Sun 09:00-18:00; Mon off": (Period(ALL, ((NINE, SIX),)), Period((0,), ())),
    "Mon-Fri 09:00-18:00; Fri 09:00-12:00": (USUAL, Period((4,), ((NINE, NOON),))),
    "Mon-Fri 09:00-18:00; 2026-12-24 09:00-12:00": (
        USUAL,
        Period((), ((NINE, NOON),), dates=((CHRISTMAS, CHRISTMAS),)),
    ),
    "Mon-Fri 09:00-18:00; 2026-12-24..2026-12-31 off": (USUAL, Period((), (), dates=(TO_YEAR_END,))),
    "Sat,2026-12-24 09:00-12:00": (Period((5,), ((NINE, NOON),), dates=((CHRISTMAS, CHRISTMAS),)),),
}
FORM = 'write it as "Mon-Fri 09:00-20:00; Sat 09:00-17:00"'
DATE_FORM = 'write it as "2026-12-24" or "2026-12-24..2026-12-31"'
NIGHT_FORM = f"{FORM}, past midnight 12 hours at most"
NO_DAY = f"is no day; the days are {', '.join(DAYS)}"
WRONG = {
    "": f"'' is not understood; {FORM}",
    "Mon": f"'Mon' is not understood; {FORM}",
    "off": f"'off' is not understood; {FORM}",
    "09:00-18:00": f"'09:00-18:00' is not understood; {FORM}",
    "Mon-Fri 09:00-18:00;": f"'' is not understood; {FORM}",
    "mon 09:00-18:00": f"'mon' {NO_DAY}",
    "Mo-Fr 09:00-18:00": f"'Mo-Fr' {NO_DAY}",
    "周一 09:00-18:00": f"'周一' {NO_DAY}",
    "daily 09:00-18:00": f"'daily' {NO_DAY}",
    "Mon,,Tue 09:00-18:00": f"'' {NO_DAY}",
    "SH off": f"'SH' {NO_DAY}",
    "Fri-Mon 09:00-18:00": "'Fri-Mon' ends before it begins; write the two ranges one by one",
    "Mon 9:00-18:00": f"'9:00-18:00' are no hours; {FORM}",
    "Mon 09:00": f"'09:00' are no hours; {FORM}",
    "Mon 09:60-18:00": f"'09:60-18:00' are no hours; {FORM}",
    "Mon 09:00-24:01": f"'09:00-24:01' are no hours; {FORM}",
    "Mon 09:00-25:00": f"'09:00-25:00' are no hours; {FORM}",
    "Mon 24:00-02:00": f"'24:00-02:00' are no hours; {FORM}",
    "Mon ٠٩:٠٠-١٨:٠٠": f"'٠٩:٠٠-١٨:٠٠' are no hours; {FORM}",
    "Mon 09:00-12:00 13:00-18:00": f"'09:00-12:00 13:00-18:00' are no hours; {FORM}",
    "Mon 24/7": f"'24/7' are no hours; {FORM}",
    "Mon Off": f"'Off' are no hours; {FORM}",
    "Mon 18:00-09:00": f"'18:00-09:00' ends before it begins; {NIGHT_FORM}",
    "Mon 09:00-09:00": f"'09:00-09:00' ends before it begins; {NIGHT_FORM}",
    "Mon 09:00-12:00,11:00-14:00": (
        "'09:00-12:00,11:00-14:00' overlap; join them, or let one end where the next begins"
    ),
    "12-24 off": f"'12-24' is no date; {DATE_FORM}",
    "2026-02-30 off": f"'2026-02-30' is no date; {DATE_FORM}",
    "2026-12-24-2026-12-31 off": f"'2026-12-24-2026-12-31' is no date; {DATE_FORM}",
    "2026-12-31..2026-12-24 off": f"'2026-12-31..2026-12-24' ends before it begins; {DATE_FORM}",
    "Mon-Fri 09:00–18:00": "'–' in 'Mon-Fri 09:00–18:00' is not understood; write '-'",
    "Mon 09:00-18:00；Tue off": "'；' in 'Mon 09:00-18:00；Tue off' is not understood; write ';'",
    "Mon 09：00-18：00": "'：' in 'Mon 09：00-18：00' is not understood; write ':'",
    "Mon-Fri 09:00-12:00; Mon-Fri 13:30-18:00": (
        "'Mon-Fri 09:00-12:00' never counts, since a later part names its days; join their hours"
    ),
    "PH off; Mon 09:00-12:00; PH 09:00-12:00": (
        "'PH off' never counts, since a later part names its days; join their hours"
    ),
}
MON, FRI, SAT, EVE = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28), CHRISTMAS
EXCEPTIONS = "Mon-Fri 09:00-18:00; Fri 12:00-18:00,09:00-11:00; Sat off; 2026-12-24 off; PH 09:00-12:00"
ON = {
    (MON, False): [(NINE, SIX)],
    (FRI, False): [(NINE, 660), (NOON, SIX)],
    (SAT, False): [],
    (date(2026, 11, 29), False): [],
    (MON, True): [(NINE, NOON)],
    # A date has the last word, on holidays too.
    (EVE, False): [],
    (EVE, True): [],
}


def test_there_are_enough_cases() -> None:
    assert len(READ) + len(WRONG) + len(ON) >= 60


@pytest.mark.parametrize("text", READ)
def test_hours_that_are_read(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", WRONG)
def test_hours_that_are_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"; |, since") as raised:
        parse(text)
    assert str(raised.value) == WRONG[text]


@pytest.mark.parametrize(("day", "holiday"), ON)
def test_of_several_parts_the_last_that_fits_counts(day: date, holiday: bool) -> None:
    assert on(parse(EXCEPTIONS), day, day.weekday(), holiday=holiday) == ON[day, holiday]


def test_a_holiday_without_hours_of_its_own_is_off() -> None:
    assert on(parse("Mon-Sun 09:00-18:00"), MON, 0, holiday=True) == []
    assert on(parse("24/7"), MON, 0, holiday=True) == [(0, DAY)]


def test_slots() -> None:
    text = "Mon-Fri 09:00-12:00,13:30-18:00/15min x2"
    assert parse_slots(text) == Slots((Period(WEEK, ((NINE, NOON), (810, SIX))),), minutes=15, parallel=2)
    assert parse_slots("Mon 09:00-12:00; Tue 12:00-18:00/90min x1") == Slots(
        (Period((0,), ((NINE, NOON),)), Period((1,), ((NOON, SIX),))), minutes=90, parallel=1
    )
    assert parse_slots("24/7/60min x5").periods == parse("24/7")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fri 09:00-12:00",
        "Mon-Fri 09:00-12:00/15min",
        "Mon-Fri 09:00-12:00/15 min x2",
        "Mon-Fri 09:00-12:00/0min x2",
        "Mon-Fri 09:00-12:00/15min x0",
        "Mon-Fri 09:00-12:00/15min x٢",
        "/15min x2",
    ],
)
def test_slots_that_are_not_read(text: str) -> None:
    form = 'write it as "Mon-Fri 09:00-11:30,13:30-16:30/15min x2"'
    with pytest.raises(ValueError, match="is not understood") as raised:
        parse_slots(text)
    assert str(raised.value) == f"{text!r} is not understood; {form}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("daily 09:00-12:00/15min x2", f"'daily' {NO_DAY}"),
        ("Mon 09:00-09:30/60min x1", "'60min' fits into none of the hours; make it shorter"),
        ("Mon 09:00-12:00/15min x10001", "'x10001' is too many at once; write at most x10000"),
    ],
)
def test_slots_tell_the_part_that_is_wrong(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="; ") as raised:
        parse_slots(text)
    assert str(raised.value) == told


hours = some.lists(some.integers(0, DAY), min_size=2, max_size=6, unique=True).map(
    lambda ends: tuple(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)
days_of_year = some.integers(0, 364).map(lambda nth: date(2026, 1, 1) + timedelta(nth))
periods = some.builds(
    Period,
    days=some.lists(some.integers(0, 6), min_size=1, max_size=4).map(tuple),
    hours=hours,
    holidays=some.booleans(),
    dates=some.lists(days_of_year.map(lambda day: (day, day)), max_size=2).map(tuple),
)


def written(period: Period) -> str:
    names = [DAYS[day] for day in period.days] + ["PH"] * period.holidays
    names += [f"{first}..{last}" for first, last in period.dates]
    spans = [f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in period.hours]
    return f"{','.join(names)} {','.join(spans)}"


@given(periods)
def test_what_is_written_is_read(period: Period) -> None:
    assert parse(written(period)) == (period,)


@given(some.text() | some.text(alphabet="MonTueSatPHof,;-:/.0123456789 x"))
def test_any_text_is_read_or_told(text: str) -> None:
    for read in (parse, parse_slots):
        try:
            read(text)
        except ValueError as error:
            assert ";" in str(error) or ", since" in str(error)  # noqa: PT017  (both ways are right)
