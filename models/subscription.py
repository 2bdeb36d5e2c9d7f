"""What a member wants to hear of, or no longer: a kind, a series, a topic, a place, or anything at all."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Shown, keep_older, personal
from models.refusal import Refusal
from models.text import Text, as_said

# The subject that stands for everything we send by ourselves.
ALL = "all"
# Before the name of a purpose: it runs although everything else was stopped.
_PURPOSE = "purpose:"
# Before what the notices of a place, an organization, a series or an activity are for.
_NOTICES = "notices:"
# The purpose for which we write of activities, and so of a kind, a series, a topic or a place.
_OF_ACTIVITIES = "recommendations"


class Subscription(SQLModel, table=True):
    """`subject` is `kind:lecture`, `series:…`, `topic:…`, `place:CODE`, `purpose:…` or `all`; `notices:place:CODE`
    is what staff send there, and likewise for an organization, a series or an activity.
    """

    __table_args__ = (UniqueConstraint("member_id", "subject"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id")
    subject: str = Field(index=True)
    wanted: bool
    at: datetime


SUBSCRIPTION = table_of(Subscription)
_OTHER = SUBSCRIPTION.alias("other")
_INSERT = insert(SUBSCRIPTION)
_CHOOSE = (
    update(SUBSCRIPTION)
    .where(SUBSCRIPTION.c.member_id == bindparam("member"), SUBSCRIPTION.c.subject == bindparam("about"))
    .values(wanted=bindparam("chosen"), at=bindparam("now"))
)
# Who wants nothing any more keeps no exceptions from earlier.
_FORGET_EXCEPTIONS = delete(SUBSCRIPTION).where(
    SUBSCRIPTION.c.member_id == bindparam("member"), SUBSCRIPTION.c.wanted.is_(True)
)
_OF = select(SUBSCRIPTION).where(SUBSCRIPTION.c.member_id == bindparam("member")).order_by(SUBSCRIPTION.c.id)
_ONE = select(SUBSCRIPTION).where(
    SUBSCRIPTION.c.member_id == bindparam("member"), SUBSCRIPTION.c.id == bindparam("number")
)


def _chosen(wanted: bool, *conditions: Any) -> Any:
    return exists().where(
        SUBSCRIPTION.c.member_id == MEMBER.c.id, SUBSCRIPTION.c.wanted.is_(wanted), *conditions
    )


# For queries of members: everything was stopped; what was asked for since runs all the same.
SILENT = _chosen(False, SUBSCRIPTION.c.subject == ALL)
_SILENT = select(SILENT).where(MEMBER.c.id == bindparam("member"))


def of_purpose(name: str) -> str:
    """The subject of one purpose."""
    return f"{_PURPOSE}{name}"


def of_notices(about: str) -> str:
    """The subject of the notices that staff send to a place (`place:CODE`), an organization, a series, an activity."""
    return f"{_NOTICES}{about}"


def is_of_notices(subject: str) -> bool:
    """Whether it stands for notices, which staff write, and not for suggestions."""
    return subject.startswith(_NOTICES)


def running(purpose: str) -> ColumnElement[bool]:
    """For queries of members: not stopped with everything else, or asked for again since."""
    asked_for: ColumnElement[bool] = SUBSCRIPTION.c.subject == of_purpose(purpose)
    if purpose == _OF_ACTIVITIES:
        named = SUBSCRIPTION.c.subject
        asked_for = or_(asked_for, not_(or_(named.startswith(_PURPOSE), named.startswith(_NOTICES))))
    return or_(not_(SILENT), _chosen(True, asked_for))


def choose(db: Db, member: int, subject: str, wanted: bool, now: datetime) -> Row[Any]:
    """From now on he hears of this, or no longer; gives the row. With a no to all, earlier wishes end."""
    if subject == ALL and not wanted:
        db.run(_FORGET_EXCEPTIONS, member=member)
    if not db.run(_CHOOSE, member=member, about=subject, chosen=wanted, now=now):
        db.insert(_INSERT, member_id=member, subject=subject, wanted=wanted, at=now)
    return next(row for row in of(db, member) if row.subject == subject)


def of(db: Db, member: int) -> list[Row[Any]]:
    """What this member chose, in the order of first choosing it."""
    return list(db.rows(_OF, member=member))


def find(db: Db, member: int, number: int) -> Row[Any]:
    """One of this member's own choices. Raises Refusal, also for somebody else's."""
    row = db.row(_ONE, member=member, number=number)
    if row is None:
        raise Refusal("subscription.unknown", Text("请看看“收哪些消息”，没有找到这一项。"))
    return row


def wants(db: Db, member: int, subjects: Collection[str]) -> bool:
    """Whether he is to hear of something with these subjects: a no to one of them weighs most, then a yes."""
    chosen = {row.subject: row.wanted for row in of(db, member)}
    about = [chosen[subject] for subject in subjects if subject in chosen]
    if about:
        return all(about)
    return bool(chosen.get(ALL, True) or chosen.get(of_purpose(_OF_ACTIVITIES), False))


def silent(db: Db, member: int) -> bool:
    """Whether he stopped everything, but for what he asked for since."""
    return bool(db.value(_SILENT, member=member))


def _read(subject: str) -> Text:
    from models.consent import PURPOSES  # it needs this table first

    sort, _, name = subject.partition(":")
    if subject.startswith(_PURPOSE) and name in PURPOSES:
        return PURPOSES[name].title
    if subject.startswith(_NOTICES):
        return Text("{what}的通知", what=as_said(name.partition(":")[2]))
    return Text("全部消息") if sort == ALL else as_said(name)


_NO_IN_EITHER = (
    update(SUBSCRIPTION)
    .where(
        SUBSCRIPTION.c.member_id.in_([bindparam("stays"), bindparam("goes")]),
        SUBSCRIPTION.c.subject.in_(
            select(_OTHER.c.subject).where(
                _OTHER.c.member_id.in_([bindparam("stays"), bindparam("goes")]), _OTHER.c.wanted.is_(False)
            )
        ),
    )
    .values(wanted=False)
)
_STOPPED = select(func.max(SUBSCRIPTION.c.at)).where(
    SUBSCRIPTION.c.member_id.in_([bindparam("stays"), bindparam("goes")]),
    SUBSCRIPTION.c.subject == ALL,
    SUBSCRIPTION.c.wanted.is_(False),
)
_FORGET_EARLIER_EXCEPTIONS = delete(SUBSCRIPTION).where(
    SUBSCRIPTION.c.member_id.in_([bindparam("stays"), bindparam("goes")]),
    SUBSCRIPTION.c.wanted.is_(True),
    SUBSCRIPTION.c.at < bindparam("stopped"),
)


def _join(db: Db, table: Table, stays: int, goes: int, now: datetime) -> None:
    """What either account said no to is not sent, whichever said it first; of the rest the older row stays."""
    both = {"stays": stays, "goes": goes}
    stopped = db.value(_STOPPED, **both)
    db.run(_NO_IN_EITHER, **both)
    if stopped is not None:
        db.run(_FORGET_EARLIER_EXCEPTIONS, **both, stopped=stopped)
    keep_older("subject")(db, table, stays, goes, now)


personal(
    SUBSCRIPTION,
    Text("订阅"),
    whose=SUBSCRIPTION.c.member_id == OWNER,
    shows={
        "subject": Shown(Text("内容"), _read),
        "wanted": Text("要收"),
        "at": Text("时间"),
    },
    joins=_join,
    kept="as long as the member is one",
)
