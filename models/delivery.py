"""The ledger of what goes out: one row for each address that a notice is for, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, insert, select, text, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import ADDRESS, ADDRESSES
from models.personal import Codes, Shown, personal
from models.text import Text

# How long a courier may take for one; then another one takes it over.
LEASE = timedelta(seconds=30)
# So often is it tried where the way there fails for the moment, after waits that double.
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=2)
# Whoever died in the middle of sending may have sent it: it is tried once more, and then left.
MOST_LAPSES = 2
KEPT = timedelta(days=90)
_SLICE = 1000

Final = Literal["sent", "failed", "skipped", "unknown", "expired"]
_WAITS = "state IN ('pending', 'sending')"


class Delivery(SQLModel, table=True):
    """`state`: pending, then sending, then one of Final. `due` is when somebody must look at it (again):
    for what is being sent, when its lease ends. `number` is its place among all that its address was
    sent, without gaps; `attempts` also tells one claim of it from the next.
    """

    __table_args__ = (
        UniqueConstraint("notice_id", "address_id"),
        UniqueConstraint("address_id", "number", name="uq_delivery_number"),
        Index("ix_delivery_due", "due", sqlite_where=text(_WAITS), postgresql_where=text(_WAITS)),
    )
    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id")
    address_id: int = Field(foreign_key="address.id")
    number: int | None = None
    state: str
    due: datetime
    attempts: int = 0
    settled: datetime | None = Field(default=None, index=True)
    reason: str | None = None


DELIVERY = table_of(Delivery)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send until `until`; `attempts` is the number of this claim of it."""

    delivery: int
    attempts: int
    until: datetime


_ENTER = insert(DELIVERY)
_NEXT_NUMBER = (
    update(ADDRESS)
    .where(ADDRESS.c.id == bindparam("address"))
    .values(told=ADDRESS.c.told + 1)
    .returning(ADDRESS.c.told)
)
_DUE = (
    select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.attempts)
    .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
    .where(
        text(f"delivery.{_WAITS}"),
        DELIVERY.c.due <= bindparam("now"),
        ADDRESS.c.channel.in_(bindparam("channels", expanding=True)),
    )
    .order_by(DELIVERY.c.due, DELIVERY.c.id)
    .limit(bindparam("most"))
    # Other processes step over what one of them is claiming (PostgreSQL; SQLite has one writer).
    .with_for_update(of=DELIVERY, skip_locked=True)
)
_DUE_THERE = _DUE.where(ADDRESS.c.key == bindparam("there"))
_HOLD = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values(state="sending", due=bindparam("until"), attempts=DELIVERY.c.attempts + 1)
)
_OURS = (
    DELIVERY.c.id == bindparam("delivery"),
    DELIVERY.c.state == "sending",
    DELIVERY.c.attempts == bindparam("attempt"),
)
_SETTLE = (
    update(DELIVERY)
    .where(*_OURS)
    .values(
        state=bindparam("final"),
        settled=bindparam("now"),
        reason=bindparam("why"),
    )
)
_COUNT = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(number=bindparam("nth"))
_WAIT = (
    update(DELIVERY).where(*_OURS).values(state="pending", due=bindparam("until"), reason=bindparam("why"))
)
_ADDRESSED = select(DELIVERY.c.address_id).where(DELIVERY.c.id == bindparam("delivery"))
_OLD = select(DELIVERY.c.id).where(DELIVERY.c.settled < bindparam("limit")).limit(_SLICE)
_FORGET = delete(DELIVERY).where(DELIVERY.c.id.in_(bindparam("old", expanding=True)))


def enter(db: Db, notice: int, address: int, due: datetime) -> None:
    """A new row, which waits until it is due."""
    db.run(_ENTER, notice_id=notice, address_id=address, state="pending", due=due)


def enter_told(db: Db, notice: int, address: int, now: datetime) -> int:
    """A row of what its reader has already, as the answer to what he said; gives its number."""
    number = _next_number(db, address)
    told = {"state": "sent", "due": now, "settled": now, "number": number}
    db.run(_ENTER, notice_id=notice, address_id=address, **told)
    return number


def _next_number(db: Db, address: int) -> int:
    """The address's row is locked from here to the commit: numbers come in the order of commits."""
    return int(db.value(_NEXT_NUMBER, address=address))


def claim(
    db: Db, now: datetime, channels: Collection[str], most: int, there: str | None = None
) -> list[Claim]:
    """Takes what is due on these channels, earliest first; with `there`, only for that key of theirs.

    Nobody else takes the same until the lease ends.
    """
    claims = []
    due = {"now": now, "channels": list(channels), "most": most}
    rows = db.rows(_DUE, **due) if there is None else db.rows(_DUE_THERE, **due, there=there)
    for row in rows:
        if row.state == "sending" and row.attempts >= MOST_LAPSES:
            lapsed = Claim(row.id, row.attempts, now)
            settle(db, lapsed, "unknown", now, "nobody said whether it was sent")
            continue
        db.run(_HOLD, delivery=row.id, until=now + LEASE)
        claims.append(Claim(row.id, row.attempts + 1, now + LEASE))
    return claims


def settle(db: Db, claimed: Claim, final: Final, now: datetime, why: str | None = None) -> bool:
    """What became of it. False where the lease was lost meanwhile: then it is another one's to say."""
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    if db.run(_SETTLE, **ours, final=final, now=now, why=why) != 1:
        return False  # another one's by now, or erased with its reader
    if final == "sent":
        address = db.value(_ADDRESSED, delivery=claimed.delivery)
        db.run(_COUNT, delivery=claimed.delivery, nth=_next_number(db, address))
    return True


def put_off(db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta | None = None) -> bool:
    """The way there failed for the moment: it is tried again later, or has failed. False as with `settle`."""
    if claimed.attempts >= MOST_ATTEMPTS:
        return settle(db, claimed, "failed", now, why)
    wait = wait or FIRST_WAIT * 2 ** (claimed.attempts - 1)
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    return db.run(_WAIT, **ours, until=now + wait, why=why) == 1


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was settled KEPT ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


_STATES = Codes(
    {
        "pending": Text("待发送"),
        "sending": Text("发送中"),
        "sent": Text("已发送"),
        "failed": Text("没发成"),
        "skipped": Text("没有发"),
        "unknown": Text("不确定是否发出"),
        "expired": Text("过时未发"),
    }
)

personal(
    DELIVERY,
    Text("消息的发送情况"),
    whose=DELIVERY.c.address_id.in_(ADDRESSES),
    shows={
        "number": Text("序号"),
        "state": Shown(Text("状态"), _STATES),
        "due": Text("应发时间"),
        "settled": Text("完成时间"),
        "reason": Text("原因"),
    },
    kept=KEPT,
)
