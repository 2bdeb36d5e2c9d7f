"""The two ledgers of volunteer hours: a line for what was proved by a check-in, one for what staff entered by hand."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint, bindparam, delete, func, select, text
from sqlmodel import Field, SQLModel

from models import change
from models.database import Db, table_of
from models.personal import OWNER, Codes, Shown, clear, personal
from models.text import Text
from models.visit import HOWS

Ledger = Literal["proved", "entered"]
_IS_OPEN = "due IS NOT NULL"


class Credit(SQLModel, table=True):
    """What one registration counts for in one ledger: `proved` by a check-in, or `entered` by staff with a reason.

    While a check-out is missing nothing counts yet, and `due` is when the planned time is taken for it: then it is
    `assumed`. `how` is that of the visit, so that what rests on a picture or on the word of staff can be told.
    Who entered it is in the log of changes.
    """

    __table_args__ = (
        UniqueConstraint("registration_id", "ledger"),
        CheckConstraint("minutes BETWEEN 0 AND planned", name="minutes"),
        Index("ix_credit_due", "due", sqlite_where=text(_IS_OPEN), postgresql_where=text(_IS_OPEN)),
    )
    id: int | None = Field(default=None, primary_key=True)
    # Nobody where it is a guest's, or somebody's who was erased after it: the activity keeps its sum.
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    registration_id: int = Field(foreign_key="registration.id")
    activity_id: int = Field(foreign_key="activity.id", index=True)
    ledger: str
    minutes: int
    planned: int
    how: str | None = None
    assumed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reason: str | None = None
    at: datetime
    due: datetime | None = None


CREDIT = table_of(Credit)
_REMOVE = delete(CREDIT).where(CREDIT.c.id == bindparam("credit"))
_OF_ACTIVITY = select(func.coalesce(func.sum(CREDIT.c.minutes), 0)).where(
    CREDIT.c.activity_id == bindparam("activity")
)


def of_activity(db: Db, activity: int) -> int:
    """All minutes of an activity, of both ledgers."""
    return int(db.value(_OF_ACTIVITY, activity=activity))


def _join(db: Db, table: Table, stays: int, goes: int, now: datetime) -> None:
    """One person's time at an activity counts once in each ledger: the older line stays."""
    known: set[tuple[int, str]] = set()
    for row in db.rows(
        select(table).where(table.c.member_id.in_([stays, goes])).order_by(table.c.at, table.c.id)
    ):
        if (row.activity_id, row.ledger) in known:
            change.record(db, "credit", row.id, None, "hours revoked", stays, now, str(row.minutes))
            db.run(_REMOVE, credit=row.id)
        known.add((row.activity_id, row.ledger))


_LEDGERS = Codes({"proved": Text("现场签到"), "entered": Text("工作人员补录")})
personal(
    CREDIT,
    Text("志愿时长"),
    whose=CREDIT.c.member_id == OWNER,
    shows={
        "activity_id": Text("活动"),
        "ledger": Shown(Text("怎么记的"), _LEDGERS),
        "minutes": Text("分钟"),
        "planned": Text("计划分钟"),
        "how": Shown(Text("方式"), HOWS),
        "assumed": Text("没有签退，按计划算"),
        "reason": Text("补录原因"),
        "at": Text("时间"),
        "due": Text("等签退到"),
    },
    besides={"registration_id": "the registration is shown by itself"},
    erase=clear(member_id=None, reason=None),
    joins=_join,
    kept="as long as the activity is; how many hours it took is its history",
)
