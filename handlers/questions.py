"""Asking a person: what somebody asks goes to a named officer, and the answer comes back into his chat."""

import re
from typing import Any

from sqlalchemy import Row

from handlers.question_cards import askers_choices, officer_name, ref, short, shown, tell_officer, thread
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import addressee, asking, question
from models.addressee import Addressee
from models.asking import LONGEST
from models.card import Article, Card, Choice
from models.folding import clean
from models.refusal import Refusal
from models.text import Moment, Text, as_said

# Somebody who gets many is not meant to read them all at once.
_LISTED = 5
_END = r"[吧啊呀啦了。.!~\s]*$"
_AGAIN = (Phrase(rf"^(?:我)?(?:要|想)?再问(?:一句|一下|一问){_END}|^ask again{_END}", weight=5),)
_SOLVED = (
    Phrase(
        rf"^(?:问题)?(?:已经)?(?:解决|搞定|处理好|弄好)了?{_END}|^(?:it'?s )?(?:solved|resolved){_END}",
        weight=5,
    ),
)
_MINE = (Phrase(rf"^(?:看看)?我(?:的|提的|问的)(?:问题|提问|咨询){_END}|^my questions?{_END}", weight=5),)
_WORDS = re.compile(r"^\s*(?:再[问問]一句|ask again)\s*[:：,，]\s*(?P<words>.+)$", re.DOTALL | re.IGNORECASE)


def words(text: str) -> str:
    """What somebody wants to say to a person, as it was written. Raises Refusal."""
    said = clean(text)
    if not said:
        raise Refusal("question.empty", Text("请写几个字。"))
    if len(said) > LONGEST:
        raise Refusal("question.long", Text("请写短一些，最多{count}个字。", count=LONGEST))
    return said


def nearest(talk: Talk) -> Addressee | None:
    """Who answers this person; None where the community has no staff."""
    person = talk.person
    return addressee.nearest(talk.db, (person.work_id, person.home_id), {person.id})


def check_room(talk: Talk) -> None:
    """Leaves with what is open already, where it is too much."""
    try:
        asking.check_room(talk.db, talk.person.id)
    except Refusal as refusal:
        talk.leave(refusal, MINE)


def put(talk: Talk, said: str, to: Addressee, *, about: str | None = None, title: str | None = None) -> Card:
    """Asks this officer, tells him, and says so to who asked. `about` and `title` are what it replies to."""
    check_room(talk)
    number = asking.ask(
        talk.db,
        talk.vault,
        talk.schedule,
        talk.person.id,
        words(said),
        to,
        talk.now,
        about=about,
        title=title,
    )
    tell_officer(talk.db, number, to.id, talk.now, "asked")
    return sent(talk, number, to)


def sent(talk: Talk, number: int, to: Addressee) -> Card:
    """Whom it went to, and when he reads it."""
    name = officer_name(to)
    text = Text("已经转给{officer}，一有回复就发到这里。", officer=name)
    if talk.schedule.rests(talk.now) and not question.is_urgent(question.find(talk.db, number)):
        wakes = Moment(talk.schedule.awake(talk.now))
        text = Text("已经转给{officer}，{at}以后能看到。一有回复就发到这里。", officer=name, at=wakes)
    return Card(text, choices=askers_choices(number)[:1], tone="done", refs=(ref(number),))


MINE = Choice(Text("我的问题"), press("questions"))
PERSON = Choice(Text("转人工"), press("person"))


@on("question.show", head="questions", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    """What he asked and is not closed."""
    own = question.own(talk.db, talk.person.id, _LISTED)
    if not own:
        return Card(Text("想问工作人员，发“转人工”。现在没有在问的。"), choices=(PERSON, *menu()))
    if len(own) == 1:
        return thread(talk, own[0])
    articles = tuple(
        Article(
            as_said(short(shown(talk, each.newest))),
            ref(each.id),
            choices=(Choice(Text("看看"), press("question", each.id)),),
        )
        for each in own
    )
    return Card(Text("您在问的有{count}个：", count=len(own)), articles=articles)


@on("question.show", head="question", allow=anybody, private=True)
def show(talk: Talk, number: int = 0) -> Card:
    """The whole of it, to the two sides alone."""
    found = question.find(talk.db, number)
    if found.member_id != talk.person.id:
        question.check_officer(talk.db, found, talk.person.id)
    return thread(talk, found)


def _said(reading: Reading) -> Arguments:
    found = _WORDS.match(reading.said)
    return {"said": found["words"] if found else None}


@on(
    "question.ask",
    head="ask",
    allow=anybody,
    private=True,
    phrases=(*_AGAIN, Phrase(r"^(?:再问一句|ask again)\s*[:,]", weight=5)),
    reads=_said,
)
def again(talk: Talk, number: int | None = None, said: str | None = None) -> Card:
    """More to the same officer, also after the answer; without a number of what was said last."""
    found = _own(talk, number)
    if found.state != "open":
        check_room(talk)
    to = _still_there(talk, found)
    if to is None:
        talk.leave(
            Refusal("question.nobody", Text("请到服务站问一问，现在没有工作人员能在这里回复。")), *menu()
        )
    said = said or talk.ask(
        "words", Text("请说要再问的，我们转给{officer}。", officer=officer_name(to)), check=words
    )
    line = asking.ask_again(talk.db, talk.vault, talk.schedule, found, words(said), to, talk.now)
    tell_officer(talk.db, found.id, to.id, talk.now, f"line {line}")
    return sent(talk, found.id, to)


def _still_there(talk: Talk, found: Row[Any]) -> Addressee | None:
    """Who has it; where he may not answer any more, who would be asked now."""
    if found.officer_id and question.may_answer(talk.db, found, found.officer_id):
        return addressee.of(talk.db, found.officer_id, found.place_id)
    return addressee.nearest(talk.db, (found.place_id,), {talk.person.id})


def _own(talk: Talk, number: int | None) -> Row[Any]:
    """One of his own. Raises Refusal."""
    if number is None:
        newest = question.own(talk.db, talk.person.id, 1)
        if not newest:
            talk.leave(Refusal("question.none", Text("想问工作人员，发“转人工”。现在没有在问的。")), PERSON)
        return newest[0]
    found = question.find(talk.db, number)
    question.check_asker(found, talk.person.id)
    return found


@on("question.close", head="solved", allow=anybody, private=True, phrases=_SOLVED)
def solved(talk: Talk, number: int | None = None) -> Card:
    """Nobody needs to answer any more."""
    found = _own(talk, number)
    asking.close(talk.db, found, talk.person.id, talk.now)
    choices = (Choice(Text("再问一句"), press("ask", found.id)), *menu())
    return Card(Text("好的，这个问题就到这里。"), choices=choices, tone="done", refs=(ref(found.id),))
