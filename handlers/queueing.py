"""Waiting for a seat of what is full: the question, its answer, and how somebody stands who waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, shifts
from handlers.activity_cards import BROWSE, MY_LIST, Queued
from handlers.checks import Number
from handlers.talk import Option, Talk, press
from models import phone, registering, registration, waiting, waiting_times
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.registered import Held
from models.registering import largest_party
from models.shift_role import Role
from models.text import Moment, Several, Text, as_said, prose

_YES = ("候补", "排队", "候补吧", "等", "我等", "确认", "是", "好", "好的", "可以", "yes", "ok", "wait")
_NO = ("不", "不要", "不用", "不候补", "算了", "no")
_HOUR = timedelta(hours=1)
Answers = Callable[[Talk, Listing, tuple[Article, ...]], dict[str, str]]


def queued(db: Db, row: Row[Any]) -> Queued | None:
    """Where a registration stands that waits or is offered a seat; None for any other."""
    if row.state == "offered":
        return Queued(row.id, 0)
    return Queued(row.id, waiting.place(db, row)) if row.state == "waiting" else None


def of_held(db: Db, held: Held) -> Queued | None:
    """The same of one in somebody's own list."""
    if held.state not in ("waiting", "offered"):
        return None
    row = registration.find(db, held.id)
    return queued(db, row) if row else None


def form(
    talk: Talk,
    wanted: Listing,
    role: Role | None,
    party: int,
    about: tuple[Article, ...],
    answers: Answers,
    overlaps: tuple[Text, ...] = (),
) -> Card:
    """Offers to wait for a seat, and puts who wants it at the end of the list. Raises Refusal."""
    registering.check_size(wanted, party)
    waiting.check(wanted, talk.schedule, talk.now)
    talk.steps = 0
    key = role.id if role else None
    yes, no = Option("yes", Text("加入候补"), _YES), Option("no", Text("不用了"), _NO)
    more = Option("more", Text("改人数"), ("多带几位", "带人", "加人"))
    most = largest_party(wanted)
    options = (yes, more, no) if most > 1 else (yes, no)
    chosen = talk.ask("wait", _question(talk, wanted, key, party, overlaps), *options, about=about)
    if chosen == "more":
        check = Number(1, most, lambda _number: Text("请发1到{count}之间的数字。", count=most))
        asked = Text("一共几位？（含您自己，最多{count}位）", count=most)
        party = talk.ask("together", asked, check=check, about=about)
        chosen = talk.ask("still", _question(talk, wanted, key, party, overlaps), yes, no, about=about)
    if chosen == "no":
        similar = Choice(Text("看看同类的"), press("similar", wanted.number))
        return Card(Text("好的，没有候补。"), choices=(similar, BROWSE))
    kept = phone.seal_in(answers(talk, wanted, about), talk.vault)
    joined = waiting.join(talk.db, wanted, talk.person.id, party, kept, talk.schedule, talk.now, role=key)
    one = registration.find(talk.db, joined)
    assert one is not None
    place = waiting.place(talk.db, one)
    text = Text("候补好了，您排第{nth}位。{next}", nth=place, next=promise(talk, wanted))
    return Card(text, articles=(_shown(talk, wanted, one),), choices=(MY_LIST,), tone="done")


def _question(talk: Talk, wanted: Listing, role: int | None, party: int, overlaps: tuple[Text, ...]) -> Text:
    ahead = waiting.ahead(talk.db, wanted.id, role)
    title = prose(wanted.title)
    if wanted.free:
        first = Text("「{title}」只剩{count}个名额，要一起候补吗？", title=title, count=wanted.free)
    elif ahead:
        first = Text("「{title}」名额满了，要候补吗？前面{count}人。", title=title, count=ahead)
    else:
        first = Text("「{title}」名额满了，要候补吗？您排第一。", title=title)
    together = (Text("{count}位一起候补，不会拆开。", count=party),) if party > 1 else ()
    lines = (first, *together, promise(talk, wanted), *overlaps)
    return Text("{lines}", lines=Several(lines, lines=True))


def promise(talk: Talk, wanted: Listing) -> Text:
    """What happens next, and by when."""
    cutoff = Moment(waiting_times.cutoff(talk.schedule, wanted.starts))
    span = talk.schedule.waiting.span(wanted.starts - talk.now)
    if span is None:
        return Text("快开始了，有空位同时问前面几位，先回的先得。到{at}还没有，也告诉您。", at=cutoff)
    if span < _HOUR:
        time = Text("{count}分钟", count=span // timedelta(minutes=1))
    else:
        time = Text("{count}小时", count=span // _HOUR)
    return Text(
        "有空位就按顺序问您。您有{time}回复，快开始时短一些。到{at}还没有，也告诉您。", time=time, at=cutoff
    )


def stands(talk: Talk, wanted: Listing, one: Row[Any]) -> Card:
    """How somebody stands who waits, or is offered a seat."""
    title = prose(wanted.title)
    if one.state == "offered":
        text = Text("「{title}」给您留了位，请在{at}前接受。", title=title, at=Moment(one.answer_by))
    else:
        nth = waiting.place(talk.db, one)
        text = Text("「{title}」您排第{nth}位。{next}", title=title, nth=nth, next=promise(talk, wanted))
    return Card(text, articles=(_shown(talk, wanted, one),), choices=(MY_LIST,))


def _shown(talk: Talk, wanted: Listing, one: Row[Any]) -> Article:
    shown = activity_cards.full(
        wanted, talk.now, party=one.seats, held=one.state, queued=queued(talk.db, one)
    )
    return shifts.own(talk, wanted, shown)


def left(talk: Talk, wanted: Listing, one: Row[Any]) -> Card:
    """Out of the list, or the offered seat to the next, at once. Raises Refusal."""
    was = waiting.leave(talk.db, one, wanted, talk.person.id, talk.now)
    title = prose(wanted.title)
    text = Text("好的，不再候补「{title}」。还想去，可以重新候补。", title=title)
    if was == "offered":
        text = Text("好的，「{title}」的位子让给别人了。还想去，可以重新候补。", title=title)
    return Card(text, choices=(*again(wanted, talk.now), MY_LIST, BROWSE), tone="done", refs=(wanted.ref,))


def again(wanted: Listing, now: datetime) -> tuple[Choice, ...]:
    """The way back to the end of the list, as long as one can register."""
    if wanted.stands(now) not in ("open", "full"):
        return ()
    return (Choice(Text("重新候补"), press("wait", wanted.number)),)


def about(db: Db, wanted: Listing, one: Row[Any]) -> Article:
    """What somebody waits for, and for whom where that is a guest of his."""
    shown = shifts.about(db, wanted, one.role_id)
    facts = shown.facts
    if one.seats > 1:
        facts = (*facts, (Text("人数"), Text("{count}位", count=one.seats)))
    if one.guest:
        facts = (*facts, (Text("替谁"), as_said(one.guest)))
    return replace(shown, facts=facts)
