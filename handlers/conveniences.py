"""便民: small everyday helps nearby, each with its place, its hours and the day on which that was last checked."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers import station_cards, stations
from handlers.talk import Phrase, Talk, anybody, on, press
from models import service
from models.card import Article, Card, Choice
from models.folding import fold
from models.text import Several, Text, as_said, prose

# What the data calls them; a station may have them as one of its functions.
_WORD = "便民"
_MOST = 12
_PLACES = 2
_LIST = (
    Phrase(
        r"^(?:我要|我想|看看?|查|找|有什么|有哪些|附近|周边|社区|身边|的|[,\s])*(?:便民|身边小事)(?:服务|信息|点|清单|设施)?(?:有哪些|有什么|在哪里?|都有啥)?[?？。!]*$",
        weight=6,
    ),
    Phrase(
        r"^(?:show |list |what )?(?:everyday|daily|convenience) (?:services|helps?)(?: nearby)?[?.!]*$",
        weight=6,
    ),
)


@on("service.search", head="handy", allow=anybody, example=Text("便民"), rank=34, phrases=_LIST)
def find(talk: Talk) -> Card:
    entries = [
        each for each in service.everything(talk.db) if _WORD in fold(each.category) and not each.paused
    ]
    named = [
        node.id
        for node in talk.lexicon.places.values()
        if any(_WORD in fold(function) for function in node.functions)
    ]
    rows = [_row(talk, each) for each in entries[:_MOST]]
    rows += [_place(talk, each) for each in named[: _MOST - len(rows)]]
    if not rows:
        choices = (Choice(Text("看服务站"), press("stations")),)
        return Card(Text("请问问服务站，便民的事还没有登记。"), choices=choices)
    return Card(Text("身边的便民服务，直接去就行："), articles=tuple(rows))


def _row(talk: Talk, one: Row[Any]) -> Article:
    places = stations.nearest_first(talk, service.stations(talk.db, one.id))
    facts = [
        (
            Text("地点"),
            Text(
                "{place}（{stands}）",
                place=as_said(talk.lexicon.places[each].name),
                stands=station_cards.now(talk, each),
            ),
        )
        for each in places[:_PLACES]
    ]
    if others := places[_PLACES:]:
        names = Several(tuple(as_said(talk.lexicon.places[each].name) for each in others))
        facts.append((Text("还有"), Text("{places}", places=names)))
    if one.fee:
        facts.append((Text("费用"), prose(one.fee)))
    facts.append((Text("核对日期"), checked(one.checked)))
    choices = (Choice(Text("详情"), press("service", one.id)),)
    return Article(prose(one.name), service.ref(one), facts=tuple(facts), choices=choices)


def _place(talk: Talk, station: int) -> Article:
    """Its hours are in the pack, and on which day somebody looked at them is not."""
    row = station_cards.row(talk, station)
    return replace(row, facts=(*row.facts, (Text("核对日期"), checked(None))))


def checked(day: date | None) -> Text:
    """The day on which somebody last made sure."""
    if day is None:
        return Text("还没有核对过")
    return Text("{year}年{month}月{day}日", year=str(day.year), month=day.month, day=day.day)
