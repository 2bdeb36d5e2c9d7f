"""Bookings: somebody's place in a slot of a service, or the number that he drew without one; each move with its counters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Row, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import moves, slot, window_case
from models.database import Db, table_of
from models.text import Text

IS_LIVE = "state IN ('waiting', 'offered', 'booked', 'arrived', 'queued', 'called')"
_IS_SLOT = f"starts IS NOT NULL AND {IS_LIVE}"
_IS_DUE = "due IS NOT NULL"
_TAKES = "organization_id IS NOT NULL AND state NOT IN ('absent', 'cancelled', 'revoked', 'expired')"


class Booking(SQLModel, table=True):
    """Its key is its public number. `starts` and `ends` are its slot; who has drawn a `number` of the day instead has
    none; it may be several `slots` in a row. `party` come along with him, for `organization_id` where one fetches something. `matter` is what it is about,
    sealed, for the hosts alone. `due` is when something is done about it next: an offer lapses, or he is reminded, or
    did not come. `came` is since when he stands in line, `passed` how often he was called and not there. `moved`
    counts how often he changed the time himself; `settled` is when he was served, absent or cancelled, `by_id` who of
    the staff called or served him, at `desk`. `rating` is from 1 to 5.
    """

    __table_args__ = (
        CheckConstraint("party >= 1", name="party"),
        Index("ix_booking_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
        # Numbers begin anew each day, and none is drawn twice.
        Index("uq_booking_number", "place_id", "day", "number", unique=True),
        # An organization fetches something once.
        Index(
            "uq_booking_organization",
            "service_id",
            "organization_id",
            unique=True,
            sqlite_where=text(_TAKES),
            postgresql_where=text(_TAKES),
        ),
        Index(
            "ix_booking_live",
            "service_id",
            "starts",
            sqlite_where=text(IS_LIVE),
            postgresql_where=text(IS_LIVE),
        ),
        # One of a person and service at a time; a number of the day is another thing.
        Index(
            "ix_booking_one",
            "member_id",
            "service_id",
            unique=True,
            sqlite_where=text(_IS_SLOT),
            postgresql_where=text(_IS_SLOT),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id")
    place_id: int = Field(foreign_key="place.id")
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    party: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    day: date
    starts: datetime | None = None
    ends: datetime | None = None
    slots: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    number: int | None = None
    state: str
    due: datetime | None = None
    came: datetime | None = None
    passed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    moved: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    matter: str | None = None
    desk: str | None = None
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    rating: int | None = None
    at: datetime
    settled: datetime | None = None


BOOKING = table_of(Booking)
MACHINE = moves.machine(
    "booking",
    BOOKING,
    {
        # In the list of a full slot, and what becomes of it.
        "waiting": ("offered", "cancelled", "expired", "revoked"),
        "offered": ("booked", "cancelled", "expired", "revoked"),
        # Moved it is booked still.
        "booked": ("booked", "arrived", "called", "served", "absent", "cancelled", "revoked"),
        "arrived": ("called", "served", "absent", "cancelled", "revoked"),
        # Who drew a number.
        "queued": ("called", "served", "absent", "cancelled", "revoked"),
        # Called and not there, he is called once more after the next ones.
        "called": ("served", "absent", "queued", "arrived", "cancelled"),
        # What staff put right.
        "absent": ("arrived", "queued", "served"),
    },
    begins=("waiting", "booked", "queued"),
    explained=("revoked",),
)
# These have their share of the slot. Whoever did not come had it too.
HOLDING = ("offered", "booked", "arrived", "called", "served", "absent")
LIVE = ("waiting", "offered", "booked", "arrived", "queued", "called")
STATES = {
    "waiting": Text("候补"),
    "offered": Text("等您确认"),
    "booked": Text("已预约"),
    "arrived": Text("已到"),
    "queued": Text("等叫号"),
    "called": Text("已叫号"),
    "served": Text("已办"),
    "absent": Text("没有来"),
    "cancelled": Text("已取消"),
    "revoked": Text("服务站取消了"),
    "expired": Text("过时没有回复"),
}
_ENTER = insert(BOOKING)
_FIND = select(BOOKING).where(BOOKING.c.id == bindparam("number"))
# Who waits first for a slot is asked when something of it is free.
_WAKE = (
    update(BOOKING)
    .where(
        BOOKING.c.id
        == select(BOOKING.c.id)
        .where(
            BOOKING.c.service_id == bindparam("service"),
            BOOKING.c.place_id == bindparam("place"),
            BOOKING.c.starts == bindparam("begins"),
            BOOKING.c.state == "waiting",
            # Which SQLite needs to see its index.
            text(f"booking.{IS_LIVE}"),
        )
        .order_by(BOOKING.c.at, BOOKING.c.id)
        .limit(1)
        .scalar_subquery()
    )
    .values(due=bindparam("now"))
)
_OF_MEMBER = (
    select(BOOKING)
    .where(BOOKING.c.member_id == bindparam("member"), text(f"booking.{IS_LIVE}"))
    .order_by(BOOKING.c.day, BOOKING.c.starts, BOOKING.c.id)
)


def ref(number: int) -> str:
    return f"booking:{number}"


def find(db: Db, number: int) -> Row[Any] | None:
    """The whole booking with this number."""
    return db.row(_FIND, number=number)


def live(db: Db, member: int) -> list[Row[Any]]:
    """Somebody's bookings that are not over, soonest first."""
    return list(db.rows(_OF_MEMBER, member=member))


def enter(
    db: Db,
    service: int,
    place: int,
    member: int | None,
    day: date,
    now: datetime,
    *,
    window: slot.Window | None = None,
    state: str = "booked",
    **columns: Any,
) -> int | None:
    """A new booking in this state, with the share of the slot that it holds; gives its number, None where that is gone.

    The row comes first and the counter last: its row is hot, and held from here to the commit.
    """
    party = columns.get("party", 1)
    times = {"starts": window.starts, "ends": window.ends, "slots": window.count} if window else {}
    values = {"service_id": service, "place_id": place, "member_id": member, "day": day, "state": state}
    key = db.insert(_ENTER, **{**values, "at": now, **times, **columns})
    moves.begin(db, MACHINE, key, state, columns.get("by_id") or member, now)
    if window is None:
        return key
    if state == "booked":
        window_case.booked(db, service, member, key, now)
    if state == "waiting":
        slot.queue(db, service, place, window.starts, 1)
        return key
    # The earlier slot first, here and in every other place, so that no two wait for each other.
    taken = all(slot.take(db, service, place, each, party, window.capacity) for each in window.begins)
    return key if taken else None


def go(
    db: Db,
    one: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    capacity: int | None = None,
    reason: str | None = None,
    **values: Any,
) -> bool:
    """A booking goes to its next state, and its share of the slot with it.

    False where it is not in that state any more, or nothing is left of the slot for who waited; then nothing may stay
    written. `capacity` is the slot's, where a share of it is taken by this.
    """
    if not moves.go(db, MACHINE, one, after, actor, now, reason=reason, **values):
        return False
    if one.starts is None:
        return True
    if after == "booked":
        window_case.booked(db, one.service_id, one.member_id, one.id, now)
    elif after in ("cancelled", "revoked"):
        window_case.unbooked(db, one.id, actor, now)
    here = (one.service_id, one.place_id)
    if one.state == "waiting":
        slot.queue(db, *here, one.starts, -1)
        wake(db, *here, [one.starts], now)
    if one.state in HOLDING and after not in HOLDING:
        wake(db, *here, begins(one), now)
        return all(slot.give_back(db, *here, each, one.party) for each in begins(one))
    if one.state not in HOLDING and after in HOLDING:
        # Nobody waits for several in a row.
        assert capacity is not None
        assert one.slots == 1
        return slot.take(db, *here, one.starts, one.party, capacity, waited=True)
    return True


def begins(one: Row[Any]) -> list[datetime]:
    """When each slot of a booking begins."""
    return slot.begins(one.starts, one.ends, one.slots)


def move(
    db: Db, one: Row[Any], window: slot.Window, day: date, actor: int | None, now: datetime, **values: Any
) -> bool:
    """A booking goes to another slot; False where it is not booked any more or nothing is left there."""
    detail = {"from": one.starts.isoformat(), "to": window.starts.isoformat()}
    times = {"starts": window.starts, "ends": window.ends, "slots": window.count}
    times |= {"day": day, "moved": one.moved + 1}
    if not moves.go(db, MACHINE, one, "booked", actor, now, detail=detail, **{**times, **values}):
        return False
    here = (one.service_id, one.place_id)
    # What is in both he keeps.
    old, new = set(begins(one)), set(window.begins)
    wake(db, *here, sorted(old - new), now)
    return all(
        slot.give_back(db, *here, each, one.party)
        if each in old
        else slot.take(db, *here, each, one.party, window.capacity)
        for each in sorted(old ^ new)
    )


def wake(db: Db, service: int, place: int, starts: Sequence[datetime], now: datetime) -> None:
    """Something of these slots may be free: who waits first for each is looked at."""
    for each in starts:
        db.run(_WAKE, service=service, place=place, begins=each, now=now)
