"""Tries to check in that were refused, each with its reason; wrong digits among them, so that nobody guesses."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Shown, clear, personal
from models.text import Text
from models.visit import HOWS

# Six digits are right once in a million, for each place where something is on (m of them), now or a slot ago: a try
# is right by chance 2m times in a million. Who is registered for something there has m = 1 and five tries in a
# quarter of an hour: one in 100,000. For all others together fifty tries are heard in that time, however many
# accounts somebody has, since members cost nothing: with 20 places at once one in 500, to come in once, uninvited.
MOST_WRONG = 5
MOST_WRONG_OF_STRANGERS = 50
LOCKED = timedelta(minutes=15)
KEPT = timedelta(days=90)
WRONG_DIGITS = "checkin.digits"
_SLICE = 1000


class CheckinRefusal(SQLModel, table=True):
    """One try. `reason` is the code of the refusal; who gave a code of ours was at its place or activity."""

    __tablename__ = "checkin_refusal"
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int | None = Field(default=None, foreign_key="activity.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    # Nobody's where he was erased after it: it counts among all that were wrong.
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime = Field(index=True)
    how: str
    reason: str
    # Who tried was registered for something at the time.
    expected: bool = False


CHECKIN_REFUSAL = table_of(CheckinRefusal)
_KEEP = insert(CHECKIN_REFUSAL)
_LOCK = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)
_IS_WRONG = (CHECKIN_REFUSAL.c.reason == WRONG_DIGITS) & (CHECKIN_REFUSAL.c.at > bindparam("since"))
_TRIES = (func.count().label("tries"), func.min(CHECKIN_REFUSAL.c.at).label("first"))
_OWN = select(*_TRIES).where(CHECKIN_REFUSAL.c.member_id == bindparam("member"), _IS_WRONG)
_STRANGERS = select(*_TRIES).where(~CHECKIN_REFUSAL.c.expected, _IS_WRONG)
_OLD = select(CHECKIN_REFUSAL.c.id).where(CHECKIN_REFUSAL.c.at < bindparam("limit")).limit(_SLICE)
_FORGET = delete(CHECKIN_REFUSAL).where(CHECKIN_REFUSAL.c.id.in_(bindparam("old", expanding=True)))


def keep(
    db: Db,
    member: int,
    reason: str,
    how: str,
    now: datetime,
    *,
    activity: int | None = None,
    place: int | None = None,
    expected: bool = False,
) -> None:
    """Notes a try that was refused."""
    db.run(
        _KEEP,
        activity_id=activity,
        place_id=place,
        member_id=member,
        at=now,
        how=how,
        reason=reason,
        expected=expected,
    )


def locked_until(db: Db, member: int, now: datetime, *, expected: bool) -> datetime | None:
    """Until when no digits of this member are heard; None where he may try."""
    # Of his tries from several addresses at once each sees the ones before.
    db.row(_LOCK, member=member)
    wrong = [(db.row(_OWN, since=now - LOCKED, member=member), MOST_WRONG)]
    if not expected:
        wrong.append((db.row(_STRANGERS, since=now - LOCKED), MOST_WRONG_OF_STRANGERS))
    locked = [row.first + LOCKED for row, most in wrong if row is not None and row.tries >= most]
    return max(locked, default=None)


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was KEPT long enough; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


_REASONS = Codes(
    {
        "checkin.forged": Text("不是我们的码"),
        "checkin.expired": Text("码过了时间"),
        WRONG_DIGITS: Text("数字不对"),
        "checkin.locked": Text("试得太多"),
        "checkin.place": Text("地点不对"),
        "checkin.nothing": Text("那里没有活动"),
        "station.closed": Text("服务站休息"),
        "checkin.early": Text("还没到时间"),
        "checkin.over": Text("已经结束"),
        "checkin.pending": Text("待审核"),
        "checkin.rejected": Text("没有通过"),
        "checkin.waiting": Text("候补"),
        "checkin.full": Text("名额满了"),
        "checkin.duty": Text("不是工作人员"),
        "checkin.none": Text("没有报名"),
        "activity.cancelled": Text("活动取消了"),
        "activity.withdrawn": Text("活动撤回了"),
        "activity.eligible": Text("面向别的人"),
        "shift.overlap": Text("同一时间有另一班"),
    }
)
personal(
    CHECKIN_REFUSAL,
    Text("没签成的到"),
    whose=CHECKIN_REFUSAL.c.member_id == OWNER,
    shows={
        "activity_id": Text("活动"),
        "place_id": Text("地点"),
        "at": Text("时间"),
        "how": Shown(Text("方式"), HOWS),
        "reason": Shown(Text("原因"), _REASONS),
    },
    erase=clear(member_id=None),
    kept=KEPT,
)
