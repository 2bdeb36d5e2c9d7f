"""Finds what a sentence says about time, by a small closed grammar."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import pairwise

from handlers.understanding.times.days import Days
from handlers.understanding.times.expressions import Piece, find_pieces
from handlers.understanding.times.hours import at
from handlers.understanding.times.when_days import bounds, decisive, other_weekdays, stretches, unwanted_days
from handlers.understanding.times.when_hours import unwanted_hours, wanted_hours


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


_EMPTY = When()
_MOVED = re.compile(
    r"(?:改|换|挪|调|移|推迟|提前|延期?)(?:时间)?[到至成为]|"
    r"(?<![a-z])(?:move|reschedule|change|postpone|shift)[a-z]*(?![a-z]).*?(?<![a-z])to(?![a-z])"
)
# A new time follows 改到 at once, but for a preposition.
_NEAR = 6


def find(text: str, now: datetime) -> tuple[When | None, str]:
    """The time that `text` names, and the text with the words of time cut out (each replaced by one blank).

    `now` is aware, in the community's zone. None where no time is named.
    """
    today = now.date()
    pieces, vague = find_pieces(text, today)
    if not pieces:
        return None, _cut(text, vague) if vague else text
    meant = _meant(text, pieces)
    named = stretches(meant, today)
    used = decisive(named)
    first, last = bounds(used, today)
    after, before, clock, until = wanted_hours(meant)
    one_day = first is not None and first == last
    without = unwanted_hours(meant, one_day)
    without_days = unwanted_days(meant, today, one_day) | other_weekdays(named, used, today)
    when = When(first, last, at(after), at(before), without, without_days, at(clock), at(until))
    # A festival beside a date is part of a title.
    spared = {
        piece.begin
        for stretch in named
        if stretch.festival and stretch not in used
        for piece in stretch.pieces
    }
    return (None if when == _EMPTY else when), _cut(text, vague + _spans(pieces, spared))


def _meant(text: str, pieces: list[Piece]) -> list[Piece]:
    """Where something is moved from one time to another, the pieces of the other."""
    moved = _MOVED.search(text) if len(pieces) > 1 else None
    if moved is None:
        return pieces
    new = [piece for piece in pieces if piece.begin >= moved.end()]
    if not new or new[0].begin - moved.end() > _NEAR:
        return pieces
    new[0] = replace(new[0], joint="")
    if any(isinstance(piece.what, Days) for piece in new):
        return new
    # Moved to another hour of the same day.
    return [piece for piece in pieces if piece.begin < moved.end() and isinstance(piece.what, Days)] + new


def _spans(pieces: list[Piece], spared: set[int]) -> list[tuple[int, int]]:
    """What is cut out: the pieces, and the words that join two of them."""
    cuts = [piece.cut for piece in pieces if piece.begin not in spared]
    pairs = [pair for pair in pairwise(pieces) if pair[1].joint in ("to", "and")]
    return cuts + [(one.end, two.begin) for one, two in pairs if not {one.begin, two.begin} & spared]


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for begin, end in sorted(spans):
        if begin > position or not parts:
            parts.append(text[position:begin])
        position = max(position, end)
    return " ".join([*parts, text[position:]])
