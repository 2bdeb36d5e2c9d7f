"""Seats: who takes part in what. Never more than there are, and one live registration a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
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

from models import change
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.refusal import Refusal
from models.text import Moment, Prose, Text

# More people than this are a group, which an organiser should know of before it comes.
LARGEST_PARTY = 10
PACE_SPAN = timedelta(minutes=1)


class Registration(SQLModel, table=True):
    """`state` is `confirmed` or `cancelled`; one live row a person and activity, by the index."""

    __table_args__ = (
        CheckConstraint("seats >= 1", name="seats"),
        Index(
            "uq_registration_live",
            "activity_id",
            "member_id",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id")
    # Nobody where he was erased after it: the seat was taken, by whom is not known any more.
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    seats: int
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    at: datetime
    # When its owner last said to come, who was asked.
    coming: datetime | None = None
    # So many minutes before the start its owner wants to be reminded; None as everybody, nothing never.
    remind: str | None = None


REGISTRATION = table_of(Registration)
MOVES = {None: {"confirmed"}, "confirmed": {"cancelled"}}


@dataclass(frozen=True, slots=True)
class Held:
    """A live registration of somebody, and what it is for."""

    id: int
    seats: int
    activity: Listing


# Written out: where the state is a value, SQLite plans anew for each, whether the index of the live ones serves.
_CONFIRMED = REGISTRATION.c.state == literal_column("'confirmed'")
_LIVE = and_(REGISTRATION.c.member_id == bindparam("member"), _CONFIRMED)
_MINE_AT = select(REGISTRATION.c.id, REGISTRATION.c.seats).where(
    _LIVE, REGISTRATION.c.activity_id == bindparam("activity")
)
_MINE = (
    listed()
    .add_columns(REGISTRATION.c.id.label("registration"), REGISTRATION.c.seats.label("party"))
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(_LIVE, PUBLISHED, ACTIVITY.c.ends > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)
_CLASHING = (
    listed()
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(
        _LIVE,
        PUBLISHED,
        ACTIVITY.c.id != bindparam("activity"),
        ACTIVITY.c.starts < bindparam("ends"),
        ACTIVITY.c.ends > bindparam("starts"),
    )
    .order_by(ACTIVITY.c.starts)
)
_SINCE = select(func.count()).where(
    REGISTRATION.c.member_id == bindparam("member"), REGISTRATION.c.at > bindparam("since")
)
_COMING = (
    select(REGISTRATION.c.id, REGISTRATION.c.activity_id, REGISTRATION.c.seats)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(_CONFIRMED, ACTIVITY.c.starts > bindparam("now"))
    .order_by(REGISTRATION.c.id)
)
# The older of two stands first; locked, since its owner may be cancelling it from another address.
_LIVE_OF = (
    select(REGISTRATION.c.id, REGISTRATION.c.activity_id, REGISTRATION.c.seats)
    .where(
        REGISTRATION.c.member_id.in_(bindparam("members", expanding=True)),
        REGISTRATION.c.state == "confirmed",
    )
    .order_by(REGISTRATION.c.at, REGISTRATION.c.id)
    .with_for_update()
)
_ENTER = insert(REGISTRATION)
_TAKE = (
    update(ACTIVITY)
    .where(
        ACTIVITY.c.id == bindparam("activity"),
        PUBLISHED,
        or_(
            ACTIVITY.c.capacity.is_(None),
            ACTIVITY.c.taken + ACTIVITY.c.seats + bindparam("party") <= ACTIVITY.c.capacity,
        ),
    )
    .values(seats=ACTIVITY.c.seats + bindparam("party"))
)
_GIVE_BACK = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"), ACTIVITY.c.seats >= bindparam("party"))
    .values(seats=ACTIVITY.c.seats - bindparam("party"))
)
_LEAVE = (
    update(REGISTRATION)
    .where(REGISTRATION.c.id == bindparam("registration"), REGISTRATION.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_COMES = (
    update(REGISTRATION)
    .where(_LIVE, REGISTRATION.c.activity_id == bindparam("activity"))
    .values(coming=bindparam("now"))
)


def check_open(db: Db, wanted: Listing, member: int, now: datetime) -> None:
    """Whether this person may register now. Raises Refusal with the reason."""
    title = Prose(wanted.title)
    if wanted.is_off:
        raise _off(wanted)
    if db.row(_MINE_AT, member=member, activity=wanted.id) is not None:
        raise Refusal(
            "registration.already", Text("您已经报名了「{title}」，不用再报。", title=title), wanted.ref
        )
    stands = wanted.stands(now)
    if stands == "ended":
        raise Refusal("activity.ended", Text("「{title}」已经结束了。", title=title), wanted.ref)
    if stands == "running":
        raise Refusal("activity.running", Text("「{title}」已经开始，不能再报名。", title=title), wanted.ref)
    if stands == "closed":
        sentence = Text("「{title}」的报名在{at}截止了。", title=title, at=Moment(wanted.closes))
        raise Refusal("activity.closed", sentence, wanted.ref)
    if stands == "early" and wanted.registration_opens:
        opens = Moment(wanted.registration_opens)
        raise Refusal(
            "activity.early", Text("「{title}」还没开始报名，{at}开始。", title=title, at=opens), wanted.ref
        )
    if stands == "full":
        raise Refusal("activity.full", Text("「{title}」名额满了。", title=title), wanted.ref)


def _off(wanted: Listing) -> Refusal:
    title = Prose(wanted.title)
    if wanted.state == "withdrawn":
        return Refusal("activity.withdrawn", Text("「{title}」撤回了，不办了。", title=title), wanted.ref)
    return Refusal("activity.cancelled", Text("「{title}」取消了，不办了。", title=title), wanted.ref)


def check_pace(db: Db, wanted: Listing, member: int, limit: int | None, now: datetime) -> None:
    """Whether this person may make one more within a minute; None lets him. Raises Refusal.

    Cancelled ones count too: who registers and cancels in turn keeps seats from the others all the same.
    """
    if limit is not None and db.value(_SINCE, member=member, since=now - PACE_SPAN) >= limit:
        sentence = Text("请过一分钟再报下一场，这一分钟里已经报了{count}场。", count=limit)
        raise Refusal("registration.pace", sentence, wanted.ref)


def check_party(wanted: Listing, party: int) -> None:
    """Whether so many people still fit. Raises Refusal with the number that does."""
    if party < 1:
        raise Refusal("registration.party", Text("请至少报1位。"), wanted.ref)
    if wanted.free is not None and party > wanted.free:
        sentence = Text(
            "请少报几位，「{title}」只剩{count}个名额。", title=Prose(wanted.title), count=wanted.free
        )
        raise Refusal("registration.party", sentence, wanted.ref)
    if party > LARGEST_PARTY:
        raise Refusal("registration.party", Text("一次最多报{count}位。", count=LARGEST_PARTY), wanted.ref)


def register(db: Db, wanted: Listing, member: int, party: int, answers: dict[str, str], now: datetime) -> int:
    """Gives the seats, or raises Refusal. Gives the registration's key.

    In `answers` what holds a phone number is sealed, by `phone.seal_in`.
    The row comes first and the counter last: its row is hot, and held from here to the commit.
    """
    check_open(db, wanted, member, now)
    check_party(wanted, party)
    key = db.insert(
        _ENTER,
        activity_id=wanted.id,
        member_id=member,
        seats=party,
        answers=answers,
        state="confirmed",
        at=now,
    )
    _record(db, key, None, "confirmed", member, now)
    if not db.claim(_TAKE, activity=wanted.id, party=party):
        raise Refusal("activity.full", Text("「{title}」名额满了。", title=Prose(wanted.title)), wanted.ref)
    return key


def check_cancel(db: Db, wanted: Listing, member: int, now: datetime) -> Row[Any]:
    """The live registration that this person may cancel now. Raises Refusal."""
    live = db.row(_MINE_AT, member=member, activity=wanted.id)
    title = Prose(wanted.title)
    if live is None:
        raise _none(wanted)
    if wanted.is_off:
        raise _off(wanted)
    if now >= wanted.starts:
        raise Refusal("activity.running", Text("「{title}」已经开始，不能再取消。", title=title), wanted.ref)
    return live


def _none(wanted: Listing) -> Refusal:
    sentence = Text("您没有报名「{title}」，不用取消。", title=Prose(wanted.title))
    return Refusal("registration.none", sentence, wanted.ref)


def cancel(db: Db, wanted: Listing, member: int, now: datetime) -> int:
    """Gives the seats back at once; gives their number. Raises Refusal."""
    live = check_cancel(db, wanted, member, now)
    if not _free(db, live.id, wanted.id, live.seats, member, now):
        # The same member was first from another address, in the moment between.
        raise _none(wanted)
    return int(live.seats)


def _free(db: Db, key: int, activity: int, seats: int, actor: int | None, now: datetime) -> bool:
    """The seats of a live registration are everybody's again; False where it is not live any more."""
    if not db.run(_LEAVE, registration=key, before="confirmed", after="cancelled"):
        return False
    _record(db, key, "confirmed", "cancelled", actor, now)
    return db.claim(_GIVE_BACK, activity=activity, party=seats)


def come(db: Db, wanted: Listing, member: int, now: datetime) -> None:
    """Somebody who is registered says that he comes, so that staff can count. Raises Refusal."""
    if wanted.is_off:
        raise _off(wanted)
    if not db.run(_COMES, member=member, activity=wanted.id, now=now):
        sentence = Text("请先报名「{title}」，您还没有报。", title=Prose(wanted.title))
        raise Refusal("registration.missing", sentence, wanted.ref)


def mine(db: Db, member: int, now: datetime) -> list[Held]:
    """What somebody is registered for and has not ended, soonest first."""
    return [
        Held(row.registration, row.party, listing(row[:-2]))  # type: ignore[arg-type]
        for row in db.rows(_MINE, member=member, now=now)
    ]


def party_of(db: Db, wanted: Listing, member: int) -> int:
    """How many seats somebody holds there; 0 is none."""
    live = db.row(_MINE_AT, member=member, activity=wanted.id)
    return int(live.seats) if live else 0


def clashes(db: Db, wanted: Listing, member: int) -> list[Listing]:
    """What somebody is registered for at the same time. An end at the other's start is no clash."""
    rows = db.rows(_CLASHING, member=member, activity=wanted.id, starts=wanted.starts, ends=wanted.ends)
    return [listing(row) for row in rows]


def _record(db: Db, key: int, before: str | None, after: str, actor: int | None, now: datetime) -> None:
    if after not in MOVES.get(before, ()):
        raise ValueError(f"a registration does not go from {before} to {after}")
    change.record(db, "registration", key, before, after, actor, now)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """What is still to come gives its seats back; of what was, the numbers stay."""
    for row in db.rows(_COMING.where(rows.these), now=now):
        _free(db, row.id, row.activity_id, row.seats, None, now)
    clear(member_id=None, answers={}, remind=None)(db, rows, now)


def _join(db: Db, _table: Table, stays: int, goes: int, now: datetime) -> None:
    """One person has one registration for an activity: the older, whose seats are not added to."""
    first: set[int] = set()
    for row in db.rows(_LIVE_OF, members=[stays, goes]):
        if row.activity_id in first:
            _free(db, row.id, row.activity_id, row.seats, stays, now)
        first.add(row.activity_id)


personal(
    REGISTRATION,
    Text("报名"),
    whose=REGISTRATION.c.member_id == OWNER,
    shows={
        "activity_id": Text("活动"),
        "seats": Text("人数"),
        "answers": Text("报名时填的"),
        "state": Shown(Text("状态"), Codes({"confirmed": Text("已报名"), "cancelled": Text("已取消")})),
        "at": Text("时间"),
        "coming": Text("说过会来"),
        "remind": Text("提前几分钟提醒"),
    },
    erase=_erase,
    joins=_join,
    kept="as long as the activity is; how many came is its history",
)
