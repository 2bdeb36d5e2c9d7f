"""Those whom somebody registered, as lines of his own list, and the way to take them back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from handlers import activity_cards, queueing
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import Option, Talk, press
from models import activity, guest, registration, reminder
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.registered import Held
from models.text import Text, as_said, prose

YES = ("确认", "是", "是的", "好", "好的", "对", "行", "可以", "嗯", "取消", "yes", "y", "ok", "sure")
NO = ("不", "不要", "不了", "算了", "no", "n")


def line(db: Db, held: Held, now: datetime) -> Article:
    """A line of somebody's own registrations; a guest's names him, and is cancelled by its own button."""
    queued = queueing.of_held(db, held)
    shown = activity_cards.held(held.activity, now, held.seats, held.state, queued)
    shown = activity_cards.with_promise(shown, held.state, held.answer_by)
    if held.guest is None:
        return shown
    facts = ((Text("替谁"), Text("替{name}报的", name=as_said(held.guest))), *shown.facts)
    if queued:
        return replace(shown, facts=facts)
    details = Choice(Text("详情"), press("show", held.activity.number))
    cancel = (Choice(Text("取消报名"), press("guestoff", held.id)),) if now < held.activity.starts else ()
    return replace(shown, facts=facts, choices=(details, *cancel))


def instead(talk: Talk, wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """Who has no seat himself may mean one of those whom he registered there."""
    if refusal.code != "registration.none":
        return ()
    return tuple(
        Choice(Text("取消{name}的", name=as_said(each.guest)), press("guestoff", each.id))
        for each in guest.of(talk.db, wanted, talk.person.id)
    )


def named(mine: list[Held], said: str) -> int | None:
    """Of somebody's registrations that of a guest whom this sentence names."""
    return next((each.id for each in mine if said and each.guest and fold(each.guest) in said), None)


def take_back(talk: Talk, key: int, steps: Callable[[Listing, Refusal], tuple[Choice, ...]]) -> Card:
    """Whoever registered the guest gives his seat back, or staff of the place do."""
    one = registration.find(talk.db, key)
    if one is None or one.guest is None:
        talk.leave(Refusal("guest.none", Text("请看看“我的报名”，这个报名已经没有了。")), MY_LIST, BROWSE)
    wanted = activity.held(talk.db, one.activity_id)
    try:
        guest.check_cancel(talk.db, one, wanted, talk.person.id, talk.now)
        question = Text(
            "取消{name}在「{title}」的报名，把名额让出来？",
            name=as_said(one.guest),
            title=prose(wanted.title),
        )
        yes, no = Option("yes", Text("确认取消"), YES), Option("no", Text("保留"), NO)
        if talk.ask("sure", question, yes, no, about=(activity_cards.subject(wanted),)) == "no":
            return Card(Text("好的，报名还在。"), choices=(MY_LIST,), refs=(wanted.ref,))
        reminder.drop(talk.db, one.id, "the registration was cancelled", talk.now)
        guest.cancel(talk.db, one, wanted, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *steps(wanted, refusal))
    text = Text("已经取消{name}的报名，名额让出来了。", name=as_said(one.guest))
    return Card(text, choices=(MY_LIST, BROWSE), tone="done", refs=(wanted.ref,))
