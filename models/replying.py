"""Which broadcast somebody may mean who says something to us: one that he was told, the last one if he names none."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models.broadcast import BROADCAST, REACHED
from models.database import Db
from models.delivery import DELIVERY

_TOLD = DELIVERY.c.member_id == bindparam("member"), DELIVERY.c.state.in_(REACHED)
_WAS_TOLD = select(DELIVERY.c.id).where(*_TOLD, DELIVERY.c.notice_id == bindparam("notice")).limit(1)
_NEWEST = (
    select(DELIVERY.c.notice_id)
    .where(*_TOLD, DELIVERY.c.settled > bindparam("since"))
    .order_by(DELIVERY.c.settled.desc(), DELIVERY.c.id.desc())
    .limit(1)
)
_OF_NOTICE = select(BROADCAST).where(BROADCAST.c.notice_id == bindparam("notice"))


def was_told(db: Db, broadcast: Row[Any], member: int) -> bool:
    """Whether it was sent to this member: nobody else replies to it."""
    notice = broadcast.notice_id
    return notice is not None and db.value(_WAS_TOLD, member=member, notice=notice) is not None


def last_told(db: Db, member: int, since: datetime) -> Row[Any] | None:
    """The broadcast that is the newest of all that this member was told since then; None where something else is."""
    notice = db.value(_NEWEST, member=member, since=since)
    return None if notice is None else db.row(_OF_NOTICE, notice=notice)
