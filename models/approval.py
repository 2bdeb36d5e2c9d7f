"""Who asks to come where an organiser decides: who decides it and by when, what he decided, who may come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import (
    activity,
    checking_in,
    contact,
    delivery,
    duty,
    member,
    notice,
    registering,
    registration,
    shift,
)
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.card import Card
from models.change import STATES
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.still import still
from models.text import Prose, Text

# So long before the start whoever asked knows it at the latest, unless he asked later than that.
LATEST = timedelta(hours=2)
# So long before the start, or where registration closes earlier then, who decides is reminded of it.
REMINDED = timedelta(hours=24)
# Staff alone bring these back; who was not decided on may ask again himself too.
REFUSED = ("rejected", "removed", "expired")
_BY = MEMBER.alias("by_member")
_SHOWN = (
    select(REGISTRATION, MEMBER.c.name.label("name"), _BY.c.name.label("by_name"))
    .outerjoin(MEMBER, MEMBER.c.id == REGISTRATION.c.member_id)
    .outerjoin(_BY, _BY.c.id == REGISTRATION.c.by_id)
)
_ONE = _SHOWN.where(REGISTRATION.c.id == bindparam("registration"))
_OF = _SHOWN.where(
    REGISTRATION.c.activity_id == bindparam("activity"),
    REGISTRATION.c.state.in_(bindparam("states", expanding=True)),
).order_by(REGISTRATION.c.at, REGISTRATION.c.id)
_PENDING = REGISTRATION.c.state == "pending"
_UNDECIDED = (
    select(
        REGISTRATION.c.id,
        REGISTRATION.c.activity_id,
        REGISTRATION.c.at,
        REGISTRATION.c.answer_by,
        ACTIVITY.c.starts,
        ACTIVITY.c.registration_closes,
    )
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(_PENDING, PUBLISHED)
    .order_by(ACTIVITY.c.starts, REGISTRATION.c.id)
)
_PROMISE = (
    update(REGISTRATION)
    .where(REGISTRATION.c.id == bindparam("registration"), _PENDING)
    .values(answer_by=bindparam("until"))
)
_WHERE = (
    select(ACTIVITY.c.number, ACTIVITY.c.place_id, ACTIVITY.c.contact_id)
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(_PENDING, PUBLISHED, ACTIVITY.c.starts > bindparam("now"))
    .distinct()
    .order_by(ACTIVITY.c.number)
)


def may(db: Db, person: int, wanted: Listing) -> bool:
    """Whether somebody decides who comes: its contact, who moderates there, staff of the place."""
    return person == wanted.contact_id or duty.may(db, person, wanted.place_id, "moderator")


def check(db: Db, person: int, wanted: Listing) -> None:
    """Raises a Refusal that says who decides, where this person does not."""
    if not may(db, person, wanted):
        why = Text("「{title}」谁来参加由他们定。", title=Prose(wanted.title))
        raise Refusal("approval.other", contact.ask(db, wanted, why), wanted.ref)
    duty.check_real(db, person)


def find(db: Db, key: int) -> Row[Any] | None:
    """A registration with the names of who asks and of who asked for him."""
    return db.row(_ONE, registration=key)


def those(db: Db, wanted: Listing, *states: str) -> list[Row[Any]]:
    """The registrations there in these states, the oldest first, with names as in `find`."""
    return list(db.rows(_OF, activity=wanted.id, states=list(states)))


def waiting_for(db: Db, person: int, now: datetime) -> list[int]:
    """The numbers of the activities where somebody waits for this person to decide."""
    return [
        row.number
        for row in db.rows(_WHERE, now=now)
        if row.contact_id == person or duty.may(db, person, row.place_id, "moderator")
    ]


def promise(db: Db, key: int, starts: datetime, schedule: Schedule, now: datetime) -> datetime:
    """By when whoever asks now knows what was decided; it is kept."""
    until = min(starts, max(_latest(starts, schedule), now + LATEST))
    db.run(_PROMISE, registration=key, until=until)
    return until


def known_by(promised: datetime | None, starts: datetime, schedule: Schedule) -> datetime:
    """The same later on, where the start may have moved."""
    latest = _latest(starts, schedule)
    return min(starts, max(promised or latest, latest))


def _latest(starts: datetime, schedule: Schedule) -> datetime:
    return schedule.before(starts - LATEST, starts)


def approve(db: Db, one: Row[Any], actor: int, now: datetime) -> Listing:
    """From now on it is confirmed. Raises Refusal where it is not to be decided any more."""
    wanted = check_decision(db, one, "confirmed", actor, now)
    _check_overlap(db, one, wanted)
    return _decide(db, one, "confirmed", actor, now, None)


def _check_overlap(db: Db, one: Row[Any], wanted: Listing) -> None:
    """Whether nothing else was given to him for that time since he asked. Raises Refusal; what it is stays his own."""
    if one.member_id is not None and shift.overlap(db, wanted, one.member_id) is not None:
        sentence = Text(
            "请先问问本人，同一时间他已经排了另一班，「{title}」不能再排。", title=Prose(wanted.title)
        )
        raise Refusal("approval.overlap", sentence, wanted.ref)


def reject(db: Db, one: Row[Any], actor: int, now: datetime, reason: str) -> Listing:
    """The seat is free again. Raises Refusal where it is not to be decided any more."""
    return _decide(db, one, "rejected", actor, now, reason)


def remove(db: Db, one: Row[Any], actor: int, now: datetime, reason: str) -> Listing:
    """Takes the seat of somebody who has one, for a reason that he is told; he was not there. Raises Refusal."""
    wanted = _decide(db, one, "removed", actor, now, reason)
    checking_in.unmake(db, one.id, actor, now)
    return wanted


def _decide(db: Db, one: Row[Any], after: str, actor: int, now: datetime, reason: str | None) -> Listing:
    wanted = check_decision(db, one, after, actor, now)
    if not registration.go(db, one, after, actor, now, reason=reason):
        raise _past(wanted, one.state)
    return wanted


def check_decision(db: Db, one: Row[Any], after: str, actor: int, now: datetime) -> Listing:
    """Whether this person may decide it now; gives the activity. Raises Refusal."""
    wanted = activity.held(db, one.activity_id)
    check(db, actor, wanted)
    if after not in registration.MOVES.get(one.state, ()):
        raise _past(wanted, one.state)
    _check_time(wanted, now)
    return wanted


def _check_time(wanted: Listing, now: datetime) -> None:
    """What has begun is not decided any more, and what is not held neither; a registration that closed is."""
    if wanted.is_off or now >= wanted.starts:
        registering.check_time(wanted, now)


def _past(wanted: Listing, state: str) -> Refusal:
    sentence = Text("请看看名单，这位已经是“{state}”。", state=STATES.words[state])
    return Refusal("approval.past", sentence, wanted.ref)


def readmit(db: Db, one: Row[Any], actor: int, now: datetime) -> tuple[Listing, int]:
    """Staff give somebody another seat whom they had refused; gives the activity and the new key. Raises Refusal."""
    wanted = activity.held(db, one.activity_id)
    check(db, actor, wanted)
    _check_time(wanted, now)
    if one.state not in REFUSED:
        raise _past(wanted, one.state)
    if one.member_id is not None and (own := registration.live(db, wanted, one.member_id)) is not None:
        raise _past(wanted, own.state)
    if one.member_id is None and one.guest is None:
        raise Refusal("approval.gone", Text("请看看名单，这位已经不在这里了。"), wanted.ref)
    _check_overlap(db, one, wanted)
    key = registration.enter(
        db,
        wanted,
        one.member_id,
        one.seats,
        one.answers,
        now,
        role=one.role_id,
        guest=one.guest,
        guest_phone=one.guest_phone,
        by=one.by_id,
        actor=actor,
    )
    if key is None:
        raise registering.full(wanted)
    return wanted, key


# What becomes due.


def reminded_at(closes: datetime | None, starts: datetime, schedule: Schedule) -> datetime:
    """When who decides is reminded of those who wait."""
    return schedule.before(min(closes or starts, starts - REMINDED), starts)


def undecided(db: Db) -> Sequence[Row[Any]]:
    """All who wait to be decided on (id, activity_id, at, answer_by, starts, registration_closes), the soonest first."""
    return db.rows(_UNDECIDED)


def reminder_key(activity_id: int, starts: datetime) -> str:
    """The notice by which who decides is reminded, once for a start."""
    return f"applicants:{activity_id}:{round(starts.timestamp())}"


def expire(db: Db, one: Row[Any], now: datetime) -> bool:
    """Nobody decided in time; False where somebody just did."""
    return registration.go(db, one, "expired", None, now)


def tell(
    db: Db,
    card: Card,
    those: Sequence[int],
    now: datetime,
    *,
    key: str,
    still: str | None = None,
    expires: datetime | None = None,
) -> bool:
    """One notice for some officers, at a time that is not quiet; False where it was told before."""
    told = notice.write(db, [card], now, key=key, kind="question", still=still, rests=True, expires=expires)
    if told is None:
        return False
    for each in those:
        delivery.enter(db, told, member.address_for(db, each), now, member=each, lane="personal")
    return True


@still("pending")
def _still_pending(db: Db, key: int, _now: datetime) -> str | None:
    one = registration.find(db, key)
    return None if one is not None and one.state == "pending" else "it was decided"


@still("undecided")
def _still_undecided(db: Db, key: int, _now: datetime) -> str | None:
    """The key is the activity's."""
    waits = any(row.activity_id == key for row in undecided(db))
    return None if waits else "it was decided"
