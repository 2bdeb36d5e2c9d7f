"""Volunteer hours: what a check-in or the word of staff counts for, in minutes, never above what was planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from models import attendance, change
from models.activity import ACTIVITY
from models.credit import CREDIT, Ledger
from models.database import Db
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.text import Text
from models.visit import VISIT

# So long after the end a check-out may still come.
GRACE = timedelta(minutes=30)
# Whoever counts or enters for one registration does so one after the other.
_LOCK = select(REGISTRATION.c.id).where(REGISTRATION.c.id == bindparam("registration")).with_for_update()
_WORKED = (
    select(
        REGISTRATION.c.id,
        REGISTRATION.c.member_id,
        REGISTRATION.c.activity_id,
        ACTIVITY.c.starts,
        ACTIVITY.c.ends,
        ACTIVITY.c.hours,
        ACTIVITY.c.checks_out,
        VISIT.c.entered,
        VISIT.c.left,
        VISIT.c.how,
    )
    .select_from(
        REGISTRATION.join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id).outerjoin(
            VISIT, (VISIT.c.registration_id == REGISTRATION.c.id) & VISIT.c.undone.is_(None)
        )
    )
    .where(REGISTRATION.c.id == bindparam("registration"))
)
_BOTH = select(CREDIT).where(CREDIT.c.registration_id == bindparam("registration"))
_INSERT = insert(CREDIT)
_SET = (
    update(CREDIT)
    .where(CREDIT.c.id == bindparam("credit"))
    .values(
        minutes=bindparam("minutes"),
        planned=bindparam("planned"),
        how=bindparam("how"),
        assumed=bindparam("assumed"),
        reason=bindparam("reason"),
        at=bindparam("at"),
        due=bindparam("due"),
    )
)
_REMOVE = delete(CREDIT).where(CREDIT.c.id == bindparam("credit"))
_OPEN = (
    select(CREDIT.c.registration_id)
    .where(CREDIT.c.due <= bindparam("now"))
    .order_by(CREDIT.c.due, CREDIT.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT = select(func.min(CREDIT.c.due)).where(CREDIT.c.due.is_not(None))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A check-out that did not come: whose it was, and what counts for it now."""

    registration: int
    member: int | None
    activity: int
    minutes: int


def planned(hours: float, checks_out: bool, starts: datetime, ends: datetime) -> int:
    """The most that an activity counts for, in minutes; 0 where it gives no hours."""
    said = round(hours * 60)
    if not checks_out:
        return said
    length = _minutes(starts, ends)
    return min(said, length) if said else length


def _minutes(since: datetime, until: datetime) -> int:
    return max(0, int((until - since) // timedelta(minutes=1)))


def credit(db: Db, registration: int, now: datetime) -> int:
    """Counts what a registration's check-in is worth by now; gives the minutes proved.

    To be called after each check-in and check-out, in the same transaction; a second call changes nothing. Where
    the activity asks for a check-out nothing counts before it.
    """
    db.row(_LOCK, registration=registration)
    one = db.row(_WORKED, registration=registration)
    if one is None or one.entered is None:
        return 0
    attendance.arrived(db, one, now)
    most = planned(one.hours, one.checks_out, one.starts, one.ends)
    if most == 0:
        return 0
    if one.checks_out and one.left is None:
        return _write(db, one, "proved", 0, most, now, "hours counting", due=one.ends + GRACE)
    worked = min(_minutes(one.entered, one.left), most) if one.checks_out else most
    return _write(db, one, "proved", worked, most, now, "hours credited")


def revoke(db: Db, registration: int, actor: int | None, now: datetime) -> None:
    """Takes back what a check-in counted for, since it was undone; what staff entered stays. A trace of it is kept."""
    db.row(_LOCK, registration=registration)
    attendance.undone(db, registration, now)
    one = _of(db, registration).get("proved")
    if one is not None:
        change.record(db, "credit", one.id, None, "hours revoked", actor, now, str(one.minutes))
        db.run(_REMOVE, credit=one.id)


def check_enter(db: Db, registration: int, minutes: int) -> int:
    """How many minutes staff may still enter for this registration. Raises Refusal where it is fewer than these."""
    db.row(_LOCK, registration=registration)
    one = db.row(_WORKED, registration=registration)
    assert one is not None
    most = planned(one.hours, one.checks_out, one.starts, one.ends)
    if most == 0:
        raise Refusal("hours.none", Text("请换一场，这场不计志愿时长。"))
    left = most - sum(each.minutes for each in _of(db, registration).values())
    if minutes < 1:
        raise Refusal("hours.few", Text("请写补几小时，比如“2小时”。"))
    if left < 1:
        raise Refusal("hours.all", Text("不用补录，这场的{hours}小时都记上了。", hours=spoken(most)))
    if minutes > left:
        raise Refusal(
            "hours.most",
            Text("请少补一些，最多还能补{hours}小时：补录不超过这场的计划时长。", hours=spoken(left)),
        )
    return int(left)


def enter(db: Db, registration: int, minutes: int, reason: str, actor: int, now: datetime) -> int:
    """Staff add so many minutes by hand; gives all that were entered there. Raises Refusal above what was planned.

    Who was absent until now has served by that, and is not absent.
    In `reason` what holds a phone number is sealed, by `phone.seal_in`.
    """
    check_enter(db, registration, minutes)
    one = db.row(_WORKED, registration=registration)
    assert one is not None
    before = _of(db, registration).get("entered")
    most = planned(one.hours, one.checks_out, one.starts, one.ends)
    whole = minutes + (before.minutes if before else 0)
    attendance.decide(db, registration, "absent", "attended", actor, now)
    return _write(db, one, "entered", whole, most, now, "hours entered", reason=reason, actor=actor)


def correct(db: Db, registration: int, minutes: int, reason: str | None, actor: int, now: datetime) -> int:
    """Staff say how long somebody really was there who was checked in; gives the minutes. Raises Refusal."""
    db.row(_LOCK, registration=registration)
    one = db.row(_WORKED, registration=registration)
    assert one is not None
    most = planned(one.hours, one.checks_out, one.starts, one.ends)
    if not 0 <= minutes <= most:
        raise Refusal(
            "hours.most", Text("请少写一些，最多{hours}小时：这场就计划这么久。", hours=spoken(most))
        )
    return _write(db, one, "proved", minutes, most, now, "hours corrected", reason=reason, actor=actor)


def _of(db: Db, registration: int) -> dict[str, Row[Any]]:
    return {row.ledger: row for row in db.rows(_BOTH, registration=registration)}


def _write(
    db: Db,
    one: Row[Any],
    ledger: Ledger,
    minutes: int,
    most: int,
    now: datetime,
    after: str,
    *,
    due: datetime | None = None,
    assumed: bool = False,
    reason: str | None = None,
    actor: int | None = None,
) -> int:
    """One line of a ledger as it stands from now on, and what was there before in the log of changes."""
    both = _of(db, one.id)
    if ledger == "proved":
        _give_way(db, both.get("entered"), most - minutes, now)
    before = both.get(ledger)
    values = {
        "minutes": minutes,
        "planned": most,
        "how": one.how if ledger == "proved" else None,
        "assumed": assumed,
        "reason": reason,
        "due": due,
    }
    if before is not None and all(getattr(before, name) == value for name, value in values.items()):
        return minutes
    if before is None:
        key = db.insert(
            _INSERT,
            member_id=one.member_id,
            registration_id=one.id,
            activity_id=one.activity_id,
            ledger=ledger,
            at=now,
            **values,
        )
    else:
        key = before.id
        db.run(_SET, credit=key, at=now, **values)
    was = None if before is None else str(before.minutes)
    change.record(db, "credit", key, was, after, actor or one.member_id, now, reason or str(minutes))
    return minutes


def _give_way(db: Db, entered: Row[Any] | None, room: int, now: datetime) -> None:
    """What was entered by hand fills what is not proved, and gives way to what is proved after it."""
    if entered is None or entered.minutes <= room:
        return
    change.record(db, "credit", entered.id, str(entered.minutes), "hours gave way", None, now, str(room))
    if room == 0:
        db.run(_REMOVE, credit=entered.id)
    else:
        kept = {name: getattr(entered, name) for name in ("planned", "how", "assumed", "reason", "due")}
        db.run(_SET, credit=entered.id, minutes=room, at=now, **kept)


# A check-out that does not come.


def next_due(db: Db) -> datetime | None:
    """When a check-out that is still missing is given up next."""
    due: datetime | None = db.value(_NEXT)
    return due


def assume(db: Db, now: datetime, most: int) -> tuple[list[Forgotten], bool]:
    """Takes the planned time for one slice of the check-outs that did not come; True while there may be more."""
    waiting = db.rows(_OPEN, now=now, most=most)
    found = []
    for row in waiting:
        one = db.row(_WORKED, registration=row.registration_id)
        assert one is not None
        length = planned(one.hours, one.checks_out, one.starts, one.ends)
        if not one.checks_out or one.entered is None:
            credit(db, one.id, now)
            _close(db, one.id, now)
        elif one.ends + GRACE > now:
            _write(db, one, "proved", 0, length, now, "hours counting", due=one.ends + GRACE)
        else:
            _write(db, one, "proved", length, length, now, "hours assumed", assumed=True)
            found.append(Forgotten(one.id, one.member_id, one.activity_id, length))
    return found, len(waiting) == most


def _close(db: Db, registration: int, now: datetime) -> None:
    """It does not wait for a check-out any more: the activity asks for none by now, or nobody is there."""
    left = _of(db, registration).get("proved")
    if left is not None and left.due is not None:
        revoke(db, registration, None, now)


def spoken(minutes: int) -> str:
    """Minutes as hours with one decimal at most, never rounded up: `2`, `1.5`."""
    tenths = minutes // 6
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
