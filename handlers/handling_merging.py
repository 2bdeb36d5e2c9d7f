"""合并: two reports of one thing become one, nobody counted twice; and apart again where it was a mistake."""

from typing import Any

from sqlalchemy import Row

from handlers import handling, handling_cards, need_cards, need_news
from handlers.handling_which import check_real, mine
from handlers.talk import Option, Talk, anybody, on
from handlers.understanding.handling import MERGE, SEPARATE
from models import handling as rules
from models import handling_merging, handling_queue, need
from models.card import Card
from models.refusal import Refusal
from models.text import Moment, Text

_OFFERED, _LONGEST = 6, 9


@on("staff.need", head="mergeneed", allow=anybody, private=True, phrases=MERGE.phrases, reads=MERGE)
def merge(talk: Talk, number: int | None = None, other: int | None = None) -> Card:
    """The later one goes into the earlier one, whichever was named first; M3 to who reported the later one."""
    one = mine(talk, number)
    if other is None:
        other = _other(talk, one)
    second = mine(talk, other)
    if second.id in handling_merging.duplicates(talk.db, one.id) or one.duplicate_of_id == second.id:
        first, later = sorted((one, second), key=lambda each: int(each.id))
        text = Text("不用再合并，需{later}已经并到需{first}了。", later=later.id, first=first.id)
        return handling_cards.full(talk, first, text)
    first, later = handling_merging.pair(talk.db, one, second)
    check_real(talk, first)
    check_real(talk, later)
    done = handling_merging.merge(talk.db, first, later, talk.person.id, talk.now)
    rules.note(talk.db, first.id, "merged", talk.person.id, talk.now, f"需{later.id}")
    _tell(talk, first, done)
    text = Text(
        "需{later}并到需{first}了。{told}", later=later.id, first=first.id, told=handling.told_whom(later)
    )
    return handling_cards.full(talk, rules.find(talk.db, first.id), text)


def _other(talk: Talk, one: Row[Any]) -> int:
    """What waits at the same place is offered; any other by its number."""
    waits = handling_queue.waiting(talk.db, talk.person.id, 50)
    near = [each for each in waits if each.id != one.id and each.place_id == one.place_id]
    near = [each for each in near if each.category == one.category] or near
    options = [Option(each.id, need_cards.name(each)) for each in near[:_OFFERED]]
    asked = Text("和哪一件是同一件事？点一个，或者写编号。")
    return int(talk.ask("other", asked, *options, check=_Number(), about=handling_cards.subject(one)))


class _Number:
    """A need's number: 12, 需12."""

    wants = "number"

    def __call__(self, said: str) -> int:
        digits = "".join(sign for sign in said if sign.isdigit())
        if not digits or len(digits) > _LONGEST:
            raise Refusal("check.number", Text("请发一个数字，比如“{example}”。", example=12))
        return int(digits)


def _tell(talk: Talk, first: Row[Any], later: Row[Any]) -> None:
    """M3: it is followed from now on, how many follow it, and how it stands."""
    text = Text(
        "您反映的和{need}是同一件事，已经帮您关注。关注的有{count}位，现在{state}。",
        need=need_cards.name(first),
        count=rules.supporters(talk.db, first.id),
        state=need.STATES[first.state],
    )
    told = Card(text, choices=(need_cards.look(first),), tone="notice", refs=(need.ref(first.id),))
    text = Text(
        "您关注的{later}和{need}是同一件事，办到哪一步都告诉您。",
        later=Text("需{number}", number=later.id),
        need=need_cards.name(first),
    )
    public = Card(text, choices=(need_cards.look(first),), tone="notice", refs=(need.ref(first.id),))
    step = rules.event(talk.db, later)
    need_news.tell(talk.db, later, told, step, talk.now, followers=public, but=(talk.person.id,))


@on("staff.need", head="unmergeneed", allow=anybody, private=True, phrases=SEPARATE.phrases, reads=SEPARATE)
def separate(talk: Talk, number: int | None = None, other: int | None = None) -> Card:
    """A need of its own again, with a new due date; of two that were named the one that is merged."""
    one = mine(talk, number)
    if other is not None and one.state != "duplicate":
        one = mine(talk, other)
    if one.state != "duplicate":
        return handling_cards.full(talk, one, Text("不用撤销，这件没有并到别的。"))
    done = handling_merging.separate(talk.db, talk.schedule, one, talk.person.id, talk.now)
    text = Text("{need}分出来单独办了，最晚{due}给您结果。", need=need_cards.name(done), due=Moment(done.due))
    told = Card(text, choices=(need_cards.look(done),), tone="notice", refs=(need.ref(done.id),))
    step = rules.event(talk.db, done)
    need_news.tell(talk.db, done, told, step, talk.now, followers=told, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("分开了。{told}", told=handling.told_whom(done)))
