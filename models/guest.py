"""People without an account: somebody registers them by name, and is told for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from models import checking_in, duty, eligibility, phone, registering, registration, waiting
from models.activity import Listing
from models.database import Db
from models.folding import clean
from models.refusal import Refusal
from models.registering import PACE_SPAN
from models.registration import LIVE, REGISTRATION
from models.schedule import Schedule
from models.shift_role import Role
from models.text import Prose, Text
from models.vault import Vault

# So many one person may register for one activity; staff as many as come to the counter.
MOST = 5
LONGEST_NAME = 20
_MINE_THERE = (
    select(REGISTRATION)
    .where(
        REGISTRATION.c.by_id == bindparam("by"),
        REGISTRATION.c.activity_id == bindparam("activity"),
        REGISTRATION.c.guest.is_not(None),
        LIVE,
    )
    .order_by(REGISTRATION.c.id)
)
_SINCE = select(func.count()).where(
    REGISTRATION.c.by_id == bindparam("by"),
    REGISTRATION.c.guest.is_not(None),
    REGISTRATION.c.at > bindparam("since"),
)


def read_name(words: str) -> str:
    """A name as it was typed. Raises Refusal."""
    name = clean(words)
    if phone.find(name) or not 1 <= len(name) <= LONGEST_NAME:
        raise Refusal("guest.name", Text("请只写名字，最多{count}个字，手机号后面再填。", count=LONGEST_NAME))
    return name


def of(db: Db, wanted: Listing, by: int) -> list[Row[Any]]:
    """Whom somebody has registered there."""
    return list(db.rows(_MINE_THERE, by=by, activity=wanted.id))


def is_staff(db: Db, wanted: Listing, by: int) -> bool:
    """Whether somebody registers people there as his work: then no limit holds, and nobody needs to decide."""
    return duty.covers(db, by, wanted.place_id) and not duty.plays(db, by)


def check(db: Db, wanted: Listing, by: int, limit: int | None, now: datetime) -> None:
    """Whether somebody may register one more there, before anything is asked. Raises Refusal."""
    registering.check_time(wanted, now)
    if is_staff(db, wanted, by):
        return
    eligibility.check(db, wanted, by)
    if len(of(db, wanted, by)) >= MOST:
        sentence = Text("请让其他人自己报，一个人最多替{count}位报。", count=MOST)
        raise Refusal("guest.most", sentence, wanted.ref)
    if limit is not None and db.value(_SINCE, by=by, since=now - PACE_SPAN) >= limit:
        sentence = Text("请过一分钟再替人报名，这一分钟里已经报了{count}位。", count=limit)
        raise Refusal("guest.pace", sentence, wanted.ref)


def check_name(db: Db, wanted: Listing, by: int, name: str) -> None:
    """Whether he is not registered there already by the same person. Raises Refusal."""
    if any(each.guest == name for each in of(db, wanted, by)):
        raise already(wanted, name)


def already(wanted: Listing, name: str) -> Refusal:
    """Why nobody registers him anew who is registered there."""
    sentence = Text("{name}已经报了「{title}」，不用再报。", name=name, title=Prose(wanted.title))
    return Refusal("guest.already", sentence, wanted.ref)


def check_role(db: Db, wanted: Listing, role: Role, by: int) -> None:
    """Whether he may take this role: of who has no account, staff alone know what he can do. Raises Refusal."""
    if role.skill is not None and not is_staff(db, wanted, by):
        sentence = Text(
            "请他到服务站找工作人员报，「{role}」要会{skill}，由工作人员确认。",
            role=Prose(role.name),
            skill=Prose(role.skill),
        )
        raise Refusal("guest.skill", sentence, wanted.ref)


def check_wait(wanted: Listing, schedule: Schedule, now: datetime) -> None:
    """Whether there is time left to wait for a seat. Raises Refusal."""
    waiting.check(wanted, schedule, now)


def register(
    db: Db,
    wanted: Listing,
    by: int,
    name: str,
    number: str | None,
    answers: dict[str, str],
    vault: Vault,
    now: datetime,
    role: int | None = None,
    *,
    waits: bool = False,
) -> tuple[int, str]:
    """One seat for him, or a place in the list; gives the registration's key and its state. Raises Refusal."""
    check(db, wanted, by, None, now)
    check_name(db, wanted, by, name)
    state = "pending" if wanted.approval and not is_staff(db, wanted, by) else "confirmed"
    at = now
    if waits:
        state, at = "waiting", waiting.end_of(db, wanted, role, now)
    else:
        registering.check_party(wanted, 1)
    key = registration.enter(
        db,
        wanted,
        None,
        1,
        phone.seal_in(answers, vault),
        at,
        state=state,
        role=role,
        guest=name,
        guest_phone=vault.seal(number) if number else None,
        by=by,
    )
    if key is None:
        raise registering.full(wanted)
    return key, state


def check_cancel(db: Db, one: Row[Any] | None, wanted: Listing, by: int, now: datetime) -> None:
    """Whether this person may give the guest's seat back now. Raises Refusal."""
    title = Prose(wanted.title)
    if one is None or one.guest is None or one.state not in registration.LIVE_STATES:
        raise Refusal("guest.none", Text("请看看“我的报名”，这个报名已经没有了。"), wanted.ref)
    if one.by_id != by:
        duty.check(db, by, wanted.place_id, wanted.ref)
        duty.check_real(db, by)
    if wanted.is_off or now >= wanted.starts:
        sentence = Text("「{title}」已经开始或者不办了，不能再取消。", title=title)
        raise Refusal("guest.late", sentence, wanted.ref)


def cancel(db: Db, one: Row[Any], wanted: Listing, by: int, now: datetime) -> None:
    """Gives his seat back at once, or leaves the waiting list. Raises Refusal."""
    check_cancel(db, one, wanted, by, now)
    if not registration.go(db, one, "cancelled", by, now):
        raise Refusal("guest.none", Text("请看看“我的报名”，这个报名已经没有了。"), wanted.ref)
    checking_in.unmake(db, one.id, by, now)
