"""The ledger of what goes out: one row for each address or member that a notice is for, and what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Index,
    Select,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import ADDRESS, ADDRESSES, MEMBER, told_at
from models.personal import OWNER, Codes, Shown, keep_older, personal
from models.text import Text

KEPT = timedelta(days=90)
UNREACHABLE = "unreachable"
_SLICE = 1000
# When what waits for its reader to write again is due: he alone changes that.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)

Final = Literal["sent", "failed", "skipped", "unknown", "expired"]
# Which go first: answers, what concerns one person, what is urgent for many, what can wait.
Lane = Literal["reply", "personal", "urgent", "bulk"]
LANES: dict[Lane, int] = {"reply": 0, "personal": 1, "urgent": 2, "bulk": 3}
NAMES: dict[int, Lane] = {number: name for name, number in LANES.items()}
WAITS = "state IN ('pending', 'sending')"


class Delivery(SQLModel, table=True):
    """`state`: pending, then sending, then one of Final. `due` is when somebody must look at it (again):
    for what is being sent, when its lease ends. `member_id` is whom it is for, where it is for a member: then
    `address_id` is where he is to be reached, which may change until it is sent, and nothing where nothing
    reaches him. `via` is the channel of that address. `lane` is one of LANES. `number` is its place among all that
    its address was sent, without gaps; `attempts` also tells one claim of it from the next.
    """

    __table_args__ = (
        UniqueConstraint("notice_id", "address_id"),
        UniqueConstraint("notice_id", "member_id", name="uq_delivery_member"),
        UniqueConstraint("address_id", "number", name="uq_delivery_number"),
        Index(
            "ix_delivery_due",
            *("lane", "via", "due", "id"),
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
        # How far a notice has come, and what of it can still be stopped.
        Index("ix_delivery_state", "notice_id", "state"),
        # Leases, to find those that a clock which was set back has made too long.
        Index(
            "ix_delivery_sending",
            "due",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id")
    address_id: int | None = Field(default=None, foreign_key="address.id")
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    lane: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    via: str = Field(default="", sa_column_kwargs={"server_default": ""})
    number: int | None = None
    state: str
    due: datetime
    attempts: int = 0
    # Its call may have been made: whoever takes it over cannot know.
    begun: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # It waits for its reader to write, at most until it is due.
    held: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # How often the way there failed, and how often nobody could tell whether it arrived.
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    doubts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # So many of its messages went out at earlier attempts.
    sent: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    settled: datetime | None = Field(default=None, index=True)
    reason: str | None = None


DELIVERY = table_of(Delivery)


def channel_of(address: Any) -> Any:
    """For queries: the channel of this address."""
    return select(ADDRESS.c.channel).where(ADDRESS.c.id == address).scalar_subquery()


_ENTER = insert(DELIVERY).values(via=func.coalesce(channel_of(bindparam("there")), ""))
_ENTER_TOLD = insert(DELIVERY)
# The limit keeps SQLite from asking anew where somebody is told things for each use of it.
_EACH = (
    select(MEMBER.c.id.label("key"), told_at(MEMBER.c.id).label("there"))
    .where(MEMBER.c.id.in_(bindparam("members", expanding=True)))
    .order_by(MEMBER.c.id)
    .limit(bindparam("many"))
    .subquery()
)
_KNOWN = DELIVERY.alias("known")
_NOWHERE = _EACH.c.there.is_(None)
_FANNED = {
    "notice_id": bindparam("notice", type_=DELIVERY.c.notice_id.type),
    "member_id": _EACH.c.key,
    "address_id": _EACH.c.there,
    "lane": bindparam("line", type_=DELIVERY.c.lane.type),
    "via": func.coalesce(channel_of(_EACH.c.there), ""),
    "state": case((_NOWHERE, "failed"), else_="pending"),
    "due": bindparam("until", type_=DELIVERY.c.due.type),
    "settled": case((_NOWHERE, bindparam("at", type_=DELIVERY.c.due.type))),
    "reason": case((_NOWHERE, UNREACHABLE)),
    **dict.fromkeys(("attempts", "failures", "doubts", "sent"), literal(0)),
    **dict.fromkeys(("begun", "held"), literal(False)),
}
# Made once: of what is made anew for each slice much is kept, and a garbage collection then takes long.
_FAN_OUT = insert(DELIVERY).from_select(
    list(_FANNED),
    select(*_FANNED.values()).where(
        ~exists().where(_KNOWN.c.notice_id == bindparam("notice"), _KNOWN.c.member_id == _EACH.c.key)
    ),
)
_NEXT_NUMBER = (
    update(ADDRESS)
    .where(ADDRESS.c.id == bindparam("address"))
    .values(told=ADDRESS.c.told + 1)
    .returning(ADDRESS.c.told)
)
_RELEASE = (
    update(DELIVERY)
    .where(
        DELIVERY.c.address_id == bindparam("address"),
        DELIVERY.c.number.is_(None),
        DELIVERY.c.state == "pending",
        or_(DELIVERY.c.held, DELIVERY.c.due == NEVER),
    )
    .values(due=bindparam("now"), held=False)
)
_OLD = select(DELIVERY.c.id).where(DELIVERY.c.settled < bindparam("limit")).limit(_SLICE)
_FORGET = delete(DELIVERY).where(DELIVERY.c.id.in_(bindparam("old", expanding=True)))


def enter(
    db: Db,
    notice: int,
    address: int | None,
    due: datetime,
    *,
    member: int | None = None,
    lane: Lane = "reply",
) -> None:
    """A new row, which waits until it is due. A member whom nothing reaches has one too, so that it is seen."""
    unreachable = {} if address else {"settled": due, "reason": UNREACHABLE}
    db.run(
        _ENTER,
        there=address,
        notice_id=notice,
        address_id=address,
        member_id=member,
        lane=LANES[lane],
        state="pending" if address else "failed",
        due=due,
        **unreachable,
    )


def fan_out(
    db: Db, notice: int, members: Select[Any], now: datetime, due: datetime, lane: Lane, most: int
) -> int:
    """One slice: a row for each of the first `most` of these members; gives the key of the last, 0 for none.

    `members` selects keys of members, in their order; who has a row of this notice gets no second one.
    """
    keys = [row[0] for row in db.rows(members.limit(most))]
    if not keys:
        return 0
    given = {"notice": notice, "at": now, "until": due, "line": LANES[lane]}
    db.run(_FAN_OUT, **given, members=keys, many=len(keys))
    return int(max(keys))


def enter_told(db: Db, notice: int, address: int, now: datetime) -> int:
    """A row of what its reader has already, as the answer to what he said; gives its number."""
    number = next_number(db, address)
    told = {"state": "sent", "due": now, "settled": now, "number": number}
    db.run(_ENTER_TOLD, notice_id=notice, address_id=address, **told)
    return number


def next_number(db: Db, address: int) -> int:
    """The address's row is locked from here to the commit: numbers come in the order of commits."""
    return int(db.value(_NEXT_NUMBER, address=address))


def release(db: Db, address: int, now: datetime) -> bool:
    """Whoever writes gets what waited for it; True where something did."""
    return db.run(_RELEASE, address=address, now=now) > 0


# How far a notice has come.

_COUNTS = (
    select(DELIVERY.c.state, func.count().label("many"))
    .where(DELIVERY.c.notice_id == bindparam("notice"))
    .group_by(DELIVERY.c.state)
)
_REASONS = (
    select(DELIVERY.c.state, DELIVERY.c.reason, func.count().label("many"))
    .where(
        DELIVERY.c.notice_id == bindparam("notice"),
        DELIVERY.c.state.in_(["failed", "skipped", "unknown", "expired"]),
    )
    .group_by(DELIVERY.c.state, DELIVERY.c.reason)
    .order_by(func.count().desc(), DELIVERY.c.state, DELIVERY.c.reason)
)
_STILL_WAITS = (
    select(DELIVERY.c.id)
    .where(
        DELIVERY.c.notice_id == bindparam("notice"),
        DELIVERY.c.state.in_(["pending", "sending"]),
        ~DELIVERY.c.held,
    )
    .limit(1)
)


def counts(db: Db, notice: int) -> dict[str, int]:
    """How many of its deliveries are in which state."""
    return {row.state: row.many for row in db.rows(_COUNTS, notice=notice)}


def reasons(db: Db, notice: int) -> list[tuple[str, str | None, int]]:
    """Why so many were not sent: state, reason and number, the most frequent first."""
    return [(row.state, row.reason, row.many) for row in db.rows(_REASONS, notice=notice)]


def waits(db: Db, notice: int) -> bool:
    """Whether some of it has no end yet; what waits for its reader alone may do so for long, and does not count."""
    return db.value(_STILL_WAITS, notice=notice) is not None


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was settled KEPT ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


STATES = Codes(
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
    whose=or_(DELIVERY.c.member_id == OWNER, DELIVERY.c.address_id.in_(ADDRESSES)),
    joins=keep_older("notice_id"),
    shows={
        "number": Text("序号"),
        "sent": Text("已发出的条数"),
        "state": Shown(Text("状态"), STATES),
        "via": Text("渠道"),
        "due": Text("应发时间"),
        "settled": Text("完成时间"),
        "reason": Text("原因"),
    },
    besides={
        "lane": "the order in which things go out",
        "failures": "a count of the courier's own",
        "doubts": "a count of the courier's own",
    },
    kept=KEPT,
)
