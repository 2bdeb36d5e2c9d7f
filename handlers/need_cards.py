"""A need as it is shown: its number, what and where it is, who has it and by when, and what happened so far."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from handlers import photos, timelines
from handlers.question_cards import short
from handlers.talk import Talk, press
from models import addressee, category, local_words, need, need_reading, organization, phone, place
from models.card import NOTHING, Article, Card, Choice, State
from models.database import Db
from models.need_reading import Reader
from models.text import Moment, Several, Text, as_said

# What staff can do with a need: who handles needs declares it.
ForStaff = Callable[[Talk, Row[Any]], tuple[Choice, ...]]
_FOR_STAFF: list[ForStaff] = []
MINE = Choice(Text("我的诉求"), press("needs"))
BROWSE = Choice(Text("大家反映的"), press("needsearch"))
REPORT = Choice(Text("反映问题"), press("report"))
_TONES = {"resolved": "good", "confirmed": "good", "answered": "good", "reopened": "warning"}
_OVER = ("closed", "withdrawn", "rejected", "duplicate")
_OUTCOMES = {
    "solved": Text("已解决"),
    "partly": Text("部分解决"),
    "unsolved": Text("没有解决"),
    "referred": Text("转给了别的单位"),
    "no_answer": Text("没有收到反映人的回复"),
}
_KINDS = {
    "report": Text("反映的内容"),
    "addition": Text("补充"),
    "reopening": Text("没解决的原因"),
    "thanks": Text("感谢的话"),
    "answer": Text("答复"),
    "note": Text("备注（只有工作人员看得到）"),
}


def for_staff(function: ForStaff) -> ForStaff:
    """Declares more choices for staff on the card of a need."""
    _FOR_STAFF.append(function)
    return function


def name(one: Row[Any]) -> Text:
    """Its number and what it is about, as everybody may read it."""
    return Text("需{number}「{title}」", number=one.id, title=category.titled(one.category, one.title))


def article(
    db: Db,
    one: Row[Any],
    *,
    choices: tuple[Choice, ...] = (),
    spot: str | None = None,
    words: Text | None = None,
) -> Article:
    """In the bot's own words, as everybody may read it who may know of it; `spot` and `words` where the reader may."""
    said = ((Text("反映的内容"), words),) if words else ()
    return Article(
        name(one),
        need.ref(one.id),
        _state(one),
        facts=(*said, *facts(db, one, spot=spot)),
        choices=choices,
    )


def public_spot(talk: Talk, one: Row[Any]) -> str | None:
    """Where in the place, once everybody may read it."""
    found = need_reading.spot(talk.db, one)
    return masked(talk, found, "other") if found else None


def public_words(talk: Talk, one: Row[Any]) -> Text | None:
    """The report, once everybody may read it."""
    found = need_reading.words(talk.db, one)
    return as_said(short(masked(talk, found, "other"))) if found else None


def _state(one: Row[Any]) -> State:
    tone = "past" if one.state in _OVER else _TONES.get(one.state, "warning")
    return State(need.STATES[one.state], tone)  # type: ignore[arg-type]


def status(one: Row[Any]) -> Text:
    """Its state in a few words, with how it ended."""
    if one.state == "closed" and one.outcome in _OUTCOMES:
        return Text("{state}：{outcome}", state=need.STATES[one.state], outcome=_OUTCOMES[one.outcome])
    return need.STATES[str(one.state)]


def facts(db: Db, one: Row[Any], *, spot: str | None = None) -> tuple[tuple[Text, Text], ...]:
    """Place, category, who has it, by when, how many it concerns."""
    found = []
    if one.place_id is not None:
        where = as_said(place.name(db, one.place_id))
        if spot:
            where = Text("{place}，{spot}", place=where, spot=spot)
        found.append((Text("地点"), where))
    if sort := category.everything(db).get(one.category or ""):
        found.append((Text("类别"), category.named(sort)))
    if unit := unit_of(db, one):
        found.append((Text("办理单位"), unit))
    if one.due is not None and one.state not in need.ENDED and one.state not in ("answered", "resolved"):
        found.append((Text("最晚答复"), Text("{at}", at=Moment(one.due))))
    if one.state == "closed" and one.outcome in _OUTCOMES:
        found.append((Text("结果"), _OUTCOMES[one.outcome]))
    if one.state == "duplicate" and one.duplicate_of_id:
        found.append((Text("并到"), Text("需{number}", number=one.duplicate_of_id)))
    if one.project_id is not None:
        found.append((Text("项目"), Text("项{number}", number=one.project_id)))
    if count := need_reading.supporters(db, one):
        found.append((Text("关注"), Text("{count}位", count=count)))
    return tuple(found)


def unit_of(db: Db, one: Row[Any]) -> Text | None:
    """Who has it: an organization or a unit outside; a unit's name is everybody's to know."""
    if one.unit_id is not None:
        return as_said(organization.name(db, one.unit_id))
    return as_said(one.unit) if one.unit else None


def look(one: Row[Any]) -> Choice:
    """To everything that is known of it."""
    return Choice(Text("看进展"), press("need", one.id))


def full(talk: Talk, one: Row[Any], known: Reader, lead: Text = NOTHING) -> Card:
    """Everything that this reader may know of it, with what happened so far."""
    read = need_reading.lines(talk.db, one, talk.person.id)
    said = tuple(_line(talk, line.kind, each.words, known) for line, each in read if each.words)
    spot = one.spot if known != "other" else need_reading.spot(talk.db, one)
    # Who has it is for who waits for it, and for staff.
    officer = addressee.officer(talk.db, one.officer_id) if known != "other" else None
    who = ((Text("办理人"), as_said(officer.name)),) if officer is not None and officer.name else ()
    shown = Article(
        name(one),
        need.ref(one.id),
        _state(one),
        facts=(*facts(talk.db, one, spot=masked(talk, spot, known) if spot else None), *who),
        body=Text("{lines}", lines=Several(said, lines=True)) if said else None,
        choices=choices(talk, one, known),
    )
    pictures = [each.photo for _, each in read if each.photo is not None]
    return Card(
        lead,
        articles=(shown,),
        timeline=timelines.stages(talk.db, "need", one.id),
        attachments=tuple(attached for each in pictures for attached in photos.attached(talk.db, each)),
        choices=(MINE,) if known == "reporter" else (BROWSE,),
    )


def _line(talk: Talk, kind: str, words: str | None, known: Reader) -> Text:
    return line(kind, masked(talk, words or "", known))


def line(kind: str, words: str) -> Text:
    """What was said of it, and what for."""
    return Text("{what}：{words}", what=_KINDS[kind], words=words)


def masked(talk: Talk, words: str, known: Reader) -> str:
    """Somebody's own words: with the numbers of phones and people in them for staff and for who wrote them alone."""
    opened: str = phone.open_in(words, talk.vault)
    return local_words.public(opened) if known == "other" else opened


def choices(talk: Talk, one: Row[Any], known: Reader) -> tuple[Choice, ...]:
    """What this reader can do with it now."""
    if known == "reporter":
        return own_choices(one)
    if known == "staff":
        return tuple(choice for each in _FOR_STAFF for choice in each(talk, one))
    if need_reading.follows(talk.db, one, talk.person.id):
        return (*add_choice(one), Choice(Text("不再关注"), press("unsupport", one.id)))
    return (Choice(Text("我也遇到"), press("support", one.id)),) if one.state not in need.ENDED else ()


def own_choices(one: Row[Any]) -> tuple[Choice, ...]:
    """What who reported it can do with it now."""
    if one.state in ("answered", "resolved"):
        return solved_choices(one)
    if one.state in ("new", "triaged"):
        return (*add_choice(one), Choice(Text("撤回诉求"), press("withdrawneed", one.id)))
    if one.state == "rejected":
        return () if one.appealed else (Choice(Text("申诉"), press("contest", one.id)),)
    return () if one.state in need.ENDED else add_choice(one)


def add_choice(one: Row[Any]) -> tuple[Choice, ...]:
    return () if one.state in need.ENDED else (Choice(Text("补充几句"), press("addto", one.id)),)


def solved_choices(one: Row[Any]) -> tuple[Choice, ...]:
    """Whether it is solved: 1, 2 or 3. Who tells the reporter of an answer or a result puts them below."""
    return (
        Choice(Text("解决了"), press("isdone", one.id)),
        Choice(Text("解决了一部分"), press("partdone", one.id)),
        Choice(Text("没解决"), press("reopen", one.id)),
    )
