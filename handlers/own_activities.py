"""Which activity staff mean, of those that are theirs: named in a sentence, pressed, or chosen from a list."""

from collections.abc import Callable
from typing import Any

from handlers import activity_cards
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import Arguments, Option, Talk, press
from handlers.understanding import naming
from handlers.understanding.reading import Reading
from models import activity, duty, registered, search
from models.activity import Listing
from models.card import Article, Choice
from models.database import Db
from models.refusal import Refusal
from models.search import Query
from models.text import Text, prose

_OFFERED = 5


def named(reading: Reading) -> Arguments:
    """The titles that are named; where none is, what the topic finds."""
    numbers = [title.number for title in reading.titles]
    query = None if numbers or not reading.topic else search.dump(reading.query())
    return {
        "numbers": numbers,
        "query": query,
        "other_day": reading.on_another_day,
        "other_name": naming.other(reading),
    }


def covers(db: Db, member: int, wanted: Listing) -> bool:
    """Whether somebody is staff of the place where it is held."""
    return duty.covers(db, member, wanted.place_id)


def which(
    talk: Talk,
    number: int | None,
    numbers: list[int] | None,
    query: dict[str, Any] | None,
    other_day: bool,
    other_name: str | None,
    question: Text,
    may: Callable[[Db, int, Listing], bool] = covers,
) -> Listing:
    """The activity that is meant, of those for which this person may act. Leaves with who may, where it is not he."""
    found = [activity.find(talk.db, number)] if number else activity.those(talk.db, numbers or [])
    if not found and query:
        found, _ = search.search(talk.db, search.load(query), talk.now, limit=_OFFERED)
        if any(other_name and other_name in each.title for each in found):
            other_name = None  # a part of its title is no other name
    own = [each for each in found if may(talk.db, talk.person.id, each)]
    if not found:
        own = _upcoming(talk)
    elif not own:
        _refuse(talk, found[0])
    own = own[:_OFFERED]
    if len(own) == 1 and found and not (other_day or other_name):
        return own[0]
    if other_name:
        question = Text("没有找到“{words}”。{question}", words=other_name, question=question)
    elif other_day:
        question = Text("您说的那天没有，别的时间有。{question}", question=question)
    talk.keep(numbers=[each.number for each in own])
    options = [Option(each.number, activity_cards.label(each)) for each in own]
    about = tuple(Article(prose(each.title), each.ref) for each in own)
    chosen = talk.ask("which", question, *options, about=about)
    return next(each for each in own if each.number == chosen)


def _refuse(talk: Talk, wanted: Listing) -> None:
    """Who may, and what everybody may: give one's own seat back."""
    try:
        duty.check(talk.db, talk.person.id, wanted.place_id, wanted.ref)
    except Refusal as refusal:
        mine = registered.party_of(talk.db, wanted, talk.person.id)
        own = (Choice(Text("取消报名"), press("withdraw", wanted.number)),) if mine else ()
        talk.leave(refusal, *own, Choice(Text("详情"), press("show", wanted.number)))


def _upcoming(talk: Talk) -> list[Listing]:
    """What comes next at this person's places, where nothing was named that is known."""
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        sentence = Text("请找服务站的工作人员，活动由他们来改。")
        talk.leave(Refusal("duty.nobody", sentence), MY_LIST, BROWSE)
    found, _ = search.search(talk.db, Query(places=tuple(places)), talk.now, limit=_OFFERED)
    if not found:
        talk.leave(Refusal("activity.none", Text("您负责的地方现在没有活动。")), BROWSE)
    return found
