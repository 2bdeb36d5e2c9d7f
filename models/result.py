"""What came of an activity: one sentence and a photo of who held it, shown to everybody once it is staff's word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import Row, bindparam, case, func, insert, literal_column, select, update
from sqlmodel import Field, SQLModel

from models import attendance, change, duty, feedback, photo
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db, table_of
from models.feedback import Figures
from models.folding import fold
from models.personal import OWNER, Codes, Shown, personal
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION
from models.text import Text
from models.visit import VISIT

LONGEST = 200
# A button carries which one it was that staff read.
VERSIONS = 10**6


class Result(SQLModel, table=True):
    """`state` is `shown` to everybody, or `waiting` for staff to look at what somebody else wrote."""

    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id", unique=True)
    words: str
    photo_id: int | None = Field(default=None, foreign_key="photo.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    state: str
    at: datetime


RESULT = table_of(Result)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an organiser reads of it. People, not registrations; `guests` are those who came with somebody."""

    counts: attendance.Counts
    walk_ins: int
    guests: int
    figures: Figures
    result: Row[Any] | None


_INSERT = insert(RESULT)
_OF = select(RESULT).where(RESULT.c.activity_id == bindparam("activity"))
_HERE = REGISTRATION.c.activity_id == bindparam("activity")
_VISITED = select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None))
# Whoever registers at the door is checked in by the same line, at the same instant.
_AT_THE_DOOR = (
    select(VISIT.c.id)
    .where(
        VISIT.c.registration_id == REGISTRATION.c.id,
        VISIT.c.undone.is_(None),
        VISIT.c.entered == REGISTRATION.c.at,
    )
    .exists()
)
# A guest without an account is one whom somebody else brings.
_BROUGHT = case((REGISTRATION.c.guest.is_(None), REGISTRATION.c.seats - 1), else_=REGISTRATION.c.seats)
_MORE = select(
    func.sum(REGISTRATION.c.seats).filter(_AT_THE_DOOR).label("walk_ins"),
    func.sum(_BROUGHT).filter(_VISITED.exists()).label("guests"),
).where(_HERE, CONFIRMED)
_OVER = (
    listed()
    .where(PUBLISHED, ACTIVITY.c.ends <= bindparam("now"), ACTIVITY.c.ends > bindparam("since"))
    .order_by(ACTIVITY.c.ends.desc(), ACTIVITY.c.id.desc())
)
_HELD_THERE = _OVER.where(ACTIVITY.c.place_id.in_(bindparam("places", expanding=True)))
_HELD_BY = _OVER.where(ACTIVITY.c.contact_id == bindparam("member"))
_SHOW = (
    update(RESULT)
    .where(
        RESULT.c.activity_id == bindparam("activity"),
        RESULT.c.state == literal_column("'waiting'"),
        RESULT.c.words == bindparam("seen"),
    )
    .values(state="shown")
)


def may(db: Db, wanted: Listing, member: int) -> bool:
    """Whether somebody is told what came of it: who holds it, and the staff of the place."""
    return wanted.contact_id == member or duty.covers(db, member, wanted.place_id)


def check(db: Db, wanted: Listing, member: int, now: datetime) -> None:
    """Raises a Refusal where this member has nothing to say of it, or not yet."""
    if wanted.contact_id != member:
        duty.check(db, member, wanted.place_id, wanted.ref)
    if now < wanted.ends:
        raise Refusal("result.early", Text("请等活动结束再写，现在还没结束。"), wanted.ref)


def give(db: Db, wanted: Listing, by: int, words: str, picture: int | None, now: datetime) -> str:
    """The sentence and the photo, in place of what was there; gives the state. Raises Refusal.

    Staff speak for the place; what somebody else wrote is shown to nobody before staff have seen it.
    """
    check(db, wanted, by, now)
    staff = duty.covers(db, by, wanted.place_id) and not duty.plays(db, by)
    before, after = of(db, wanted.id), "shown" if staff else "waiting"
    if picture is not None and not photo.use(db, picture, by, now):
        picture = None
    said = {"words": words, "photo_id": picture, "by_id": by, "state": after, "at": now}
    if before is None:
        db.insert(_INSERT, activity_id=wanted.id, **said)
    else:
        db.run(update(RESULT).where(RESULT.c.id == before.id).values(said))
    change.record(db, "activity", wanted.id, None, f"result {after}", by, now)
    return after


def version(one: Row[Any]) -> int:
    """Six digits that say which words and photo these are."""
    return crc32(f"{one.photo_id} {one.words}".encode()) % VERSIONS


def show(db: Db, wanted: Listing, seen: int, by: int, now: datetime) -> bool:
    """Staff have seen this very version: everybody may read it. False where it does not wait. Raises Refusal."""
    duty.check(db, by, wanted.place_id, wanted.ref)
    duty.check_real(db, by)
    one = of(db, wanted.id)
    if one is not None and version(one) != seen:
        raise Refusal("result.other", Text("请再看一遍小结，刚才那一份已经改过了。"), wanted.ref)
    if one is None or not db.run(_SHOW, activity=wanted.id, seen=one.words):
        return False
    change.record(db, "activity", wanted.id, "result waiting", "result shown", by, now)
    return True


def of(db: Db, activity: int) -> Row[Any] | None:
    """What was given, in whatever state."""
    return db.row(_OF, activity=activity)


def shown(db: Db, activity: int) -> Row[Any] | None:
    """What everybody may read."""
    found = of(db, activity)
    return found if found is not None and found.state == "shown" else None


def summary(db: Db, wanted: Listing) -> Summary:
    """Everything that there is to tell of an activity that is over."""
    more = db.row(_MORE, activity=wanted.id)
    assert more is not None
    return Summary(
        attendance.counts(db, wanted.id),
        int(more.walk_ins or 0),
        int(more.guests or 0),
        feedback.figures(db, wanted.id),
        of(db, wanted.id),
    )


def over(db: Db, member: int, since: datetime, now: datetime, named: str = "") -> list[Listing]:
    """What is over since then and this member is told of, the newest first; of these those that a folded text names."""
    found = [listing(row) for row in db.rows(_HELD_BY, member=member, since=since, now=now)]
    places = duty.everywhere(db, member)
    if places:
        found += [listing(row) for row in db.rows(_HELD_THERE, places=places, since=since, now=now)]
    each = {one.id: one for one in sorted(found, key=lambda one: (one.ends, one.id), reverse=True)}
    meant = [one for one in each.values() if _is_named(one, named)] if named else []
    return meant or list(each.values())


def _is_named(one: Listing, text: str) -> bool:
    """Its title stands there, or so much of it that it is meant."""
    title = fold(one.title)
    return title in text or any(title[at : at + 3] in text for at in range(max(1, len(title) - 2)))


_STATES = Codes({"shown": Text("已公开"), "waiting": Text("等工作人员看")})
personal(
    RESULT,
    Text("您写的活动小结"),
    whose=RESULT.c.by_id == OWNER,
    shows={
        "activity_id": Text("活动"),
        "words": Text("内容"),
        "state": Shown(Text("状态"), _STATES),
        "at": Text("时间"),
    },
    besides={"photo_id": "the photo is shown by itself", "by_id": "it is the reader"},
    kept="as long as the activity is, and whoever wrote it is a member",
)
