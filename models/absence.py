"""Who did not come: how often of late, and what staff and he himself may put right about it."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from models import attendance, hours, registration, visit
from models.activity import ACTIVITY, Listing
from models.database import Db
from models.registration import REGISTRATION

# Of the last so many that were decided within this time, so many absences are often.
LAST = 3
OFTEN = 2
WITHIN = timedelta(days=90)
_LAST = (
    select(REGISTRATION.c.outcome)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        # Who is excused was neither there nor absent.
        REGISTRATION.c.outcome.in_(["attended", "absent"]),
        ACTIVITY.c.ends > bindparam("since"),
    )
    .order_by(ACTIVITY.c.ends.desc(), REGISTRATION.c.id.desc())
    .limit(LAST)
)


def lately(db: Db, member: int, now: datetime) -> int:
    """How many of the last three that somebody registered for he did not come to."""
    return sum(row.outcome == "absent" for row in db.rows(_LAST, member=member, since=now - WITHIN))


def is_often(db: Db, member: int, now: datetime) -> bool:
    """Whether that is to have its mild effect, see models/promise.py."""
    return lately(db, member, now) >= OFTEN


def was_there(db: Db, wanted: Listing, key: int, reason: str | None, actor: int, now: datetime) -> bool:
    """Staff say that somebody came after all: a visit on their word, with its hours. False where it stands already."""
    one = registration.find(db, key)
    assert one is not None
    if one.state != "confirmed" or visit.of(db, key) is not None:
        return False
    with db.savepoint("visit"):
        visit.enter(db, wanted.id, key, wanted.place_id, one.member_id, one.seats, "staff", actor, now)
    hours.credit(db, key, now)
    if wanted.checks_out:
        whole = hours.planned(wanted.hours, True, wanted.starts, wanted.ends)
        hours.correct(db, key, whole, reason, actor, now)
    return True


def excuse(db: Db, key: int, actor: int, now: datetime) -> bool:
    """He had a reason: it counts as neither. False where he is not absent any more."""
    return attendance.decide(db, key, "absent", "excused", actor, now)
