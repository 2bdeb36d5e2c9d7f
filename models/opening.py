"""Opening hours and slots as packs write them: `Mon-Fri 09:00-20:00; Sat 09:00-17:00; PH off`."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAYS, ALWAYS, OFF = "PH", "24/7", "off"
# In minutes. What goes on past midnight for longer than that is a slip of the pen.
DAY, _LONGEST_NIGHT = 24 * 60, 12 * 60
MOST_AT_ONCE = 10_000
_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?", re.ASCII)
_LIKE_A_DATE = re.compile(r"\d[\d./-]*|.*\d{4}.*|[A-Z][a-z]{2}\d{1,2}", re.ASCII)
_SLOTS = re.compile(r"(?P<hours>.+)/(?P<minutes>\d{1,5})min x(?P<parallel>\d{1,6})", re.ASCII)
_FORM = 'write it as "Mon-Fri 09:00-20:00; Sat 09:00-17:00"'
_SLOT_FORM = 'write it as "Mon-Fri 09:00-11:30,13:30-16:30/15min x2"'
_DATE_FORM = 'write it as "2026-12-24" or "2026-12-24..2026-12-31"'
_FULL_WIDTH = {"；": ";", "，": ",", "：": ":", "、": ",", "–": "-", "—": "-", "－": "-", "～": "-", "~": "-"}


@dataclass(frozen=True, slots=True)
class Period:
    """The hours of some days: days of the week as 0 (Monday) to 6, public holidays, or dates from and to.

    Hours are (from, to) in minutes of the day, past midnight more than 1440; without any it is closed.
    """

    days: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]
    holidays: bool = False
    dates: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Slots:
    """Bookable hours: how many minutes each booking takes, and how many at once."""

    periods: tuple[Period, ...]
    minutes: int
    parallel: int


def parse(text: str) -> tuple[Period, ...]:
    """The periods of an opening text; of two that name one day the later one counts.

    Raises ValueError with the part that is wrong and how to mend it.
    """
    for wrong, right in _FULL_WIDTH.items():
        if wrong in text:
            raise ValueError(f"{wrong!r} in {text!r} is not understood; write {right!r}")
    parts = [_spaced(part) for part in text.split(";")]
    periods = tuple(_period(part) for part in parts)
    _check_each_counts(parts, periods)
    return periods


def parse_slots(text: str) -> Slots:
    """The slots of a service. Raises ValueError with the part that is wrong and how to mend it."""
    found = _SLOTS.fullmatch(text.strip())
    if not found or not int(found["minutes"]) or not int(found["parallel"]):
        raise ValueError(f"{text!r} is not understood; {_SLOT_FORM}")
    minutes, parallel = int(found["minutes"]), int(found["parallel"])
    if parallel > MOST_AT_ONCE:
        raise ValueError(f"'x{parallel}' is too many at once; write at most x{MOST_AT_ONCE}")
    periods = parse(found["hours"])
    if not any(end - begin >= minutes for period in periods for begin, end in period.hours):
        raise ValueError(f"'{minutes}min' fits into none of the hours; make it shorter")
    return Slots(periods, minutes, parallel)


def on(periods: tuple[Period, ...], day: date, weekday: int, *, holiday: bool) -> list[tuple[int, int]]:
    """The hours of one day that counts as this day of the week, or as a public holiday.

    A date says it before everything else; a holiday without hours of its own is off.
    """

    def last(fitting: list[Period]) -> list[tuple[int, int]]:
        return sorted(fitting[-1].hours) if fitting else []

    dated = [each for each in periods if any(first <= day <= until for first, until in each.dates)]
    if dated:
        return last(dated)
    if holiday:
        return last([each for each in periods if each.holidays])
    return last([each for each in periods if weekday in each.days])


def _spaced(text: str) -> str:
    """`Mon, Wed 09:00 - 12:00` is `Mon,Wed 09:00-12:00`."""
    return re.sub(r"\s*([,-])\s*", r"\1", " ".join(text.split()))


def _period(text: str) -> Period:
    if text == ALWAYS:
        return Period(tuple(range(7)), ((0, DAY),), holidays=True)
    names, _, hours = text.partition(" ")
    if not hours:
        raise ValueError(f"{text!r} is not understood; {_FORM}")
    days: list[int] = []
    dates: list[tuple[date, date]] = []
    for name in names.split(","):
        if _LIKE_A_DATE.fullmatch(name):
            dates.append(_dates(name))
        elif name != HOLIDAYS:
            days += _days(name)
    return Period(tuple(days), _spans(hours), HOLIDAYS in names.split(","), tuple(dates))


def _days(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        begin, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError:
        raise ValueError(f"{text!r} is no day; the days are {', '.join(DAYS)}") from None
    if end < begin:
        raise ValueError(f"{text!r} ends before it begins; write the two ranges one by one")
    return range(begin, end + 1)


def _dates(text: str) -> tuple[date, date]:
    found = _DATES.fullmatch(text)
    try:
        if not found:
            raise ValueError
        first = date.fromisoformat(found[1])
        last = date.fromisoformat(found[2] or found[1])
    except ValueError:
        raise ValueError(f"{text!r} is no date; {_DATE_FORM}") from None
    if last < first:
        raise ValueError(f"{text!r} ends before it begins; {_DATE_FORM}")
    return first, last


def _spans(text: str) -> tuple[tuple[int, int], ...]:
    if text == OFF:
        return ()
    spans = tuple(_span(part) for part in text.split(","))
    ordered = sorted(spans)
    for (_, end), (begin, _) in pairwise(ordered):
        if begin < end:
            raise ValueError(f"{text!r} overlap; join them, or let one end where the next begins")
    return spans


def _span(text: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} are no hours; {_FORM}")
    begin, end = _minute(found[1], found[2]), _minute(found[3], found[4])
    if begin is None or end is None or begin == DAY:
        raise ValueError(f"{text!r} are no hours; {_FORM}")
    if end > begin:
        return begin, end
    if begin == end or end + DAY - begin > _LONGEST_NIGHT:
        raise ValueError(f"{text!r} ends before it begins; {_FORM}, past midnight 12 hours at most")
    return begin, end + DAY


def _minute(hour: str, minute: str) -> int | None:
    """Of the day, up to 24:00."""
    many = int(hour) * 60 + int(minute)
    return many if int(minute) < 60 and many <= DAY else None


def _check_each_counts(parts: list[str], periods: tuple[Period, ...]) -> None:
    """Two parts for the same days are hours that somebody meant to add, and would lose."""
    for nth, (part, period) in enumerate(zip(parts, periods, strict=True)):
        later = periods[nth + 1 :]
        days = set(period.days) - {day for each in later for day in each.days}
        holidays = period.holidays and not any(each.holidays for each in later)
        dates = set(period.dates) - {span for each in later for span in each.dates}
        if not (days or holidays or dates):
            raise ValueError(f"{part!r} never counts, since a later part names its days; join their hours")
