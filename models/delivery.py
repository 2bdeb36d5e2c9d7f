"""The ledger of what goes out: one row for each address that a notice is for, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import (
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import ADDRESS, ADDRESSES
from models.personal import Codes, Shown, personal
from models.text import Text

# How long a courier may take for one; then another one takes it over.
LEASE = timedelta(seconds=30)
# So often is it tried where the way there fails for the moment, after waits that double.
MOST_FAILURES = 10
FIRST_WAIT = timedelta(seconds=2)
# Whoever died in the middle of sending may have sent it: it is tried once more, and then left.
MOST_DOUBTS = 2
KEPT = timedelta(days=90)
_JUST_AFTER = timedelta(milliseconds=1)
_SLICE = 1000
# When what waits for its reader to write again is due: he alone changes that.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)

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
    # How often the way there failed, and how often nobody could tell whether it arrived.
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    doubts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # So many of its messages went out at earlier attempts.
    sent: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    settled: datetime | None = Field(default=None, index=True)
    reason: str | None = None


DELIVERY = table_of(Delivery)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send until `until`; `attempts` is the number of this claim of it.

    `failures` and `doubts` are those of the claims before.
    """

    delivery: int
    attempts: int
    until: datetime
    failures: int = 0
    doubts: int = 0


_ENTER = insert(DELIVERY)
_NEXT_NUMBER = (
    update(ADDRESS)
    .where(ADDRESS.c.id == bindparam("address"))
    .values(told=ADDRESS.c.told + 1)
    .returning(ADDRESS.c.told)
)
_UNDER_WAY = DELIVERY.alias("under_way")
_IS_TRIED_AGAIN = and_(
    _UNDER_WAY.c.state == "pending",
    _UNDER_WAY.c.id < DELIVERY.c.id,
    _UNDER_WAY.c.failures + _UNDER_WAY.c.doubts > 0,
    _UNDER_WAY.c.due < NEVER,
)
_DUE = (
    select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.attempts, DELIVERY.c.failures, DELIVERY.c.doubts)
    .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
    .where(
        text(f"delivery.{_WAITS}"),
        DELIVERY.c.due <= bindparam("now"),
        ADDRESS.c.channel.in_(bindparam("channels", expanding=True)),
        # What somebody is being sent comes to its end before the next one, so that he reads them in order.
        ~exists().where(
            _UNDER_WAY.c.address_id == DELIVERY.c.address_id,
            _UNDER_WAY.c.due > bindparam("now"),
            or_(_UNDER_WAY.c.state == "sending", _IS_TRIED_AGAIN),
        ),
    )
    .order_by(DELIVERY.c.due, DELIVERY.c.id)
    .limit(bindparam("most"))
    # Other processes step over what one of them is claiming (PostgreSQL; SQLite has one writer).
    .with_for_update(of=DELIVERY, skip_locked=True)
)
_DUE_THERE = _DUE.where(ADDRESS.c.key == bindparam("there"))
_HOLD = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
    .values(state="sending", due=bindparam("until"), attempts=DELIVERY.c.attempts + 1)
)
_DOUBT = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
    .values(doubts=DELIVERY.c.doubts + 1)
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
    .returning(DELIVERY.c.address_id)
)
_COUNT = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(number=bindparam("nth"))
_WAIT = (
    update(DELIVERY)
    .where(*_OURS)
    .values(
        state="pending",
        due=bindparam("until"),
        reason=bindparam("why"),
        sent=bindparam("already"),
        failures=bindparam("failed"),
        doubts=bindparam("doubted"),
    )
)
_HELD = update(DELIVERY).where(
    DELIVERY.c.address_id == bindparam("address"), DELIVERY.c.state == "pending", DELIVERY.c.due == NEVER
)
_RELEASE = _HELD.values(due=bindparam("now"))
_DUE_AT = select(DELIVERY.c.due).where(DELIVERY.c.id == bindparam("delivery"), DELIVERY.c.state == "pending")
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
    claims, lapsed = [], []
    due = {"now": now, "channels": list(channels), "most": most}
    rows = db.rows(_DUE, **due) if there is None else db.rows(_DUE_THERE, **due, there=there)
    for row in rows:
        doubts = row.doubts + (row.state == "sending")
        if doubts >= MOST_DOUBTS:
            settle(db, Claim(row.id, row.attempts, now), "unknown", now, "nobody said whether it was sent")
            continue
        if doubts > row.doubts:
            lapsed.append(row.id)
        claims.append(Claim(row.id, row.attempts + 1, now + LEASE, row.failures, doubts))
    if lapsed:
        db.run(_DOUBT, deliveries=lapsed)
    if claims:
        db.run(_HOLD, deliveries=[each.delivery for each in claims], until=now + LEASE)
    return claims


def settle(db: Db, claimed: Claim, final: Final, now: datetime, why: str | None = None) -> bool:
    """What became of it. False where the lease was lost meanwhile: then it is another one's to say."""
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    address = db.value(_SETTLE, **ours, final=final, now=now, why=why)
    if address is None:
        return False  # another one's by now, or erased with its reader
    if final == "sent":
        db.run(_COUNT, delivery=claimed.delivery, nth=_next_number(db, address))
    return True


def put_off(
    db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta | None = None, sent: int = 0
) -> bool:
    """The way there failed for the moment: it is tried again later, or has failed. False as with `settle`.

    `sent` of its messages went out by now, and are not sent again.
    """
    failed = claimed.failures + 1
    if failed >= MOST_FAILURES:
        return settle(db, claimed, "failed", now, why)
    wait = wait or FIRST_WAIT * 2 ** (failed - 1)
    return _wait(db, replace(claimed, failures=failed), now + wait, why, sent)


def doubt(
    db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta | None = None, sent: int = 0
) -> bool:
    """Nobody knows whether it arrived: it is tried once more, and then left. False as with `settle`."""
    doubts = claimed.doubts + 1
    if doubts >= MOST_DOUBTS:
        return settle(db, claimed, "unknown", now, why)
    return _wait(db, replace(claimed, doubts=doubts), now + (wait or FIRST_WAIT), why, sent)


def hold(db: Db, claimed: Claim, why: str, sent: int = 0, until: datetime = NEVER) -> bool:
    """It waits until its reader writes again, see `release`. False as with `settle`."""
    return _wait(db, claimed, until, why, sent)


def give_back(db: Db, claimed: Claim, behind: Claim, now: datetime, sent: int = 0) -> bool:
    """It was not tried: one before it at the same address is to be tried again first."""
    due = db.value(_DUE_AT, delivery=behind.delivery)
    # Behind what waits for its reader alone it does not wait.
    until = now if due is None or due >= NEVER else due + _JUST_AFTER
    return _wait(db, claimed, until, "waits behind another one", sent)


def _wait(db: Db, claimed: Claim, until: datetime, why: str, sent: int) -> bool:
    counts = {"failed": claimed.failures, "doubted": claimed.doubts}
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    return db.run(_WAIT, **ours, **counts, until=until, why=why, already=sent) == 1


def release(db: Db, address: int, now: datetime) -> bool:
    """Whoever writes gets what waited for it; True where something did."""
    return db.run(_RELEASE, address=address, now=now) > 0


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
        "sent": Text("已发出的条数"),
        "state": Shown(Text("状态"), _STATES),
        "due": Text("应发时间"),
        "settled": Text("完成时间"),
        "reason": Text("原因"),
    },
    besides={"failures": "a count of the courier's own", "doubts": "a count of the courier's own"},
    kept=KEPT,
)
