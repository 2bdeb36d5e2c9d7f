"""A reply to what staff told many reaches its author, by the button below it or by what is simply said after it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import questions
from handlers.question_cards import officer_name, short
from handlers.talk import Talk, anybody, on, press
from models import addressee, broadcast, question, replying
from models.addressee import Addressee
from models.asking import LONGEST
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text

# So long after it what is not understood may be a reply to it.
_FRESH = timedelta(hours=48)

# So long after a call for help what is not understood belongs to it.
_CALLED = timedelta(hours=1)


@on("question.ask", head="respond", allow=anybody, private=True)
def respond(talk: Talk, number: int = 0) -> Card:
    """The button below a broadcast: asks for the words."""
    found = _told(talk, number)
    to = _author(talk, found)
    questions.check_room(talk)
    asks = Text("请说要回复的话，我们转给{officer}。", officer=officer_name(to))
    return _put(talk, found, to, talk.ask("words", asks, check=questions.words))


@on("question.ask", head="relay", allow=anybody, private=True)
def relay(talk: Talk, number: int = 0) -> Card:
    """What was just said and not understood was meant for the author."""
    found = _told(talk, number)
    if not talk.memory.missed:
        return respond(talk, number)
    done = _put(talk, found, _author(talk, found), "\n".join(talk.memory.missed)[:LONGEST])
    talk.memory.missed = []
    return done


def by_word(talk: Talk, said: str | None) -> Card:
    """`回复：…` of who is no officer: to the last broadcast that he was told, else to his last question."""
    found = replying.last_told(talk.db, talk.person.id, talk.now - _FRESH)
    if found is None:
        return questions.again(talk, None, said)
    if said is None:
        return respond(talk, found.number)
    return _put(talk, found, _author(talk, found), questions.words(said))


def offer(talk: Talk) -> Choice | None:
    """For what is not understood: that it goes to the author, where a broadcast was the last thing he was told."""
    since = talk.now - _FRESH
    if talk.memory.heard:
        since = max(since, datetime.fromisoformat(talk.memory.heard))
    found = replying.last_told(talk.db, talk.person.id, since)
    if found is None or found.author_id == talk.person.id or _reader(talk, found) is None:
        return None
    return Choice(Text("回复这条通知"), press("relay", found.number))


def asked_for_help(talk: Talk) -> int | None:
    """Who just called for help in an emergency goes on telling where he is: to the same officer, without a word more."""
    for found in question.own(talk.db, talk.person.id, 1):
        if found.state == "open" and question.is_urgent(found) and talk.now - found.changed < _CALLED:
            return int(found.id)
    return None


def _told(talk: Talk, number: int) -> Row[Any]:
    """The broadcast, where he was told it. Raises Refusal."""
    found = broadcast.find(talk.db, number)
    if not replying.was_told(talk.db, found, talk.person.id):
        raise Refusal("broadcast.unknown", Text("请看看收到的通知，没有找到这一条。"))
    return found


def _reader(talk: Talk, found: Row[Any]) -> Addressee | None:
    """Its author; where he is no officer any more, who answers for its place."""
    author = addressee.officer(talk.db, found.author_id)
    if author is not None and author.id != talk.person.id:
        return addressee.of(talk.db, author.id, found.place_id)
    return addressee.nearest(talk.db, (found.place_id,), {talk.person.id})


def _author(talk: Talk, found: Row[Any]) -> Addressee:
    to = _reader(talk, found)
    if to is None:
        raise Refusal("question.nobody", Text("请到服务站问一问，现在没有工作人员能在这里回复。"))
    return to


def _put(talk: Talk, found: Row[Any], to: Addressee, said: str) -> Card:
    return questions.put(talk, said, to, about=f"broadcast:{found.number}", title=_title(found))


def _title(found: Row[Any]) -> str:
    """How it begins, in the language in which its author reads it."""
    texts: dict[str, str] = found.texts
    return short(texts.get("zh-Hans") or next(iter(texts.values()), ""))
