"""Who was often absent says the day before that he comes; else his seat goes on, where others wait for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, bindparam, delete, func, insert, select, update
from sqlmodel import Field, SQLModel

from models import absence, registration, reminder
from models.activity import Listing, held
from models.database import Db, table_of
from models.personal import OWNER, personal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.text import Text

# So long before the start he is asked, and so long he has to answer; never later than this before it.
ASKED = timedelta(hours=26)
ANSWER = timedelta(hours=8)
LAST = timedelta(hours=3)
_WHY = "asked the day before, and did not answer"


class Promise(SQLModel, table=True):
    """A registration whose owner is asked at `due`; once he is `asked`, `due` is until when. Settled it is gone."""

    __table_args__ = (Index("ix_promise_due", "due"),)
    registration_id: int = Field(foreign_key="registration.id", primary_key=True)
    due: datetime
    asked: datetime | None = None


PROMISE = table_of(Promise)
_INSERT = insert(PROMISE)
_NEXT = select(func.min(PROMISE.c.due))
_DUE = (
    select(PROMISE)
    .where(PROMISE.c.due <= bindparam("now"))
    .order_by(PROMISE.c.due, PROMISE.c.registration_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ASK = (
    update(PROMISE)
    .where(PROMISE.c.registration_id == bindparam("registration"))
    .values(due=bindparam("until"), asked=bindparam("now"))
)
_FORGET = delete(PROMISE).where(PROMISE.c.registration_id == bindparam("registration"))


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be told of one registration: `until` when he is to answer, or that his seat went on."""

    registration: int
    member: int
    activity: Listing
    until: datetime | None


def is_asked(db: Db, wanted: Listing, member: int, schedule: Schedule, now: datetime) -> bool:
    """Whether this holds for somebody who registers there now: it is on, seats are few, and it is not tomorrow."""
    if not schedule.ask_absent or wanted.capacity is None or now >= wanted.starts - ASKED:
        return False
    return absence.is_often(db, member, now)


def plan(db: Db, key: int, wanted: Listing, member: int, schedule: Schedule, now: datetime) -> None:
    """Writes down when the owner of a new registration is asked, where he is."""
    if is_asked(db, wanted, member, schedule, now):
        db.run(_INSERT, registration_id=key, due=schedule.before(wanted.starts - ASKED, wanted.starts))


def next_due(db: Db) -> datetime | None:
    """When somebody is asked, or his time to answer ends, next."""
    due: datetime | None = db.value(_NEXT)
    return due


def settle(db: Db, now: datetime, schedule: Schedule) -> tuple[Step | None, bool]:
    """One that is due: he is asked, his seat goes on, or nothing of it any more; True while there may be more."""
    due = db.row(_DUE, now=now)
    if due is None:
        return None, False
    one = registration.find(db, due.registration_id)
    assert one is not None
    wanted = held(db, one.activity_id)
    open_still = one.state == "confirmed" and one.member_id is not None and one.coming is None
    if open_still and not wanted.is_off and due.asked is None:
        until = min(schedule.after(now, ANSWER), wanted.starts - LAST)
        if until > now:
            db.run(_ASK, registration=one.id, until=until, now=now)
            return Step(one.id, one.member_id, wanted, until), True
    db.run(_FORGET, registration=one.id)
    # Where nobody waits for it the seat stays his, answered or not.
    goes = (
        open_still
        and not wanted.is_off
        and due.asked is not None
        and wanted.waiting > 0
        and now < wanted.starts
    )
    if not goes or not registration.go(db, one, "cancelled", None, now, reason=_WHY):
        return None, True
    reminder.drop(db, one.id, _WHY, now)
    return Step(one.id, one.member_id, wanted, None), True


personal(
    PROMISE,
    Text("前一天的确认"),
    whose=PROMISE.c.registration_id.in_(select(REGISTRATION.c.id).where(REGISTRATION.c.member_id == OWNER)),
    shows={"due": Text("到时候"), "asked": Text("问过的时间")},
    besides={"registration_id": "the registration is shown by itself"},
    kept="until it is answered, or the activity begins",
)
