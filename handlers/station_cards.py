"""How a station is shown: as a line of a list, and in full with its hours, what it does and what is on there today."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row

from handlers import opening
from handlers.talk import Talk, press
from handlers.understanding import business
from models import office_hours, place, search, service
from models.activity import Listing
from models.card import Article, Choice, State
from models.search import Query
from models.text import Several, Text, as_said, prose

_OPEN = State(Text("开着"), "good")
_CLOSED = State(Text("休息"), "past")
_PROGRAMME = 3
_HUNDRED = 100
_MOST_DAYS = 10
Fact = tuple[Text, Text]
# From the first to the last.
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Given:
    """What one can come to a place for: rooms, groups' visits, and everything else."""

    rooms: tuple[Row[Any], ...]
    visits: tuple[Row[Any], ...]
    others: tuple[Row[Any], ...]


def given(talk: Talk, station: int) -> Given:
    found = [
        each
        for inner in talk.lexicon.below[station]
        for each in service.given_at(talk.db, inner)
        if not each.paused
    ]
    found = list({each.id: each for each in found}.values())
    return Given(
        tuple(each for each in found if each.kind == "room"),
        tuple(each for each in found if each.kind == "visit"),
        tuple(each for each in found if each.kind not in ("room", "visit")),
    )


def programme(talk: Talk, station: int, day: date) -> tuple[list[Listing], int]:
    """What is on there that day and has not ended, soonest first, and how much there is in all."""
    query = Query(first=day, last=day, places=talk.lexicon.below[station])
    return search.search(talk.db, query, talk.now, limit=_PROGRAMME)


def row(talk: Talk, station: int, metres: float | None = None, days: Days | None = None) -> Article:
    """A line of a list: how it stands now, or is open on the days that were asked for, where it is, how far."""
    node, one = talk.lexicon.places[station], _whole(talk, station)
    asked = _hours_of(talk, one, days) if days else []
    if len(asked) > 1:
        each_day = tuple(Text("{days} {hours}", days=name, hours=hours) for name, hours in asked)
        asked = [(Text("开放时间"), Text("{names}", names=Several(each_day)))]
    facts = asked or _hours_now(talk, one)
    if node.address:
        facts.append((Text("地址"), as_said(node.address)))
    if metres is not None:
        facts.append((Text("距离"), distance(metres)))
    look = Choice(Text("详情"), press("station", station))
    # 【开着】 beside the hours of another day would be read as those.
    state = None if asked else _state(talk, one)
    return Article(as_said(node.name), f"place:{node.code}", state, tuple(facts), choices=(look,))


def full(talk: Talk, station: int, days: Days | None = None, metres: float | None = None) -> Article:
    """Everything of it; `days` are other ones whose hours were asked for."""
    node, one = talk.lexicon.places[station], _whole(talk, station)
    today = talk.now.astimezone(talk.zone).date()
    facts = _hours_now(talk, one)
    if node.opening:
        if days is not None and days != (today, today):
            facts = [*_hours_of(talk, one, days), *facts]
        facts.append((Text("开放时间"), opening.hours(node.opening)))
    if node.address:
        facts.append((Text("地址"), as_said(node.address)))
    if metres is not None:
        facts.append((Text("距离"), distance(metres)))
    if node.functions:
        facts.append((Text("可以办"), _names(node.functions)))
    held, total = programme(talk, station, today)
    if held:
        facts.append((Text("今天有"), _times(talk, held)))
    offered = given(talk, station)
    for name, services in ((Text("可借"), offered.rooms), (Text("可参观"), offered.visits)):
        if services:
            facts.append((name, _names([each.name for each in services])))
    article = row(talk, station)
    return replace(article, facts=tuple(facts), choices=_choices(talk, station, total, offered))


def _choices(talk: Talk, station: int, held: int, offered: Given) -> tuple[Choice, ...]:
    choices = []
    if held:
        choices.append(Choice(Text("今天的活动"), press("todayat", station)))
    for label, services, head in (
        (Text("借房间"), offered.rooms, "roomsat"),
        (Text("团队参观"), offered.visits, "visitsat"),
    ):
        if len(services) == 1 and services[0].slots:
            choices.append(Choice(label, press("book", services[0].id), private=True))
        elif services:
            choices.append(Choice(label, press(head, station)))
    if offered.others:
        choices.append(Choice(Text("能办的事"), press("givenat", station)))
    if station in business.desks(talk.lexicon):
        choices.append(Choice(Text("企业提问"), press("askdesk", station), private=True))
    if talk.lexicon.places[station].location:
        choices.append(Choice(Text("看地图"), press("stationmap", station)))
    return tuple(choices)


def distance(metres: float) -> Text:
    """In hundreds: nobody measures."""
    if metres < _HUNDRED:
        return Text("100米以内")
    if metres < 10 * _HUNDRED:
        return Text("约{metres}米", metres=round(metres / _HUNDRED) * _HUNDRED)
    return Text("约{kilometres}公里", kilometres=f"{metres / 1000:.1f}")


def _whole(talk: Talk, station: int) -> Row[Any]:
    found = place.whole(talk.db, station)
    assert found is not None
    return found


def is_open_within(talk: Talk, station: int, days: Days, hours: list[str] | None) -> bool:
    """Whether it is open at any time of these days; where hours are given, from and to, at any time within these."""
    one = _whole(talk, station)
    begins, ends = (time.fromisoformat(each) for each in hours or ("00:00", "23:59"))
    for day in _each(days):
        first, last = (datetime.combine(day, each, talk.zone) for each in (begins, ends))
        spans = office_hours.of_day(talk.db, one, day, talk.zone)
        if any(begin <= last and first < end for begin, end in spans):
            return True
    return False


def _each(days: Days) -> list[date]:
    first, last = days
    return [first + timedelta(days=nth) for nth in range(min((last - first).days + 1, _MOST_DAYS))]


def is_open(talk: Talk, station: int) -> bool:
    return office_hours.is_open(talk.db, _whole(talk, station), talk.now, talk.zone)


def now(talk: Talk, station: int) -> Text:
    """How it stands now and what is next; where nothing is known of its hours, its address."""
    node = talk.lexicon.places[station]
    if not node.opening:
        return Text("开放时间请问工作人员")
    return opening.now(talk.db, _whole(talk, station), talk.now, talk.zone)


def _state(talk: Talk, one: Row[Any]) -> State | None:
    if not one.opening:
        return None
    return _OPEN if office_hours.is_open(talk.db, one, talk.now, talk.zone) else _CLOSED


def _hours_now(talk: Talk, one: Row[Any]) -> list[Fact]:
    return [(Text("状态"), opening.now(talk.db, one, talk.now, talk.zone))] if one.opening else []


def _hours_of(talk: Talk, one: Row[Any], days: Days) -> list[Fact]:
    """Day by day, those with the same hours together."""
    hours = [(day, opening.hours_on(talk.db, one, day, talk.zone) or Text("休息")) for day in _each(days)]
    alike = ((said, [day for day, _ in group]) for said, group in groupby(hours, key=itemgetter(1)))
    return [(_named(group), said) for said, group in alike]


def _named(days: list[date]) -> Text:
    first, last = (
        Text("{month}月{day}日{weekday}", month=day.month, day=day.day, weekday=opening.DAYS[day.weekday()])
        for day in (days[0], days[-1])
    )
    return first if len(days) == 1 else Text("{first}至{last}", first=first, last=last)


def _names(names: list[str] | tuple[str, ...]) -> Text:
    return Text("{names}", names=Several(tuple(prose(name) for name in names)))


def _times(talk: Talk, held: list[Listing]) -> Text:
    lines = (
        Text("{hour} {title}", hour=f"{each.starts.astimezone(talk.zone):%H:%M}", title=prose(each.title))
        for each in held
    )
    return Text("{names}", names=Several(tuple(lines)))
