"""Finds what a sentence says about time, by a small closed grammar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.understanding.days import Days
from handlers.understanding.expressions import DAYS, Piece, find_pieces
from handlers.understanding.hours import MIDNIGHT, Clock, Part, at, later, settle


@dataclass(frozen=True, slots=True)
class When:
    """What a sentence says about time: days in the community's zone, both ends included, and hours of the day.

    None is open. The end of the day is written as its last minute.
    """

    first: date | None = None
    last: date | None = None
    after: time | None = None  # activities that start at or after this hour of the day
    before: time | None = None  # ... and before this one
    without: tuple[tuple[time, time], ...] = ()  # parts of the day not wanted, start included, end not
    without_days: frozenset[date] = frozenset()  # days not wanted, within the coming 60 days
    clock: time | None = None  # a clock time that was named exactly
    until: time | None = None  # its end, in "18:30到20:00"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days in a row that one expression names, or several joined by 到 or 和."""

    pieces: tuple[Piece, ...]
    days: Days
    mark: str

    @property
    def kinds(self) -> set[str]:
        return {piece.kind for piece in self.pieces}

    @property
    def exact(self) -> bool:
        return any(DAYS[kind].exact for kind in self.kinds)

    @property
    def festival(self) -> bool:
        return self.kinds <= _FESTIVALS


_WINDOW = 60
_FESTIVALS = {"festival", "festival_english"}
_EVERY = {"every", "every_english"}
_WEEKS = {"week", "week_english"}
_LONG = timedelta(7)


def find(text: str, now: datetime) -> tuple[When | None, str]:
    """The time that `text` names, and the text with the words of time cut out (each replaced by one blank).

    `now` is aware, in the community's zone. None where no time is named.
    """
    today = now.date()
    pieces, vague = find_pieces(text, today)
    if not pieces:
        return None, _cut(text, vague) if vague else text
    stretches = _stretches(pieces, today)
    used = _decisive(stretches)
    first, last = _bounds(used, today)
    without_days = _unwanted_days(pieces, today) | _left_out(used, stretches, today)
    after, before, clock, until = _hours(pieces)
    when = When(first, last, at(after), at(before), _unwanted_hours(pieces), without_days, at(clock), at(until))
    unused = {id(piece) for stretch in stretches if stretch.festival and stretch not in used for piece in stretch.pieces}
    kept = [piece for piece in pieces if id(piece) not in unused]
    return (when if kept and when != When() else None), _cut(text, vague + _spans(kept))
