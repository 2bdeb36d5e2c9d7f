"""Who waits for a seat: joins a list, knows his place, takes what he is offered or leaves it to the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from models import registering, registration, shift, waiting_times
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.database import Db
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.text import Prose, Text
from models.waiting_list import IN_LIST, OFFERED, WAITING, went

# Who waits.

_AHEAD = select(func.count()).where(
    IN_LIST,
    # Said apart from what follows, so that the index of the list is read up to here and no further.
    REGISTRATION.c.at <= bindparam("since"),
    or_(
        REGISTRATION.c.at < bindparam("since"),
        and_(REGISTRATION.c.at == bindparam("since"), REGISTRATION.c.id < bindparam("registration")),
    ),
)
_ALL = select(func.count()).where(IN_LIST)
_NEWEST = select(func.max(REGISTRATION.c.at)).where(IN_LIST)
_LOCK = select(ACTIVITY.c.id).where(ACTIVITY.c.id == bindparam("activity")).with_for_update()


def ahead(db: Db, activity: int, role: int | None = None) -> int:
    """How many wait there already."""
    return int(db.value(_ALL, activity=activity, role=role))


def place(db: Db, one: Row[Any]) -> int:
    """The how manieth somebody is in his list; the first is 1."""
    here = {"activity": one.activity_id, "role": one.role_id}
    return int(db.value(_AHEAD, **here, since=one.at, registration=one.id)) + 1


def check(wanted: Listing, schedule: Schedule, now: datetime) -> None:
    """Whether there is time left to wait for a seat. Raises Refusal."""
    if now >= waiting_times.cutoff(schedule, wanted.starts):
        sentence = Text("「{title}」名额满了，快开始了，不再候补。", title=Prose(wanted.title))
        raise Refusal("activity.full", sentence, wanted.ref)


def join(
    db: Db,
    wanted: Listing,
    member: int,
    party: int,
    answers: dict[str, str],
    schedule: Schedule,
    now: datetime,
    role: int | None = None,
) -> int:
    """Puts somebody at the end of the list; gives the registration's key. Raises Refusal."""
    registering.check_open(db, wanted, member, now)
    registering.check_size(wanted, party)
    check(wanted, schedule, now)
    at = end_of(db, wanted, role, now)
    key = registration.enter(db, wanted, member, party, answers, at, state="waiting", role=role)
    assert key is not None  # waiting takes no seat that could be gone
    return key


def end_of(db: Db, wanted: Listing, role: int | None, now: datetime) -> datetime:
    """The time by which somebody stands at the end of the list; nobody else joins it before the commit."""
    # One after the other, so that the place that each is told is his.
    db.rows(_LOCK, activity=wanted.id)
    newest: datetime | None = db.value(_NEWEST, activity=wanted.id, role=role)
    return max(now, newest) if newest else now


_OWN = (
    select(REGISTRATION)
    .select_from(REGISTRATION)
    .join(ACTIVITY, and_(ACTIVITY.c.id == REGISTRATION.c.activity_id, PUBLISHED))
    .where(
        or_(
            REGISTRATION.c.member_id == bindparam("member"),
            and_(REGISTRATION.c.member_id.is_(None), REGISTRATION.c.by_id == bindparam("member")),
        ),
        or_(WAITING, OFFERED),
        ACTIVITY.c.starts > bindparam("now"),
    )
    .order_by(ACTIVITY.c.starts, REGISTRATION.c.id)
)


def of(db: Db, member: int, now: datetime) -> Sequence[Row[Any]]:
    """What somebody waits for or is offered, for himself or his guests, soonest first."""
    return db.rows(_OWN, member=member, now=now)


# Answers to an offer.


def own(db: Db, key: int, member: int) -> Row[Any]:
    """The registration of this person, or of his guest, with this key. Raises Refusal."""
    one = registration.find(db, key)
    if one is None or member != (one.member_id or one.by_id):
        raise Refusal("waiting.unknown", Text("没有找到这个候补，可能是别人的。"))
    return one


def take(db: Db, one: Row[Any], wanted: Listing, actor: int, schedule: Schedule, now: datetime) -> None:
    """Takes the seat that he was offered, or that several were told of. Raises Refusal."""
    _check_held(wanted, now)
    if one.member_id is not None:
        shift.check_overlap(db, wanted, one.member_id)
    after = "pending" if wanted.approval else "confirmed"
    if one.state == "offered" and one.answer_by is not None and now < one.answer_by:
        if not registration.go(db, one, after, actor, now):
            raise late(wanted)
        return
    if one.state != "waiting":
        raise late(wanted)
    if one.called is None:
        sentence = Text("请再等等，「{title}」还没轮到您。有空位就问您。", title=Prose(wanted.title))
        raise Refusal("waiting.turn", sentence, wanted.ref)
    if now >= waiting_times.cutoff(schedule, wanted.starts):
        raise late(wanted)
    if not went(db, one, after, now, actor=actor):
        sentence = Text("「{title}」的空位刚被别人接走了。您还在候补。", title=Prose(wanted.title))
        raise Refusal("waiting.taken", sentence, wanted.ref)


def late(wanted: Listing) -> Refusal:
    sentence = Text("「{title}」的这个位子已经不在了，过了回复的时间。", title=Prose(wanted.title))
    return Refusal("waiting.late", sentence, wanted.ref)


def leave(db: Db, one: Row[Any], wanted: Listing, actor: int, now: datetime) -> str:
    """Leaves the list, or declines what was offered; gives which it was. Raises Refusal."""
    after = {"waiting": "cancelled", "offered": "declined"}.get(one.state)
    if after is None or not registration.go(db, one, after, actor, now):
        sentence = Text("您没有在候补「{title}」，不用退出。", title=Prose(wanted.title))
        raise Refusal("waiting.none", sentence, wanted.ref)
    return str(one.state)


def _check_held(wanted: Listing, now: datetime) -> None:
    """Whether it is held and has not begun; that registration is closed does not matter any more. Raises Refusal."""
    if wanted.is_off or now >= wanted.starts:
        registering.check_time(wanted, now)
