"""Visits: who was where, and when; of an activity it is the check-in, from which attendance and hours follow."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Index, Row, bindparam, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from models import change
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

# How somebody showed that he is there: the code on a screen, the digits read aloud, a picture of a code, his own
# code before staff, the word of staff, or the code that is printed at a station's door.
How = Literal["screen", "digits", "picture", "personal", "staff", "printed"]
# A picture can be passed on, so that it proves less; what hangs on a wall too.
WEAK: frozenset[str] = frozenset({"picture", "printed"})
# Who checked himself in by mistake takes it back within this; staff do it whenever they notice.
OWN_UNDO = timedelta(minutes=10)
# A location that comes so shortly after the check-in tells where that was.
_HINT = timedelta(minutes=2)


class Visit(SQLModel, table=True):
    """One check-in of a party of `seats`. `undone` ones are traces only; of a registration at most one is not undone.

    `left` is the check-out, where there is one, and `by_id` who of the staff checked him in. `near` tells whether a
    location that came along lay near the place: a hint, never a proof. At a station, without an activity, `purpose` is
    what he came for.
    """

    __table_args__ = (
        Index(
            "uq_visit_registration",
            "registration_id",
            unique=True,
            sqlite_where=text("undone IS NULL"),
            postgresql_where=text("undone IS NULL"),
        ),
        Index("ix_visit_activity", "activity_id", "entered"),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int | None = Field(default=None, foreign_key="activity.id")
    registration_id: int | None = Field(default=None, foreign_key="registration.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    seats: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    entered: datetime
    left: datetime | None = None
    how: str
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    near: bool | None = None
    purpose: str | None = None
    undone: datetime | None = None
    undone_by_id: int | None = Field(default=None, foreign_key="member.id", index=True)


VISIT = table_of(Visit)
# For queries: what counts.
STANDS = VISIT.c.undone.is_(None)
_ENTER = insert(VISIT)
_FIND = select(VISIT).where(VISIT.c.id == bindparam("visit"))
_OF = select(VISIT).where(VISIT.c.registration_id == bindparam("registration"), STANDS)
_THIS = update(VISIT).where(VISIT.c.id == bindparam("visit"), STANDS)
_UNDO = _THIS.values(undone=bindparam("now"), undone_by_id=bindparam("by"))
_LEAVE = _THIS.values(left=bindparam("now"))
_CORRECT = _THIS.values(seats=bindparam("party"))
_COUNT = select(func.coalesce(func.sum(VISIT.c.seats), 0)).where(
    VISIT.c.activity_id == bindparam("activity"), STANDS
)
_RECENT = (
    select(VISIT.c.id, VISIT.c.place_id)
    .where(VISIT.c.member_id == bindparam("member"), STANDS, VISIT.c.entered > bindparam("since"))
    .order_by(VISIT.c.entered.desc())
)
_SAY_PURPOSE = _THIS.values(purpose=bindparam("what"))
_HINT_AT = _THIS.values(near=bindparam("lies"))


def enter(
    db: Db,
    activity: int | None,
    registration: int | None,
    place: int,
    member: int | None,
    party: int,
    how: How,
    by: int | None,
    now: datetime,
) -> Row[Any]:
    """A new visit. Raises IntegrityError where somebody else was first: of a registration only one stands."""
    key = db.insert(
        _ENTER,
        activity_id=activity,
        registration_id=registration,
        place_id=place,
        member_id=member,
        seats=party,
        entered=now,
        how=how,
        by_id=by,
    )
    change.record(db, "visit", key, None, "arrived", by or member, now)
    return _found(db, key)


def _found(db: Db, key: int) -> Row[Any]:
    row = find(db, key)
    assert row is not None
    return row


def find(db: Db, key: int) -> Row[Any] | None:
    """The visit with this key, also where it is undone."""
    return db.row(_FIND, visit=key)


def of(db: Db, registration: int) -> Row[Any] | None:
    """The visit of a registration that stands."""
    return db.row(_OF, registration=registration)


def undo(db: Db, one: Row[Any], by: int | None, now: datetime) -> bool:
    """It counts no more, and stays as a trace; False where it did not count any more."""
    if not db.run(_UNDO, visit=one.id, by=by, now=now):
        return False
    change.record(db, "visit", one.id, "arrived", "undone", by, now)
    return True


def leave(db: Db, one: Row[Any], now: datetime) -> Row[Any]:
    """He goes now; whoever comes and goes again goes when he does the last time."""
    if db.run(_LEAVE, visit=one.id, now=now):
        change.record(
            db, "visit", one.id, "departed" if one.left else "arrived", "departed", one.member_id, now
        )
    return _found(db, one.id)


def correct(db: Db, one: Row[Any], party: int, by: int, now: datetime) -> None:
    """So many came, as staff counted; who changed it, and from what, is kept."""
    if party != one.seats and db.run(_CORRECT, visit=one.id, party=party):
        change.record(db, "visit", one.id, str(one.seats), "party corrected", by, now, str(party))


def came_for(db: Db, one: Row[Any], purpose: str) -> bool:
    """What he came to a station for; the last word counts. False where the visit does not stand any more."""
    return bool(db.run(_SAY_PURPOSE, visit=one.id, what=purpose))


def count(db: Db, activity: int) -> int:
    """How many are there, companions included."""
    return int(db.value(_COUNT, activity=activity))


def hint(db: Db, member: int, around: tuple[int, ...], now: datetime) -> None:
    """Where somebody says to be who has just checked in: only whether it is near is kept, and proves nothing."""
    for row in db.rows(_RECENT, member=member, since=now - _HINT):
        db.run(_HINT_AT, visit=row.id, lies=row.place_id in around)


# Whose it is, and who of the staff checked him in or took it back.
_WHO = ("member_id", "by_id", "undone_by_id")


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """That somebody was there stays; who he was goes, and each of the others only where it is he who is erased."""
    for name in _WHO:
        db.run(update(VISIT).where(rows.these, VISIT.c[name] == rows.member).values({name: None}))


HOWS = Codes(
    {
        "screen": Text("扫了现场的码"),
        "digits": Text("报了数字"),
        "picture": Text("扫了图片上的码"),
        "personal": Text("出示了自己的码"),
        "staff": Text("工作人员登记"),
        "printed": Text("扫了打印码"),
    }
)
# What people come to a station for where the pack names nothing; what it names stands as it is.
PURPOSES = Codes(
    {
        "办事": Text("办事"),
        "咨询": Text("咨询"),
        "参加活动": Text("参加活动"),
        "借场地": Text("借场地"),
        "参观": Text("参观"),
        "歇一歇": Text("歇一歇"),
    }
)
personal(
    VISIT,
    Text("签到"),
    whose=or_(*(VISIT.c[name] == OWNER for name in _WHO)),
    shows={
        "activity_id": Text("活动"),
        "place_id": Text("地点"),
        "seats": Text("人数"),
        "entered": Text("签到时间"),
        "left": Text("签退时间"),
        "how": Shown(Text("方式"), HOWS),
        "near": Text("在附近"),
        "purpose": Shown(Text("来做什么"), PURPOSES),
        "undone": Text("撤销时间"),
    },
    besides={
        "registration_id": "the registration is shown by itself",
        "by_id": "who of the staff was there",
        "undone_by_id": "who of the staff took it back",
    },
    erase=_erase,
    # Whom one checked in is somebody else's to read.
    told=VISIT.c.member_id == OWNER,
    kept="as long as the activity is; how many came is its history",
)
