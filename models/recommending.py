"""What somebody may like to go to, each with the reason: what he said he likes, where he is, when he usually comes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, false, func, literal, not_, or_, select

from models import eligibility, search
from models.activity import ACTIVITY, Listing, listed
from models.database import Db
from models.registration import LIVE_STATES, REGISTRATION
from models.search import Query

# So many are recommended at once; the same thing on several days counts once.
MOST = 5
# So far ahead; what comes later is recommended later.
AHEAD = timedelta(days=30)
# Whoever came more often than once within this time usually comes then.
HABIT_SPAN, HABIT = timedelta(days=180), 2
# Minutes of the day: morning, noon, afternoon, evening.
PARTS = ((0, 690), (690, 810), (810, 1080), (1080, 1440))
# When who works is at work, but for noon: minutes of a day from Monday to Friday.
_WORK = ((9 * 60, 690), (810, 17 * 60))
# With so many registered it is told as a reason.
MANY = 5
_SLICE = 10
# What weighs how much; two weak reasons do not outweigh what somebody said he likes.
_LIKED, _SERIES, _INSIDE, _HABIT, _NEAR = 16, 6, 5, 4, 2

Why = Literal[
    "likes", "follows", "series", "work", "home", "near_work", "near_home", "habit", "said", "many", "soon"
]


@dataclass(frozen=True, slots=True)
class Liking:
    """Something that somebody likes or wants to hear of, and what meets it: words, kinds or a series."""

    name: str
    words: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    series: str | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known of somebody, all of it said or done by himself.

    `inside` has the places of his own building and estate, `near` those around, each with the reason that it is.
    `unwanted` is never recommended, nor anything at the places `unwanted_places`.
    """

    likes: tuple[Liking, ...] = ()
    unwanted: tuple[Liking, ...] = ()
    unwanted_places: tuple[int, ...] = ()
    inside: Mapping[int, Why] = field(default_factory=dict)
    near: Mapping[int, Why] = field(default_factory=dict)
    works: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is recommended; `name` is what he likes or a series, `count` how many are registered, `part` of PARTS."""

    why: Why
    name: str = ""
    count: int = 0
    weekday: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    activity: Listing
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Past:
    """What somebody goes and went to: activities that are his, the spans in which he is busy, his habits."""

    own: tuple[int, ...]
    busy: tuple[tuple[datetime, datetime], ...]
    slots: frozenset[tuple[int, int]]
    series: frozenset[str]


_OWN = (
    select(
        *(ACTIVITY.c[name] for name in ("id", "starts", "ends", "day", "minute", "series")),
        REGISTRATION.c.state,
        REGISTRATION.c.outcome,
    )
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        REGISTRATION.c.state.in_(LIVE_STATES),
        ACTIVITY.c.ends > bindparam("since"),
    )
)


def recommend(
    db: Db, member: int, wishes: Wishes, query: Query, now: datetime, zone: ZoneInfo
) -> list[Suggestion]:
    """At most MOST open ones that suit him, the most fitting first; what is popular where nothing does.

    `query` is what he said of the time, the place or the topic just now.
    """
    past = _past(db, member, now)
    found = list(_chosen(db, member, wishes, past, query, now, zone, fitting=True))
    if len(found) < MOST:
        named = {_same(each.activity) for each in found}
        others = _chosen(db, member, wishes, past, query, now, zone, fitting=False)
        found += [each for each in others if _same(each.activity) not in named][: MOST - len(found)]
    return found


def _past(db: Db, member: int, now: datetime) -> _Past:
    rows = list(db.rows(_OWN, member=member, since=now - HABIT_SPAN))
    came = [row for row in rows if row.state == "confirmed" and row.outcome not in ("absent", "excused")]
    often = Counter((row.day.weekday(), part_of(row.minute)) for row in came)
    return _Past(
        tuple(row.id for row in rows if row.ends > now),
        tuple((row.starts, row.ends) for row in rows if row.ends > now),
        frozenset(slot for slot, times in often.items() if times >= HABIT),
        frozenset(row.series for row in came if row.series and row.starts < now),
    )


def part_of(minute: int) -> int:
    """The part of the day in which a minute of it lies."""
    return next(nth for nth, (_, end) in enumerate(PARTS) if minute < end)


def _chosen(
    db: Db,
    member: int,
    wishes: Wishes,
    past: _Past,
    query: Query,
    now: datetime,
    zone: ZoneInfo,
    *,
    fitting: bool,
) -> Iterator[Suggestion]:
    """The first MOST of their order that he may come to and has time for."""
    seen: set[tuple[str, int]] = set()
    for row in _rows(db, wishes, past, query, now, zone, fitting=fitting):
        *shown, words = tuple(row)
        one = Listing(*shown)
        if _same(one) in seen or _clashes(one, past) or not is_for(db, one, member):
            continue
        seen.add(_same(one))
        yield Suggestion(one, _reasons(one, words, wishes, past, query, zone))
        if len(seen) == MOST:
            return


def is_for(db: Db, one: Listing, member: int) -> bool:
    """Nobody is recommended what he may not come to."""
    return eligibility.covers(db, one, member)


def _same(one: Listing) -> tuple[str, int]:
    return one.title, one.place_id


def _clashes(one: Listing, past: _Past) -> bool:
    return any(one.starts < ends and one.ends > starts for starts, ends in past.busy)


def _rows(
    db: Db, wishes: Wishes, past: _Past, query: Query, now: datetime, zone: ZoneInfo, *, fitting: bool
) -> Iterator[Row[Any]]:
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(AHEAD.days + 1)]
    narrowed, values = search.narrowed(replace(query, open_only=True), now)
    conditions = [
        narrowed,
        ACTIVITY.c.waiting == 0,
        ACTIVITY.c.id.not_in(past.own),
        ACTIVITY.c.starts < now + AHEAD,
        *(not_(_meets(each)) for each in wishes.unwanted),
        ACTIVITY.c.place_id.not_in(wishes.unwanted_places),
    ]
    if wishes.works and query.first is None and query.minutes is None:
        conditions.append(not_(_at_work(days, past)))
    score = _score(wishes, past, days) if fitting else func.coalesce(ACTIVITY.c.seats + ACTIVITY.c.taken, 0)
    if fitting:
        conditions.append(score > 0)
    first: ColumnElement[Any] = score.desc()
    if not fitting:
        # Of what is not far away what most people go to.
        first = case((score >= MANY, 0), else_=1)
    statement = (
        listed()
        .add_columns(ACTIVITY.c.words)
        .where(*conditions)
        .order_by(first, ACTIVITY.c.starts, ACTIVITY.c.id)
    )
    for offset in range(0, 50 * _SLICE, _SLICE):
        rows = db.rows(statement.limit(_SLICE).offset(offset), **values)
        yield from rows
        if len(rows) < _SLICE:
            return


def _score(wishes: Wishes, past: _Past, days: Sequence[date]) -> ColumnElement[int]:
    weights = [
        *((_meets(each), _LIKED) for each in wishes.likes),
        (ACTIVITY.c.series.in_(sorted(past.series)), _SERIES),
        (ACTIVITY.c.place_id.in_(sorted(wishes.inside)), _INSIDE),
        (ACTIVITY.c.place_id.in_(sorted(wishes.near)), _NEAR),
        *((_in_slot(slot, days), _HABIT) for slot in sorted(past.slots)),
    ]
    total: ColumnElement[int] = literal(0)
    for condition, weight in weights:
        total = total + case((condition, weight), else_=0)
    return total


def _meets(each: Liking) -> ColumnElement[bool]:
    met: list[ColumnElement[bool]] = [
        ACTIVITY.c.words.like(search.like(word), escape="\\") for word in each.words
    ]
    if each.kinds:
        met.append(ACTIVITY.c.kind.in_(each.kinds))
    if each.series is not None:
        met.append(func.coalesce(ACTIVITY.c.series, "") == each.series)
    return or_(false(), *met)


def _in_slot(slot: tuple[int, int], days: Sequence[date]) -> ColumnElement[bool]:
    weekday, part = slot
    begins, ends = PARTS[part]
    on = [day for day in days if day.weekday() == weekday]
    return and_(ACTIVITY.c.day.in_(on), ACTIVITY.c.minute >= begins, ACTIVITY.c.minute < ends)


def _at_work(days: Sequence[date], past: _Past) -> ColumnElement[bool]:
    """Monday to Friday in working hours, but for when he comes all the same."""
    on = [day for day in days if day.weekday() < 5]
    hours = or_(*(and_(ACTIVITY.c.minute >= begin, ACTIVITY.c.minute < end) for begin, end in _WORK))
    usual = [_in_slot(slot, days) for slot in sorted(past.slots)]
    return and_(ACTIVITY.c.day.in_(on), hours, not_(or_(false(), *usual)))


def _reasons(
    one: Listing, words: str, wishes: Wishes, past: _Past, query: Query, zone: ZoneInfo
) -> tuple[Reason, ...]:
    """The two that weigh most."""
    met = [each for each in wishes.likes if _is_met(each, one, words)]
    found = [Reason("follows" if each.followed else "likes", each.name) for each in met][:1]
    if query.first is not None or query.minutes is not None:
        found.append(Reason("said"))
    if one.series in past.series:
        found.append(Reason("series", one.series or ""))
    if why := wishes.inside.get(one.place_id) or wishes.near.get(one.place_id):
        found.append(Reason(why))
    starts = one.starts.astimezone(zone)
    slot = (starts.weekday(), part_of(starts.hour * 60 + starts.minute))
    if slot in past.slots:
        found.append(Reason("habit", weekday=slot[0], part=slot[1]))
    count = one.seats + one.taken
    if not found:
        found.append(Reason("many", count=count) if count >= MANY else Reason("soon"))
    return tuple(found[:2])


def _is_met(each: Liking, one: Listing, words: str) -> bool:
    """As the search does it: Chinese anywhere, a Latin word only whole."""
    if one.kind in each.kinds or (each.series is not None and one.series == each.series):
        return True
    return any(
        f"|{word}|" in words if word.isascii() and word.isalnum() else word in words for word in each.words
    )
