"""What fits what somebody offers or wants, with the reasons in words; and never with anybody's number."""

from typing import Any

from sqlalchemy import Row

from handlers import offer_cards, project_cards
from handlers.offer_cards import BROWSE, MINE
from handlers.talk import Talk, press
from models import matching, offering, project_making, project_part
from models.card import Article, Card, Choice
from models.database import Db
from models.matching import Match, Thing, Why
from models.text import Text, prose

_WHYS: dict[Why, Text] = {
    "kind": Text("同类"),
    "kin": Text("差不多一类"),
    "enough": Text("数量够"),
    "seats": Text("坐得下"),
    "here": Text("同一幢楼或同一个小区"),
    "near": Text("就在附近"),
    "anywhere": Text("哪里都可以"),
    "time": Text("时间合适"),
}


def card(talk: Talk, one: Row[Any], lead: Text | None = None, *, staff: bool = False) -> Card:
    """One's own, and at most five that fit it. Staff see the matches of others without a way to claim them."""
    found = of(talk.db, one, talk)
    own = offer_cards.article(one, own=True)
    choices = () if staff else (MINE,)
    if not found:
        text = lead or Text("现在还没有合适的，有了告诉您。")
        hint = Text("现在还没有合适的，有了告诉您。")
        if lead is not None and not staff:
            text = Text("{first}\n{then}", first=lead, then=hint)
        return Card(text, articles=(own,), choices=(*choices, BROWSE), tone="done" if lead else "plain")
    head = Text("合适的有{count}条：", count=len(found))
    text = Text("{first}\n{then}", first=lead, then=head) if lead else head
    articles = tuple(row(talk, one, each, staff=staff) for each in found)
    ref = offering.ref(one)
    return Card(text, articles=articles, choices=choices, tone="done" if lead else "plain", refs=(ref,))


def of(db: Db, one: Row[Any], talk: Talk) -> list[Match]:
    if one.kind == "project" or one.state not in offering.LIVE:
        return []
    thing = matching.of_offer(one)
    if one.side == "want":
        return matching.offers_for(db, thing, talk.now)
    return matching.needs_for(db, thing, talk.now)


def row(talk: Talk, one: Row[Any] | None, match: Match, *, staff: bool = False) -> Article:
    """One match with its reasons and what can be done about it."""
    why = (Text("合适在"), whys(match))
    if match.thing.subject == "part":
        return _part(talk, match.thing, why, staff=staff)
    other = offering.find(talk.db, match.thing.key)
    shown = offer_cards.article(other)
    touch = () if staff else (Choice(Text("想联系"), press("contactoffer", other.id)),)
    return Article(shown.title, shown.ref, facts=(why, *shown.facts), choices=touch)


def _part(talk: Talk, thing: Thing, why: tuple[Text, Text], *, staff: bool) -> Article:
    wanted = project_making.find(talk.db, thing.project or 0)
    part = project_part.find(talk.db, thing.key)
    assert wanted is not None
    assert part is not None
    choices: tuple[Choice, ...] = (project_cards.look(wanted),)
    if not staff:
        touch = Choice(Text("想联系"), press("contactproj", wanted.id))
        choices = (Choice(Text("用这个认领"), press("useoffer", part.id)), touch, *choices)
    facts = (why, (prose(part.name), project_cards.missing(part)))
    return Article(project_cards.name(wanted), project_cards.ref(wanted), facts=facts, choices=choices)


def whys(match: Match) -> Text:
    """`同类、数量够、就在附近`."""
    return offer_cards.joined([_why(match, each) for each in match.whys])


def _why(match: Match, why: Why) -> Text:
    if why == "partly":
        return Text("能给{many}", many=offer_cards.amount(match.share, match.thing.unit))
    return _WHYS[why]
