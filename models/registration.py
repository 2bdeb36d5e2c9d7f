"""Registrations and their seats: the states they go through, each change with the counters that it moves."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Row,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import change, seats
from models.activity import ACTIVITY, Listing
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.text import Text

# Those that are not over: no two of them are one person's for one activity.
LIVE_STATES = ("confirmed", "pending", "offered", "waiting")
_IS_LIVE = "state IN ('confirmed', 'pending', 'offered', 'waiting')"
_IS_QUEUED = "state IN ('offered', 'waiting')"
_IS_OFFERED = "state = 'offered'"
_IS_CALLED = "state = 'waiting' AND called IS NOT NULL"
_IS_UNNOTED = "state = 'waiting' AND noted IS NULL"
_IS_PENDING = "state = 'pending'"
# Most have none: where a list has none either, SQLite is not to look through all of those.
_HAS_ROLE = "role_id IS NOT NULL"
_IS_LIVE_GUEST = f"guest IS NOT NULL AND {_IS_LIVE}"


class Registration(SQLModel, table=True):
    """One of somebody for an activity: `state` is one of MOVES, at most one of a person and activity is live.

    Somebody without an account is a `guest`, by name, and has no member; `by_id` is who registered him, or another
    member. An offered seat is held until `answer_by`, and who asked for one hears by then. What came of it is the `outcome` after the end: `attended`,
    `absent`, or `excused`, who could not know that he would be missed.
    """

    __table_args__ = (
        CheckConstraint("seats >= 1", name="seats"),
        Index("ix_registration_of", "member_id", "activity_id"),
        Index(
            "ix_registration_role",
            "role_id",
            sqlite_where=text(_HAS_ROLE),
            postgresql_where=text(_HAS_ROLE),
        ),
        Index(
            "uq_registration_live",
            "activity_id",
            "member_id",
            unique=True,
            sqlite_where=text(_IS_LIVE),
            postgresql_where=text(_IS_LIVE),
        ),
        Index(
            "ix_registration_queue",
            "activity_id",
            "at",
            "id",
            sqlite_where=text(_IS_QUEUED),
            postgresql_where=text(_IS_QUEUED),
        ),
        Index(
            "ix_registration_offered",
            "answer_by",
            sqlite_where=text(_IS_OFFERED),
            postgresql_where=text(_IS_OFFERED),
        ),
        Index(
            "ix_registration_called",
            "activity_id",
            sqlite_where=text(_IS_CALLED),
            postgresql_where=text(_IS_CALLED),
        ),
        Index(
            "ix_registration_unnoted",
            "activity_id",
            "at",
            sqlite_where=text(_IS_UNNOTED),
            postgresql_where=text(_IS_UNNOTED),
        ),
        Index(
            "ix_registration_pending",
            "activity_id",
            sqlite_where=text(_IS_PENDING),
            postgresql_where=text(_IS_PENDING),
        ),
        Index(
            "uq_registration_guest",
            "activity_id",
            "by_id",
            "guest",
            unique=True,
            sqlite_where=text(_IS_LIVE_GUEST),
            postgresql_where=text(_IS_LIVE_GUEST),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id", index=True)
    # Nobody where he was erased after it: the seat was taken, by whom is not known any more.
    member_id: int | None = Field(default=None, foreign_key="member.id")
    seats: int
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    at: datetime
    # When its owner last said to come, who was asked.
    coming: datetime | None = None
    # So many minutes before the start its owner wants to be reminded; None as everybody, nothing never.
    remind: str | None = None
    role_id: int | None = Field(default=None, foreign_key="shift_role.id")
    guest: str | None = None
    # Sealed: how a guest is reached, where that was told.
    guest_phone: str | None = None
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    answer_by: datetime | None = None
    outcome: str | None = None
    # Of who waits: when he was told of a free seat that the first to answer gets, when he was told before the start
    # that he still waits, and until when a seat that is free for him rests, since it is night.
    called: datetime | None = None
    noted: datetime | None = None
    rests: datetime | None = None


REGISTRATION = table_of(Registration)
# Which state may follow which. Who was refused, left or did not answer registers anew, with a row of its own.
MOVES: dict[str | None, set[str]] = {
    None: {"confirmed", "pending", "waiting"},
    "pending": {"confirmed", "rejected", "cancelled", "expired"},
    # Who takes a seat that several were told of at once goes from waiting to it.
    "waiting": {"offered", "confirmed", "pending", "cancelled", "missed"},
    "offered": {"confirmed", "pending", "declined", "expired", "cancelled", "missed"},
    "confirmed": {"cancelled", "removed"},
}


# Written out as the indexes say it: else SQLite does not see that they serve. Of a type they would get an `= 1`.
LIVE: ColumnElement[Any] = literal_column("registration." + _IS_LIVE)
QUEUED: ColumnElement[Any] = literal_column("registration." + _IS_QUEUED)
CONFIRMED = and_(LIVE, REGISTRATION.c.state == literal_column("'confirmed'"))
_OWN = REGISTRATION.c.member_id == bindparam("member")
_MINE_AT = select(
    *(
        REGISTRATION.c[name]
        for name in ("id", "activity_id", "member_id", "seats", "state", "answer_by", "role_id", "at")
    )
).where(_OWN, LIVE, REGISTRATION.c.activity_id == bindparam("activity"))
_LATEST = (
    select(REGISTRATION.c.state)
    .where(_OWN, REGISTRATION.c.activity_id == bindparam("activity"))
    .order_by(LIVE.desc(), REGISTRATION.c.id.desc())
    .limit(1)
)
_FIND = select(REGISTRATION).where(REGISTRATION.c.id == bindparam("registration"))
# Who is told what becomes of it: whose it is, and of a guest who registered him.
TOLD = func.coalesce(REGISTRATION.c.member_id, REGISTRATION.c.by_id)
# Whom he registered himself is on his list too.
MINE = or_(_OWN, and_(REGISTRATION.c.by_id == bindparam("member"), REGISTRATION.c.member_id.is_(None)))
_STATES_TO_COME = (
    select(REGISTRATION)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(LIVE, ACTIVITY.c.starts > bindparam("now"))
    .order_by(REGISTRATION.c.id)
)
# The older of two stands first; locked, since its owner may be cancelling it from another address.
_LIVE_OF = (
    select(REGISTRATION)
    .where(REGISTRATION.c.member_id.in_(bindparam("members", expanding=True)), LIVE)
    .order_by(REGISTRATION.c.at, REGISTRATION.c.id)
    .with_for_update()
)
_LIVE_GUESTS = (
    select(REGISTRATION)
    .where(
        REGISTRATION.c.by_id.in_(bindparam("members", expanding=True)),
        REGISTRATION.c.guest.is_not(None),
        LIVE,
    )
    .order_by(REGISTRATION.c.at, REGISTRATION.c.id)
    .with_for_update()
)
_ENTER = insert(REGISTRATION)
_GO = (
    update(REGISTRATION)
    .where(REGISTRATION.c.id == bindparam("registration"), REGISTRATION.c.state == bindparam("before"))
    .values(state=bindparam("after"), answer_by=bindparam("until"))
)


def enter(
    db: Db,
    wanted: Listing,
    member: int | None,
    party: int,
    answers: dict[str, str],
    now: datetime,
    *,
    state: str = "confirmed",
    role: int | None = None,
    guest: str | None = None,
    guest_phone: str | None = None,
    by: int | None = None,
    actor: int | None = None,
) -> int | None:
    """A new registration in this state, with the seats that it holds; gives its key, None where they are gone.

    In `answers` what holds a phone number is sealed, by `phone.seal_in`. `by` is who registered somebody else.
    The row comes first and the counter last: its row is hot, and held from here to the commit.
    """
    key = db.insert(
        _ENTER,
        activity_id=wanted.id,
        member_id=member,
        seats=party,
        answers=answers,
        state=state,
        at=now,
        role_id=role,
        guest=guest,
        guest_phone=guest_phone,
        by_id=by,
    )
    _record(db, key, None, state, actor or by or member, now)
    return key if seats.count(db, wanted.id, role, party, None, state) else None


def go(
    db: Db,
    one: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    until: datetime | None = None,
) -> bool:
    """A registration (id, activity_id, role_id, seats, state) goes to its next state, and its seats with it.

    False where it is not in that state any more, or the seats that it would hold are gone; then the caller undoes
    what he wrote, by a savepoint or by raising. `until` is when what is offered is to be answered.
    """
    _check(one.state, after)
    if not db.run(_GO, registration=one.id, before=one.state, after=after, until=until):
        return False
    _record(db, one.id, one.state, after, actor, now, reason)
    return seats.count(db, one.activity_id, one.role_id, one.seats, one.state, after)


def hand_over(db: Db, one: Row[Any], member: int, answers: dict[str, str], now: datetime) -> int | None:
    """A confirmed registration is somebody else's from now on, with the very seats; nobody who waits comes between.

    Gives the key of the new one; None where it is not confirmed any more.
    """
    _check(one.state, "cancelled")
    values = {"registration": one.id, "before": "confirmed", "after": "cancelled", "until": None}
    if one.state != "confirmed" or not db.run(_GO, **values):
        return None
    _record(db, one.id, "confirmed", "cancelled", one.member_id, now, "handed over")
    key = db.insert(
        _ENTER,
        activity_id=one.activity_id,
        member_id=member,
        seats=one.seats,
        answers=answers,
        state="confirmed",
        at=now,
        role_id=one.role_id,
        guest=None,
        by_id=None,
    )
    _record(db, key, None, "confirmed", member, now, "handed over")
    return key


def live(db: Db, wanted: Listing, member: int) -> Row[Any] | None:
    """Somebody's live registration there, as `go` takes it."""
    return db.row(_MINE_AT, member=member, activity=wanted.id)


def latest(db: Db, wanted: Listing, member: int) -> str | None:
    """The state of the live one that somebody has there, else of the last that he made; None where he made none."""
    state: str | None = db.value(_LATEST, member=member, activity=wanted.id)
    return state


def find(db: Db, key: int) -> Row[Any] | None:
    """The whole registration with this key, of whatever state."""
    return db.row(_FIND, registration=key)


def _check(before: str | None, after: str) -> None:
    if after not in MOVES.get(before, ()):
        raise ValueError(f"a registration does not go from {before} to {after}")


def _record(
    db: Db,
    key: int,
    before: str | None,
    after: str,
    actor: int | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    _check(before, after)
    change.record(db, "registration", key, before, after, actor, now, reason)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """What is still to come gives its seats back; of what was, the numbers stay. A guest of his is his to forget.

    What he did for another member stays that member's.
    """
    others = and_(rows.these, REGISTRATION.c.member_id.is_not(None), REGISTRATION.c.member_id != rows.member)
    db.run(update(REGISTRATION).where(others).values(by_id=None))
    for row in db.rows(_STATES_TO_COME.where(rows.these), now=now):
        go(db, row, "cancelled", None, now)
    clear(member_id=None, by_id=None, guest=None, guest_phone=None, answers={}, remind=None)(db, rows, now)


def _join(db: Db, _table: Table, stays: int, goes: int, now: datetime) -> None:
    """One person has one registration for an activity, and one for each guest: the surer, then the older, not added to."""
    first: set[tuple[int, str | None]] = set()
    found = (*db.rows(_LIVE_OF, members=[stays, goes]), *db.rows(_LIVE_GUESTS, members=[stays, goes]))
    for row in sorted(found, key=lambda row: LIVE_STATES.index(row.state)):
        if (row.activity_id, row.guest) in first:
            go(db, row, "cancelled", stays, now)
        first.add((row.activity_id, row.guest))


OUTCOMES = Codes({"attended": Text("来了"), "absent": Text("没来"), "excused": Text("情有可原")})
personal(
    REGISTRATION,
    Text("报名"),
    whose=or_(REGISTRATION.c.member_id == OWNER, REGISTRATION.c.by_id == OWNER),
    shows={
        "activity_id": Text("活动"),
        "seats": Text("人数"),
        "answers": Text("报名时填的"),
        "state": Shown(Text("状态"), change.STATES),
        "at": Text("时间"),
        "coming": Text("说过会来"),
        "remind": Text("提前几分钟提醒"),
        "role_id": Text("岗位"),
        "guest": Text("替谁报名"),
        "guest_phone": Shown(Text("手机号"), sealed=True),
        "answer_by": Text("最晚回复"),
        "called": Text("问过要不要空位"),
        "outcome": Shown(Text("结果"), OUTCOMES),
    },
    besides={
        "by_id": "it is the reader, or who registered him",
        "noted": "when a message went out, which is there itself",
        "rests": "when the next one goes out",
    },
    erase=_erase,
    joins=_join,
    kept="as long as the activity is; how many came is its history",
)
