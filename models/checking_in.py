"""Whether somebody is checked in now, and what else that does: a seat for who has none, his hours, his way out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from models import (
    arrival,
    contact,
    eligibility,
    hours,
    registering,
    registration,
    shift,
    shift_role,
    skill,
    visit,
)
from models.activity import Listing
from models.database import Db
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.shift_role import Role
from models.text import Moment, Prose, Text
from models.visit import How

# So long before the start the door opens.
OPENS = timedelta(minutes=30)
# A scan so soon after the last one is the same once more: a finger that pressed twice, a platform that repeats.
REPEAT = timedelta(minutes=10)
_GONE = "the check-in that made it was undone"
_BEFORE = select(func.count()).where(
    REGISTRATION.c.activity_id == bindparam("activity"),
    REGISTRATION.c.state == "waiting",
    or_(
        REGISTRATION.c.at < bindparam("at"),
        and_(REGISTRATION.c.at == bindparam("at"), REGISTRATION.c.id < bindparam("registration")),
    ),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a check-in.

    `again`: he was checked in before. `walked_in`: he had no seat and has one now. `left`: this was his way out.
    """

    activity: Listing
    visit: Row[Any]
    again: bool = False
    walked_in: bool = False
    left: bool = False


def opens(wanted: Listing) -> datetime:
    return wanted.starts - OPENS


def closes(wanted: Listing) -> datetime:
    """Until when a code is good there; who is asked to check out does so on his way."""
    return wanted.ends + hours.GRACE if wanted.checks_out else wanted.ends


def check_time(wanted: Listing, now: datetime) -> None:
    """Whether anybody is checked in there at this time. Raises Refusal."""
    title = Prose(wanted.title)
    if wanted.is_off:
        registering.check_time(wanted, now)
    if now < opens(wanted):
        sentence = Text(
            "请{at}以后再来签到，「{title}」开始前30分钟起可以。", at=Moment(opens(wanted)), title=title
        )
        raise Refusal("checkin.early", sentence, wanted.ref)
    if now >= wanted.ends:
        raise Refusal("checkin.over", Text("「{title}」已经结束了，不能再签到。", title=title), wanted.ref)


def check_in(db: Db, wanted: Listing, member: int, how: How, now: datetime) -> Arrival:
    """Somebody shows that he is there; who is there already leaves, where he is to say so. Raises Refusal."""
    own = registration.live(db, wanted, member)
    if own is not None and (known := visit.of(db, own.id)) is not None:
        return _again(db, wanted, known, now)
    check_time(wanted, now)
    try:
        held = own.id if own is not None and own.state == "confirmed" else _seat(db, wanted, member, own, now)
    except Refusal:
        if (known := _at_another_door(db, own)) is None:
            raise
        return Arrival(wanted, known, again=True)
    party = own.seats if own is not None else 1
    entered = _enter(db, wanted, held, member, party, how, None, now)
    return Arrival(wanted, entered, walked_in=own is None)


def admit(db: Db, wanted: Listing, one: Row[Any], how: How, by: int, now: datetime) -> Arrival:
    """Staff check in whoever stands before them with this registration. Raises Refusal."""
    if (known := visit.of(db, one.id)) is not None:
        return Arrival(wanted, known, again=True)
    check_time(wanted, now)
    if one.state != "confirmed":
        if one.state not in registration.LIVE_STATES:
            raise Refusal("checkin.none", Text("请看看名单，这份报名已经不算了。"), wanted.ref)
        try:
            _seat(db, wanted, one.member_id, one, now)
        except Refusal:
            if (known := _at_another_door(db, one)) is None:
                raise
            return Arrival(wanted, known, again=True)
    return Arrival(wanted, _enter(db, wanted, one.id, one.member_id, one.seats, how, by, now))


def _at_another_door(db: Db, one: Row[Any] | None) -> Row[Any] | None:
    """The visit of whose code is scanned at two doors at once, where the other one was first."""
    return visit.of(db, one.id) if one is not None else None


def _enter(
    db: Db,
    wanted: Listing,
    held: int,
    member: int | None,
    party: int,
    how: How,
    by: int | None,
    now: datetime,
) -> Row[Any]:
    entered = visit.enter(db, wanted.id, held, wanted.place_id, member, party, how, by, now)
    hours.credit(db, held, now)
    arrival.expect(db, wanted, now)
    return entered


def _again(db: Db, wanted: Listing, known: Row[Any], now: datetime) -> Arrival:
    """The same once more, or the way out: whoever scans again later leaves, the last time counts."""
    if not wanted.checks_out or now - (known.left or known.entered) < REPEAT or now >= closes(wanted):
        return Arrival(wanted, known, again=True, left=known.left is not None)
    return _leave(db, wanted, known, now)


def check_out(db: Db, wanted: Listing, known: Row[Any], now: datetime) -> Arrival:
    """Somebody says that he goes. Raises Refusal."""
    if not wanted.checks_out:
        raise Refusal(
            "checkin.stays", Text("不用签退，「{title}」不要求。", title=Prose(wanted.title)), wanted.ref
        )
    if (known.left is not None and now - known.left < REPEAT) or now >= closes(wanted):
        return Arrival(wanted, known, again=True, left=known.left is not None)
    return _leave(db, wanted, known, now)


def _leave(db: Db, wanted: Listing, known: Row[Any], now: datetime) -> Arrival:
    gone = visit.leave(db, known, now)
    hours.credit(db, known.registration_id, now)
    return Arrival(wanted, gone, left=True)


def undo(db: Db, wanted: Listing, known: Row[Any], by: int, now: datetime) -> bool:
    """Takes a check-in back, with the hours and the seat that it gave; False where it did not stand any more."""
    if not _undo(db, known, by, now):
        return False
    made = registration.find(db, known.registration_id)
    if made is not None and made.at == known.entered and made.state == "confirmed":
        registration.go(db, made, "cancelled", by, now, reason=_GONE)
    return True


def _undo(db: Db, known: Row[Any], by: int | None, now: datetime) -> bool:
    if not visit.undo(db, known, by, now):
        return False
    hours.revoke(db, known.registration_id, by, now)
    return True


def unmake(db: Db, held: int, by: int | None, now: datetime) -> None:
    """Whoever has no seat any more was not there, and has no hours of it."""
    if (known := visit.of(db, held)) is not None:
        _undo(db, known, by, now)


def check_undo(wanted: Listing, known: Row[Any], member: int, now: datetime) -> None:
    """Whether whose check-in it is takes it back himself. Raises Refusal."""
    if known.member_id != member or now - known.entered > visit.OWN_UNDO:
        sentence = Text("请找现场的工作人员，过了10分钟由他们来撤销。")
        raise Refusal("checkin.late", sentence, wanted.ref)


# A seat for who has none.


def _seat(db: Db, wanted: Listing, member: int | None, own: Row[Any] | None, now: datetime) -> int:
    """The key of a registration that is confirmed from now on. Raises Refusal, with nothing written."""
    with db.savepoint("seat"):
        if own is None:
            assert member is not None
            return _walk_in(db, wanted, member, now)
        if own.state == "pending" or wanted.approval:
            raise _not_decided(db, wanted)
        one: Row[Any] = own
        # By now the waiting list is closed: whoever is there comes first.
        if one.state == "waiting":
            if not registration.go(db, one, "offered", member, now):
                raise _waits(db, wanted, one)
            one = _found(db, one.id)
        if not registration.go(db, one, "confirmed", member, now):
            raise _full(db, wanted)
        return int(one.id)


def _found(db: Db, key: int) -> Row[Any]:
    row = registration.find(db, key)
    assert row is not None
    return row


def _walk_in(db: Db, wanted: Listing, member: int, now: datetime) -> int:
    """Registers whoever has come without it, where he may come and a seat is free that nobody waits for."""
    if registration.latest(db, wanted, member) in ("rejected", "removed"):
        why = Text("「{title}」的报名没有通过。", title=Prose(wanted.title))
        raise Refusal("checkin.rejected", contact.ask(db, wanted, why), wanted.ref)
    eligibility.check(db, wanted, member)
    if wanted.approval:
        raise _not_decided(db, wanted)
    shift.check_overlap(db, wanted, member)
    role = _role(db, wanted, member)
    key = registration.enter(db, wanted, member, 1, {}, now, role=role.id if role else None)
    if key is None:
        raise _full(db, wanted)
    return key


def _role(db: Db, wanted: Listing, member: int) -> Role | None:
    """The first role with a place left that he can do; None where there are no roles."""
    roles = shift_role.of(db, wanted.id)
    for role in roles:
        if role.free and (role.skill is None or skill.has(db, member, role.skill)):
            return role
    if roles:
        raise _full(db, wanted)
    return None


def _full(db: Db, wanted: Listing) -> Refusal:
    why = Text("「{title}」名额满了，您还没有报上。", title=Prose(wanted.title))
    return Refusal("checkin.full", contact.ask(db, wanted, why), wanted.ref)


def _waits(db: Db, wanted: Listing, one: Row[Any]) -> Refusal:
    sentence = Text(
        "请在旁边等一等，有人没来就再扫一次。「{title}」现在没有空位，您排在候补第{nth}位。",
        title=Prose(wanted.title),
        nth=db.value(_BEFORE, activity=wanted.id, at=one.at, registration=one.id) + 1,
    )
    return Refusal("checkin.waiting", sentence, wanted.ref)


def _not_decided(db: Db, wanted: Listing) -> Refusal:
    why = Text("「{title}」要先审核，您的报名还没有通过。", title=Prose(wanted.title))
    return Refusal("checkin.pending", contact.ask(db, wanted, why), wanted.ref)
