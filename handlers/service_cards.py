"""A public service as it is shown: what to bring, what it costs, how long it takes, where, and what one can do next."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers import opening
from handlers.talk import ACTIONS, Talk, press
from models import checked, organization, place, service, service_keeping
from models.card import Article, Choice, State
from models.text import Several, Text, as_said, prose

# A list says so much of each.
_PAPERS_IN_LIST = 4
_PAUSED = State(Text("暂停办理"), "warning")


def article(talk: Talk, one: Row[Any]) -> Article:
    """Everything of a service, with what its reader can do."""
    facts = [*_papers(one), *_terms(one)]
    if one.paused and (why := service_keeping.why_paused(talk.db, one.id)):
        facts.insert(0, (Text("为什么暂停"), as_said(why)))
    facts += [(Text("地点"), _where(talk, each, one.desk)) for each in service.stations(talk.db, one.id)]
    if one.provider_id is not None:
        facts.append((Text("谁来办"), as_said(organization.name(talk.db, one.provider_id))))
    if one.province is not None:
        facts.append((Text("办给谁"), Text("{province}的事项", province=prose(one.province))))
    if one.party is not None:
        facts.append((Text("人数"), Text("一次最多{count}人", count=one.party)))
    if one.online is not None:
        facts.append((Text("网上办"), as_said(one.online)))
    if one.checked is not None:
        facts.append((Text("内容核对"), _checked(one.checked, talk)))
    body = prose(one.summary) if one.summary else None
    return Article(
        prose(one.name), service.ref(one), _state(one), tuple(facts), body=body, choices=choices(one)
    )


def row(one: Row[Any]) -> Article:
    """A line of a list: what to bring, what it costs, how long it takes."""
    facts = [*_papers(one, _PAPERS_IN_LIST), *_terms(one)]
    return Article(prose(one.name), service.ref(one), _state(one), tuple(facts), choices=(look(one),))


def title(one: Row[Any]) -> Article:
    """A line of a long list."""
    return Article(prose(one.name), service.ref(one), _state(one), choices=(look(one),))


def look(one: Row[Any]) -> Choice:
    return Choice(Text("看详情"), press("service", one.id))


def choices(one: Row[Any]) -> tuple[Choice, ...]:
    """What one can do with it: book where it has slots, else draw a number; what is paused can only be read."""
    found = []
    if not one.paused and one.kind == "window":
        found.append(("windowcase", Text("登记跨省件")))
    if not one.paused and one.slots:
        found.append(("book", Text("预约")))
    if one.materials:
        found.append(("materials", Text("材料清单")))
    if not one.paused and one.kind in ("item", "window"):
        found.append(("drawnumber", Text("取号")))
    offered = [Choice(label, press(head, one.id), private=True) for head, label in found if head in ACTIONS]
    return (*offered, Choice(Text("问一问"), press("person"), private=True))


def _state(one: Row[Any]) -> State | None:
    return _PAUSED if one.paused else None


def _papers(one: Row[Any], most: int | None = None) -> list[tuple[Text, Text]]:
    papers = one.materials[:most]
    if not papers:
        return []
    said = Text("{papers}", papers=Several(tuple(prose(each) for each in papers)))
    if len(papers) < len(one.materials):
        said = Text("{papers}等{count}样", papers=said, count=len(one.materials))
    return [(Text("带什么"), said)]


def _terms(one: Row[Any]) -> list[tuple[Text, Text]]:
    """What it costs, and how long it takes."""
    facts = []
    if one.fee:
        facts.append((Text("费用"), prose(one.fee)))
    if one.takes:
        facts.append((Text("多久"), prose(one.takes)))
    return facts


def _where(talk: Talk, where: int, desk: str | None) -> Text:
    """The station, the desk in it, its address and hours, and whether somebody is there now."""
    found = place.whole(talk.db, where)
    if found is None:
        return Text("")
    said = Text("{place}", place=as_said(found.name))
    if desk:
        said = Text("{place}{desk}", place=said, desk=prose(desk))
    if found.address:
        said = Text("{place}，{address}", place=said, address=as_said(found.address))
    if not found.opening:
        return said
    now = opening.now(talk.db, found, talk.now, talk.zone)
    return Text("{place}，{hours}（{now}）", place=said, hours=opening.hours(found.opening), now=now)


def _checked(day: date, talk: Talk) -> Text:
    """On which day somebody made sure of it; what is old may have changed."""
    said = as_said(f"{day:%Y-%m-%d}")
    if checked.is_stale(day, talk.now.astimezone(talk.zone).date()):
        return Text("{day}（过了半年，来之前请先问一声）", day=said)
    return Text("{day}", day=said)
