"""Activities that are over: who came and is to be thanked, and which nobody has looked after yet."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, text, update

from models.activity import ACTIVITY, PUBLISHED
from models.credit import CREDIT
from models.database import Db
from models.feedback import CAME, FEEDBACK
from models.registration import CONFIRMED, REGISTRATION

# Who is on the way home is left alone, and a check-out that was forgotten is settled by then.
AFTER = timedelta(hours=1)
# Later than this nobody is asked any more.
WITHIN = timedelta(hours=24)
_SLICE = 1000
_OPEN = text("activity.concluded IS NULL")
_NEXT = select(func.min(ACTIVITY.c.ends)).where(_OPEN)
_DUE = (
    select(ACTIVITY.c.id, ACTIVITY.c.number, ACTIVITY.c.ends, PUBLISHED.label("held"))
    .where(_OPEN, ACTIVITY.c.ends <= bindparam("over"))
    .order_by(ACTIVITY.c.ends.desc(), ACTIVITY.c.id)
    .limit(1)
    # Another scheduler steps over what this one has (PostgreSQL; SQLite has one writer).
    .with_for_update(of=ACTIVITY, skip_locked=True)
)
_CONCLUDE = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"), ACTIVITY.c.concluded.is_(None))
    .values(concluded=bindparam("now"))
)
_LONG_OVER = select(ACTIVITY.c.id).where(_OPEN, ACTIVITY.c.ends < bindparam("limit")).limit(_SLICE)
_CONCLUDE_ALL = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id.in_(bindparam("those", expanding=True)), ACTIVITY.c.concluded.is_(None))
    .values(concluded=bindparam("now"))
)
_ASKED = select(FEEDBACK.c.id).where(FEEDBACK.c.registration_id == REGISTRATION.c.id)
_MINUTES = (
    select(func.coalesce(func.sum(CREDIT.c.minutes), 0))
    .where(CREDIT.c.registration_id == REGISTRATION.c.id)
    .scalar_subquery()
)
_TO_THANK = (
    select(REGISTRATION.c.id, REGISTRATION.c.activity_id, REGISTRATION.c.member_id, _MINUTES.label("minutes"))
    .where(
        REGISTRATION.c.activity_id == bindparam("activity"),
        CONFIRMED,
        REGISTRATION.c.member_id.is_not(None),
        CAME,
        ~_ASKED.exists(),
    )
    .order_by(REGISTRATION.c.id)
    .limit(bindparam("most"))
)
_HERE = REGISTRATION.c.activity_id == bindparam("activity")
_REGISTERED = select(REGISTRATION.c.id).where(_HERE, CONFIRMED).limit(1)
_ANYBODY_CAME = _REGISTERED.where(CAME)


def next_due(db: Db) -> datetime | None:
    """When there is something to look after next, but for the quiet hours."""
    ends: datetime | None = db.value(_NEXT)
    return None if ends is None else ends + AFTER


def pass_over(db: Db, now: datetime) -> bool:
    """Ends one slice of what was over too long ago to ask; True where there was some."""
    those = [row.id for row in db.rows(_LONG_OVER, limit=now - WITHIN)]
    return bool(those) and db.run(_CONCLUDE_ALL, those=those, now=now) > 0


def due(db: Db, now: datetime) -> Row[Any] | None:
    """One activity (id, number, ends, held) that ended AFTER ago; nobody else gets it until the transaction ends."""
    return db.row(_DUE, over=now - AFTER)


def to_thank(db: Db, activity: int, most: int) -> list[Row[Any]]:
    """The first of those who came and were not asked yet: id, activity_id, member_id, minutes that count for it."""
    return list(db.rows(_TO_THANK, activity=activity, most=most))


def conclude(db: Db, activity: int, now: datetime) -> bool:
    """It is looked after; False where it was already."""
    return db.run(_CONCLUDE, activity=activity, now=now) == 1


def had_anybody(db: Db, activity: int, *, seen: bool) -> bool:
    """Whether anybody had a seat there; `seen` there, where it is said."""
    return db.value(_ANYBODY_CAME if seen else _REGISTERED, activity=activity) is not None
