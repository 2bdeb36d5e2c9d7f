"""The hall's four lists: what one can give and get, social organizations, public good and culture, and results."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_cards
from handlers.talk import Phrase, Talk, anybody, menu, on, press
from models import community, hall, showcase
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said, prose

_PAGE = 8
_OF_ONE = 4
_OPEN = (Phrase(r".", weight=8, needs="hall"),)


@on("hall.show", head="hall", allow=anybody, phrases=_OPEN)
def lists(talk: Talk) -> Card:
    """One word, the hall's name, opens the four; each of them opens with one more."""
    known = community.hall(talk.db)
    if known is None:
        talk.leave(Refusal("hall.none", Text("请从下面选一个，这里没有这样一个大厅。")), *menu())
    choices = (
        Choice(prose(known["resources"]), press("offers")),
        Choice(prose(known["social"]), press("hallsocial")),
        Choice(prose(known["culture"]), press("hallculture")),
        Choice(prose(known["results"]), press("hallresults")),
    )
    return Card(Text("{hall}里有四样，点一个就能看：", hall=as_said(known["name"])), choices=choices)


def _back() -> Choice:
    return Choice(Text("回大厅"), press("hall"))


@on("hall.social", head="hallsocial", allow=anybody)
def social(talk: Talk, number: int = 0) -> Card:
    found = hall.social(talk.db, number, _PAGE + 1)
    if not found:
        return Card(Text("还没有登记的社会组织，过几天再来看看。"), choices=(_back(),))
    articles = tuple(
        Article(
            as_said(each.name),
            f"organization:{each.code}",
            facts=((Text("地点"), as_said(each.place)),) if each.place else (),
            choices=(Choice(Text("看看"), press("socialorg", each.id)),),
        )
        for each in found[:_PAGE]
    )
    more = (Choice(Text("更多"), press("hallsocial", number + _PAGE)),) if len(found) > _PAGE else ()
    return Card(Text("社会组织，点一个看它在做什么："), articles=articles, choices=(*more, _back()))


@on("hall.organization", head="socialorg", allow=anybody)
def organization(talk: Talk, number: int = 0) -> Card:
    """Where it is, and what it holds now."""
    one = hall.organization(talk.db, number)
    if one is None:
        talk.leave(Refusal("hall.organization", Text("请从列表里选一个，没有找到这个组织。")), _back())
    facts = ((Text("地点"), as_said(one.place)),) if one.place else ()
    on_now = hall.held(talk.db, one.id, talk.now, _OF_ONE)
    running = hall.projects(talk.db, one.id, _OF_ONE)
    articles = (
        Article(as_said(one.name), f"organization:{one.code}", facts=facts),
        *(activity_cards.row(each, talk.now) for each in on_now),
        *(_project(each) for each in running),
    )
    text = Text("{name}：", name=as_said(one.name))
    if not on_now and not running:
        text = Text("{name}，现在没有活动和项目。想合作，点“转人工”。", name=as_said(one.name))
    return Card(text, articles=articles, choices=(Choice(Text("转人工"), press("ask")), _back()))


def _project(one: Row[Any]) -> Article:
    look = Choice(Text("看项目"), press("project", one.id))
    return Article(as_said(one.title), f"project:{one.code}", choices=(look,))


@on("hall.culture", head="hallculture", allow=anybody)
def culture(talk: Talk, number: int = 0) -> Card:
    found, total = hall.culture(talk.db, talk.now, number, _PAGE)
    if not found:
        return Card(Text("还没有这样的活动，过几天再来看看。"), choices=(activity_cards.BROWSE, _back()))
    articles = tuple(activity_cards.row(each, talk.now) for each in found)
    more = number + _PAGE < total
    choices = (Choice(Text("更多"), press("hallculture", number + _PAGE)),) if more else ()
    return Card(Text("公益和文化活动，最近的在前："), articles=articles, choices=(*choices, _back()))


@on("hall.results", head="hallresults", allow=anybody)
def results(talk: Talk, number: int = 0) -> Card:
    """What came of finished projects, those on top first."""
    found = showcase.listed(talk.db)[number:]
    if not found:
        return Card(Text("还没有公布的成果，项目完成了就放在这里。"), choices=(_back(),))
    articles = tuple(
        Article(
            as_said(each.title),
            f"project:{each.code}",
            facts=((Text("结果"), as_said(each.result)),) if each.result else (),
            choices=(Choice(Text("看项目"), press("project", each.id)),),
        )
        for each in found[:_PAGE]
    )
    more = (Choice(Text("更多"), press("hallresults", number + _PAGE)),) if len(found) > _PAGE else ()
    return Card(Text("做成的项目："), articles=articles, choices=(*more, _back()))
