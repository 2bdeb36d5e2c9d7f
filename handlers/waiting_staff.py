"""Staff see who waits for an activity of theirs, and may offer a free seat before the turn, for a reason that is kept."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, shifts, waiting_job
from handlers.own_activities import named, which
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import (
    activity,
    change,
    contact,
    delivery,
    duty,
    notice,
    phone,
    shift_role,
    waiting,
    waiting_staff,
)
from models.activity import Listing
from models.card import Article, Card, Choice, State
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

# So many of a list are shown at once.
SHOWN = 20
_LIST = (
    Phrase(
        r"(?:候补|排队)(?:的)?(?:名单|列表|人员|情况|都有谁|有谁|有哪些人)|(?:谁|哪些人|几个人|几位|多少人)(?:在|还在)?(?:候补|排队等)|候补.{0,6}(?:有)?(?:几个人|几位|多少人)",
        weight=8,
        unless="我的候补|我排",
    ),
    Phrase(
        r"(?:who|how many).{0,12}(?:is|are|on the) wait(?:ing|ing ?list|list)|(?:show|see|open|list)?.{0,6}wait(?:ing)? ?list (?:of|for)",
        weight=6,
        unless=r"join|put me|add me|my (?:place|position)|\bleave\b",
    ),
)


def _named(reading: Reading) -> Arguments:
    """What is left besides the title are the words of asking for the list, and no other name."""
    return {**named(reading), "other_name": None}


@on("staff.activity", head="queue", for_staff=True, allow=anybody, private=True, phrases=_LIST, reads=_named)
def queue(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
) -> Card:
    """Who waits, in order, and who is offered a seat until when."""
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("看哪一场的候补？"))
    duty.check(talk.db, talk.person.id, wanted.place_id, wanted.ref)
    found = waiting_staff.listed(talk.db, wanted.id, SHOWN + 1)
    title = prose(wanted.title)
    own = set(duty.everywhere(talk.db, talk.person.id))
    passed = tuple(_passed(talk, wanted, one, own) for one in waiting_staff.out_of_order(talk.db, wanted.id))
    if not found and not passed:
        details = Choice(Text("详情"), press("show", wanted.number))
        return Card(Text("「{title}」没有人候补。", title=title), choices=(details,), refs=(wanted.ref,))
    articles = (*(_line(talk, wanted, one, own) for one in found[:SHOWN]), *passed)
    text = Text("「{title}」的候补。要不按顺序先问一位，请选他的号码：", title=title)
    if len(found) > SHOWN:
        text = Text(
            "「{title}」候补的前{count}位。要不按顺序先问一位，请选他的号码：", title=title, count=SHOWN
        )
    return Card(text, articles=articles, refs=(wanted.ref,))


def _line(talk: Talk, wanted: Listing, one: Row[Any], own: set[int]) -> Article:
    """One of the list; before his turn he can be offered a seat."""
    facts = [
        (Text("人数"), Text("{count}位", count=one.seats)),
        (Text("什么时候候补的"), Text("{at}候补的", at=Moment(one.at))),
    ]
    if one.role_id is not None:
        facts += shifts.fact(shift_role.held(talk.db, one.role_id))
    if one.state == "offered":
        state = State(Text("问过了，等到{at}", at=Moment(one.answer_by)), "good")
        return Article(_called(talk, one, own), "", state=state, facts=tuple(facts), choices=_details(wanted))
    place = waiting.place(talk.db, one)
    state = State(Text("第{nth}位", nth=place), "warning")
    choices = (Choice(Text("先问这一位"), press("offer", one.id)),)
    return Article(_called(talk, one, own), "", state=state, facts=tuple(facts), choices=choices)


def _details(wanted: Listing) -> tuple[Choice, ...]:
    """Nothing is left to be done for this one."""
    return (Choice(Text("详情"), press("show", wanted.number)),)


def _passed(talk: Talk, wanted: Listing, one: Row[Any], own: set[int]) -> Article:
    """One that was asked before his turn: when, and why."""
    facts = (
        (Text("原因"), Text("没有按顺序，原因：{reason}", reason=one.reason)),
        (Text("什么时候问的"), Text("{at}问的", at=Moment(one.offered))),
    )
    state = State(change.STATES(one.state), "past")
    return Article(_called(talk, one, own), "", state=state, facts=facts, choices=_details(wanted))


def _called(talk: Talk, one: Row[Any], own: set[int]) -> Text:
    """His name, where he is of a place of theirs."""
    if one.guest:
        return as_said(one.guest)
    known = waiting_staff.name(talk.db, one.member_id, own) if one.member_id else None
    return as_said(known) if known else Text("一位居民")


@on("staff.activity", head="offer", for_staff=True, allow=anybody, private=True)
def offer(talk: Talk, number: int = 0) -> Card:
    """A seat before the turn: only with a reason, which stays in the log and is told to who is passed."""
    one = waiting_staff.find(talk.db, number)
    wanted = activity.held(talk.db, one.activity_id)
    duty.check(talk.db, talk.person.id, wanted.place_id, wanted.ref)
    duty.check_real(talk.db, talk.person.id)
    back = Choice(Text("候补名单"), press("queue", wanted.number))
    try:
        waiting_staff.check_offer(talk.db, one, wanted, talk.schedule, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, back)
    about = (Article(prose(wanted.title), wanted.ref),)
    own = set(duty.everywhere(talk.db, talk.person.id))
    called = _called(talk, one, own)
    asked = Text("为什么先问{name}？原因会留在记录里，也会告诉他和排在前面的人，请不要写私事。", name=called)
    reason = phone.without(talk.ask("reason", asked, check=checks.words, about=about))
    yes, no = (
        Option("yes", Text("确认先问"), ("确认", "是", "好", "yes", "ok")),
        Option("no", Text("按顺序来"), ("不", "no")),
    )
    sure = Text("不按顺序，先问{name}，原因是“{reason}”，对吗？", name=called, reason=reason)
    if talk.ask("sure", sure, yes, no, about=about) == "no":
        return Card(Text("好的，还按顺序来。"), choices=(back,))
    before = waiting_staff.before_him(one)
    try:
        until = waiting_staff.offer(talk.db, one, wanted, talk.person.id, reason, talk.schedule, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, back)
    waiting_job.tell_offer(talk.db, one, reason, talk.schedule, talk.now)
    _tell_passed(talk, wanted, one, before, reason)
    text = Text("已经先问{name}，等到{at}。", name=called, at=Moment(until))
    return Card(text, choices=(back,), tone="done", refs=(wanted.ref,))


def _tell_passed(talk: Talk, wanted: Listing, one: Row[Any], before: Any, reason: str) -> None:
    """Who waits before him hears of it: the place is still his, and why it was another's turn."""
    text = Text(
        "「{title}」有个空位，工作人员先问了别人，原因：{reason}。您的位次没有变，有不明白的可以问{contact}。",
        title=prose(wanted.title),
        reason=reason,
        contact=contact.name(talk.db, wanted) or Text("服务站"),
    )
    where = Choice(Text("我排第几"), press("place", wanted.number))
    key = notice.write(
        talk.db, [Card(text, choices=(where,), tone="notice", refs=(wanted.ref,))], talk.now,
        key=f"passed:{one.id}", kind="waiting", rests=True, expires=wanted.starts,
    )  # fmt: skip
    if key is not None:
        delivery.fan_out(talk.db, key, before, talk.now, talk.now, "personal", 1000)
