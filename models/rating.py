"""What somebody says of a service that he was given: one to five, once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models.booking import BOOKING
from models.database import Db
from models.question import QUESTION
from models.service import SERVICE

STARS = range(1, 6)
# Whoever says so little of it is asked for a word.
LOW = 2
# So long after it somebody can still say so.
WITHIN = timedelta(days=7)
_HIS = (BOOKING.c.member_id == bindparam("member"), BOOKING.c.state == "served", BOOKING.c.rating.is_(None))
_GIVE = update(BOOKING).where(BOOKING.c.id == bindparam("booking"), *_HIS).values(rating=bindparam("stars"))
_SERVED = (
    select(BOOKING, SERVICE.c.name.label("service"), SERVICE.c.private)
    .join(SERVICE, SERVICE.c.id == BOOKING.c.service_id)
    .where(BOOKING.c.member_id == bindparam("member"), BOOKING.c.state == "served")
)
_ONE = _SERVED.where(BOOKING.c.id == bindparam("booking"))
# Who was marked by nobody was served as far as anybody knows, and is not asked.
_NEWEST = (
    _SERVED.where(
        BOOKING.c.by_id.is_not(None), BOOKING.c.rating.is_(None), BOOKING.c.settled > bindparam("since")
    )
    .order_by(BOOKING.c.settled.desc(), BOOKING.c.id.desc())
    .limit(1)
)
_WORD = select(QUESTION.c.id).where(
    QUESTION.c.member_id == bindparam("member"), QUESTION.c.about == bindparam("about")
)


def of(db: Db, member: int, number: int) -> Row[Any] | None:
    """What somebody was given, with the name of its service; None where it is not his, or not done."""
    return db.row(_ONE, member=member, booking=number)


def newest(db: Db, member: int, now: datetime) -> Row[Any] | None:
    """What he was given last and said nothing of."""
    return db.row(_NEWEST, member=member, since=now - WITHIN)


def give(db: Db, one: Row[Any], member: int, stars: int) -> bool:
    """False where he said it already."""
    return db.run(_GIVE, booking=one.id, member=member, stars=stars) == 1


def word(db: Db, member: int, about: str) -> int | None:
    """The question by which he has said what was not good."""
    found: int | None = db.value(_WORD, member=member, about=about)
    return found
