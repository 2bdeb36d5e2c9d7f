"""The log of what changed: every state change with actor, time and reason, appended and never edited."""

from datetime import datetime

from sqlalchemy import Index, and_, delete, insert, or_
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.text import Text


class Change(SQLModel, table=True):
    __table_args__ = (Index("ix_change_subject", "subject", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    before: str | None = None
    after: str
    actor_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    reason: str | None = None


CHANGE = table_of(Change)
_APPEND = insert(CHANGE)


def record(
    db: Db,
    subject: str,
    subject_id: int,
    before: str | None,
    after: str,
    actor: int | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Appends one change; it is part of the same transaction as the change itself."""
    db.run(
        _APPEND,
        subject=subject,
        subject_id=subject_id,
        before=before,
        after=after,
        actor_id=actor,
        at=at,
        reason=reason,
    )


_ABOUT_MEMBERS = CHANGE.c.subject == "member"
_SUBJECTS = Codes(
    {
        "activity": Text("活动"),
        "registration": Text("报名"),
        "member": Text("基本资料"),
        "group": Text("群"),
        "question": Text("问题"),
    }
)
_STATES = Codes(
    {
        "confirmed": Text("已报名"),
        "cancelled": Text("已取消"),
        "published": Text("已发布"),
        "moved": Text("改了时间或地点"),
        "corrected": Text("按社区资料改了时间或地点"),
        "withdrawn": Text("已撤回"),
        "open": Text("等回复"),
        "answered": Text("已回复"),
        "closed": Text("已办结"),
        "handed on": Text("转给了别人"),
        "climbed": Text("转给了上一级"),
        "name said": Text("改了称呼"),
        "language said": Text("换了语言"),
        "interests said": Text("改了兴趣"),
        "home said": Text("填了住处"),
        "home taken back": Text("删了住处"),
        "work said": Text("填了单位"),
        "work taken back": Text("删了单位"),
        "phone said": Text("填了手机号"),
        "phone taken back": Text("删了手机号"),
        "invited": Text("发了邀请码"),
        "invite revoked": Text("撤销了邀请码"),
        "account joined": Text("关联了账号"),
        "account removed": Text("移出了账号"),
        "bound": Text("绑定了"),
        "unbound": Text("解绑了"),
    }
)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """What the member did stays, done by nobody; what was noted about the member goes."""
    db.run(delete(CHANGE).where(rows.these, _ABOUT_MEMBERS, CHANGE.c.subject_id == rows.member))
    clear(actor_id=None, reason=None)(db, rows, now)


personal(
    CHANGE,
    Text("办过的事"),
    whose=or_(CHANGE.c.actor_id == OWNER, and_(_ABOUT_MEMBERS, CHANGE.c.subject_id == OWNER)),
    shows={
        "at": Text("时间"),
        "subject": Shown(Text("事项"), _SUBJECTS),
        "before": Shown(Text("之前"), _STATES),
        "after": Shown(Text("之后"), _STATES),
        "reason": Text("原因"),
    },
    erase=_erase,
    refers={"subject_id": _ABOUT_MEMBERS},
    kept="for good: it is the audit",
)
