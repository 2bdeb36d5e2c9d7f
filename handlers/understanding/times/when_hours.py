"""Puts together the hours that a sentence names: clock times, parts of the day, and hours that are refused."""

from dataclasses import dataclass
from datetime import time

from handlers.understanding.times.expressions import Piece, link
from handlers.understanding.times.hours import (
    AT_LEAST,
    MIDNIGHT,
    NOT_AFTER,
    UNSAID,
    Clock,
    Part,
    at,
    later,
    settle,
)
from handlers.understanding.times.when_days import narrowed


@dataclass(slots=True)
class _Span:
    begin: int
    end: int | None
    mark: str


def wanted_hours(pieces: list[Piece]) -> tuple[int | None, int | None, int | None, int | None]:
    """After, before, clock time and its end, in minutes; a part of the day counts where there is no clock time."""
    spans = _clock_spans(pieces, [not piece.unwanted for piece in pieces])
    if not spans:
        return *_hull([piece for piece in pieces if not piece.unwanted]), None, None
    after = next((span.begin for span in spans if span.mark in ("from", "between")), None)
    ends = (span.begin if span.mark == "by" else span.end for span in spans if span.mark in ("by", "between"))
    before = next(ends, None)
    exact = next((span for span in spans if not span.mark), None)
    return after, before, exact.begin if exact else None, exact.end if exact else None


def _clock_spans(pieces: list[Piece], counted: list[bool]) -> list[_Span]:
    spans: list[_Span] = []
    for place, piece in enumerate(pieces):
        if not isinstance(piece.what, Clock) or not counted[place]:
            continue
        mark = _clock_mark(pieces, place)
        unsaid = UNSAID if mark != "from" else NOT_AFTER if piece.unwanted else AT_LEAST
        begin, end = settle(piece.what, _part_beside(pieces, place), unsaid)
        joint = link(pieces, place, Clock)
        if spans and (joint == "to" or (joint == "and" and spans[-1].mark == "between")):
            between = "between" in (spans[-1].mark, mark)
            spans[-1] = _Span(spans[-1].begin, later(spans[-1].begin, begin), "between" if between else "")
        else:
            spans.append(_Span(begin, end, "" if end and mark != "between" else mark))
    return spans


def _clock_mark(pieces: list[Piece], place: int) -> str:
    """In 晚于下午5点 the word stands before the part of the day."""
    before = pieces[place - 1] if place and pieces[place].joint == "near" else None
    return pieces[place].mark or (before.mark if before and isinstance(before.what, Part) else "")


def _part_beside(pieces: list[Piece], place: int) -> Part | None:
    """The part of the day that a clock time is in: said before it, or after it as in seven in the evening."""
    for piece in reversed(pieces[:place]):
        if isinstance(piece.what, Part) and piece.unwanted == pieces[place].unwanted:
            return piece.what
    for piece in pieces[place + 1 :]:
        if piece.joint != "near" or isinstance(piece.what, Clock):
            break
        if isinstance(piece.what, Part):
            return piece.what
    return None


def _hull(pieces: list[Piece]) -> tuple[int | None, int | None]:
    """From the first to the last of the parts of the day."""
    edges = [_edges(piece.what, piece.mark) for piece in pieces if isinstance(piece.what, Part)]
    begins = [begin for begin, _ in edges if begin is not None]
    ends = [end for _, end in edges if end is not None]
    after = min(begins) if edges and len(begins) == len(edges) else None
    return after, max(ends) if edges and len(ends) == len(edges) else None


def _edges(part: Part, mark: str) -> tuple[int | None, int | None]:
    if mark in ("from", "by"):
        return (part.pivot, None) if mark == "from" else (None, part.pivot)
    return part.begin, part.end


def unwanted_hours(pieces: list[Piece], one_day: bool) -> tuple[tuple[time, time], ...]:
    counted = [
        piece.unwanted and (one_day or not narrowed(pieces, place)) for place, piece in enumerate(pieces)
    ]
    edges: list[tuple[int | None, int | None]]
    if spans := [span for span in _clock_spans(pieces, counted) if span.mark or span.end]:
        edges = [(None, span.begin) if span.mark == "by" else (span.begin, span.end) for span in spans]
    else:
        parts = [piece for place, piece in enumerate(pieces) if counted[place]]
        edges = [_edges(piece.what, piece.mark) for piece in parts if isinstance(piece.what, Part)]
    times = [(at(begin or 0), at(MIDNIGHT if end is None else end)) for begin, end in edges]
    return tuple(dict.fromkeys((begin, end) for begin, end in times if begin and end and begin < end))
