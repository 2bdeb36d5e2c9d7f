"""Who may book, move and cancel: one booking of a service, only so many in all, and what follows who stays away."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, select
from sqlalchemy.exc import IntegrityError

from models import booking
from models.booking import BOOKING
from models.database import Db
from models.refusal import Refusal
from models.schedule import Bookings
from models.slot import Window
from models.text import Moment, Text, prose

# So long does it count that somebody did not come.
REMEMBERED = timedelta(days=90)
_MOVES = 1
_THERE = BOOKING.alias("there")
# A day on which a place noted nobody who came says of nobody that he did not.
_MISSED = select(func.count()).where(
    BOOKING.c.member_id == bindparam("member"),
    BOOKING.c.state == "absent",
    BOOKING.c.starts.is_not(None),
    BOOKING.c.starts > bindparam("since"),
    exists(
        select(_THERE.c.id).where(
            and_(_THERE.c.place_id == BOOKING.c.place_id, _THERE.c.day == BOOKING.c.day),
            _THERE.c.state.in_(("arrived", "called", "served")),
        )
    ),
)
_NOTED = (
    select(BOOKING.c.id)
    .where(
        BOOKING.c.place_id == bindparam("place"),
        BOOKING.c.day == bindparam("day"),
        BOOKING.c.state.in_(("arrived", "called", "served")),
    )
    .limit(1)
)
_LIVE_AT = (
    select(BOOKING)
    .where(
        BOOKING.c.member_id == bindparam("member"),
        BOOKING.c.service_id == bindparam("service"),
        BOOKING.c.starts.is_not(None),
        BOOKING.c.state.in_(booking.LIVE),
    )
    .limit(1)
)


def live_of(db: Db, member: int, service: int) -> Row[Any] | None:
    """Somebody's slot of this service that is not over."""
    return db.row(_LIVE_AT, member=member, service=service)


def check(db: Db, service: Row[Any], member: int, now: datetime, rules: Bookings) -> None:
    """Raises a Refusal where somebody has this service already, or as much as one person may have."""
    name, own = prose(service.name), live_of(db, member, service.id)
    if own is not None and not _is_over(own, now):
        sentence = Text(
            "请先改时间或取消，「{service}」您已经约了{when}（约{number}）。",
            service=name,
            when=Moment(own.starts),
            number=own.id,
        )
        raise Refusal("booking.already", sentence, f"service:{service.code}", booking.ref(own.id))
    slots = [each for each in booking.live(db, member) if each.starts is not None and not _is_over(each, now)]
    if len(slots) >= rules.most:
        sentence = Text("请先取消一个，一个人最多同时约{count}项。", count=rules.most)
        raise Refusal("booking.most", sentence, f"service:{service.code}")


def _is_over(one: Row[Any], now: datetime) -> bool:
    """Its time has passed, whatever became of it."""
    return one.state in ("waiting", "offered", "booked") and bool(one.ends <= now)


def is_held_to_today(db: Db, member: int, now: datetime, rules: Bookings) -> bool:
    """Who missed so many lately books for the same day only."""
    return int(db.value(_MISSED, member=member, since=now - REMEMBERED) or 0) >= rules.missed


def lock(service: Row[Any], rules: Bookings) -> timedelta:
    """How long before its slot a booking can be moved or cancelled last."""
    return rules.lock if service.lock is None else timedelta(minutes=service.lock)


def is_locked(one: Row[Any], service: Row[Any], now: datetime, rules: Bookings) -> bool:
    """Nobody is held to what he only waits for."""
    held = one.starts is not None and one.state not in ("waiting", "offered")
    return held and bool(now > one.starts - lock(service, rules))


def check_lock(
    db: Db, one: Row[Any], service: Row[Any], now: datetime, rules: Bookings, officer: Text | None
) -> None:
    """Raises a Refusal that says whom to ask, where the slot is too near."""
    if not is_locked(one, service, now, rules):
        return
    sentence = Text(
        "请直接找{officer}，约{number}（{when}）快到时间了，这里改不了。",
        officer=officer or Text("服务站"),
        number=one.id,
        when=Moment(one.starts),
    )
    raise Refusal("booking.locked", sentence, booking.ref(one.id))


def may_move(one: Row[Any]) -> bool:
    return bool(one.state == "booked" and one.starts is not None and one.moved < _MOVES)


def check_move(one: Row[Any], officer: Text | None) -> None:
    """Raises a Refusal where it was moved before, or is nothing that can be moved."""
    if one.state != "booked" or one.starts is None:
        raise Refusal("booking.over", Text("请看看您的预约，这一个改不了时间了。"), booking.ref(one.id))
    if one.moved >= _MOVES:
        sentence = Text(
            "请找{officer}，约{number}已经改过一次时间。也可以取消后重新约。",
            officer=officer or Text("服务站"),
            number=one.id,
        )
        raise Refusal("booking.moved", sentence, booking.ref(one.id))


def enter(
    db: Db, service: Row[Any], place: int, member: int, window: Window, now: datetime, **columns: Any
) -> int | None:
    """A booking, or with `state="waiting"` a place in the list; None where nothing is left of the slot.

    Raises a Refusal where the same person booked it at this moment from elsewhere.
    """
    own = live_of(db, member, service.id)
    if own is not None and own.state == "booked" and _is_over(own, now):
        # Its day ends later; who comes again has not come then.
        booking.go(db, own, "absent", None, now, due=None, settled=now)
    try:
        with db.savepoint("booking"):
            key = booking.enter(
                db, service.id, place, member, columns.pop("day"), now, window=window, **columns
            )
            if key is None:
                raise _Gone
    except _Gone:
        return None
    except IntegrityError:
        sentence = Text("请看看您的预约，「{service}」您刚刚约过了。", service=prose(service.name))
        raise Refusal("booking.already", sentence, f"service:{service.code}") from None
    return key


class _Gone(Exception):  # noqa: N818  (it is not a fault: somebody else was first)
    """The last place went to somebody else."""


def move(
    db: Db, one: Row[Any], window: Window, day: date, actor: int | None, now: datetime, *, due: datetime
) -> bool:
    """To another slot; False where nothing is left there, and then nothing happened."""
    try:
        with db.savepoint("booking"):
            if not booking.move(db, one, window, day, actor, now, due=due):
                raise _Gone
    except _Gone:
        return False
    return True


def cancel(db: Db, one: Row[Any], actor: int | None, now: datetime) -> bool:
    """False where it was not his to give back any more."""
    try:
        with db.savepoint("booking"):
            if not booking.go(db, one, "cancelled", actor, now, due=None, settled=now):
                raise _Gone
    except _Gone:
        return False
    return True


def accept(db: Db, one: Row[Any], actor: int, now: datetime, due: datetime) -> bool:
    """Who was offered a place takes it."""
    return one.state == "offered" and booking.go(db, one, "booked", actor, now, due=due)


def settle(db: Db, one: Row[Any], after: str, now: datetime) -> bool:
    """Time itself ends it: nobody answered, or nobody came."""
    return booking.go(db, one, after, None, now, due=None, settled=now)


def was_noted(db: Db, one: Row[Any]) -> bool:
    """Whether the place noted anybody who came that day."""
    return db.value(_NOTED, place=one.place_id, day=one.day) is not None
