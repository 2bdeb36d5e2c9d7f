"""Puts together the days that a sentence names: ranges, repetitions, bounds, and days that are refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.understanding.times.days import Days
from handlers.understanding.times.expressions import DAYS, Piece, link


@dataclass(frozen=True, slots=True)
class Stretch:
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


def stretches(pieces: list[Piece], today: date) -> list[Stretch]:
    """The days that are wanted, in the order in which they are named."""
    groups = _groups(pieces, [not piece.unwanted for piece in pieces], ("to", "and"))
    week = [group[0][1] for group in groups if len(group) == 1 and group[0][1].kind in _WEEKS]
    base = _monday(week[0]) if len(week) == 1 and not week[0].mark else today
    return [_stretch(group, base, today) for group in groups]


def _groups(
    pieces: list[Piece], counted: list[bool], links: tuple[str, ...]
) -> list[list[tuple[str, Piece]]]:
    """The days of the sentence, those in one list that one of the links joins."""
    groups: list[list[tuple[str, Piece]]] = []
    for place, piece in enumerate(pieces):
        if isinstance(piece.what, Days) and counted[place]:
            joint = link(pieces, place, Days)
            if groups and joint in links:
                groups[-1].append((joint, piece))
            else:
                groups.append([("", piece)])
    return groups


def _monday(week: Piece) -> date:
    assert isinstance(week.what, Days)
    return week.what.last - timedelta(6)


def _stretch(group: list[tuple[str, Piece]], base: date, today: date) -> Stretch:
    joined = _read(group[0][1], base, today)
    for joint, piece in group[1:]:
        days = _read(piece, today, today)
        if joint == "to" or _follows(joined, days):
            days = _read(piece, joined.first, today)
        joined = _join(joined, days, joint)
    pieces = tuple(piece for _, piece in group)
    is_range = any(joint == "to" for joint, _ in group)
    return Stretch(pieces, joined, "" if is_range else pieces[-1].mark or pieces[0].mark)


def _read(piece: Piece, base: date, today: date) -> Days:
    days = DAYS[piece.kind].read(piece.found, base, today) or piece.what
    assert isinstance(days, Days)
    if days.first < today <= days.last:
        return Days(today, days.last, days.weekdays)
    return days


def _follows(days: Days, more: Days) -> bool:
    """周六和周日, said on a Sunday, are not a week apart."""
    return bool(days.weekdays and more.weekdays) and (days.last + timedelta(1)).weekday() in more.weekdays


def _join(days: Days, more: Days, joint: str) -> Days:
    first, last = min(days.first, more.first), max(days.last, more.last)
    if not (days.weekdays and more.weekdays):
        return Days(first, last)
    between = range((last - first).days + 1) if joint == "to" else range(0)
    weekdays = {(first.weekday() + more_days) % 7 for more_days in between}
    return Days(first, last, days.weekdays | more.weekdays | weekdays)


def decisive(stretches: list[Stretch]) -> list[Stretch]:
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


def _is_long(stretch: Stretch) -> bool:
    """In 下个月的周六 the weekday is not the next one but every one."""
    return not stretch.days.weekdays and (stretch.days.last - stretch.days.first).days >= 7


def bounds(stretches: list[Stretch], today: date) -> tuple[date | None, date | None]:
    lows = [stretch.days.first for stretch in stretches if stretch.mark == "from"]
    highs = [stretch.days.last for stretch in stretches if stretch.mark == "by"]
    plain = [stretch.days for stretch in stretches if stretch.mark not in ("from", "by")]
    first = max(
        [*lows, min(days.first for days in plain)] if plain else lows, default=today if highs else None
    )
    last = min([*highs, max(days.last for days in plain)] if plain else highs, default=None)
    return (last, first) if first and last and first > last else (first, last)


def unwanted_days(pieces: list[Piece], today: date, one_day: bool) -> frozenset[date]:
    """Where the question is of one day, 不要周六晚上 refuses the evening; otherwise that day."""
    counted = [
        piece.unwanted and not (one_day and narrowed(pieces, place + 1)) for place, piece in enumerate(pieces)
    ]
    unwanted = [_stretch(group, today, today) for group in _groups(pieces, counted, ("to",))]
    if not unwanted:
        return frozenset()
    return frozenset(day for day in _window(today) if any(_has(stretch, day) for stretch in unwanted))


def narrowed(pieces: list[Piece], place: int) -> bool:
    """Whether these are refused hours of a day that is refused with them."""
    if not 0 < place < len(pieces) or pieces[place].joint != "near" or isinstance(pieces[place].what, Days):
        return False
    before = pieces[place - 1]
    return (
        before.unwanted
        and pieces[place].unwanted
        and (isinstance(before.what, Days) or narrowed(pieces, place - 1))
    )


def _has(stretch: Stretch, day: date) -> bool:
    if stretch.days.weekdays:
        return day.weekday() in stretch.days.weekdays
    if stretch.mark in ("from", "by"):
        return stretch.days.first <= day if stretch.mark == "from" else day <= stretch.days.last
    return stretch.days.first <= day <= stretch.days.last


def other_weekdays(stretches: list[Stretch], used: list[Stretch], today: date) -> frozenset[date]:
    """What 每周六 leaves out: all other days of the week."""
    if any(stretch.exact for stretch in used):
        return frozenset()
    every = [stretch.days.weekdays for stretch in stretches if stretch.days.weekdays and stretch not in used]
    wanted = frozenset[int]().union(*every)
    return frozenset(day for day in _window(today) if day.weekday() not in wanted) if wanted else frozenset()


def _window(today: date) -> Iterable[date]:
    return (today + timedelta(ahead) for ahead in range(_WINDOW))
