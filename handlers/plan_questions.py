"""When and where an activity is to be: what a sentence said of it, and the questions for the rest."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, activity_reading, moves, offer_cards, plan_cards
from handlers.moves import Wish
from handlers.talk import Option, Talk
from models import duty, proposing
from models.activity import Listing
from models.activity_change import Slot
from models.card import Article
from models.refusal import Refusal
from models.text import Text, as_said, prose

_PLACES = 5
_MOST_TURNS = 10
_ROOMS = Option(0, Text("看谁有场地"), ("看看谁能提供场地", "谁能提供场地", "没有场地", "no room"))
_ELSEWHERE = Option(0, Text("其他地点"), ("都不要", "别的地方", "elsewhere"))
_PAST = Text("请换个以后的时间，这个时间已经过了。")


def when(talk: Talk, known: Wish, beside: dict[str, Any]) -> Wish:
    """Day, begin and end; what of them was not said is asked, and comes back with its weekday."""
    wish = known
    if not {"day", "clock"} <= wish.keys() or _is_past(talk, wish):
        about = plan_cards.draft(talk.db, beside, None, None)
        question = Text("什么时间办？比如“12月2日18:30到20:00”。")
        wish = _to_come(talk, "when", question, {} if _is_past(talk, wish) else wish, about)
    if not {"until", "minutes"} & wish.keys():
        about = plan_cards.draft(talk.db, beside, activity_reading.span(talk, wish)[0], None)
        lengths = (Option({"minutes": 60}, Text("1小时")), Option({"minutes": 90}, Text("1个半小时")))
        more = Option({"minutes": 120}, Text("2小时"))
        question = Text("几点结束？也可以写办多久。")
        end = talk.ask("until", question, *lengths, more, check=activity_reading.End(talk, wish), about=about)
        wish = {**wish, **end}
    return wish


def _is_past(talk: Talk, wish: Wish) -> bool:
    return {"day", "clock"} <= wish.keys() and activity_reading.span(talk, wish)[0] <= talk.now


def _to_come(talk: Talk, name: str, question: Text, known: Wish, about: tuple[Article, ...]) -> Wish:
    """A time that is not over; one that is was understood, and another one is asked for."""
    check = activity_reading.When(talk, known)
    for turn in range(_MOST_TURNS):
        wish: Wish = talk.ask(
            f"{name}{turn or ''}", question if turn == 0 else _again(question), check=check, about=about
        )
        if not _is_past(talk, wish):
            return wish
    raise Refusal("activity.past", _PAST)


def _again(question: Text) -> Text:
    return Text("{complaint}\n{question}", complaint=_PAST, question=question)


def anew(talk: Talk, name: str, about: tuple[Article, ...]) -> Wish:
    """Another time; without an end it takes as long as before."""
    return _to_come(talk, name, Text("改到什么时间？比如“12月2日18:30到20:00”。"), {}, about)


def where(
    talk: Talk,
    known: int | None,
    about: tuple[Article, ...] = (),
    name: str = "place",
    offered: Sequence[Row[Any]] = (),
) -> int:
    """The place; where it is not one's own, it is asked for again, or goes to its officers as a proposal.

    `offered` are rooms that others offer, shown to who has none.
    """
    if known is not None and (duty.covers(talk.db, talk.person.id, known) or _may_propose(talk)):
        return known
    if known is not None:
        duty.check(talk.db, talk.person.id, known)

    question = Text("在什么地点办？")
    rooms = (_ROOMS,) if offered else ()
    for turn in range(_MOST_TURNS):
        key = talk.ask(
            f"{name}{turn or ''}",
            question,
            *_own(talk),
            *rooms,
            check=_Where(talk),
            about=about,
        )
        key = key or _room(talk, f"room{turn or ''}", offered)
        if not key:
            continue
        if _may_propose(talk):
            return int(key)
        try:
            duty.check(talk.db, talk.person.id, key)
        except Refusal as refusal:
            question = Text(
                "{complaint}\n{question}", complaint=refusal.sentence, question=Text("在什么地点办？")
            )
        else:
            return int(key)
    raise Refusal("activity.place", Text("请从头再来一次，改的次数太多了。"))


def _room(talk: Talk, name: str, offered: Sequence[Row[Any]]) -> int:
    """One of the rooms that are offered; 0 where it is none of them."""
    options = {one.place_id: Option(one.place_id, offer_cards.title(one)) for one in offered}
    text = Text("选哪个场地？用之前请和对方说定，发“找场地”就能联系。")
    articles = tuple(offer_cards.article(one) for one in offered)
    return int(talk.ask(name, text, *options.values(), _ELSEWHERE, about=articles))


class _Where:
    """A place by its name, or by the number of one's own: what is offered is numbered."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        return activity_reading.place(self._talk, said)


def _may_propose(talk: Talk) -> bool:
    return proposing.may(talk.db, talk.person.id)


def _own(talk: Talk) -> list[Option[Any]]:
    """Rooms and stations of one's own places, and these themselves."""
    nodes = [talk.lexicon.places[key] for key in duty.everywhere(talk.db, talk.person.id)]
    rooms = [node for node in nodes if node.kind in ("station", "venue")] or nodes
    return [Option(node.id, as_said(node.name)) for node in rooms[:_PLACES]]


def slot(talk: Talk, like: Listing) -> Slot:
    """Another time for the same; where no end is said it takes as long, and without a place it stays where it was."""
    question = Text("「{title}」复制到什么时间？比如“下周四12:30”。", title=prose(like.title))
    about, check = (activity_cards.subject(like),), _Slot(talk, like)
    for turn in range(_MOST_TURNS):
        asks = question if turn == 0 else _again(question)
        found = moves.slot(talk.ask(f"when{turn or ''}", asks, check=check, about=about), like, talk.zone)
        if found is not None and found.starts > talk.now:
            return found
    raise Refusal("activity.past", _PAST)


class _Slot:
    """A day at least; the hours may be those of before."""

    wants = "time"

    def __init__(self, talk: Talk, like: Listing) -> None:
        self._talk, self._like = talk, like

    def __call__(self, said: str) -> Wish:
        wish = moves.told(activity_reading.read_in(self._talk, said))
        wish.pop("vague", None)
        found = moves.slot(wish, self._like, self._talk.zone) if wish else None
        if found is None or "day" not in wish:
            raise Refusal("activity.when", Text("请写清楚日期，比如“下周四”“12月3日12:30”。"))
        return wish
