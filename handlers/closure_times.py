"""The times of a closure or an opening, as instants: what was said, what it leaves out, and how it reads."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import closure_reading
from handlers.activity_reading import read_in
from handlers.closure_reading import Spans
from handlers.opening import day_said
from handlers.talk import Talk
from models import office_hours, opening
from models.card import Article
from models.office_hours import Span
from models.refusal import Refusal
from models.text import Span as Said
from models.text import Text, prose

_FURTHEST = timedelta(days=366)


def times(
    talk: Talk,
    one: Row[Any],
    said: Spans,
    question: Text,
    from_now: bool,
    *,
    opens: bool = False,
    until: bool = False,
) -> list[Span]:
    """The times that are meant, as instants that are not over. Raises Refusal."""
    if from_now:
        end = _end_of_today(talk, one)
        said = [
            (talk.now.astimezone(talk.zone).replace(tzinfo=None, second=0, microsecond=0).isoformat(), end)
        ]
    if not said:
        about = (Article(prose(one.name), f"place:{one.code}"),)
        said = talk.ask("when", question, check=_When(talk), about=about)
    wanted = [_instants(talk, one, each, opens=opens, until=until) for each in said]
    if opens:
        wanted = [day for each in wanted for day in _as_usual(talk, one, each)]
    left = [(max(begins, talk.now), ends) for begins, ends in wanted if ends > talk.now and begins < ends]
    if not left or any(ends > talk.now + _FURTHEST for _, ends in left):
        raise Refusal("closure.when", Text("请写以后一年里的时间，比如“明天下午”。"), f"place:{one.code}")
    talk.keep(spans=[(_local(talk, begins), _local(talk, ends)) for begins, ends in left])
    if from_now or until:
        talk.keep(from_now=False, until=False)
    return left


class _When:
    """From when to when, in any words; the form keeps it as it was meant."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, words: str) -> Spans:
        found = closure_reading.spans(read_in(self._talk, words), self._talk.now, self._talk.zone)
        if not found:
            raise Refusal("closure.when", Text("请写一段时间，比如“明天下午”“周六9点到12点”。"))
        return found


def _local(talk: Talk, at: datetime) -> str:
    return at.astimezone(talk.zone).replace(tzinfo=None).isoformat()


def _end_of_today(talk: Talk, one: Row[Any]) -> str:
    span = office_hours.next_span(talk.db, one, talk.now, talk.zone)
    midnight = datetime.combine(talk.now.astimezone(talk.zone).date() + timedelta(days=1), time(), talk.zone)
    return _local(talk, span[1] if span and span[0] <= talk.now else midnight)


def _instants(talk: Talk, one: Row[Any], said: tuple[str, str], *, opens: bool, until: bool) -> Span:
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=talk.zone) for each in said)
    if begins != ends:
        return begins, ends
    # One hour alone: what it is open until, or from, and the place's own other end.
    day = datetime.combine(begins.date(), time(), talk.zone)
    usual = office_hours.of_day(talk.db, one, begins.date(), talk.zone)
    if not opens:
        return begins, day + timedelta(days=1)
    if until:
        # Where it is open then anyway, that is what is said.
        return (usual[-1][1] if usual[-1][1] < begins else usual[-1][0]) if usual else max(
            day, talk.now
        ), begins
    later = next((each for each in usual if each[1] > begins), (begins, begins))
    return begins, later[0] if later[0] > begins else later[1]


def _as_usual(talk: Talk, one: Row[Any], span: Span) -> list[Span]:
    """Who opens on a Saturday, or in its morning, means the hours of a working day, not the night too."""
    begins, ends = (at.astimezone(talk.zone) for at in span)
    if not one.opening or (begins.time() != time() and ends.time() != time()):
        return [span]
    found, day, periods = [], begins.date(), opening.parse(one.opening)
    while (midnight := datetime.combine(day, time(), talk.zone)) < ends:
        first, last = max(begins, midnight), min(ends, midnight + timedelta(days=1))
        usual = office_hours.working(talk.db, periods, day, talk.zone)
        since = usual[0][0] if usual and first == midnight else first
        until = usual[-1][1] if usual and last == midnight + timedelta(days=1) else last
        found.append((since, until) if since < until else (first, last))
        day += timedelta(days=1)
    return found


def said_when(talk: Talk, begins: datetime, ends: datetime) -> Text:
    """Whole days by their dates alone."""
    first, last = begins.astimezone(talk.zone), ends.astimezone(talk.zone)
    if first.time() != time() or last.time() != time():
        return Text("{span}", span=Said(begins, ends))
    until = last.date() - timedelta(days=1)
    if until == first.date():
        return Text("{day}全天", day=day_said(until))
    return Text("{first}至{last}全天", first=day_said(first.date()), last=day_said(until))
