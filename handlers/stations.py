"""Stations: which there are, which is nearest, whether it is open, what it does and what one can come there for."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from handlers import station_cards, station_phrases, whereabouts
from handlers.talk import Talk, anybody, menu, on, press
from handlers.understanding.lexicon import NEAR_METRES, Point, metres
from models import community, days_off
from models.card import NOTHING, Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said

_PAGE = 5
_NEAREST = 3
# So near to where a station is drawn on the map one is in it.
_INSIDE = 100
_DAY = timedelta(days=1)


@on("station.search", head="stations", allow=anybody, example=Text("离公司最近的服务站在哪"), rank=32, gathers=True,
    phrases=station_phrases.SEARCH, reads=station_phrases.wanted)  # fmt: skip
def find(
    talk: Talk,
    places: list[int] | None = None,
    base: str | None = None,
    nearest: bool = False,
    near: bool = False,
    doing: list[int] | None = None,
    open_now: bool = False,
    day: str | None = None,
    last: str | None = None,
    whole: bool = False,
    hours: list[str] | None = None,
    here: list[float] | None = None,
) -> Card:
    """`here` is a location that was sent: it is looked at once, and nothing of it is kept."""
    found = every(talk)
    if doing:
        found = [each for each in doing if each in talk.lexicon.places]
    elif places and not (nearest or near):
        inside = {inner for each in places for inner in talk.lexicon.below[each]}
        found = [each for each in found if each in inside] or found
    if not found:
        return Card(Text("请找工作人员问一问，这里还没有登记服务站。"), choices=menu())
    start = _start(talk, places or (), base) if here is None else None
    point = located(talk, start)
    found = _sorted(talk, point, found)
    days = _days(talk, day, last, whole)
    if days or hours:
        return _then(talk, found, days, hours)
    if open_now:
        opened = [each for each in found if station_cards.is_open(talk, each)]
        if not opened:
            return _page(talk, found, 0, text=Text("请等开门再来，现在都不开门："))
        found = opened
    if here is not None:
        return _from_here(talk, (here[0], here[1]), found)
    if not (nearest or near or base):
        return _page(talk, found, 0)
    if point is None and talk.in_group:
        return _page(talk, found, 0)
    if start is None or point is None:
        # The form goes on with a location, and closes with it.
        said: str = talk.ask(
            "where", Text("您在哪里？请发一下位置，或者说楼、小区的名字。位置看完就忘，不保存。")
        )
        return _by_name(talk, said, found)
    return _from(talk, start, found, nearest)


def _days(talk: Talk, day: str | None, last: str | None, whole: bool) -> station_cards.Days | None:
    """The days that were asked for, from today on, of a holiday the `whole`; None where today alone is meant, or what is over."""
    if day is None:
        return None
    today = talk.now.astimezone(talk.zone).date()
    begins, ends = date.fromisoformat(day), date.fromisoformat(last or day)
    off = community.days(talk.db)
    if whole and (name := days_off.name_of(ends, *off)):
        while days_off.name_of(begins - _DAY, *off) == name:
            begins -= _DAY
        while days_off.name_of(ends + _DAY, *off) == name:
            ends += _DAY
    begins = max(begins, min(today, ends))
    return None if ends <= today else (begins, ends)


def _then(
    talk: Talk,
    found: list[int],
    days: station_cards.Days | None,
    hours: list[str] | None,
) -> Card:
    """Those that are open on these days, or at these hours of today."""
    today = talk.now.astimezone(talk.zone).date()
    asked = days or (today, today)
    opened = [each for each in found if station_cards.is_open_within(talk, each, asked, hours)]
    text = None if opened else Text("请换个时间来，那时候都不开门：")
    return _page(talk, opened or found, 0, asked, text)


def _by_name(talk: Talk, said: str, found: list[int]) -> Card:
    named = whereabouts.named(talk.lexicon, said) or whereabouts.nearest(talk.lexicon, said)[:1]
    return _from(talk, named[0], found, nearest=True) if named else _page(talk, found, 0)


def every(talk: Talk) -> list[int]:
    return [node.id for node in talk.lexicon.places.values() if node.kind == "station"]


def located(talk: Talk, place: int | None) -> Point | None:
    """Where a place is, or what it lies in."""
    around = (node.location for node in talk.lexicon.above(place) if node.location)
    return next(around, None)


def _start(talk: Talk, places: Sequence[int], base: str | None) -> int | None:
    """What the sentence starts from: a place that it names, or where its speaker works or lives."""
    # Where somebody lives or works is no group's business.
    if talk.in_group:
        return next(iter(places), None)
    person = talk.person
    own = {"work": (person.work_id,), "home": (person.home_id,)}.get(base or "", person.bases)
    return next((each for each in (*places, *own) if each is not None), None)


def _distances(talk: Talk, point: Point, found: Sequence[int]) -> list[tuple[float, int]]:
    return sorted((metres(point, located(talk, each)), each) for each in found)


def _sorted(talk: Talk, point: Point | None, found: Sequence[int]) -> list[int]:
    return list(found) if point is None else [each for _, each in _distances(talk, point, found)]


def nearest_first(talk: Talk, found: Sequence[int]) -> list[int]:
    """Seen from where one works or lives; in a group as they come."""
    return _sorted(talk, located(talk, _start(talk, (), None)), found)


def _from(talk: Talk, start: int, found: list[int], nearest: bool) -> Card:
    """Seen from a building or an estate: the nearest one, or those within a walk."""
    point = located(talk, start)
    ranked = [] if point is None else _distances(talk, point, found)
    if not ranked or ranked[0][0] == math.inf:
        return _page(talk, found, 0)
    close = [each for each in ranked if each[0] <= NEAR_METRES]
    if nearest or len(close) == 1:
        distance, station = ranked[0]
        article = station_cards.full(talk, station, metres=distance)
        name = as_said(talk.lexicon.places[start].name)
        return Card(Text("离{place}最近的是：", place=name), articles=(article,))
    shown = close or ranked[:_NEAREST]
    text = Text("1公里内有{count}个服务站，近的在前：", count=len(close))
    if not close:
        text = Text("1公里内没有服务站。最近的有：")
    return _list(talk, text, shown[:_PAGE])


def _from_here(talk: Talk, here: Point, found: list[int]) -> Card:
    """Only inside or outside, and which is nearest: how far it is would tell where somebody is."""
    distance, station = _distances(talk, here, found)[0]
    if distance == math.inf:
        return _page(talk, found, 0)
    text = Text("您就在这里：") if distance <= _INSIDE else Text("离您最近的是：")
    return Card(text, articles=(station_cards.full(talk, station),))


def around(talk: Talk, here: Point) -> Card | None:
    """In one sentence: at which station somebody is, or which is nearest to him; None where there is none."""
    ranked = _distances(talk, here, every(talk))
    distance, station = ranked[0] if ranked else (math.inf, 0)
    if distance == math.inf:
        return None
    name, stands = as_said(talk.lexicon.places[station].name), station_cards.now(talk, station)
    text = Text("离您最近的服务站是{station}，{stands}。", station=name, stands=stands)
    if distance <= _INSIDE:
        text = Text("您在{station}，{stands}。", station=name, stands=stands)
    return Card(text, choices=(Choice(Text("看服务站"), press("station", station)),))


def _list(talk: Talk, text: Text, ranked: list[tuple[float, int]]) -> Card:
    rows = [
        station_cards.row(talk, station, None if distance == math.inf else distance)
        for distance, station in ranked
    ]
    return Card(text, articles=tuple(rows))


def _page(
    talk: Talk,
    found: list[int],
    offset: int,
    days: station_cards.Days | None = None,
    text: Text | None = None,
) -> Card:
    shown = found[offset : offset + _PAGE]
    if len(found) == 1:
        return Card(text or NOTHING, articles=(station_cards.full(talk, found[0], days),))
    choices = []
    if (rest := len(found) - offset - len(shown)) > 0:
        span = [each.isoformat() for each in days or ()]
        serial = talk.shown.remember_search({"stations": found, "days": span}, offset)
        label = Text("更多（还有{count}个）", count=rest)
        choices.append(Choice(label, press("stationpage", serial)))
    if offset == 0:
        choices.append(Choice(Text("离我最近的"), press("nearest")))
    rows = tuple(station_cards.row(talk, each, days=days) for each in shown)
    text = text or Text("有{count}个服务站：", count=len(found))
    return Card(text, articles=rows, choices=tuple(choices))


@on("station.search", head="stationpage", allow=anybody)
def more(talk: Talk, number: int = 0) -> Card:
    """The next page of a list that is still remembered."""
    remembered = talk.shown.searches.get(str(number or talk.shown.searched), {})
    found = [each for each in remembered.get("query", {}).get("stations", ()) if each in talk.lexicon.places]
    if not found:
        return find(talk)
    offset = remembered["offset"] + _PAGE
    if offset >= len(found):
        return Card(Text("没有更多了。"), choices=(Choice(Text("看服务站"), press("stations")),))
    span = [date.fromisoformat(each) for each in remembered["query"].get("days", ())]
    return _page(talk, found, offset, (span[0], span[1]) if span else None)


@on("station.search", head="nearest", allow=anybody, gathers=True)
def nearest(talk: Talk, here: list[float] | None = None) -> Card:
    return find(talk, nearest=True, here=here)


def known(talk: Talk, number: int) -> int:
    """A place that there is. Raises Refusal."""
    if number not in talk.lexicon.places:
        raise Refusal("station.unknown", Text("请看看有哪些服务站，没有找到这一个。"))
    return number


@on(
    "station.show",
    head="station",
    allow=anybody,
    scans=True,
    phrases=station_phrases.SHOW,
    reads=station_phrases.named,
)
def show(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    own: bool = False,
    day: str | None = None,
    last: str | None = None,
    whole: bool = False,
) -> Card:
    """`own`: nobody named it, the speaker lives or works where it is."""
    found = (
        [known(talk, number)] if number else [each for each in numbers or () if each in talk.lexicon.places]
    )
    # Where somebody lives or works is no group's business.
    if not found or (own and talk.in_group):
        return find(talk)
    return _page(talk, found, 0, _days(talk, day, last, whole))
