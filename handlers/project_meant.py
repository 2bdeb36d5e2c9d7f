"""Which project somebody means: what he named, what was shown, or what he chooses of several."""

from typing import Any

from sqlalchemy import Row

from handlers import project_cards
from handlers.talk import Option, Talk, press
from models import duty, project_search
from models.card import Choice
from models.project import PUBLIC
from models.project_making import find
from models.project_search import Query
from models.refusal import Refusal
from models.text import Text, prose

BROWSE = Choice(Text("找项目"), press("projects"))
_OFFERED = 5


def public(talk: Talk, number: int) -> Row[Any]:
    """A project that this member may see; what is not public yet only staff may."""
    one = find(talk.db, number)
    if one is None or (one.state not in PUBLIC and not _is_staff(talk, one) and one.state != "cancelled"):
        talk.leave(Refusal("project.unknown", Text("看看别的项目吧，没有找到这个。")), BROWSE)
    return one


def _is_staff(talk: Talk, one: Row[Any]) -> bool:
    if one.proposer_id == talk.person.id:
        return True
    return one.place_id is not None and duty.covers(talk.db, talk.person.id, one.place_id)


def one_meant(talk: Talk, numbers: list[int], *, missing: bool = True) -> Row[Any]:
    """The one project that is meant, asked for where several could be; `missing` where none is named."""
    found = project_search.those(talk.db, numbers or _shown(talk))[:_OFFERED]
    if not found and numbers:
        return public(talk, numbers[0])
    if not found:
        found, _ = project_search.search(talk.db, Query(missing=missing), limit=_OFFERED)
    if not found:
        talk.leave(Refusal("project.none", Text("过几天再来看看，现在没有能参加的项目。")), BROWSE)
    talk.keep(numbers=[each.id for each in found])
    if len(found) == 1:
        return found[0]
    options = [Option(each.id, prose(each.title)) for each in found]
    about = tuple(project_cards.subject(talk.db, each) for each in found)
    chosen = talk.ask("which", Text("是哪个项目？"), *options, about=about)
    return next(each for each in found if each.id == chosen)


def _shown(talk: Talk) -> list[int]:
    """The projects of the list that was shown last: 认领 below a list means one of them."""
    opens = press("project") + " "
    return [int(says.removeprefix(opens)) for says in talk.shown.numbers if says.startswith(opens)]
