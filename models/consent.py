"""What a member agreed to: for which purpose, to which wording, since when. The newest row of each counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, Index, and_, bindparam, func, insert, literal, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Shown, personal
from models.refusal import Refusal
from models.subscription import running
from models.text import Text


class Consent(SQLModel, table=True):
    """`version` is the wording that was shown; rows are appended and never edited."""

    __table_args__ = (Index("ix_consent_member", "member_id", "purpose", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id")
    purpose: str
    version: int
    given: bool
    at: datetime


CONSENT = table_of(Consent)


@dataclass(frozen=True, slots=True)
class Purpose:
    """`number` is on its buttons and never another purpose's; a new `wording` takes the next `version`.

    `sends` tells that we write by ourselves for it, so that 退订 stops it. `from_pack`: a member of a
    pack has agreed already.
    """

    name: str
    number: int
    version: int
    title: Text
    wording: Text
    sends: bool = False
    from_pack: bool = True


PURPOSES = {
    purpose.name: purpose
    for purpose in (
        Purpose("whereabouts", 1, 1, Text("住处和单位"), Text("用来找附近的活动，发那里的通知")),
        Purpose("phone", 2, 1, Text("手机号"), Text("加密保存，只在办您的事时联系您")),
        Purpose("notices", 3, 1, Text("楼里和小区的通知"), Text("停水、检修、演练这些"), sends=True),
        Purpose("recommendations", 4, 1, Text("活动推荐"), Text("按您的兴趣和附近推荐"), sends=True),
        Purpose("surveys", 5, 1, Text("意见征询"), Text("社区的事，听听您的看法"), sends=True),
        Purpose("party", 6, 1, Text("亮身份"), Text("名单里显示您所在的党组织"), from_pack=False),
    )
}
_APPEND = insert(CONSENT)


def given(purpose: str) -> ColumnElement[bool]:
    """For queries of members: who agreed to this. A yes to an earlier wording is none to this one."""
    newest = (
        select(and_(CONSENT.c.given, CONSENT.c.version == PURPOSES[purpose].version))
        .where(CONSENT.c.member_id == MEMBER.c.id, CONSENT.c.purpose == purpose)
        .order_by(CONSENT.c.id.desc())
        .limit(1)
        .correlate(MEMBER)
        .scalar_subquery()
    )
    unasked = MEMBER.c.code.is_not(None) if PURPOSES[purpose].from_pack else literal(False, Boolean)
    return func.coalesce(newest, unasked, type_=Boolean)


def holding(purpose: str) -> ColumnElement[bool]:
    """For queries of members: who agrees to this now, and did not stop it with everything where we write for it."""
    agrees = given(purpose)
    return and_(agrees, running(purpose)) if PURPOSES[purpose].sends else agrees


_HOLDS = {name: select(holding(name)).where(MEMBER.c.id == bindparam("member")) for name in PURPOSES}
_HOLDERS = {
    name: select(MEMBER.c.id).where(MEMBER.c.id.in_(bindparam("members", expanding=True)), holding(name))
    for name in PURPOSES
}
_NEWEST = (
    select(CONSENT.c.given, CONSENT.c.version)
    .where(CONSENT.c.member_id == bindparam("member"), CONSENT.c.purpose == bindparam("purpose"))
    .order_by(CONSENT.c.id.desc())
    .limit(1)
)
_SHOWN = select(MEMBER.c.id).where(MEMBER.c.id.in_(bindparam("members", expanding=True)), holding("party"))


def give(db: Db, member: int, purpose: str, now: datetime) -> None:
    """He agrees to the wording as it is now, which he was shown."""
    _append(db, member, purpose, True, now)


def withdraw(db: Db, member: int, purpose: str, now: datetime) -> None:
    """It holds no longer, from this very transaction."""
    _append(db, member, purpose, False, now)


def _append(db: Db, member: int, purpose: str, given: bool, now: datetime) -> None:
    version = PURPOSES[purpose].version
    db.insert(_APPEND, member_id=member, purpose=purpose, version=version, given=given, at=now)


def holds(db: Db, member: int, purpose: str) -> bool:
    """Whether he agrees to it now, and, where we would write to him for it, did not stop it with everything."""
    return bool(db.value(_HOLDS[purpose], member=member))


def holders(db: Db, members: Collection[int], purpose: str) -> set[int]:
    """Those of these members of whom `holds` is true."""
    return {row.id for row in db.rows(_HOLDERS[purpose], members=list(members))}


def answered(db: Db, member: int, purpose: str) -> bool:
    """Whether he said no to it himself, or yes to the wording as it is now."""
    newest = db.row(_NEWEST, member=member, purpose=purpose)
    return newest is not None and not outdated(db, member, purpose)


def outdated(db: Db, member: int, purpose: str) -> bool:
    """Whether he said yes to another wording than it has now, so that he is to be asked again."""
    newest = db.row(_NEWEST, member=member, purpose=purpose)
    return newest is not None and newest.given and newest.version != PURPOSES[purpose].version


def refused(db: Db, member: int, purpose: str) -> bool:
    """Whether a no is the last that he said to it."""
    newest = db.row(_NEWEST, member=member, purpose=purpose)
    return newest is not None and not newest.given


def numbered(number: int) -> Purpose:
    """The purpose that a button names. Raises Refusal."""
    found = next((each for each in PURPOSES.values() if each.number == number), None)
    if found is None:
        raise Refusal("consent.unknown", Text("请看看“收哪些消息”，没有找到这一项。"))
    return found


def party_shown(db: Db, members: Collection[int]) -> set[int]:
    """Those of them whose membership in a party organization may be seen by others."""
    return {row.id for row in db.rows(_SHOWN, members=list(members))}


personal(
    CONSENT,
    Text("同意的事"),
    whose=CONSENT.c.member_id == OWNER,
    shows={
        "purpose": Shown(Text("用途"), Codes({name: each.title for name, each in PURPOSES.items()})),
        "version": Text("说明的版本"),
        "given": Text("同意"),
        "at": Text("时间"),
    },
    kept="as long as the member is one: it proves what was agreed",
)
