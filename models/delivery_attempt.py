"""The story of a delivery that did not arrive at its first try: when it was tried, where, and what came of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, or_, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.delivery import DELIVERY
from models.member import ADDRESS, ADDRESSES
from models.personal import OWNER, Codes, Shown, personal
from models.text import Text

# Put off for a while; waits for its reader; nobody knows; its courier was not heard of any more; goes another way.
Outcome = Literal["later", "held", "doubted", "lapsed", "elsewhere"]


class DeliveryAttempt(SQLModel, table=True):
    """`address_id` is where it was tried. It goes with its delivery."""

    __tablename__ = "delivery_attempt"
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True, ondelete="CASCADE")
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    at: datetime
    outcome: str
    reason: str | None = None


DELIVERY_ATTEMPT = table_of(DeliveryAttempt)
_KEEP = insert(DELIVERY_ATTEMPT)
_REFUSED = (
    select(DELIVERY_ATTEMPT.c.delivery_id, DELIVERY_ATTEMPT.c.address_id, DELIVERY_ATTEMPT.c.outcome)
    .where(
        DELIVERY_ATTEMPT.c.delivery_id.in_(bindparam("deliveries", expanding=True)),
        DELIVERY_ATTEMPT.c.outcome.in_(["elsewhere", "held"]),
    )
    .order_by(DELIVERY_ATTEMPT.c.id)
)
_STORY = (
    select(
        DELIVERY_ATTEMPT.c.at,
        DELIVERY_ATTEMPT.c.outcome,
        DELIVERY_ATTEMPT.c.reason,
        ADDRESS.c.channel,
    )
    .outerjoin(ADDRESS, ADDRESS.c.id == DELIVERY_ATTEMPT.c.address_id)
    .where(DELIVERY_ATTEMPT.c.delivery_id == bindparam("delivery"))
    .order_by(DELIVERY_ATTEMPT.c.id)
)


def keep(db: Db, delivery: int, address: int | None, now: datetime, outcome: Outcome, why: str) -> None:
    db.run(_KEEP, delivery_id=delivery, address_id=address, at=now, outcome=outcome, reason=why)


def refused(db: Db, deliveries: Collection[int]) -> dict[int, set[int]]:
    """Where each of these deliveries was refused, so that it is not tried there again, until its reader has written."""
    found: dict[int, set[int]] = {}
    for row in db.rows(_REFUSED, deliveries=list(deliveries)) if deliveries else ():
        if row.outcome == "held":
            found.pop(row.delivery_id, None)
        else:
            found.setdefault(row.delivery_id, set()).add(row.address_id)
    return found


def story(db: Db, delivery: int) -> list[Row[Any]]:
    """Everything that happened before its end, the oldest first."""
    return list(db.rows(_STORY, delivery=delivery))


_OUTCOMES = Codes(
    {
        "later": Text("过一会儿再发"),
        "held": Text("等您来说话"),
        "doubted": Text("不确定是否发出"),
        "lapsed": Text("发到一半断了"),
        "elsewhere": Text("换一个地方发"),
    }
)

personal(
    DELIVERY_ATTEMPT,
    Text("没有一次发成的消息"),
    whose=or_(
        DELIVERY_ATTEMPT.c.address_id.in_(ADDRESSES),
        DELIVERY_ATTEMPT.c.delivery_id.in_(
            select(DELIVERY.c.id).where(
                or_(DELIVERY.c.member_id == OWNER, DELIVERY.c.address_id.in_(ADDRESSES))
            )
        ),
    ),
    shows={
        "at": Text("时间"),
        "outcome": Shown(Text("结果"), _OUTCOMES),
        "reason": Text("原因"),
    },
    kept="as long as its delivery, and deleted with it",
)
