"""Who booked a time in which a place is closed after all is told once, why, and offered the next three slots."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import bookings
from handlers.booking_cards import MINE, again, code
from handlers.bookings import BOOK
from handlers.jobs import job
from handlers.talk import Talk, anybody, on, press
from models import booking, booking_slots, closed_bookings, closure, moves, notice, place, service, slot
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Several, Text, as_said, prose

# So many in one slice, and what begins within this time is told at any hour.
_SLICE = 10
_URGENT = timedelta(hours=12)
# What the log says where staff gave no reason.
_NO_REASON = "关门"


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return closure.next_due(db)


@job("closures", next=_next)
def tend(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of those who lose their slot by a closure."""
    due = closure.overdue(db, now)
    for one in due:
        lost = closed_bookings.lost(db, one, now, schedule.zone)
        for row in lost[:_SLICE]:
            if closed_bookings.revoke(db, row, one, one.reason or _NO_REASON, now):
                _tell(db, row, one, schedule, now)
        if len(lost) <= _SLICE:
            closure.looked(db, one, now)
    return bool(due)


def _tell(db: Db, row: Row[Any], one: Row[Any], schedule: Schedule, now: datetime) -> None:
    if row.member_id is None:
        return
    given = service.find(db, row.service_id)
    assert given is not None
    lines = [_lost(db, row, given)]
    if one.reason:
        lines.append(Text("原因：{reason}", reason=as_said(one.reason)))
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    refs = (booking.ref(row.id), service.ref(given))
    card = Card(text, choices=_others(db, row, given, schedule, now), tone="notice", refs=refs)
    urgent = row.starts is None or row.starts - now < _URGENT
    event = moves.event(db, booking.MACHINE, row.id)
    key = f"closed:{row.id}:{event}"
    notice.tell_member(db, [card], row.member_id, now, key=key, kind="cancelled", rests=not urgent)


def _lost(db: Db, row: Row[Any], given: Row[Any]) -> Text:
    where, name = as_said(place.name(db, row.place_id)), prose(given.name)
    if row.starts is None:
        return Text(
            "请改天再来：{place}关门了，{code}「{service}」办不了。",
            place=where,
            code=code(row),
            service=name,
        )
    return Text(
        "请换个时间：{place}那时候不开门，{code}「{service}」取消了，原来是{when}。",
        place=where,
        code=code(row),
        service=name,
        when=Moment(row.starts),
    )


def _others(db: Db, row: Row[Any], given: Row[Any], schedule: Schedule, now: datetime) -> tuple[Choice, ...]:
    """The next three, each one press from its confirmation."""
    if not given.slots:
        return (MINE,)
    since = row.starts or now
    ahead = schedule.bookings.ahead
    found = booking_slots.after(db, given, row.place_id, since, row.party, now, schedule.zone, ahead)
    keys = [(each, slot.key(db, given.id, row.place_id, each.starts)) for each in found]
    others = [(Text("{at}", at=Moment(each.starts)), key) for each, key in keys]
    return (*(Choice(when, press("slot", key)) for when, key in others), again(row))


@on("service.book", head="slot", allow=anybody, private=True)
def take(talk: Talk, number: int = 0, slot_number: int | None = None) -> Card:
    """One slot that was offered: all of the form is filled, and only confirmed."""
    wanted = slot.whole(talk.db, slot_number or number)
    if wanted is None:
        text = Text("请重新选一个时间，刚才那个没有了。")
        talk.leave(Refusal("booking.slot", text), BOOK, MINE)
    talk.keep(slot_number=wanted.id)
    begins = wanted.starts.astimezone(talk.zone)
    day = begins.date().isoformat()
    times = {"first": day, "last": day, "clock": begins.time().isoformat()}
    party = closed_bookings.party(talk.db, talk.person.id, wanted.service_id)
    return bookings.book(talk, number=wanted.service_id, party=party, places=[wanted.place_id], times=times)
