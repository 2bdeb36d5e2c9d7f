"""Offers free seats to those who wait, as time passes, and tells them what becomes of their waiting."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import queueing
from handlers.activity_cards import queue_choices
from handlers.jobs import job
from handlers.talk import press
from models import activity, due_times, notice, registered, registration, waiting_list, waiting_times
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.still import still
from models.text import Moment, Several, Text, prose
from models.waiting_list import Step


def _next(db: Db, schedule: Schedule) -> datetime | None:
    found = [waiting_list.due(one, schedule, due_times.ALWAYS) for one in waiting_list.queues(db)]
    late = waiting_list.next_late(db)
    return min([*found, *([late] if late else [])], default=None)


@job("waiting", next=_next)
def offer(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice: offers that nobody answered, else what is due of one list."""
    if late := waiting_list.expire(db, now):
        for one in late:
            _tell(db, one, _expired(db, one), now, key=f"offer-late:{one.id}", rests=True)
        return True
    for each in waiting_list.queues(db):
        if waiting_list.due(each, schedule, due_times.ALWAYS) > now:
            continue
        if done := waiting_list.step(db, each, schedule, now):
            _tell_of(db, done, schedule, now)
            return True
    return False


def _tell_of(db: Db, done: Step, schedule: Schedule, now: datetime) -> None:
    if done.kind == "offered":
        for one in done.rows:
            tell_offer(db, one, None, schedule, now)
    elif done.kind == "called":
        for one in done.rows:
            _call(db, one, schedule, now)
    elif done.kind == "noted":
        _note(db, done, schedule, now)
    elif done.kind == "missed":
        for one in done.rows:
            _tell(db, one, _missed(db, one), now, key=f"waiting-missed:{one.id}", kind="missed")


def tell_offer(db: Db, one: Row[Any], reason: str | None, schedule: Schedule, now: datetime) -> None:
    """Somebody is offered a seat; `reason` is why before his turn, where staff did it."""
    offered = registration.find(db, one.id)
    assert offered is not None
    assert offered.answer_by is not None
    wanted = activity.held(db, one.activity_id)
    title, by = prose(wanted.title), Moment(offered.answer_by)
    lines = [Text("「{title}」有空位了，要吗？请在{at}前回复，过了就问下一位。", title=title, at=by)]
    if reason:
        lines.append(Text("工作人员先问您，没有按顺序。原因：{reason}", reason=reason))
    lines += overlaps(db, wanted, one.member_id)
    _tell(
        db,
        one,
        _card(db, wanted, one, Text("{lines}", lines=Several(tuple(lines), lines=True)), "offered"),
        now,
        key=f"offer:{one.id}",
        kind="offer",
        still=f"offer {one.id}",
        # A seat that is offered by staff at night waits for the morning; the job itself waits with the offer.
        rests=waiting_times.begins(schedule, wanted.starts, now) > now,
        expires=offered.answer_by,
    )


def overlaps(db: Db, wanted: Listing, member: int | None) -> tuple[Text, ...]:
    """What somebody is registered for at the same time."""
    found = registered.clashes(db, wanted, member) if member is not None else []
    return tuple(
        Text("请注意：和您报名的「{title}」时间有重叠。", title=prose(other.title)) for other in found
    )


def _call(db: Db, one: Row[Any], schedule: Schedule, now: datetime) -> None:
    wanted = activity.held(db, one.activity_id)
    text = Text("「{title}」有空位了，快开始了，同时问了几位，先回的先得。要吗？", title=prose(wanted.title))
    _tell(
        db,
        one,
        _card(db, wanted, one, text, "offered"),
        now,
        key=f"call:{one.id}:{now.isoformat()}",
        kind="offer",
        still=f"call {one.id}",
        expires=waiting_times.cutoff(schedule, wanted.starts),
    )


def _note(db: Db, done: Step, schedule: Schedule, now: datetime) -> None:
    first = done.rows[0]
    wanted = activity.held(db, first.activity_id)
    places = waiting_list.places(db, first.activity_id, first.role_id)
    cutoff = waiting_times.cutoff(schedule, wanted.starts)
    for one in done.rows:
        text = Text(
            "「{title}」还没有空位，您排第{nth}位。有空位就问您；到{at}还没有，也告诉您。",
            title=prose(wanted.title),
            nth=places[one.id],
            at=Moment(cutoff),
        )
        key = f"waiting:{one.id}:{wanted.starts.isoformat()}"
        card = _card(db, wanted, one, text, "waiting")
        _tell(
            db, one, card, now, key=key, kind="waiting", still=f"waiting {one.id}", rests=True, expires=cutoff
        )


def _card(db: Db, wanted: Listing, one: Row[Any], text: Text, held: str) -> Card:
    choices = (*queue_choices(one.id, held), Choice(Text("详情"), press("show", wanted.number)))
    return Card(text, articles=(queueing.about(db, wanted, one),), choices=choices, tone="notice")


def _expired(db: Db, one: Row[Any]) -> Card:
    wanted = activity.held(db, one.activity_id)
    text = Text(
        "「{title}」的位子问下一位了，{at}前没有等到您的回复。还想去，可以重新候补。",
        title=prose(wanted.title),
        at=Moment(one.answer_by),
    )
    return _over(wanted, text, Choice(Text("重新候补"), press("wait", wanted.number)))


def _missed(db: Db, one: Row[Any]) -> Card:
    wanted = activity.held(db, one.activity_id)
    text = Text("「{title}」这次没有排到，抱歉。没有空出位子，不用再等了。", title=prose(wanted.title))
    return _over(wanted, text, Choice(Text("看看同类的"), press("similar", wanted.number)))


def _over(wanted: Listing, text: Text, choice: Choice) -> Card:
    return Card(text, choices=(choice,), tone="notice", refs=(wanted.ref,))


def _tell(db: Db, one: Row[Any], card: Card, now: datetime, *, key: str, **how: Any) -> None:
    """Whoever waits is told, or who waits for a guest of his."""
    if whom := one.member_id or one.by_id:
        notice.tell_member(db, [card], whom, now, key=key, **how)


@still("offer")
def _still_offered(db: Db, key: int, now: datetime) -> str | None:
    one = registration.find(db, key)
    if one is None or one.state != "offered":
        return "the offer is over"
    return "the activity is off" if activity.held(db, one.activity_id).is_off else None


@still("call")
def _still_called(db: Db, key: int, now: datetime) -> str | None:
    one = registration.find(db, key)
    if one is None or one.state != "waiting" or one.called is None:
        return "the seat is taken"
    return "the activity is off" if activity.held(db, one.activity_id).is_off else None


@still("waiting")
def _still_waiting(db: Db, key: int, now: datetime) -> str | None:
    one = registration.find(db, key)
    return None if one is not None and one.state == "waiting" else "nobody waits any more"
