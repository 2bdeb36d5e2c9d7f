"""The way from all activities to those of one place or topic: two taps."""

from collections import Counter

from handlers.activity_cards import BROWSE
from handlers.talk import Talk, anybody, on, press
from handlers.understanding.lexicon import Lexicon
from models.card import Card, Choice
from models.text import Text, as_said, prose

# So many fit one screen of a phone.
MOST = 8
# What people call a place of; a room or a station lies in one of these.
_PLACES = ("building", "estate", "park", "neighbourhood")


@on("activity.search", head="byplace", allow=anybody)
def by_place(talk: Talk) -> Card:
    """The places where something is on: one's own first, then those with the most."""
    lexicon = talk.lexicon
    found = Counter(
        place for place in (_around(lexicon, title.place) for title in lexicon.titles) if place is not None
    )
    bases = (talk.person.work_id, talk.person.home_id)
    own = {node.id for base in bases for node in lexicon.above(base)}
    ranked = sorted(found, key=lambda place: (place not in own, -found[place], place))[:MOST]
    return _offer(
        Text("哪里的？"), [(as_said(lexicon.places[place].name), press("at", place)) for place in ranked]
    )


@on("activity.search", head="bytopic", allow=anybody)
def by_topic(talk: Talk) -> Card:
    """What most of the upcoming activities are about, by their own tags."""
    found = Counter(tag for title in talk.lexicon.titles for tag in title.tags)
    ranked = sorted(found, key=lambda tag: (-found[tag], tag))[:MOST]
    return _offer(Text("什么主题的？"), [(prose(tag), f"有什么{tag}活动") for tag in ranked])


def _around(lexicon: Lexicon, place: int | None) -> int | None:
    """The building or estate that a place is or lies in; itself where it lies in none."""
    return next((node.id for node in lexicon.above(place) if node.kind in _PLACES), place)


def _offer(question: Text, offered: list[tuple[Text, str]]) -> Card:
    if not offered:
        return Card(Text("现在还没有活动，过几天再来看看。"), choices=(BROWSE,))
    return Card(question, choices=tuple(Choice(label, says) for label, says in offered))
