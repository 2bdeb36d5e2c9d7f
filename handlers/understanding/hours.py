"""The expressions that name hours: parts of the day, and clock times."""

import re
from dataclasses import dataclass
from datetime import time

from handlers.understanding.days import word
from handlers.understanding.numerals import ENGLISH_RANGE, NUMBER, RANGE, number

NOON, MIDNIGHT = 12 * 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, in minutes; `late`: from which hour on its clock times are those of the second half."""

    begin: int | None
    end: int | None
    pattern: str
    late: int
    # What this part is when something is to be before or after it.
    early_edge: int
    late_edge: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as it was said, with its end; which half of the day may be left to a word beside it."""

    minute: int
    until: int | None = None
    sure: bool = False


def at(minute: int) -> time:
    """The time of a minute of the day; the end of the day is written as its last minute."""
    return time(minute // 60, minute % 60) if minute < MIDNIGHT else time(23, 59)
