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


# How far ahead days that are not wanted are counted.
_WINDOW = 60
_FESTIVALS = {"festival", "festival_english"}
_EVERY = {"every", "every_english"}
_WEEKS = {"week", "week_english"}
_PAIRS = ("to", "and")
_EMPTY = When()


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
    after, before, clock, until = _hours(pieces)
    without_days = _unwanted_days(pieces, today) | _other_weekdays(stretches, used, today)
    when = When(first, last, at(after), at(before), _unwanted_hours(pieces), without_days, at(clock), at(until))
    spared = {id(piece) for stretch in stretches if stretch.festival and stretch not in used for piece in stretch.pieces}
    return (None if when == _EMPTY else when), _cut(text, vague + _spans(pieces, spared))


def _link(pieces: list[Piece], place: int, sort: type[Days] | type[Clock]) -> str:
    """How a piece is joined to the last of its sort: in 周六下午到周日上午 the two days are."""
    while pieces[place].joint == "near" and not isinstance(pieces[place - 1].what, sort):
        place -= 1
    return pieces[place].joint


# Days.


def _stretches(pieces: list[Piece], today: date, unwanted: bool = False) -> list[_Stretch]:
    """The days that are wanted, or those that are not, in the order in which they are named."""
    links = ("to",) if unwanted else _PAIRS
    groups: list[list[tuple[str, Piece]]] = []
    for place, piece in enumerate(pieces):
        if isinstance(piece.what, Days) and piece.unwanted == unwanted:
            link = _link(pieces, place, Days)
            if groups and link in links:
                groups[-1].append((link, piece))
            else:
                groups.append([("", piece)])
    week = [group[0][1] for group in groups if len(group) == 1 and group[0][1].kind in _WEEKS]
    base = _monday(week[0]) if len(week) == 1 and not week[0].mark else today
    return [_stretch(group, base, today) for group in groups]


def _monday(week: Piece) -> date:
    assert isinstance(week.what, Days)
    return week.what.last - timedelta(6)


def _stretch(group: list[tuple[str, Piece]], base: date, today: date) -> _Stretch:
    joined = _read(group[0][1], base, today)
    for link, piece in group[1:]:
        days = _read(piece, today, today)
        if link == "to" or _follows(joined, days):
            days = _read(piece, joined.first, today)
        joined = _join(joined, days, link)
    pieces = tuple(piece for _, piece in group)
    is_range = any(link == "to" for link, _ in group)
    return _Stretch(pieces, joined, "" if is_range else pieces[-1].mark or pieces[0].mark)


def _read(piece: Piece, base: date, today: date) -> Days:
    days = DAYS[piece.kind].read(piece.found, base, today) or piece.what
    assert isinstance(days, Days)
    if days.first < today <= days.last:
        return Days(today, days.last, days.weekdays)
    return days


def _follows(days: Days, more: Days) -> bool:
    """周六和周日, said on a Sunday, are not a week apart."""
    return bool(days.weekdays and more.weekdays) and (days.last + timedelta(1)).weekday() in more.weekdays


def _join(days: Days, more: Days, link: str) -> Days:
    first, last = min(days.first, more.first), max(days.last, more.last)
    if not (days.weekdays and more.weekdays):
        return Days(first, last)
    between = range((last - first).days + 1) if link == "to" else range(0)
    weekdays = {(first.weekday() + more_days) % 7 for more_days in between}
    return Days(first, last, days.weekdays | more.weekdays | weekdays)


def _decisive(stretches: list[_Stretch]) -> list[_Stretch]:
    """Those that say which days are meant: a date before all else, a festival where there is nothing else."""
    if exact := [stretch for stretch in stretches if stretch.exact]:
        return exact
    named = [stretch for stretch in stretches if not stretch.festival and not stretch.kinds & _EVERY]
    bare = [stretch for stretch in named if stretch.days.weekdays]
    weeks = [stretch for stretch in named if stretch.kinds <= _WEEKS]
    if bare and weeks:
        return [stretch for stretch in named if stretch not in weeks]
    if bare and any(_is_long(stretch) for stretch in named):
        return [stretch for stretch in named if stretch not in bare]
    return named or [stretch for stretch in stretches if stretch.festival]


def _is_long(stretch: _Stretch) -> bool:
    """In 下个月的周六 the weekday is not the next one but every one."""
    return not stretch.days.weekdays and (stretch.days.last - stretch.days.first).days >= 7


def _bounds(stretches: list[_Stretch], today: date) -> tuple[date | None, date | None]:
    lows = [stretch.days.first for stretch in stretches if stretch.mark == "from"]
    highs = [stretch.days.last for stretch in stretches if stretch.mark == "by"]
    plain = [stretch.days for stretch in stretches if stretch.mark not in ("from", "by")]
    first = max([*lows, min(days.first for days in plain)] if plain else lows, default=today if highs else None)
    last = min([*highs, max(days.last for days in plain)] if plain else highs, default=None)
    return (last, first) if first and last and first > last else (first, last)


def _unwanted_days(pieces: list[Piece], today: date) -> frozenset[date]:
    unwanted = _stretches([piece for place, piece in enumerate(pieces) if not _narrowed(pieces, place)], today, True)
    return frozenset(day for day in _window(today) if any(_has(stretch, day) for stretch in unwanted))


def _narrowed(pieces: list[Piece], place: int) -> bool:
    """In 不要周六晚上 the evening is refused, not the day."""
    following = pieces[place + 1] if place + 1 < len(pieces) else None
    return following is not None and following.unwanted and following.joint == "near" and isinstance(
        following.what, Clock | Part
    )


def _has(stretch: _Stretch, day: date) -> bool:
    if stretch.days.weekdays:
        return day.weekday() in stretch.days.weekdays
    if stretch.mark in ("from", "by"):
        return stretch.days.first <= day if stretch.mark == "from" else day <= stretch.days.last
    return stretch.days.first <= day <= stretch.days.last


def _other_weekdays(stretches: list[_Stretch], used: list[_Stretch], today: date) -> frozenset[date]:
    """What 每周六 leaves out: all other days of the week."""
    if any(stretch.exact for stretch in used):
        return frozenset()
    every = [stretch.days.weekdays for stretch in stretches if stretch.days.weekdays and stretch not in used]
    wanted = frozenset[int]().union(*every)
    return frozenset(day for day in _window(today) if wanted and day.weekday() not in wanted)


def _window(today: date) -> Iterable[date]:
    return (today + timedelta(ahead) for ahead in range(_WINDOW))


# Hours.


@dataclass(slots=True)
class _Span:
    begin: int
    end: int | None
    mark: str


def _hours(pieces: list[Piece]) -> tuple[int | None, int | None, int | None, int | None]:
    """After, before, clock time and its end, in minutes; a part of the day counts where there is no clock time."""
    spans = _clock_spans(pieces, unwanted=False)
    if not spans:
        return *_hull([piece for piece in pieces if not piece.unwanted]), None, None
    after = next((span.begin for span in spans if span.mark in ("from", "between")), None)
    before = next((span.begin if span.mark == "by" else span.end for span in spans if span.mark in ("by", "between")), None)
    exact = next((span for span in spans if not span.mark), None)
    return after, before, exact and exact.begin, exact and exact.end


def _clock_spans(pieces: list[Piece], unwanted: bool) -> list[_Span]:
    spans: list[_Span] = []
    for place, piece in enumerate(pieces):
        if not isinstance(piece.what, Clock) or piece.unwanted != unwanted:
            continue
        begin, end = settle(piece.what, _part_beside(pieces, place), unwanted and piece.mark == "from")
        link = _link(pieces, place, Clock)
        if spans and (link == "to" or (link == "and" and spans[-1].mark == "between")):
            between = "between" in (spans[-1].mark, piece.mark)
            spans[-1] = _Span(spans[-1].begin, later(spans[-1].begin, begin), "between" if between else "")
        else:
            spans.append(_Span(begin, end, "" if end and piece.mark != "between" else piece.mark))
    return spans


def _part_beside(pieces: list[Piece], place: int) -> Part | None:
    """The part of the day that a clock time is in: said before it, or right after as in seven in the evening."""
    for piece in reversed(pieces[:place]):
        if isinstance(piece.what, Part) and piece.unwanted == pieces[place].unwanted:
            return piece.what
    following = pieces[place + 1] if place + 1 < len(pieces) else None
    return following.what if following and following.joint == "near" and isinstance(following.what, Part) else None


def _hull(pieces: list[Piece]) -> tuple[int | None, int | None]:
    """From the first to the last of the parts of the day."""
    edges = [_edges(piece.what, piece.mark) for piece in pieces if isinstance(piece.what, Part)]
    begins, ends = [begin for begin, _ in edges if begin is not None], [end for _, end in edges if end is not None]
    return min(begins) if edges and len(begins) == len(edges) else None, max(ends) if edges and len(ends) == len(edges) else None


def _edges(part: Part, mark: str) -> tuple[int | None, int | None]:
    if mark in ("from", "by"):
        return (part.pivot, None) if mark == "from" else (None, part.pivot)
    return part.begin, part.end


def _unwanted_hours(pieces: list[Piece]) -> tuple[tuple[time, time], ...]:
    edges: list[tuple[int | None, int | None]]
    if spans := _clock_spans(pieces, unwanted=True):
        edges = [(None, span.begin) if span.mark == "by" else (span.begin, span.end) for span in spans if span.mark or span.end]
    else:
        edges = [_edges(piece.what, piece.mark) for piece in pieces if piece.unwanted and isinstance(piece.what, Part)]
    times = [(at(begin or 0), at(MIDNIGHT if end is None else end)) for begin, end in edges]
    return tuple(dict.fromkeys((begin, end) for begin, end in times if begin and end))


# What is left of the text.


def _spans(pieces: list[Piece], spared: set[int]) -> list[tuple[int, int]]:
    """What is cut out: the pieces, and the words that join two of them."""
    kept = [piece for piece in pieces if id(piece) not in spared]
    pairs = zip(pieces, pieces[1:], strict=False)
    joints = [(one.end, two.begin) for one, two in pairs if two.joint in _PAIRS and not {id(one), id(two)} & spared]
    return [piece.cut for piece in kept] + joints


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for begin, end in sorted(spans):
        if begin > position or not parts:
            parts.append(text[position:begin])
        position = max(position, end)
    return " ".join([*parts, text[position:]])
