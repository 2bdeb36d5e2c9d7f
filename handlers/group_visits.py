"""参观: what groups can visit with a guide, and the way to a slot of it."""

from typing import Any

from sqlalchemy import Row

from handlers import station_cards
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import service
from models.card import Article, Card, Choice
from models.text import Text, as_said, prose

_LIST = (
    Phrase(
        r"(?:想|要|可以|能|去|带|组织|安排|来|有什么|有哪些|哪里|哪些|怎么).{0,16}参观|参观.{0,8}(?:有哪些|怎么|可以|能|吗|在哪)|^(?:团队|集体|单位)?参观[?。!]*$|团队参观",
        weight=3,
        unless=r"预约|约(?:个|一|了|到)|取消|讲解|报名|改|项目|志愿|参观人数|我的|亲子|活动|[这那]一?场",
    ),
    Phrase(
        r"\b(?:group visits?|guided tours?|visit (?:the|a) .{2,30} (?:with|as) (?:a|our|my) (?:group|class|team))\b",
        weight=5,
        unless="cancel|my ",
    ),
)


def _where(reading: Reading) -> Arguments:
    return {"places": list(reading.places or ())}


@on("service.search", head="visits", allow=anybody, phrases=_LIST, reads=_where)
def find(talk: Talk, places: list[int] | None = None) -> Card:
    """Those at the places that are named, where there are any."""
    found = [each for each in service.everything(talk.db) if each.kind == "visit" and not each.paused]
    there = [each for each in found if set(service.stations(talk.db, each.id)) & set(places or ())]
    found = there or found
    if not found:
        choices = (Choice(Text("看服务站"), press("stations")), Choice(Text("找活动"), press("activities")))
        return Card(Text("请看看活动，团队参观现在没有。"), choices=choices)
    text = Text("可以带队参观，约好时间就来：")
    return Card(text, articles=tuple(_row(talk, each) for each in found))


def _row(talk: Talk, one: Row[Any]) -> Article:
    facts = []
    for station in service.stations(talk.db, one.id)[:1]:
        facts.append((Text("地点"), as_said(talk.lexicon.places[station].name)))
        if talk.lexicon.places[station].opening:
            facts.append((Text("状态"), station_cards.now(talk, station)))
    if one.party:
        facts.append((Text("一队最多"), Text("{count}人", count=one.party)))
    if one.guides:
        facts.append((Text("讲解"), Text("有志愿讲解员")))
    if one.fee:
        facts.append((Text("费用"), prose(one.fee)))
    choices = [Choice(Text("详情"), press("service", one.id))]
    if one.slots:
        choices.insert(0, Choice(Text("预约参观"), press("book", one.id), private=True))
    body = prose(one.summary) if one.summary else None
    return Article(prose(one.name), service.ref(one), None, tuple(facts), body, tuple(choices))
