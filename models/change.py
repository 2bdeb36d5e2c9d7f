"""The log of what changed: every state change with actor, time and reason, appended and never edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, and_, delete, insert, or_
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.text import Text


class Change(SQLModel, table=True):
    """`detail` says more of what it was and what it became, where that is nobody's secret."""

    __table_args__ = (Index("ix_change_subject", "subject", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    before: str | None = None
    after: str
    actor_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    reason: str | None = None
    detail: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


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
    detail: dict[str, Any] | None = None,
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
        detail=detail,
    )


_ABOUT_MEMBERS = CHANGE.c.subject == "member"
# The columns of an activity of which it is noted that staff edited them, as `title edited`.
EDITED = (
    *("title", "summary", "capacity", "fee", "tags", "kind", "series", "host_id", "registration_opens"),
    *("registration_closes", "questions", "companions", "approval", "minimum", "decides", "eligible"),
    *("contact_id", "checks_out", "private_note", "hours"),
)
_SUBJECTS = Codes(
    {
        "activity": Text("活动"),
        "registration": Text("报名"),
        "member": Text("基本资料"),
        "group": Text("群"),
        "organization": Text("组织"),
        "question": Text("问题"),
        "visit": Text("签到"),
        "credit": Text("志愿时长"),
        "attendance": Text("出勤"),
        "appeal": Text("请我们核对的"),
        "skill": Text("技能"),
        "handover": Text("转班"),
        "need": Text("反映的事"),
        "handling": Text("办理"),
        "project": Text("项目"),
        "part": Text("项目的缺口"),
        "claim": Text("认领"),
        "check": Text("核对"),
        "invitation": Text("单位邀请"),
        "showcase": Text("成果展示"),
        "offer": Text("资源"),
        "introduction": Text("牵线"),
        "team": Text("团队"),
        "partnership": Text("社区伙伴"),
        "double_registration": Text("双报到"),
        "double_report": Text("双报告"),
        "pair": Text("结对"),
        "booking": Text("预约"),
        "closure": Text("开门关门"),
        "guide": Text("参观讲解"),
        "service": Text("服务事项"),
        "window case": Text("跨省专窗事项"),
    }
)
STATES = Codes(
    {
        "confirmed": Text("已报名"),
        "pending": Text("待审核"),
        "waiting": Text("候补"),
        "offered": Text("等您确认"),
        "rejected": Text("没有通过"),
        "declined": Text("让给了别人"),
        "expired": Text("过时没有回复"),
        "missed": Text("没有排到"),
        "removed": Text("工作人员取消了"),
        "cancelled": Text("已取消"),
        "published": Text("已发布"),
        "proposed": Text("提出了，等工作人员看"),
        "returned": Text("退回了"),
        **{f"{column} edited": Text("改了活动内容") for column in EDITED},
        "moved": Text("改了时间或地点"),
        "amount corrected": Text("更正了到账"),
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
        "joined": Text("加入了"),
        "left": Text("退出了"),
        "result shown": Text("公开了小结"),
        "result waiting": Text("写了小结"),
        "bound": Text("绑定了"),
        "unbound": Text("解绑了"),
        "arrived": Text("签到了"),
        "departed": Text("签退了"),
        "undone": Text("撤销了签到"),
        "party corrected": Text("改了到场人数"),
        "hours counting": Text("等签退"),
        "hours credited": Text("记了时长"),
        "hours assumed": Text("没有签退，按计划算"),
        "hours entered": Text("补录了时长"),
        "hours corrected": Text("改了时长"),
        "hours revoked": Text("撤销了时长"),
        "hours gave way": Text("少算了补录的时长"),
        "attended": Text("来了"),
        "absent": Text("没来"),
        "excused": Text("情有可原"),
        "undecided": Text("还没有定"),
        "granted": Text("按您说的改了"),
        "kept": Text("没有改"),
        "said": Text("说了有这个技能"),
        "known": Text("已确认"),
        "unknown": Text("没有确认"),
        "asked": Text("问了对方"),
        "taken": Text("有人接了"),
        "refused": Text("没有接"),
        "lapsed": Text("过时没有人接"),
        "taken back": Text("收回了"),
        "draft": Text("写了草稿"),
        "new": Text("已收到"),
        "triaged": Text("已受理"),
        "referred": Text("已转办"),
        "adopted": Text("已立项"),
        "in_progress": Text("办理中"),
        "resolved": Text("已办结"),
        "reopened": Text("重新打开"),
        "duplicate": Text("并到了另一件"),
        "submitted": Text("已提交"),
        "shortlisted": Text("已入围"),
        "not_selected": Text("没有入选"),
        "won": Text("已入选"),
        "claiming": Text("认领中"),
        "ready": Text("可以开工"),
        "running": Text("进行中"),
        "paused": Text("已暂停"),
        "resumed": Text("恢复了"),
        "card checked": Text("内容核对过"),
        "delivered": Text("送到了"),
        "reported": Text("已公布结果"),
        "archived": Text("已归档"),
        "partly": Text("认领了一部分"),
        "coming": Text("参加"),
        "delegated": Text("派代表"),
        "not_coming": Text("不参加"),
        "filled": Text("认领满了"),
        "applied": Text("提了申请"),
        "active": Text("生效了"),
        "ended": Text("结束了"),
        "agreed": Text("答应了"),
        "empty": Text("没有记录"),
        "disputed": Text("说不对"),
        "withheld": Text("不发"),
        "superseded": Text("有了新的一版"),
        "collecting": Text("等各位确认"),
        "compiled": Text("出好了"),
        "sent": Text("发出了"),
        "met": Text("见过面了"),
        "registration shown": Text("亮了报到身份"),
        "registration hidden": Text("收回了报到身份"),
        "side said": Text("换了先看哪边"),
        "accepted": Text("已接受"),
        "hidden": Text("隐藏了"),
        "passed": Text("已公开"),
        "lead set": Text("定了牵头的单位"),
        "assigned": Text("派了人"),
        "acknowledged": Text("单位收到了"),
        "unit word": Text("单位说明了情况"),
        "appeal kept": Text("维持不受理"),
        "private": Text("改成不公开了"),
        "public": Text("改成公开了"),
        "category": Text("改了分类"),
        "extended": Text("延期了"),
        "merged": Text("并进来一件"),
        "booked": Text("已预约"),
        "queued": Text("取了号"),
        "called": Text("叫号了"),
        "served": Text("办好了"),
        "revoked": Text("服务站取消了"),
        "shut": Text("关门了"),
        "signed": Text("报了讲解"),
        "released": Text("不用来了"),
        "sought": Text("在找人"),
        "opened": Text("开门了"),
        "registered": Text("已登记"),
        "checked": Text("材料验好了"),
        "back": Text("寄回来了"),
        "collected": Text("取走了"),
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
        "before": Shown(Text("之前"), STATES),
        "after": Shown(Text("之后"), STATES),
        "reason": Text("原因"),
    },
    besides={"detail": "what an activity said before and after, which stands in no word about a member"},
    erase=_erase,
    refers={"subject_id": _ABOUT_MEMBERS},
    kept="for good: it is the audit",
)
