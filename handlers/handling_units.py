"""A need as the unit that has it sees it: its contact says that it arrived, and what was done."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, handling_cards, need_cards, need_news, photos
from handlers.handling_which import mine, past
from handlers.talk import Option, Talk, anybody, on, press
from handlers.understanding.handling import GOT
from models import addressee, duty, handling, handling_people, handling_queue, need, need_line, phone, place
from models.card import NOTHING, Article, Card, Choice
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said

_PAGE = 8
_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))
_OVER = ("triaged", "in_progress", "reopened")


def is_theirs(talk: Talk, one: Row[Any]) -> bool:
    """Whether this member stands for the unit that has it, and is not staff for it himself."""
    theirs = handling_people.has_it(talk.db, one, talk.person.id)
    return theirs and not handling.covers(talk.db, talk.person.id, one)


def queue(talk: Talk) -> Card:
    """What was given to the units that this member stands for."""
    found = handling_queue.of_units(talk.db, talk.person.id, _PAGE)
    if not found:
        return Card(Text("都办完了，没有派给您单位的诉求。"), choices=(need_cards.BROWSE,))
    articles = tuple(handling_cards.row(talk.db, each, talk.now) for each in found)
    return Card(Text("派给您单位的有{count}件：", count=len(found)), articles=articles)


def card(talk: Talk, one: Row[Any], lead: Text = NOTHING) -> Card:
    """What is to be done, where and by when; never who reported it or how he is reached."""
    lines = [
        line
        for line in need_line.of(talk.db, one.id)
        if line.kind in ("report", "addition", "reopening") and line.checked != "withheld"
    ]
    said = tuple(
        as_said(phone.without(str(phone.open_in(line.text, talk.vault)))) for line in lines if line.text
    )
    pictures = tuple(each for line in lines for each in photos.attached(talk.db, line.photo_id))
    facts = []
    if one.place_id is not None:
        where = as_said(place.name(talk.db, one.place_id))
        if one.spot:
            where = Text("{place}，{spot}", place=where, spot=phone.without(one.spot))
        facts.append((Text("地点"), where))
    if one.due is not None:
        facts.append((Text("期限"), Text("{at}", at=Moment(one.due))))
    article = Article(
        need_cards.name(one),
        need.ref(one.id),
        facts=tuple(facts),
        body=Text("{lines}", lines=Several(said, lines=True)) if said else None,
        choices=_choices(one),
    )
    return Card(lead, articles=(article,), attachments=pictures)


def _choices(one: Row[Any]) -> tuple[Choice, ...]:
    if one.state not in _OVER:
        return (need_cards.look(one),)
    said = Choice(Text("说明情况"), press("unitneed", one.id))
    return (
        (said,)
        if one.sent == "acknowledged"
        else (Choice(Text("我们收到了"), press("ackneed", one.id)), said)
    )


def tell(talk: Talk, one: Row[Any], contacts: list[int]) -> None:
    """The contacts of the unit that has it now are told."""
    text = Text("请看一看，{need}派给了{unit}。", need=need_cards.name(one), unit=_unit(talk, one))
    told = card(talk, one, text)
    need_news.tell_staff(talk.db, one.id, told, contacts, handling.event(talk.db, one), talk.now)


def _unit(talk: Talk, one: Row[Any]) -> Text:
    return handling_cards.who_has_it(talk.db, one) or Text("您的单位")


def _theirs(talk: Talk, number: int) -> Row[Any]:
    """What this member's unit has. Raises Refusal that names who has it."""
    one = handling.find(talk.db, number)
    if handling_people.has_it(talk.db, one, talk.person.id):
        return one
    if one.unit_id is None:
        raise Refusal(
            "need.unit", Text("请放心，需{number}现在不归您的单位办。", number=one.id), need.ref(one.id)
        )
    unit = _unit(talk, one)
    text = Text("请找{unit}的联系人，需{number}由他们办。", unit=unit, number=one.id)
    raise Refusal("need.unit", text, need.ref(one.id))


@on("staff.need", head="ackneed", allow=anybody, private=True, phrases=GOT.phrases, reads=GOT)
def acknowledge(talk: Talk, number: int = 0) -> Card:
    """The unit knows of it, and of one outside the officer says so; the card shows that, nobody is told."""
    one = handling.find(talk.db, number)
    if one.state == "referred":
        return _known_outside(talk, mine(talk, number))
    one = _theirs(talk, number)
    if one.sent == "sent" and one.state in _OVER:
        one = handling.edit(
            talk.db, one, "acknowledged", talk.person.id, talk.now, sent="acknowledged", unit_id=one.unit_id
        )
    return card(talk, one, Text("记下了。办好了，请在这里写一句。"))


def _known_outside(talk: Talk, one: Row[Any]) -> Card:
    if one.sent != "acknowledged":
        me = talk.person.id
        one = handling.edit(talk.db, one, "acknowledged", me, talk.now, sent="acknowledged", unit=one.unit)
    return handling_cards.full(talk, one, Text("记下了，对方收到了。"))


@on("staff.need", head="unitneed", allow=anybody, private=True)
def explain(talk: Talk, number: int = 0, said: str | None = None) -> Card:
    """What was done, in a sentence and a photo; the officer reads it and closes with one tap."""
    one = _theirs(talk, number)
    if one.state not in _OVER:
        past(talk, one)
    about = handling_cards.subject(one)
    asked = Text("请写一句，办得怎么样了？工作人员和反映的人会看到。")
    words = checks.words(said) if said else talk.ask("words", asked, check=checks.words, about=about)
    picture = talk.ask(
        "photo", Text("请发一张照片，没有可以跳过。"), _SKIP, check=photos.Picture(), about=about
    )
    duty.check_real(talk.db, talk.person.id)
    if one.sent != "acknowledged":
        one = handling.edit(talk.db, one, "acknowledged", talk.person.id, talk.now, sent="acknowledged")
    said = handling.say(talk.db, talk.vault, one.id, talk.person.id, "note", words, talk.now, picture or None)
    handling.note(talk.db, one.id, "unit word", talk.person.id, talk.now)
    _tell_officer(talk, one, said, picture or None)
    return Card(Text("记下了，工作人员看过就办结。"), tone="done", refs=(need.ref(one.id),))


def _tell_officer(talk: Talk, one: Row[Any], words: str, picture: int | None) -> None:
    text = Text(
        "请看一看，{unit}说{need}：{words}", unit=_unit(talk, one), need=need_cards.name(one), words=words
    )
    choices = (
        Choice(Text("这样办结"), press("confirmneed", one.id)),
        handling_cards.look(one),
    )
    told = Card(
        text,
        choices=choices,
        tone="notice",
        refs=(need.ref(one.id),),
        attachments=photos.attached(talk.db, picture),
    )
    officer = officer_of(talk, one)
    if officer is not None:
        need_news.tell_staff(talk.db, one.id, told, [officer], handling.event(talk.db, one), talk.now)


def officer_of(talk: Talk, one: Row[Any]) -> int | None:
    """Who has it of the staff; where he is none any more, the nearest one."""
    if one.officer_id is not None and handling.covers(talk.db, one.officer_id, one):
        return int(one.officer_id)
    nearest = addressee.nearest(talk.db, (one.place_id,), {talk.person.id})
    return nearest.id if nearest else None
