"""The other times of what is held several times: the weeks of a course, the shifts of a campaign."""

from handlers import activity_cards
from handlers.activity_cards import BROWSE
from handlers.talk import Talk, anybody, on, press
from models import activity, occasion
from models.activity import Listing
from models.card import Card, Choice
from models.text import Text, prose

_MOST = 8


def choice(talk: Talk, wanted: Listing) -> tuple[Choice, ...]:
    """The way to them, where there are any."""
    found = occasion.others(talk.db, wanted, talk.now, 1)
    return (Choice(Text("其他时间"), press("times", wanted.number)),) if found else ()


@on("activity.search", head="times", allow=anybody)
def times(talk: Talk, number: int = 0) -> Card:
    wanted = activity.find(talk.db, number)
    found = occasion.others(talk.db, wanted, talk.now, _MOST)
    if not found:
        text = Text("「{title}」没有别的时间了，看看别的活动吧。", title=prose(wanted.title))
        return Card(text, choices=(BROWSE,), refs=(wanted.ref,))
    lead = Text("「{title}」还有{count}个时间：", title=prose(wanted.title), count=len(found))
    return Card(lead, articles=tuple(activity_cards.row(each, talk.now) for each in found))
