"""Whom a broadcast is for, from the moment in which it was approved: who moves in or out since changes nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, insert, literal, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, keep_older, personal
from models.text import Text

_SLICE = 1000


class BroadcastRecipient(SQLModel, table=True):
    __tablename__ = "broadcast_recipient"
    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)


RECIPIENT = table_of(BroadcastRecipient)
_COUNT = select(func.count()).where(RECIPIENT.c.broadcast_id == bindparam("broadcast"))


def freeze(db: Db, broadcast: int, members: Select[Any]) -> None:
    """These members are meant from now on, each once."""
    chosen = members.order_by(None).subquery()
    known = exists().where(RECIPIENT.c.broadcast_id == broadcast, RECIPIENT.c.member_id == chosen.c[0])
    rows = select(literal(broadcast), chosen.c[0]).where(~known)
    db.run(insert(RECIPIENT).from_select(["broadcast_id", "member_id"], rows))


def of(broadcast: int) -> Select[Any]:
    """The keys of the members that were meant, in their order."""
    return (
        select(MEMBER.c.id)
        .join(RECIPIENT, RECIPIENT.c.member_id == MEMBER.c.id)
        .where(RECIPIENT.c.broadcast_id == broadcast)
        .order_by(MEMBER.c.id)
    )


def count(db: Db, broadcast: int) -> int:
    return int(db.value(_COUNT, broadcast=broadcast))


def forget(db: Db, _now: datetime) -> bool:
    """Deletes one slice of those of a broadcast that is over: its deliveries say it by then. True while there may be more."""
    from models.broadcast import BROADCAST  # it needs this table first

    over = select(BROADCAST.c.id).where(BROADCAST.c.state.in_(["finished", "stopped", "refused"]))
    old = db.rows(
        select(RECIPIENT.c.broadcast_id, RECIPIENT.c.member_id)
        .where(RECIPIENT.c.broadcast_id.in_(over))
        .order_by(RECIPIENT.c.broadcast_id, RECIPIENT.c.member_id)
        .limit(_SLICE)
    )
    if old:
        first, last = (
            old[0].broadcast_id,
            max(row.member_id for row in old if row.broadcast_id == old[0].broadcast_id),
        )
        db.run(delete(RECIPIENT).where(RECIPIENT.c.broadcast_id == first, RECIPIENT.c.member_id <= last))
    return bool(old)


personal(
    RECIPIENT,
    Text("发给您的通知的名单"),
    whose=RECIPIENT.c.member_id == OWNER,
    shows={"broadcast_id": Text("通知")},
    joins=keep_older("broadcast_id"),
    kept="until the broadcast has ended",
)
