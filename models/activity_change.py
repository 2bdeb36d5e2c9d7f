"""What becomes of an activity that people know already: moved, cancelled, withdrawn; and whom that concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Index,
    and_,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import change, community, put_off
from models.activity import ACTIVITY, Listing
from models.change import CHANGE
from models.database import Db, table_of
from models.personal import impersonal
from models.refusal import Refusal
from models.registration import LIVE, REGISTRATION, TOLD
from models.text import Prose, Text

# Which state an activity may go to from which.
MOVES = {"published": {"published", "cancelled", "withdrawn"}}
UNTOLD = "told IS NULL"


class ActivityChange(SQLModel, table=True):
    """One that those who were registered then are told of; `kind` is `moved` or `cancelled`.

    `sequence` is the activity's after it. `reached` is the key of the last member who has a delivery of the
    notice; `told` is when all of them had one, or when it was clear that nobody needs one.
    """

    __tablename__ = "activity_change"
    __table_args__ = (
        Index("ix_activity_change_untold", "id", sqlite_where=text(UNTOLD), postgresql_where=text(UNTOLD)),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id", index=True)
    kind: str
    sequence: int
    old_starts: datetime
    old_ends: datetime
    old_place_id: int = Field(foreign_key="place.id")
    starts: datetime
    ends: datetime
    place_id: int = Field(foreign_key="place.id")
    at: datetime
    reason: str | None = None
    notice_id: int | None = Field(default=None, foreign_key="notice.id", index=True, ondelete="SET NULL")
    reached: int = 0
    told: datetime | None = None


ACTIVITY_CHANGE = table_of(ActivityChange)


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where something is held; `place` is the key of the place."""

    starts: datetime
    ends: datetime
    place: int


_CONCERNED = select(func.count(TOLD.distinct())).where(
    REGISTRATION.c.activity_id == bindparam("activity"), LIVE
)
_WHEN_AND_WHERE = ("starts", "ends", "day", "minute", "place_id", "registration_closes", "decides")
_HELD = select(ACTIVITY).where(ACTIVITY.c.id == bindparam("activity"))
# Who changed it meanwhile was first, and what was shown is not so any more.
_AS_SEEN = and_(
    ACTIVITY.c.id == bindparam("activity"),
    ACTIVITY.c.state == "published",
    ACTIVITY.c.sequence == bindparam("seen"),
)
_NEXT_SEQUENCE = {"sequence": ACTIVITY.c.sequence + 1, "changed": bindparam("now")}
_MOVE = (
    update(ACTIVITY)
    .where(_AS_SEEN)
    .values(**{name: bindparam(f"new_{name}") for name in _WHEN_AND_WHERE}, **_NEXT_SEQUENCE)
)
_CALL_OFF = update(ACTIVITY).where(_AS_SEEN).values(state="cancelled", **_NEXT_SEQUENCE)
# With a seat that was given meanwhile it can only be cancelled.
_WITHDRAW = (
    update(ACTIVITY).where(_AS_SEEN, ACTIVITY.c.seats == 0).values(state="withdrawn", **_NEXT_SEQUENCE)
)
_WRITE_AS_IT_WAS = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"))
    .values({name: bindparam(f"new_{name}") for name in _WHEN_AND_WHERE})
)
_CLOSE_AT = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"))
    .values(registration_closes=bindparam("closes"))
)
_STAFFS = (
    select(CHANGE.c.id)
    .where(
        CHANGE.c.subject == "activity",
        CHANGE.c.subject_id == bindparam("activity"),
        # What a pack changes is `corrected`.
        CHANGE.c.after.in_(["moved", "cancelled", "withdrawn"]),
    )
    .limit(1)
)
_NOTE = insert(ACTIVITY_CHANGE)
_REASON = (
    select(ACTIVITY_CHANGE.c.reason)
    .where(ACTIVITY_CHANGE.c.activity_id == bindparam("activity"), ACTIVITY_CHANGE.c.kind == "cancelled")
    .limit(1)
)


def slot(wanted: Listing) -> Slot:
    """When and where it is held as things stand."""
    return Slot(wanted.starts, wanted.ends, wanted.place_id)


def concerned(db: Db, wanted: Listing) -> int:
    """How many people would be told: who is registered or waits, or registered a guest."""
    return int(db.value(_CONCERNED, activity=wanted.id))


def check(wanted: Listing, now: datetime) -> None:
    """Whether anything of it can change at all. Raises Refusal."""
    title = Prose(wanted.title)
    if wanted.state == "cancelled":
        raise Refusal(
            "activity.cancelled", Text("「{title}」已经取消了，不能再改。", title=title), wanted.ref
        )
    if wanted.state == "withdrawn":
        raise Refusal(
            "activity.withdrawn", Text("「{title}」已经撤回了，不能再改。", title=title), wanted.ref
        )
    if now >= wanted.ends:
        raise Refusal("activity.ended", Text("「{title}」已经结束了，不能再改。", title=title), wanted.ref)


def check_move(wanted: Listing, new: Slot, now: datetime) -> None:
    """Whether it can be held then and there instead. Raises Refusal."""
    check(wanted, now)
    title = Prose(wanted.title)
    if new == slot(wanted):
        sentence = Text("「{title}」本来就是这个时间和地点，不用改。", title=title)
        raise Refusal("activity.same", sentence, wanted.ref)
    if new.ends <= new.starts:
        raise Refusal("activity.order", Text("请换个结束时间，要比开始晚。"), wanted.ref)
    if new.ends <= now or (new.starts != wanted.starts and new.starts <= now):
        raise Refusal("activity.past", Text("请换个以后的时间，这个时间已经过了。"), wanted.ref)


def move(
    db: Db, wanted: Listing, new: Slot, actor: int | None, now: datetime, reason: str | None = None
) -> None:
    """From now on it is held then and there; who is registered is told. Raises Refusal.

    Registration closes as long before the start as it did.
    """
    check_move(wanted, new, now)
    closes = wanted.registration_closes
    if closes is not None:
        closes = min(closes + (new.starts - wanted.starts), new.starts)
    decides = wanted.decides and wanted.decides + (new.starts - wanted.starts)
    values = {**_derived(db, new), "registration_closes": closes, "decides": decides}
    seen = {"activity": wanted.id, "seen": wanted.sequence}
    if not db.run(_MOVE, **seen, **_as_new(values), now=now):
        raise _meanwhile(wanted)
    put_off.start_anew(db, wanted.id, new.starts, actor, now)
    _note(db, "moved", wanted, new, actor, now, reason)


def cancel(db: Db, wanted: Listing, actor: int | None, now: datetime, reason: str | None = None) -> None:
    """It is not held; who is registered is told, once. The registrations stay, as what was. Raises Refusal."""
    check(wanted, now)
    if not db.run(_CALL_OFF, activity=wanted.id, seen=wanted.sequence, now=now):
        raise _meanwhile(wanted)
    # Who was there when it broke off has been there.
    if now < wanted.starts:
        put_off.call_off(db, wanted.id, wanted.ends, actor, now)
    _note(db, "cancelled", wanted, slot(wanted), actor, now, reason)


def withdraw(db: Db, wanted: Listing, actor: int | None, now: datetime) -> None:
    """It was never meant to be seen: nobody is registered, and nobody is told. Raises Refusal."""
    check_withdraw(db, wanted, now)
    if not db.run(_WITHDRAW, activity=wanted.id, seen=wanted.sequence, now=now):
        raise _meanwhile(wanted)
    _note(db, "withdrawn", wanted, slot(wanted), actor, now, None)


def check_withdraw(db: Db, wanted: Listing, now: datetime) -> None:
    """Whether nobody would miss it. Raises Refusal."""
    check(wanted, now)
    if count := concerned(db, wanted):
        sentence = Text(
            "请用取消，这样会通知他们：「{title}」已经有{count}位报名，不能撤回。",
            title=Prose(wanted.title),
            count=count,
        )
        raise Refusal("activity.registered", sentence, wanted.ref)


def _meanwhile(wanted: Listing) -> Refusal:
    sentence = Text("请再看一遍再决定，「{title}」刚刚变了。", title=Prose(wanted.title))
    return Refusal("activity.meanwhile", sentence, wanted.ref)


def _note(
    db: Db, kind: str, wanted: Listing, new: Slot, actor: int | None, now: datetime, reason: str | None
) -> None:
    """Into the log, and onto the list of what people are to be told."""
    after = "published" if kind == "moved" else kind
    if after not in MOVES.get(wanted.state, ()):
        raise ValueError(f"an activity does not go from {wanted.state} to {after}")
    change.record(db, "activity", wanted.id, wanted.state, kind, actor, now, reason)
    if kind != "withdrawn" and concerned(db, wanted):
        _owe(db, kind, wanted.id, wanted.sequence, slot(wanted), new, now, reason)
    community.touch(db)


def _owe(
    db: Db, kind: str, key: int, sequence: int, old: Slot, new: Slot, now: datetime, reason: str | None
) -> None:
    db.insert(
        _NOTE,
        activity_id=key,
        kind=kind,
        sequence=sequence + 1,
        old_starts=old.starts,
        old_ends=old.ends,
        old_place_id=old.place,
        starts=new.starts,
        ends=new.ends,
        place_id=new.place,
        at=now,
        reason=reason,
        reached=0,
    )


def _derived(db: Db, new: Slot) -> dict[str, Any]:
    start = new.starts.astimezone(community.zone(db))
    return {
        "starts": new.starts,
        "ends": new.ends,
        "place_id": new.place,
        "day": start.date(),
        "minute": start.hour * 60 + start.minute,
    }


def _as_new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


# What packs change.


def is_staffs(db: Db, key: int) -> bool:
    """Whether staff changed it in the chat: then theirs is the last word."""
    return db.value(_STAFFS, activity=key) is not None


def correct(db: Db, key: int, values: Mapping[str, Any], now: datetime | None) -> None:
    """When and where a pack says that it is held; who is registered is told where that is another time or place.

    Without `now`, and of what is over, nobody is told.
    """
    held = db.row(_HELD, activity=key)
    assert held is not None
    old = Slot(held.starts, held.ends, held.place_id)
    new = Slot(values["starts"], values["ends"], values["place_id"])
    if new == old or now is None:
        db.run(_WRITE_AS_IT_WAS, activity=key, **_as_new(values))
        return
    if not db.run(_MOVE, activity=key, seen=held.sequence, **_as_new(values), now=now):
        return  # cancelled before actors were noted
    change.record(db, "activity", key, "published", "corrected", None, now)
    if now < new.ends:
        put_off.start_anew(db, key, new.starts, None, now)
    if now < max(old.ends, new.ends) and db.value(_CONCERNED, activity=key):
        _owe(db, "moved", key, held.sequence, old, new, now, None)


def reason_of(db: Db, wanted: Listing) -> str | None:
    """Why it was cancelled, where that was said."""
    found: str | None = db.value(_REASON, activity=wanted.id)
    return found


impersonal(ACTIVITY_CHANGE, "what became of an activity; who did it stands in the log of changes")
