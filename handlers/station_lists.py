"""What there is at a station: its programme, where it is on the map, its services, rooms and visits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers import activities, station_cards, station_phrases, stations
from handlers.talk import Talk, anybody, on, press
from models import search
from models.card import Article, Attachment, Card, Choice
from models.search import Query
from models.text import Text, as_said, prose


@on(
    "activity.search",
    head="todayat",
    allow=anybody,
    phrases=station_phrases.PROGRAMME,
    reads=station_phrases.programme,
)
def today(
    talk: Talk, number: int = 0, day: str | None = None, last: str | None = None, whole: bool = False
) -> Card:
    """The programme of a station; where none is named, of all of them, on the days that are."""
    here = talk.now.astimezone(talk.zone).date()
    if number:
        query = Query(first=here, last=here, places=talk.lexicon.below[stations.known(talk, number)])
        return activities.find(talk, query=search.dump(query))
    inside = tuple(inner for each in stations.every(talk) for inner in talk.lexicon.below[each])
    first, until = (date.fromisoformat(each) if each else None for each in (day, last))
    query = Query(first=first, last=until, places=inside)
    return activities.find(talk, query=search.dump(query))


@on("station.show", head="stationmap", allow=anybody)
def on_map(talk: Talk, number: int = 0) -> Card:
    node = talk.lexicon.places[stations.known(talk, number)]
    at, name = stations.located(talk, node.id), as_said(node.name)
    where = as_said(node.address) if node.address else name
    text = Text("{station}在{where}。", station=name, where=where)
    attached = (Attachment("location", name, at=at),) if at else ()
    return Card(text, refs=(f"place:{node.code}",), attachments=attached)


@on("service.search", head="givenat", allow=anybody)
def given_at(talk: Talk, number: int = 0) -> Card:
    """What one can come to a station for."""
    return _services(talk, number, "others")


@on("service.search", head="roomsat", allow=anybody)
def rooms_at(talk: Talk, number: int = 0) -> Card:
    return _services(talk, number, "rooms")


@on("service.search", head="visitsat", allow=anybody)
def visits_at(talk: Talk, number: int = 0) -> Card:
    return _services(talk, number, "visits")


_MOST = 10


def _services(talk: Talk, number: int, which: str) -> Card:
    station = stations.known(talk, number)
    found: Sequence[Any] = getattr(station_cards.given(talk, station), which)
    name = as_said(talk.lexicon.places[station].name)
    if not found:
        choices = (Choice(Text("看服务站"), press("station", station)),)
        return Card(Text("请看看别的服务站，{station}现在没有。", station=name), choices=choices)
    text = Text("在{station}能办{count}件事：", station=name, count=len(found))
    return Card(text, articles=tuple(_service(each) for each in found[:_MOST]))


def _service(one: Any) -> Article:
    choices = [Choice(Text("详情"), press("service", one.id))]
    if one.slots:
        choices.append(Choice(Text("预约"), press("book", one.id), private=True))
    return Article(prose(one.name), f"service:{one.code}", choices=tuple(choices))
