"""For whom staff may enter hours by hand: who was registered at what they answer for, of the last weeks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from models import duty
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.database import Db
from models.folding import fold
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION
from models.text import Prose, Text

# What is older is to be proved otherwise.
SINCE = timedelta(days=60)
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A registration for which hours may be entered."""

    registration: int
    member: int | None
    name: str
    activity: int
    title: str


_ROWS: Any = (
    select(
        REGISTRATION.c.id,
        REGISTRATION.c.member_id,
        func.coalesce(REGISTRATION.c.guest, MEMBER.c.name).label("name"),
        ACTIVITY.c.number,
        ACTIVITY.c.title,
    )
    .select_from(
        REGISTRATION.join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id).outerjoin(
            MEMBER, MEMBER.c.id == REGISTRATION.c.member_id
        )
    )
    .where(
        CONFIRMED,
        PUBLISHED,
        ACTIVITY.c.starts <= bindparam("now"),
        ACTIVITY.c.ends > bindparam("since"),
        or_(ACTIVITY.c.hours > 0, ACTIVITY.c.checks_out),
        or_(
            ACTIVITY.c.contact_id == bindparam("officer"),
            ACTIVITY.c.place_id.in_(bindparam("places", expanding=True)),
        ),
    )
    .order_by(ACTIVITY.c.starts.desc(), REGISTRATION.c.id)
)


def open_to(
    db: Db, officer: int, now: datetime, who: str | None = None, what: str | None = None
) -> list[Entry]:
    """The newest first; narrowed by a name, and by words of a title where that leaves some."""
    places = duty.everywhere(db, officer)
    rows = db.rows(_ROWS, now=now, since=now - SINCE, officer=officer, places=places)
    found = [Entry(*tuple(row)) for row in rows if row.name and (who is None or fold(row.name) == fold(who))]
    return [each for each in found if what and _alike(each.title, what)] or found


def _alike(title: str, words: str) -> bool:
    """Whether they share two signs that stand together: 周六值守 means 雷锋侠值守."""
    title, words = fold(title), fold(words)
    return any(words[at : at + _FEWEST] in title for at in range(len(words) - _FEWEST + 1))


def check_may(db: Db, officer: int, wanted: Listing) -> None:
    """Whether somebody answers for this activity: its contact, or staff of its place. Raises Refusal."""
    duty.check_real(db, officer)
    if officer != wanted.contact_id:
        duty.check(db, officer, wanted.place_id, wanted.ref)


def check_other(officer: int, member: int | None, wanted: Listing) -> None:
    """Nobody writes his own hours. Raises Refusal."""
    if officer == member:
        title = Prose(wanted.title)
        sentence = Text("请让别的工作人员来补，「{title}」里是您自己的时长。", title=title)
        raise Refusal("hours.own", sentence, wanted.ref)
