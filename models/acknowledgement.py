"""Who answered an emergency notice with 收到, and whether he needs help: one row a member and broadcast."""

from datetime import datetime, timedelta

from sqlalchemy import (
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import delivery
from models.broadcast import BROADCAST
from models.database import Db, table_of
from models.delivery import DELIVERY
from models.personal import OWNER, keep_older, personal
from models.refusal import Refusal
from models.text import Text

# A typed 收到 means what was sent within this time; a button means its own, however old.
MEANT = timedelta(hours=24)
KEPT = delivery.KEPT
EMERGENCY = "emergency"
_SLICE = 1000


class Acknowledgement(SQLModel, table=True):
    """`needs_help`: he answered that he needs help, first or later."""

    __table_args__ = (UniqueConstraint("broadcast_id", "member_id"),)
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcast.id")
    member_id: int = Field(foreign_key="member.id", index=True)
    at: datetime = Field(index=True)
    needs_help: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


ACKNOWLEDGEMENT = table_of(Acknowledgement)

_HIS = and_(DELIVERY.c.notice_id == BROADCAST.c.notice_id, DELIVERY.c.member_id == bindparam("member"))
_ANSWERED = exists().where(
    ACKNOWLEDGEMENT.c.broadcast_id == BROADCAST.c.id, ACKNOWLEDGEMENT.c.member_id == bindparam("member")
)
# One statement for whoever answers in time, and he is nearly everybody: was it sent to him, and is it new?
_ACKNOWLEDGE = insert(ACKNOWLEDGEMENT).from_select(
    ["broadcast_id", "member_id", "at", "needs_help"],
    select(
        BROADCAST.c.id,
        bindparam("member", type_=ACKNOWLEDGEMENT.c.member_id.type),
        bindparam("now", type_=ACKNOWLEDGEMENT.c.at.type),
        bindparam("help", type_=ACKNOWLEDGEMENT.c.needs_help.type),
    ).where(
        BROADCAST.c.number == bindparam("number"),
        BROADCAST.c.kind == literal(EMERGENCY),
        exists().where(_HIS),
        ~_ANSWERED,
    ),
)
_KNOWN = select(ACKNOWLEDGEMENT.c.id).where(
    ACKNOWLEDGEMENT.c.member_id == bindparam("member"),
    ACKNOWLEDGEMENT.c.broadcast_id
    == select(BROADCAST.c.id).where(BROADCAST.c.number == bindparam("number")).scalar_subquery(),
)
_CALL = (
    update(ACKNOWLEDGEMENT)
    .where(ACKNOWLEDGEMENT.c.id == bindparam("key"), ACKNOWLEDGEMENT.c.needs_help.is_(False))
    .values(needs_help=True)
)
_SENT_TO_HIM = (
    select(BROADCAST.c.number)
    .join(DELIVERY, DELIVERY.c.notice_id == BROADCAST.c.notice_id)
    .where(
        DELIVERY.c.member_id == bindparam("member"),
        BROADCAST.c.kind == EMERGENCY,
        BROADCAST.c.began > bindparam("since"),
    )
    .order_by(BROADCAST.c.id.desc())
    .limit(1)
)
_OPEN = _SENT_TO_HIM.where(~_ANSWERED)
_OLD = select(ACKNOWLEDGEMENT.c.id).where(ACKNOWLEDGEMENT.c.at < bindparam("limit")).limit(_SLICE)
_FORGET = delete(ACKNOWLEDGEMENT).where(ACKNOWLEDGEMENT.c.id.in_(bindparam("old", expanding=True)))


def acknowledge(db: Db, number: int, member: int, now: datetime) -> bool:
    """This member has received this emergency notice; False where he said so before.

    Raises Refusal where it was not for him, or there is none of this number.
    """
    if db.run(_ACKNOWLEDGE, member=member, number=number, now=now, help=False):
        return True
    _known(db, number, member)
    return False


def call(db: Db, number: int, member: int, now: datetime) -> bool:
    """The same, and he needs help; False where he said that before. Raises Refusal."""
    if db.run(_ACKNOWLEDGE, member=member, number=number, now=now, help=True):
        return True
    return db.run(_CALL, key=_known(db, number, member)) == 1


def _known(db: Db, number: int, member: int) -> int:
    key: int | None = db.value(_KNOWN, member=member, number=number)
    if key is None:
        sentence = Text("不用回复，这条通知不是发给您的。要帮忙，请发“人工”。")
        raise Refusal("acknowledgement.other", sentence)
    return key


def newest(db: Db, member: int, now: datetime, *, unanswered: bool) -> int | None:
    """The number of the newest emergency notice that this member was sent lately; None where there is none.

    `unanswered`: that he has not answered yet.
    """
    statement = _OPEN if unanswered else _SENT_TO_HIM
    number: int | None = db.value(statement, member=member, since=now - MEANT)
    return number


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what is as old as the deliveries that are forgotten; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


personal(
    ACKNOWLEDGEMENT,
    Text("您回复的紧急通知"),
    whose=ACKNOWLEDGEMENT.c.member_id == OWNER,
    joins=keep_older("broadcast_id"),
    shows={"at": Text("时间"), "needs_help": Text("说过要人帮忙")},
    besides={"broadcast_id": "its text stands among the messages to the member"},
    kept=KEPT,
)
