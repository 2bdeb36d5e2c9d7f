"""Opening hours and slots as packs write them: `Mon-Fri 09:00-20:00; Sat 09:00-17:00`."""

import re
from dataclasses import dataclass
from datetime import time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_SLOTS = re.compile(r"(?P<hours>.+)/(?P<minutes>\d+)min x(?P<parallel>\d+)")
_FORM = 'write it as "Mon-Fri 09:00-20:00; Sat 09:00-17:00"'
_SLOT_FORM = 'write it as "Mon-Fri 09:00-11:30,13:30-16:30/15min x2"'


@dataclass(frozen=True, slots=True)
class Period:
    """The hours of some days of the week: days as 0 (Monday) to 6, hours as (from, to)."""

    days: tuple[int, ...]
    hours: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Slots:
    """Bookable hours: how many minutes each booking takes, and how many at once."""

    periods: tuple[Period, ...]
    minutes: int
    parallel: int


def parse(text: str) -> tuple[Period, ...]:
    """The periods of an opening text. Raises ValueError with the form that it should have."""
    return tuple(_period(part.strip()) for part in text.split(";"))


def parse_slots(text: str) -> Slots:
    """The slots of a service. Raises ValueError with the form that it should have."""
    found = _SLOTS.fullmatch(text.strip())
    if not found or not int(found["minutes"]) or not int(found["parallel"]):
        raise ValueError(f"{text!r} is not understood; {_SLOT_FORM}")
    return Slots(parse(found["hours"]), int(found["minutes"]), int(found["parallel"]))


def _period(text: str) -> Period:
    days, _, hours = text.partition(" ")
    if not hours:
        raise ValueError(f"{text!r} is not understood; {_FORM}")
    return Period(
        tuple(day for part in days.split(",") for day in _days(part)),
        tuple(_hours(part.strip()) for part in hours.split(",")),
    )


def _days(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        begin, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError:
        raise ValueError(f"{text!r} is no day; the days are {', '.join(DAYS)}") from None
    if end < begin:
        raise ValueError(f"{text!r} ends before it begins; write the two ranges one by one")
    return range(begin, end + 1)


def _hours(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text)
    try:
        if not found:
            raise ValueError
        begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(f"{text!r} are no hours; {_FORM}") from None
    if end <= begin:
        raise ValueError(f"{text!r} ends before it begins; {_FORM}")
    return begin, end
