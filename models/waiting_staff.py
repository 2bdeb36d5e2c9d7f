"""What staff do with a list of those who wait: they see it, and may offer a seat before the turn, for a kept reason."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select

from models import registering, registration, waiting, waiting_times
from models.activity import Listing
from models.change import CHANGE
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.text import Text
from models.waiting_list import OFFERED, ORDER, WAITING, queue, went

_LISTED = (
    select(REGISTRATION)
    .where(REGISTRATION.c.activity_id == bindparam("activity"), or_(WAITING, OFFERED))
    .order_by(REGISTRATION.c.role_id, OFFERED.desc(), *ORDER)
    .limit(bindparam("most"))
)
_REASON = (
    select(CHANGE.c.reason)
    .where(
        CHANGE.c.subject == "registration",
        CHANGE.c.subject_id == bindparam("registration"),
        CHANGE.c.after == "offered",
        CHANGE.c.reason.is_not(None),
    )
    .order_by(CHANGE.c.id.desc())
    .limit(1)
)
_OUT_OF_ORDER = (
    select(REGISTRATION, CHANGE.c.reason, CHANGE.c.at.label("offered"))
    .select_from(REGISTRATION)
    .join(CHANGE, and_(CHANGE.c.subject == "registration", CHANGE.c.subject_id == REGISTRATION.c.id))
    .where(
        REGISTRATION.c.activity_id == bindparam("activity"),
        CHANGE.c.after == "offered",
        CHANGE.c.reason.is_not(None),
    )
    .order_by(CHANGE.c.id)
)
_PERSON = select(MEMBER.c.name, MEMBER.c.home_id, MEMBER.c.work_id).where(MEMBER.c.id == bindparam("member"))


def find(db: Db, key: int) -> Row[Any]:
    """The registration with this key. Raises Refusal."""
    one = registration.find(db, key)
    if one is None:
        raise Refusal("waiting.unknown", Text("请再看一遍名单，没有找到这一位。"))
    return one


def listed(db: Db, activity: int, most: int) -> Sequence[Row[Any]]:
    """Who is offered a seat and who waits, list by list in order."""
    return db.rows(_LISTED, activity=activity, most=most)


def out_of_order(db: Db, activity: int) -> Sequence[Row[Any]]:
    """Every registration that staff offered a seat before its turn, with the reason and when, whatever came of it."""
    return db.rows(_OUT_OF_ORDER, activity=activity)


def name(db: Db, member: int, places: Collection[int]) -> str | None:
    """What somebody is called who lives or works at one of these places; None of anybody else."""
    person = db.row(_PERSON, member=member)
    if person is None or not {person.home_id, person.work_id} & set(places):
        return None
    called: str | None = person.name
    return called


def before_him(one: Row[Any]) -> Select[Any]:
    """The members who wait before this one."""
    earlier = and_(REGISTRATION.c.at == one.at, REGISTRATION.c.id < one.id)
    return (
        select(REGISTRATION.c.member_id)
        .where(
            REGISTRATION.c.activity_id == one.activity_id,
            REGISTRATION.c.role_id.is_not_distinct_from(one.role_id),
            WAITING,
            REGISTRATION.c.member_id.is_not(None),
            or_(REGISTRATION.c.at < one.at, earlier),
        )
        .order_by(REGISTRATION.c.member_id)
    )


def check_offer(db: Db, one: Row[Any], wanted: Listing, schedule: Schedule, now: datetime) -> None:
    """Whether staff may offer this one a seat before his turn. Raises Refusal."""
    if wanted.is_off or now >= wanted.starts:
        registering.check_time(wanted, now)
    if one.state != "waiting":
        sentence = Text("请再看一遍名单，这一位已经不在候补了。")
        raise Refusal("waiting.gone", sentence, wanted.ref)
    waiting.check(wanted, schedule, now)
    if not queue(db, one.activity_id, one.role_id).fits(one.seats):
        raise Refusal("waiting.full", Text("请等有空位再问，现在空出来的不够这一位。"), wanted.ref)


def offer(
    db: Db, one: Row[Any], wanted: Listing, actor: int, reason: str, schedule: Schedule, now: datetime
) -> datetime:
    """Offers a free seat to this one before his turn, for a reason that is kept; gives until when. Raises Refusal."""
    check_offer(db, one, wanted, schedule, now)
    if not reason.strip():
        raise Refusal("waiting.reason", Text("请写一句原因。"), wanted.ref)
    until = waiting_times.turn_by(schedule, wanted.starts, now)
    if not went(db, one, "offered", now, actor=actor, until=until, reason=reason):
        raise Refusal("waiting.full", Text("请再看一遍名单，刚刚变了。"), wanted.ref)
    return until
