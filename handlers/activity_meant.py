"""Which activity somebody means to go to: what he named, what was shown, or what he chooses of several."""

from typing import Any

from handlers import activity_cards
from handlers.activity_cards import BROWSE
from handlers.talk import Option, Talk, press
from models import activity, search
from models.activity import Listing
from models.card import Article
from models.refusal import Refusal
from models.search import Query
from models.text import Text, prose

_OFFERED = 5


def one_meant(
    talk: Talk, numbers: list[int], query: dict[str, Any] | None, strange: bool, other_day: bool
) -> Listing:
    """The one activity that is meant, asked for where several could be.

    `strange` is none that is known, `other_day` one that is not held on the day that was said.
    """
    found = activity.those(talk.db, numbers or ([] if query or strange else _shown(talk)))[:_OFFERED]
    if not found:
        wanted = search.load(query) if query else Query(open_only=True)
        found, _ = search.search(talk.db, wanted, talk.now, limit=_OFFERED)
    if not found and query:
        found, _ = search.search(talk.db, search.load(query).at_any_time(), talk.now, limit=_OFFERED)
        other_day = bool(found)
    if not found:
        talk.leave(Refusal("activity.none", Text("看看最近的活动吧，没有找到这样的。")), BROWSE)
    talk.keep(numbers=[each.number for each in found], other_day=other_day)
    if len(found) == 1 and not (strange or other_day):
        return found[0]
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    # What is only offered instead is no match, and carries no ref.
    about = () if strange else tuple(Article(prose(each.title), each.ref) for each in found)
    text = Text("要报哪一场？")
    if other_day:
        text = Text("您说的时间没有，别的时间有：要报哪一场？")
    elif strange:
        text = Text("没有找到您说的这个。这些可以报，要哪一场？")
    chosen = talk.ask("which", text, *options, about=about)
    return next(each for each in found if each.number == chosen)


def _shown(talk: Talk) -> list[int]:
    """The activities of the list that was shown last: 报名 below a list means one of them."""
    opens = press("show") + " "
    return [int(says.removeprefix(opens)) for says in talk.shown.numbers if says.startswith(opens)]
