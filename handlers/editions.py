"""Once more: a finished project copied as a draft, or its next year's edition, which last year's claimants get first."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import checks, project_cards
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import duty, editions, notice, project_copying, project_making, project_people
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, prose

_NUMBER = re.compile(r"\d{1,9}")
_COPY = (Phrase(r"^复制项目?\s*#?\d+|^项目?\s*#?\d+\s*复制|^copy project #?\d+", weight=8),)
_RENEW = (Phrase(r"^续办(?:项目?)?\s*#?\d+|^项目?\s*#?\d+\s*(?:明年)?续办|^renew project #?\d+", weight=8),)
_LATER = (Phrase(r"^开放认领时告诉我|^tell me when it opens", weight=5),)
_FINISHED = ("delivered", "reported", "archived")
_NO = ("不", "算了", "no")


def _numbered(reading: Reading) -> Arguments:
    found = _NUMBER.search(reading.text)
    return {"number": int(found[0])} if found else {}


@on("staff.project", head="copyproject", allow=anybody, private=True, phrases=_COPY, reads=_numbered)
def copy(talk: Talk, number: int = 0) -> Card:
    """A draft with the same parts and no claims."""
    one = _finished(talk, number)
    name = talk.ask("title", Text("新的一份叫什么？"), _same(one), check=_title, about=_about(one))
    key = project_copying.copy(talk.db, one, name, talk.person.id, talk.now)
    return _draft(talk, key, Text("复制好了，缺口一样，还没有人认领。"))


@on("staff.project", head="renewproject", allow=anybody, private=True, phrases=_RENEW, reads=_numbered)
def renew(talk: Talk, number: int = 0) -> Card:
    """The next year's edition: once it is published, who gave something comes first."""
    one = _finished(talk, number)
    year = str(talk.now.astimezone(talk.zone).year + 1)
    asked = Text("续办哪一年的？写年份，比如“{year}”。", year=year)
    edition = talk.ask(
        "edition", asked, Option(year, Text("就办{year}年", year=year)), check=_year, about=_about(one)
    )
    key = project_copying.copy(talk.db, one, one.title, talk.person.id, talk.now, edition=edition)
    lead = Text(
        "{year}年的草稿好了。发布后先留给去年一起做的{days}天。", year=edition, days=editions.FIRST.days
    )
    return _draft(talk, key, lead)


def _same(one: Row[Any]) -> Option[str]:
    return Option(one.title, Text("和原来一样"), ("一样", "same"))


def _title(said: str) -> str:
    return checks.words(said)


def _year(said: str) -> str:
    found = re.search(r"20\d\d", said)
    if found is None:
        raise Refusal("edition.year", Text("请写一个年份，比如“2027”。"))
    return found[0]


def _about(one: Row[Any]) -> tuple[Article, ...]:
    return (Article(project_cards.name(one), project_cards.ref(one)),)


def _finished(talk: Talk, number: int) -> Row[Any]:
    one = project_making.find(talk.db, number)
    if one is None:
        raise Refusal("project.unknown", Text("请再看看编号，没有找到这个项目。"))
    project_people.check(talk.db, one, talk.person.id)
    if one.state not in _FINISHED:
        text = Text("请等「{title}」做完再来，做完的才能复制和续办。", title=prose(one.title))
        talk.leave(Refusal("edition.early", text, project_cards.ref(one)), project_cards.look(one))
    return one


def _draft(talk: Talk, key: int, lead: Text) -> Card:
    one = project_making.find(talk.db, key)
    assert one is not None
    shown = project_cards.article(talk.db, one)
    choices = (
        Choice(Text("改草稿"), press("editdraft", key)),
        Choice(Text("发布"), press("pubdraft", key)),
    )
    return Card(
        lead,
        articles=(Article(shown.title, shown.ref, facts=shown.facts, body=shown.body, choices=choices),),
        tone="done",
    )


def announce(talk: Talk, one: Row[Any]) -> Text | None:
    """Each of last year's claimants is told once that it is kept for them; gives what is said to who published it."""
    whom = editions.those(talk.db, one) if one.reserved is not None else []
    if one.reserved is None:
        return None
    text = Text(
        "今年还来吗？「{title}」又开始了，{when}前先留给去年一起做的单位。",
        title=prose(one.title),
        when=Moment(one.reserved),
    )
    card = Card(text, choices=(project_cards.look(one),), refs=(project_cards.ref(one),))
    for each in whom:
        notice.tell_member(
            talk.db, [card], each, talk.now, key=f"edition:{one.id}:{each}", kind="answer", rests=True
        )
    return Text("发布了。先留给去年一起做的，{when}起大家都能认领。", when=Moment(one.reserved))


@on("project.remind", head="editionask", allow=anybody, private=True, phrases=_LATER)
def later(talk: Talk, number: int = 0) -> Card:
    """Who came too early is told once when it is open for everybody."""
    one = project_making.find(talk.db, number)
    if one is None or not editions.is_reserved(one, talk.now):
        return Card(Text("现在就能看，不用等。"), choices=(Choice(Text("看项目"), press("project", number)),))
    duty.check_real(talk.db, talk.person.id)
    card = Card(
        Text("「{title}」现在大家都能认领。", title=prose(one.title)),
        choices=(project_cards.look(one),),
        refs=(project_cards.ref(one),),
    )
    notice.tell_member(
        talk.db,
        [card],
        talk.person.id,
        talk.now,
        key=f"edition open:{one.id}:{talk.person.id}",
        kind="answer",
        rests=True,
        due=one.reserved,
    )
    text = Text("好的，{when}开放时告诉您。", when=Moment(one.reserved))
    return Card(text, tone="done", refs=(project_cards.ref(one),))


def wait_for(one: Row[Any]) -> Choice:
    """What is offered to who has to wait."""
    return Choice(Text("开放时告诉我"), press("editionask", one.id))
