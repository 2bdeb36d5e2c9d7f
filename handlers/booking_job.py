"""What falls due of bookings: a reminder with the papers, a free place for who waits, and who did not come."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import booking_cards
from handlers.booking_cards import MINE
from handlers.jobs import job
from models import booking, booking_due, booking_rules, notice, service
from models.card import Card
from models.database import Db
from models.schedule import Schedule
from models.still import still
from models.text import Moment, Several, Text, prose

_SLICE = 10


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return booking_due.next_due(db)


@job("bookings", next=_next)
def tend(db: Db, now: datetime, schedule: Schedule) -> bool:
    due = booking_due.overdue(db, now, _SLICE)
    for one in due:
        if one.state == "waiting":
            _wait(db, one, now, schedule)
        elif one.state == "offered":
            _lapse(db, one, now)
        elif one.state == "booked":
            _remind(db, one, now, schedule)
        else:
            booking_due.put_off(db, one, None)
    # What lapses wakes who waits next.
    return bool(due)


def _wait(db: Db, one: Row[Any], now: datetime, schedule: Schedule) -> None:
    """It is offered to the first alone; near its time whoever waits still is told that it did not work out."""
    if now >= booking_due.until(schedule, one.starts):
        if booking_rules.settle(db, one, "expired", now):
            text = Text(
                "这次没等到空位：「{service}」{when}。换个时间再约吧。",
                service=_name(db, one),
                when=Moment(one.starts),
            )
            _tell(db, one, Card(text, choices=(booking_cards.again(one), MINE)), "waited", now)
        return
    answer_by = booking_due.offer(db, one, schedule, now)
    if answer_by is None:
        return
    text = Text(
        "有空位了，要吗？「{service}」{when}。请在{by}前回复，过了就问下一位。",
        service=_name(db, one),
        when=Moment(one.starts),
        by=Moment(answer_by),
    )
    offered = booking.find(db, one.id)
    assert offered is not None
    article = booking_cards.article(db, offered, now, schedule.bookings)
    card = Card(text, articles=(article,), choices=(MINE,), tone="notice")
    key = f"booking:{one.id}:offer {int(answer_by.timestamp())}"
    notice.tell_member(
        db, [card], one.member_id, now, key=key, kind="offer", still=f"slotoffer {one.id}", expires=answer_by
    )


def _name(db: Db, one: Row[Any]) -> Text:
    given = service.find(db, one.service_id)
    assert given is not None
    return prose(given.name)


def _lapse(db: Db, one: Row[Any], now: datetime) -> None:
    """Nobody answered: the next one is asked."""
    if booking_rules.settle(db, one, "expired", now):
        text = Text(
            "空位让给下一位了：「{service}」{when}。还想约的话，请重新候补。",
            service=_name(db, one),
            when=Moment(one.starts),
        )
        _tell(db, one, Card(text, choices=(booking_cards.again(one), MINE)), "lapsed", now)


def _remind(db: Db, one: Row[Any], now: datetime, schedule: Schedule) -> None:
    """Before it begins he is reminded; when its day is over and he was not seen, he did not come."""
    if now >= booking_due.day_ends(one.starts, schedule.zone):
        _miss(db, one, now)
        return
    booking_due.put_off(db, one, booking_due.alarm(schedule, one.starts, now))
    if now >= one.starts or one.member_id is None:
        return
    lines = [
        Text(
            "别忘了：{when}「{service}」（约{number}）。",
            service=_name(db, one),
            when=Moment(one.starts),
            number=one.id,
        )
    ]
    given = service.find(db, one.service_id)
    assert given is not None
    if given.materials:
        lines.append(Text("请带上：{papers}。", papers=booking_cards.papers(given)))
    if not booking_rules.is_locked(one, given, now, schedule.bookings):
        lines.append(Text("来不了请先取消，名额好让给别人。"))
    article = booking_cards.article(db, one, now, schedule.bookings)
    card = Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)), articles=(article,), choices=(MINE,)
    )
    key = f"booking:{one.id}:remind {int(one.starts.timestamp())} {int(one.due.timestamp())}"
    notice.tell_member(
        db, [card], one.member_id, now, key=key, kind="reminder", still=f"slot {one.id}", expires=one.starts
    )


def _miss(db: Db, one: Row[Any], now: datetime) -> None:
    if not booking_rules.settle(db, one, "absent", now) or one.member_id is None:
        return
    if not booking_rules.was_noted(db, one):
        # The station noted nobody that day: nothing says that he was not there.
        return
    text = Text(
        "昨天没等到您：「{service}」{when}。要是来过，请跟服务站说一声。还要办，可以重新约。",
        service=_name(db, one),
        when=Moment(one.starts),
    )
    _tell(db, one, Card(text, choices=(booking_cards.again(one), MINE)), "missed", now)


def _tell(db: Db, one: Row[Any], card: Card, event: str, now: datetime) -> None:
    if one.member_id is not None:
        key = f"booking:{one.id}:{event}"
        notice.tell_member(db, [card], one.member_id, now, key=key, kind="missed", rests=True)


@still("slot")
def _is_booked(db: Db, key: int, _now: datetime) -> str | None:
    one = booking.find(db, key)
    return None if one is not None and one.state == "booked" else "it is not booked any more"


@still("slotoffer")
def _is_offered(db: Db, key: int, _now: datetime) -> str | None:
    one = booking.find(db, key)
    return None if one is not None and one.state == "offered" else "it is not offered any more"
