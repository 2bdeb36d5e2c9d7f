"""What waits for staff of what people reported: the queue, one of them whole, and the first steps with it."""

from typing import Any

from sqlalchemy import Row

from handlers import handling_cards, handling_units, need_cards, need_checks, need_news, needs
from handlers.handling_which import check_staff, mine
from handlers.talk import Talk, anybody, on, press
from handlers.understanding.handling import ACCEPT, CARD, QUEUE, START
from models import duty, handling, handling_due, handling_queue, need, standing
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text

_PAGE = 5


@on(
    "staff.need",
    head="needqueue",
    example=Text("待处理的诉求有哪些"),
    for_staff=True,
    rank=105,
    allow=anybody,
    private=True,
    phrases=QUEUE.phrases,
)
def queue(talk: Talk, number: int = 1) -> Card:
    """What waits at one's own places, what is due first before the others; `number` is the page."""
    if not duty.places(talk.db, talk.person.id):
        if standing.of(talk.db, talk.person.id):
            return handling_units.queue(talk)
        _leave(talk)
    page = max(number, 1)
    found = handling_queue.waiting(talk.db, talk.person.id, _PAGE + 1, (page - 1) * _PAGE)
    if not found:
        done = need_checks.beside(talk, Text("都办完了，现在没有诉求在等。"))
        return Card(done, choices=(*need_checks.button(talk), need_cards.BROWSE))
    counts, late = handling_queue.counts(talk.db, talk.person.id, talk.now)
    articles = tuple(handling_cards.row(talk.db, each, talk.now) for each in found[:_PAGE])
    more = (Choice(Text("更多"), press("needqueue", page + 1)),) if len(found) > _PAGE else ()
    lead = need_checks.beside(talk, _lead(counts, late))
    return Card(lead, articles=articles, choices=(*more, *need_checks.button(talk)))


def _lead(counts: dict[str, int], late: int) -> Text:
    count, new = sum(counts.values()), counts.get("new", 0)
    if late:
        return Text(
            "在等的诉求有{count}件，{new}件还没受理，{late}件逾期。先到期的在前：",
            count=count,
            new=new,
            late=late,
        )
    return Text("在等的诉求有{count}件，{new}件还没受理。先到期的在前：", count=count, new=new)


def _leave(talk: Talk) -> None:
    """Who is no staff looks at his own ones."""
    try:
        check_staff(talk)
    except Refusal as refusal:
        talk.leave(refusal, need_cards.MINE, need_cards.BROWSE)


@on("staff.need", head="handleneed", allow=anybody, private=True, phrases=CARD.phrases, reads=CARD)
def card(talk: Talk, number: int | None = None) -> Card:
    """One of them with all that was said and done."""
    if number is not None:
        needs.leave_elsewhere(talk, number)
    one = handling.find(talk.db, number) if number is not None else None
    if one is not None and handling_units.is_theirs(talk, one):
        return handling_units.card(talk, one)
    return handling_cards.full(talk, mine(talk, number, reaches=False))


@on("staff.need", head="acceptneed", allow=anybody, private=True, phrases=ACCEPT.phrases, reads=ACCEPT)
def accept(talk: Talk, number: int | None = None) -> Card:
    """It is handled here, by this officer as long as nobody else has it; the reporter is told by when."""
    one = mine(talk, number)
    if one.state not in ("new", "reopened"):
        return _accepted_before(talk, one)
    done = accepted(talk, one)
    told = told_accepted(talk, done)
    need_news.tell(talk.db, done, told, handling.event(talk.db, done), talk.now, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("受理了。{told}", told=told_whom(done)))


def accepted(talk: Talk, one: Row[Any], **values: Any) -> Row[Any]:
    """Accepted by this officer; telling of it is the caller's."""
    assigned = bool(values.get("unit_id") or one.unit_id or values.get("officer_id"))
    times = handling_due.resolved(talk.db, talk.schedule, one.category, talk.now, assigned=assigned)
    values = {"officer_id": talk.person.id, **times, **values}
    return handling.go(talk.db, one, "triaged", talk.person.id, talk.now, **values)


def told_accepted(talk: Talk, one: Row[Any], *, before: bool = False) -> Card:
    """M4: who has it, and by when; `before`: it was accepted before, and somebody else has it now."""
    holder = handling_cards.who_has_it(talk.db, one) or Text("工作人员")
    text = Text(
        "{need}受理了，由{who}办。最晚{due}给您结果。",
        need=need_cards.name(one),
        who=holder,
        due=Moment(one.due),
    )
    if before:
        text = Text(
            "{need}现在由{who}办。最晚{due}给您结果。",
            need=need_cards.name(one),
            who=holder,
            due=Moment(one.due),
        )
    return Card(text, choices=(need_cards.look(one),), tone="notice", refs=(need.ref(one.id),))


def told_whom(one: Row[Any]) -> Text:
    return Text("已经告诉反映的人。") if one.reporter_id is not None else Text("")


def _accepted_before(talk: Talk, one: Row[Any]) -> Card:
    """A button twice, or two officers at once: nothing happens, and who did it is said."""
    last = handling.into(talk.db, one.id, "triaged")
    if last is None or last.actor_id == talk.person.id:
        return handling_cards.full(talk, one, Text("不用再受理，这件已经受理了。"))
    by = handling.name_of(talk.db, last.actor_id)
    return handling_cards.full(talk, one, Text("不用再受理，{name}已经受理了。", name=by))


@on("staff.need", head="startneed", allow=anybody, private=True, phrases=START.phrases, reads=START)
def start(talk: Talk, number: int | None = None, words: str | None = None) -> Card:
    """Works begin; whoever reported or follows it is told."""
    one = mine(talk, number)
    if one.state == "in_progress":
        return handling_cards.full(talk, one, Text("不用再说，这件已经在办了。"))
    if one.state == "new":
        one = accepted(talk, one)
    done = handling.go(talk.db, one, "in_progress", talk.person.id, talk.now)
    text, step = Text("{need}开始办了。", need=need_cards.name(done)), handling.event(talk.db, done)
    if words:
        said = handling.say(talk.db, talk.vault, done.id, talk.person.id, "answer", words, talk.now)
        text = Text("{need}开始办了：{words}", need=need_cards.name(done), words=said)
    if done.due is not None:
        text = Text("{begun}\n最晚{due}给您结果。", begun=text, due=Moment(done.due))
    told = Card(text, choices=(need_cards.look(done),), tone="notice", refs=(need.ref(done.id),))
    need_news.tell(talk.db, done, told, step, talk.now, followers=told, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("记下了。{told}", told=told_whom(done)))
