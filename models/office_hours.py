"""When a place is open: its usual hours, public holidays and make-up days, and what staff say beyond that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from models import closure, community, days_off, opening
from models.database import Db
from models.opening import Period

Span = tuple[datetime, datetime]
_SATURDAY = 5
_FAR = 31


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands: `open` until then (None: it does not close within a month), or closed until then (None: it does not open
    within a month). `reason` is what staff said when they closed it, where they did.
    """

    open: bool
    until: datetime | None
    reason: str | None = None


def usual(db: Db, periods: tuple[Period, ...], day: date) -> list[tuple[int, int]]:
    """The hours of a day by the calendar alone, in minutes of the day."""
    return _usual(periods, day, *community.days(db))


def _usual(
    periods: tuple[Period, ...], day: date, holidays: set[date], workdays: set[date]
) -> list[tuple[int, int]]:
    """On a make-up day the hours are those of a Monday; where Mondays are free, its own."""
    if days_off.name_of(day, holidays, workdays):
        return opening.on(periods, day, day.weekday(), holiday=True)
    own = opening.on(periods, day, day.weekday(), holiday=False)
    if day.weekday() >= _SATURDAY and days_off.is_workday(day, holidays, workdays):
        return opening.on(periods, day, 0, holiday=False) or own
    return own


def working(db: Db, periods: tuple[Period, ...], day: date, zone: ZoneInfo) -> list[Span]:
    """The hours of a day, and where it has none those of a Monday: so one is there who is there after all."""
    hours = usual(db, periods, day) or opening.on(periods, day, 0, holiday=False)
    return within(hours, day, zone)


def within(hours: Sequence[tuple[int, int]], day: date, zone: ZoneInfo) -> list[Span]:
    """Minutes of a day as instants, as its clocks show them."""
    midnight = datetime.combine(day, time(), zone)
    return [(midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)) for begin, end in hours]


def of_day(db: Db, place: Row[Any], day: date, zone: ZoneInfo) -> list[Span]:
    """When a place (id, opening) is open that day, as instants; what goes on past midnight is of the day before."""
    return of_days(db, place, day, 1, zone)


def adjusted(
    db: Db, place: int, spans: list[Span], day: date, zone: ZoneInfo, service: int, more: Sequence[Span] = ()
) -> list[Span]:
    """The spans of a service that begin on a day without what staff closed, and with what they opened.

    Where the place was opened, a service is given there in its own hours only; in others where it was named, and in
    those of `more` where staff opened the place for bookings too.
    """
    first = datetime.combine(day, time(), zone)
    last = max([first + timedelta(days=1), *(end for _, end in spans)])
    closures = closure.between(db, place, first, last)
    return _adjusted(spans, spans, closures, first, last, service, [*spans, *more])


def _adjusted(
    spans: list[Span],
    planned: list[Span],
    closures: Sequence[Row[Any]],
    first: datetime,
    last: datetime,
    service: int | None,
    more: Sequence[Span] = (),
) -> list[Span]:
    for each in closures:
        if each.service_id not in (None, service):
            continue
        begins, ends = max(each.begins, first), min(each.ends, last)
        if begins >= ends:
            continue
        spans = _without(spans, begins, ends)
        if each.opens:
            given = more if each.slots else planned
            shared = [(max(begin, begins), min(end, ends)) for begin, end in given]
            opened = [(begins, ends)] if each.service_id == service else shared
            spans = [*spans, *(span for span in opened if span[0] < span[1])]
    return _joined(spans)


def _without(spans: list[Span], begins: datetime, ends: datetime) -> list[Span]:
    left = []
    for begin, end in spans:
        if begin < begins:
            left.append((begin, min(end, begins)))
        if end > ends:
            left.append((max(begin, ends), end))
    return left


def beyond(spans: list[Span], planned: list[Span]) -> list[Span]:
    """What of the spans lies outside of what was planned."""
    for begin, end in planned:
        spans = _without(spans, begin, end)
    return spans


def _joined(spans: list[Span]) -> list[Span]:
    """Who is open until ten and from ten on does not close at ten."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def of_days(
    db: Db, place: Row[Any], day: date, count: int, zone: ZoneInfo, without: int | None = None
) -> list[Span]:
    """The same of so many days from this one, as if staff had not said what has the key `without`."""
    periods = opening.parse(place.opening) if place.opening else ()
    days = community.days(db)
    each_day = [day + timedelta(days=ahead) for ahead in range(count)]
    spans = [span for each in each_day for span in within(_usual(periods, each, *days), each, zone)]
    first = datetime.combine(day, time(), zone)
    last = max([first + timedelta(days=count), *(end for _, end in spans)])
    closures = [each for each in closure.between(db, place.id, first, last) if each.id != without]
    return _adjusted(spans, spans, closures, first, last, None)


def _around(db: Db, place: Row[Any], now: datetime, zone: ZoneInfo, count: int) -> list[Span]:
    """From the day before, of which something may still go on."""
    return of_days(db, place, now.astimezone(zone).date() - timedelta(days=1), count + 1, zone)


def is_open(db: Db, place: Row[Any], now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody is there now."""
    return any(begin <= now < end for begin, end in _around(db, place, now, zone, 1))


def next_span(db: Db, place: Row[Any], now: datetime, zone: ZoneInfo) -> Span | None:
    """The span that is on now or comes next; None where there is none within a month."""
    return next((span for span in _around(db, place, now, zone, _FAR) if span[1] > now), None)


def standing(db: Db, place: Row[Any], now: datetime, zone: ZoneInfo) -> Standing:
    """Whether a place (id, opening) is open, and until when it stays so."""
    span = next_span(db, place, now, zone)
    if span and span[0] <= now:
        return Standing(True, span[1] if span[1] < now + timedelta(days=_FAR - 1) else None)
    return Standing(False, span[0] if span else None, reason(db, place.id, now))


def reason(db: Db, place: int, now: datetime) -> str | None:
    """Why staff closed the place now; None where they did not, or did not say."""
    on = [each for each in closure.between(db, place, now, now + timedelta(minutes=1)) if not each.service_id]
    begun = [each for each in on if each.begins <= now]
    return str(begun[-1].reason) if begun and not begun[-1].opens and begun[-1].reason else None
