"""办结: what was done goes to who reported it and who follows it, with the question whether it is solved."""

from typing import Any

from sqlalchemy import Row

from handlers import (
    closing,
    handling,
    handling_answers,
    handling_cards,
    handling_units,
    inbox,
    need_cards,
    need_news,
    photos,
)
from handlers.handling_which import mine, past
from handlers.talk import Option, Talk, anybody, on, press
from handlers.understanding.handling import END, RESOLVE
from models import duty, handling_due, handling_people, need, phone, project_making
from models import handling as rules
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text

_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))
_PROJECT_OVER = ("delivered", "reported", "archived", "cancelled")
_DONE = ("resolved", "confirmed", "closed")


@on("staff.need", head="resolveneed", allow=anybody, private=True, phrases=RESOLVE.phrases, reads=RESOLVE)
def resolve(
    talk: Talk, number: int | None = None, words: str | None = None, solved: str | None = None
) -> Card:
    """M10. Said in one line it is done at once; else a sentence is asked for, and a photo that may be left out.

    `solved`: said as anybody says it, `17修好了`.
    """
    if number is not None and words is None and _is_question(talk, number):
        talk.did = "staff.question"
        return inbox.settle(talk, number)
    if number is not None and solved and (other := _of_others(talk, number, words)):
        return other
    one = mine(talk, number)
    if one.state in _DONE:
        return handling_cards.full(talk, one, Text("不用再办结，这件已经办结了。"))
    _check_open(talk, one)
    about, picture = handling_cards.subject(one), 0
    if not words:
        asked = Text("请写一句怎么办好的，反映的人会看到。")
        words = str(talk.ask("words", asked, check=handling_answers.words, about=about))
        asked = Text("请发一张办好以后的照片，没有可以跳过。")
        picture = talk.ask("photo", asked, _SKIP, check=photos.Picture(), about=about)
    return closed(talk, one, handling_answers.words(words), picture or None)


def _is_question(talk: Talk, number: int) -> bool:
    """办结 17 with nothing behind it closes a question where no need has that number."""
    one = need.find(talk.db, number)
    return (one is None or one.kind != "need") and handling_answers.is_a_question_of(talk, number)


def _of_others(talk: Talk, number: int, words: str | None) -> Card | None:
    """`17修好了` of the unit is its word to the officer, and of who reported it the answer that it is solved."""
    one = need.find(talk.db, number)
    if one is None:
        return None
    if handling_units.is_theirs(talk, one):
        return handling_units.explain(talk, number, words)
    asked = one.reporter_id == talk.person.id and one.state in ("answered", *_DONE)
    if asked or not duty.places(talk.db, talk.person.id):
        talk.did = "need.confirm"
        return closing.solved(talk, number)
    return None


def _check_open(talk: Talk, one: Row[Any]) -> None:
    """Raises a Refusal that says what to do instead, where it cannot be closed here."""
    if one.project_id is not None and one.state in ("adopted", "in_progress"):
        project = project_making.find(talk.db, one.project_id)
        if project is not None and project.state not in _PROJECT_OVER:
            text = Text("请办完项{project}，需{number}会一起办结。", project=project.id, number=one.id)
            refusal = Refusal("need.project", text, need.ref(one.id), f"project:{project.code}")
            talk.leave(refusal, Choice(Text("看项目"), press("project", project.id)))
    if not rules.can(one, "resolved"):
        past(talk, one)


def closed(talk: Talk, one: Row[Any], words: str, picture: int | None) -> Card:
    """Resolved by this officer with these words; everybody whom it concerns is told once."""
    if one.state == "new":
        one = handling.accepted(talk, one)
    done = rules.go(
        talk.db,
        one,
        "resolved",
        talk.person.id,
        talk.now,
        reason=rules.reason(words),
        **handling_due.NOTHING,
    )
    words = rules.say(talk.db, talk.vault, done.id, talk.person.id, "answer", words, talk.now, picture)
    pictures = photos.attached(talk.db, picture)
    asked = Text("{need}办结了：{words}\n解决了吗？", need=need_cards.name(done), words=words)
    told = Card(
        asked,
        choices=need_cards.solved_choices(done),
        tone="notice",
        refs=(need.ref(done.id),),
        attachments=pictures,
    )
    text = Text("您关注的{need}办结了：{words}", need=need_cards.name(done), words=words)
    public = Card(
        text,
        choices=(need_cards.look(done),),
        tone="notice",
        refs=(need.ref(done.id),),
        attachments=pictures,
    )
    step = rules.event(talk.db, done)
    need_news.tell(talk.db, done, told, step, talk.now, followers=public, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("办结了。{told}", told=handling.told_whom(done)))


@on("staff.need", head="confirmneed", allow=anybody, private=True)
def confirm(talk: Talk, number: int = 0) -> Card:
    """One tap: it is closed with the words and the photo of the unit that did it."""
    one = mine(talk, number)
    if one.state in _DONE:
        return handling_cards.full(talk, one, Text("不用再办结，这件已经办结了。"))
    _check_open(talk, one)
    said = handling_people.word_of_unit(talk.db, one)
    if said is None:
        talk.leave(
            Refusal("need.words", Text("请写一句再办结，单位还没有说明情况。"), need.ref(one.id)),
            handling_cards.button("resolveneed", one),
        )
    return closed(talk, one, str(phone.open_in(said.text, talk.vault)), said.photo_id)


@on("staff.need", head="endneed", allow=anybody, private=True, phrases=END.phrases, reads=END)
def end(talk: Talk, number: int = 0) -> Card:
    """Nothing more is heard from whom it was referred to: it ends so, in words."""
    one = mine(talk, number)
    if one.state == "closed":
        return handling_cards.full(talk, one, Text("不用再结束，这件已经结束了。"))
    if one.state != "referred":
        past(talk, one)
    asked = Text("请写一句结果，反映的人会看到。")
    words = talk.ask("words", asked, check=handling_answers.words, about=handling_cards.subject(one))
    done = rules.go(
        talk.db,
        one,
        "closed",
        talk.person.id,
        talk.now,
        reason=rules.reason(words),
        outcome="referred",
        **handling_due.NOTHING,
    )
    words = rules.say(talk.db, talk.vault, done.id, talk.person.id, "answer", words, talk.now)
    text = Text(
        "{need}由{unit}接着办，我们这里到此为止：{words}",
        need=need_cards.name(done),
        unit=handling_cards.who_has_it(talk.db, done) or Text("别的单位"),
        words=words,
    )
    told = Card(text, choices=(need_cards.look(done),), tone="notice", refs=(need.ref(done.id),))
    step = rules.event(talk.db, done)
    need_news.tell(talk.db, done, told, step, talk.now, followers=told, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("记下了。{told}", told=handling.told_whom(done)))
