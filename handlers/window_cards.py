"""How a case of the cross-province window looks: its number, how far it is, and what its reader can do with it."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import ACTIONS, Talk, press
from models import contact, duty, place, service, window_case
from models.card import NOTHING, Article, Card, Choice, Stage, State, StateTone
from models.database import Db
from models.text import Moment, Text, as_said, prose

MINE = Choice(Text("我的专窗件"), press("mycases"))
START = Choice(Text("跨省办事"), press("windowcase"))
LIST = Choice(Text("专窗列表"), press("caselist"))
_TONES: dict[str, StateTone] = {"collected": "past", "withdrawn": "past", "returned": "warning"}


def name(db: Db, one: Row[Any]) -> Text:
    """Its number and what it is about."""
    return Text("专{number}「{service}」", number=one.id, service=prose(item(db, one).name))


def item(db: Db, one: Row[Any]) -> Row[Any]:
    found = service.find(db, one.service_id)
    assert found is not None
    return found


def look(one: Row[Any]) -> Choice:
    return Choice(Text("看进度"), press("case", one.id))


def article(
    talk: Talk, one: Row[Any], *facts: tuple[Text, Text], choices: tuple[Choice, ...] = ()
) -> Article:
    state = State(window_case.STATES[one.state], _TONES.get(one.state, "good"))
    shown = [(Text("窗口"), as_said(place.name(talk.db, one.place_id)))]
    if one.province:
        shown.append((Text("省份"), prose(one.province)))
    if one.tracking and not _played(talk, one):
        shown.append((Text("快递单号"), as_said(one.tracking)))
    return Article(
        name(talk.db, one), window_case.ref(one.id), state, facts=(*shown, *facts), choices=choices
    )


def own(talk: Talk, one: Row[Any], lead: Text = NOTHING) -> Card:
    """As its owner reads it."""
    shown = article(talk, one, choices=own_choices(talk, one) or (START,))
    return Card(lead, articles=(shown,), choices=(MINE,), timeline=_stages(talk, one))


def own_choices(talk: Talk, one: Row[Any]) -> tuple[Choice, ...]:
    """What its owner can do next."""
    about = item(talk.db, one)
    if one.state == "back":
        return (Choice(Text("换取件码"), press("newcode", one.id)),)
    found = []
    if one.state == "registered" and about.slots and "book" in ACTIONS:
        found.append(Choice(Text("约时间"), press("book", about.id)))
    if one.state in ("registered", "booked", "returned") and about.materials and "materials" in ACTIONS:
        found.append(Choice(Text("材料清单"), press("materials", about.id)))
    if one.state in window_case.DROPPABLE:
        found.append(Choice(Text("不办了"), press("dropcase", one.id)))
    return tuple(found)


def for_staff(talk: Talk, one: Row[Any], lead: Text = NOTHING) -> Card:
    """As who works at the window reads it. Who only plays that in the demo reads no names, parcels and reasons."""
    facts = []
    if one.member_id is not None and not _played(talk, one):
        called = contact.name_of(talk.db, one.member_id)
        facts = [(Text("办事人"), as_said(called))] if called else []
    step = Choice(Text("下一步"), press("casestep", one.id))
    over = one.state in window_case.ENDED
    shown = article(talk, one, *facts, choices=(LIST,) if over else (step,))
    return Card(lead, articles=(shown,), choices=() if over else (LIST,), timeline=_stages(talk, one))


def _played(talk: Talk, one: Row[Any]) -> bool:
    """Whether it is somebody else's, and who reads it only plays the window in the demo."""
    return one.member_id != talk.person.id and duty.plays(talk.db, talk.person.id)


def _stages(talk: Talk, one: Row[Any]) -> tuple[Stage, ...]:
    steps, played = window_case.log(talk.db, one.id), _played(talk, one)
    last = len(steps) - 1
    return tuple(
        Stage(
            window_case.STATES[each.after] if played else _what(each),
            "now" if nth == last else "past",
            Text("{at}", at=Moment(each.at)),
        )
        for nth, each in enumerate(steps)
    )


def _what(step: Row[Any]) -> Text:
    known = window_case.STATES[step.after]
    return Text("{state}：{reason}", state=known, reason=as_said(step.reason)) if step.reason else known
