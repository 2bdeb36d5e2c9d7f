"""Putting two in touch: one asks, the other agrees, and only then either learns who the other is and his number."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, and_, bindparam, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from models import change, notice
from models.card import Card, Choice
from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Rows, Shown, delete_rows, personal
from models.refusal import Refusal
from models.still import still
from models.text import Text

# Who did not answer for so long is not waited for any more.
ANSWER = timedelta(days=14)
# Who asks more often than this within a day collects numbers.
MOST_A_DAY = 10
_ASKED = "state = 'asked'"
MOVES: dict[str, tuple[str, ...]] = {
    "asked": ("agreed", "refused", "withdrawn", "expired"),
    "agreed": ("ended",),
}
STATES = {
    "asked": Text("等对方答复"),
    "agreed": Text("双方同意了"),
    "refused": Text("对方没有同意"),
    "withdrawn": Text("收回了"),
    "expired": Text("过期了"),
    "ended": Text("不再联系了"),
}
NO_ANSWER = Text("对方没有答复，看看别的吧。")


class Introduction(SQLModel, table=True):
    """`subject` is `offer` or `project`, about which `from_id` wants to speak to `to_id`. The organizations are those
    for which they speak, where they do. Who asks has agreed by it.
    """

    __table_args__ = (
        Index("ix_introduction_due", "answer_by", sqlite_where=text(_ASKED), postgresql_where=text(_ASKED)),
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    from_id: int = Field(foreign_key="member.id", index=True)
    to_id: int = Field(foreign_key="member.id", index=True)
    from_organization_id: int | None = Field(default=None, foreign_key="organization.id")
    to_organization_id: int | None = Field(default=None, foreign_key="organization.id")
    state: str
    at: datetime
    answer_by: datetime


INTRODUCTION = table_of(Introduction)
_ENTER = insert(INTRODUCTION)
_FIND = select(INTRODUCTION).where(INTRODUCTION.c.id == bindparam("number"))
# Somebody's wishes to be put in touch are entered one after another, so that no two are the same.
_LOCK = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)
_SAME = (
    select(INTRODUCTION)
    .where(
        INTRODUCTION.c.subject == bindparam("about"),
        INTRODUCTION.c.subject_id == bindparam("key"),
        INTRODUCTION.c.from_id == bindparam("asking"),
        INTRODUCTION.c.to_id == bindparam("asked"),
        or_(
            INTRODUCTION.c.state.in_(["asked", "agreed", "refused", "ended"]),
            # Who takes it back and asks again and again would write to somebody as often as he likes.
            and_(INTRODUCTION.c.state == "withdrawn", INTRODUCTION.c.answer_by > bindparam("now")),
        ),
    )
    .order_by(INTRODUCTION.c.id.desc())
    .limit(1)
)
_LATELY = select(func.count()).where(
    INTRODUCTION.c.from_id == bindparam("asking"), INTRODUCTION.c.at > bindparam("since")
)
_GO = (
    update(INTRODUCTION)
    .where(INTRODUCTION.c.id == bindparam("key"), INTRODUCTION.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_LATE = (
    select(INTRODUCTION)
    .where(INTRODUCTION.c.state == "asked", INTRODUCTION.c.answer_by <= bindparam("now"))
    .order_by(INTRODUCTION.c.answer_by)
    .limit(20)
)
_ASKING = select(INTRODUCTION).where(
    INTRODUCTION.c.to_id == bindparam("asked"), INTRODUCTION.c.state == "asked"
)
_NEXT = select(func.min(INTRODUCTION.c.answer_by)).where(INTRODUCTION.c.state == "asked")
_WHO = select(MEMBER.c.name, MEMBER.c.phone).where(MEMBER.c.id == bindparam("member"))


def ask(
    db: Db,
    subject: str,
    key: int,
    from_id: int,
    to_id: int,
    now: datetime,
    *,
    from_organization: int | None = None,
    to_organization: int | None = None,
) -> tuple[int, bool]:
    """Its number, and whether it is a new one: who asks again asks once. Raises Refusal."""
    db.row(_LOCK, member=from_id)
    known = db.row(_SAME, about=subject, key=key, asking=from_id, asked=to_id, now=now)
    if known is not None:
        return known.id, False
    if db.value(_LATELY, asking=from_id, since=now - timedelta(days=1)) >= MOST_A_DAY:
        raise Refusal(
            "introduction.many", Text("请明天再联系别人，今天已经请我们转了{count}次。", count=MOST_A_DAY)
        )
    made = db.insert(
        _ENTER,
        subject=subject,
        subject_id=key,
        from_id=from_id,
        to_id=to_id,
        from_organization_id=from_organization,
        to_organization_id=to_organization,
        state="asked",
        at=now,
        answer_by=now + ANSWER,
    )
    change.record(db, "introduction", made, None, "asked", from_id, now)
    return made, True


def find(db: Db, number: int, member: int) -> Row[Any]:
    """The one with this number, for one of its two. Raises Refusal for anybody else."""
    row = db.row(_FIND, number=number)
    if row is None or member not in (row.from_id, row.to_id):
        raise Refusal("introduction.unknown", Text("请从资源里再点一次“想联系”，没有找到这一条。"))
    return row


def go(db: Db, one: Row[Any], after: str, actor: int | None, now: datetime) -> bool:
    """False where the other one was quicker, or it is over."""
    if after not in MOVES.get(one.state, ()):
        return False
    if not db.run(_GO, key=one.id, before=one.state, after=after):
        return False
    change.record(db, "introduction", one.id, one.state, after, actor, now)
    return True


def other(one: Row[Any], member: int) -> tuple[int, int | None]:
    """Who the other one is, and for which organization he speaks."""
    if member == one.from_id:
        return one.to_id, one.to_organization_id
    return one.from_id, one.from_organization_id


def revealed(db: Db, one: Row[Any], member: int) -> Row[Any] | None:
    """The other one's name and sealed phone number (name, phone); None before both have agreed."""
    if one.state != "agreed":
        return None
    return db.row(_WHO, member=other(one, member)[0])


def phone_of(db: Db, member: int) -> str | None:
    """Somebody's own number, sealed; None where he left none."""
    row = db.row(_WHO, member=member)
    return row.phone if row is not None else None


@still("introduction")
def _is_asked(db: Db, key: int, _now: datetime) -> str | None:
    row = db.row(_FIND, number=key)
    return None if row is not None and row.state == "asked" else "it was taken back"


def late(db: Db, now: datetime) -> list[Row[Any]]:
    """Some of those that nobody answered in time."""
    return list(db.rows(_LATE, now=now))


def next_late(db: Db) -> datetime | None:
    at: datetime | None = db.value(_NEXT)
    return at


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """Nobody waits for the answer of who is gone."""
    for one in db.rows(_ASKING, asked=rows.member):
        card = Card(NO_ANSWER, choices=(Choice(Text("看大家的资源"), "offers"),), tone="notice")
        key = f"introduction:{one.id}:expired"
        notice.tell_member(db, [card], one.from_id, now, key=key, kind="answer", rests=True)
        change.record(db, "introduction", one.id, "asked", "expired", None, now)
    delete_rows(db, rows, now)


personal(
    INTRODUCTION,
    Text("请我们牵线的"),
    whose=or_(INTRODUCTION.c.from_id == OWNER, INTRODUCTION.c.to_id == OWNER),
    shows={
        "id": Text("编号"),
        "subject_id": Text("哪一条"),
        "from_organization_id": Text("单位"),
        "to_organization_id": Text("对方单位"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "at": Text("时间"),
        "answer_by": Text("答复期限"),
    },
    besides={"subject": "whether it is about an offer or a project"},
    erase=_erase,
    kept="as long as both are members: who was given whose number",
)
