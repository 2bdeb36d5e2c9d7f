"""How a broadcast goes out: slice by slice to who is meant, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models import audience as audiences
from models import broadcast, delivery, group_notice, halting, notice
from models.audience import Audience
from models.broadcast import BROADCAST, LIVE, REACHED, Kind, members_of, move
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY, Lane
from models.member import MEMBER
from models.refusal import Refusal
from models.still import still_for
from models.text import Text

# So late at most does it begin by itself; later its author is asked again.
LATE = timedelta(minutes=60)
# After that it is of no use to who was not reached meanwhile.
USEFUL = timedelta(days=3)
# Of so many keys of members is one slice made.
SLICE = 250
FREEZE_SLICE = 1000
# How often it is looked whether all of it was sent.
_LOOK = timedelta(seconds=5)
# How soon, whether what it corrects is still being sent.
_LOOK_SOON = timedelta(seconds=2)
_FINAL = ("failed", "skipped", "expired")
_DUE = (
    select(BROADCAST)
    .where(BROADCAST.c.due <= bindparam("now"), BROADCAST.c.kind == bindparam("sort"))
    .order_by(BROADCAST.c.due, BROADCAST.c.id)
    .limit(1)
)
_NEXT_DUE = select(func.min(BROADCAST.c.due)).where(BROADCAST.c.kind == bindparam("sort"))
_FREEZES = (
    select(BROADCAST).where(BROADCAST.c.freezes <= bindparam("now")).order_by(BROADCAST.c.freezes).limit(1)
)
_NEXT_FREEZES = select(func.min(BROADCAST.c.freezes))
_TOLD = (
    select(BROADCAST)
    .join(DELIVERY, DELIVERY.c.notice_id == BROADCAST.c.notice_id)
    .where(
        DELIVERY.c.member_id == bindparam("member"),
        DELIVERY.c.state.in_(REACHED),
        DELIVERY.c.settled > bindparam("since"),
    )
    .order_by(DELIVERY.c.settled.desc(), DELIVERY.c.id.desc())
    .limit(1)
)
_ONE = select(DELIVERY.c.id).where(
    DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.member_id == bindparam("member")
)
# Any one that has no end yet: before it is due, not all has.
_STILL_DUE = (
    select(DELIVERY.c.due)
    .where(
        DELIVERY.c.notice_id == bindparam("notice"),
        DELIVERY.c.state.in_(["pending", "sending"]),
        ~DELIVERY.c.held,
    )
    .limit(1)
)
_UNDER_WAY = (
    select(DELIVERY.c.id)
    .where(DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.state == "sending")
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of it: how many were sent it, wait, or got none, and for which reason."""

    sent: int
    waiting: int
    unknown: int
    unreachable: int
    none: Mapping[str, int]

    @property
    def reached(self) -> int:
        return self.sent + self.unknown


def pause(db: Db, found: Row[Any], actor: int | None, now: datetime, reason: str | None = None) -> Row[Any]:
    """Nothing more of it goes out until it goes on."""
    moved = move(db, found, "paused", actor, now, reason, due=None)
    for each in group_notice.notices(db, found):
        halting.pause(db, each)
    return moved


def resume(db: Db, found: Row[Any], actor: int | None, now: datetime) -> Row[Any]:
    """It goes on where it was paused; what had not begun begins, at its time where that is still to come."""
    if found.state != "paused":
        raise Refusal("broadcast.past", Text("请看看它的进度，它没有停着。"), f"broadcast:{found.number}")
    if found.began is None and found.starts is not None and found.starts > now:
        return move(db, found, "scheduled", actor, now, due=found.starts)
    moved = move(db, found, "running", actor, now, due=now)
    for each in group_notice.notices(db, found):
        halting.resume(db, each)
    return moved


def stop(db: Db, found: Row[Any], actor: int | None, now: datetime, reason: str | None = None) -> Row[Any]:
    """Nothing more of it goes out, for good; who has it keeps it."""
    moved = move(db, found, "stopped", actor, now, reason, due=None, ended=now)
    for each in group_notice.notices(db, found):
        halting.stop(db, each, now)
    return moved


def freeze_slice(db: Db, now: datetime) -> bool:
    """Writes down the next recipients of one that was just approved; False where none is to be."""
    found = db.row(_FREEZES, now=now)
    if found is None:
        return False
    if found.state in LIVE:
        broadcast.freeze(db, found, min(found.frozen + FREEZE_SLICE, found.newest), now)
    else:
        db.run(update(BROADCAST).where(BROADCAST.c.id == found.id).values(freezes=None))
    return True


def begin(db: Db, found: Row[Any], cards: tuple[Card, ...], now: datetime) -> Row[Any]:
    """From now on it goes out, slice by slice; `cards` are what its readers see."""
    if found.state != "running":
        found = move(db, found, "running", None, now)
    written = notice.write(
        db,
        cards,
        now,
        key=f"broadcast:{found.number}",
        kind=found.kind,
        still=f"broadcast {found.id}",
        rests=found.kind != "emergency",
        expires=now + USEFUL,
    )
    group_notice.tell(db, found, cards, now, lane(found), now + USEFUL)
    db.run(update(BROADCAST).where(BROADCAST.c.id == found.id).values(notice_id=written, began=now, due=now))
    return broadcast.read(db, found.id)


def tell_slice(db: Db, found: Row[Any], now: datetime, due: datetime) -> bool:
    """Enters the next slice of its readers, to be told when it is `due`; False where all are entered by now."""
    if _waits_for_corrected(db, found):
        _set_due(db, found, now + _LOOK_SOON)
        return True
    small = found.recipients + found.unreachable <= SLICE
    until = found.newest if small else min(found.told + SLICE, found.newest)
    meant = members_of(db, found).where(MEMBER.c.id > found.told, MEMBER.c.id <= until)
    # Its row is another one's where two do the same slice: the second finds it moved on.
    moved = (
        update(BROADCAST)
        .where(BROADCAST.c.id == found.id, BROADCAST.c.told == found.told, BROADCAST.c.state == "running")
        .values(told=until, due=now)
    )
    if found.told < until and db.run(moved):
        delivery.fan_out(db, found.notice_id, meant, now, due, lane(found), until - found.told)
    return bool(until < found.newest)


def look(db: Db, found: Row[Any], now: datetime) -> bool:
    """Whether all of it was sent or given up; else it is looked at again later."""
    waiting = db.value(_STILL_DUE, notice=found.notice_id)
    if waiting is None:
        move(db, found, "finished", None, now, due=None, ended=now)
        return True
    _set_due(db, found, max(now + _LOOK, waiting))
    return False


def _waits_for_corrected(db: Db, found: Row[Any]) -> bool:
    """What is being sent of the one that it corrects has come or not in a moment."""
    corrected = broadcast.read(db, found.corrects_id) if found.corrects_id else None
    return corrected is not None and db.value(_UNDER_WAY, notice=corrected.notice_id) is not None


def lane(found: Row[Any]) -> Lane:
    """A correction passes what is only news."""
    return "bulk" if found.kind == "notice" and found.corrects_id is None else "urgent"


def progress(db: Db, found: Row[Any]) -> Progress:
    """What became of it so far. Looks at every delivery of it."""
    if found.notice_id is None:
        return Progress(0, found.recipients if found.state in LIVE else 0, 0, 0, {})
    counts = delivery.counts(db, found.notice_id)
    none: dict[str, int] = {}
    unreachable = 0
    for state, reason, number in delivery.reasons(db, found.notice_id):
        if reason == delivery.UNREACHABLE:
            unreachable += number
        elif state != "unknown":
            none[reason or state] = none.get(reason or state, 0) + number
    waiting = counts.get("pending", 0) + counts.get("sending", 0)
    if found.state in LIVE and found.told < found.newest:
        # Whoever has no delivery yet.
        waiting += max(0, found.recipients + found.unreachable - sum(counts.values()))
    return Progress(counts.get("sent", 0), waiting, counts.get("unknown", 0), unreachable, none)


def under_way(db: Db, found: Row[Any]) -> bool:
    """Whether some of it is being sent in this moment: nobody knows yet whether it came."""
    return found.notice_id is not None and db.value(_UNDER_WAY, notice=found.notice_id) is not None


def told_last(db: Db, member: int, since: datetime) -> Row[Any] | None:
    """The newest that this member was told since then."""
    return db.row(_TOLD, member=member, since=since)


def was_told(db: Db, found: Row[Any], member: int) -> bool:
    """Whether it is, or was to be, told to this member."""
    return found.notice_id is not None and db.value(_ONE, notice=found.notice_id, member=member) is not None


def due(db: Db, now: datetime, kind: Kind = "notice") -> Row[Any] | None:
    """One of this kind that its job has to look at."""
    return db.row(_DUE, now=now, sort=kind)


def next_due(db: Db, kind: Kind = "notice") -> datetime | None:
    """When the job has to look at one next."""
    at: datetime | None = db.value(_NEXT_DUE, sort=kind)
    freezes: datetime | None = db.value(_NEXT_FREEZES) if kind == "notice" else None
    return min((each for each in (at, freezes) if each is not None), default=None)


def _set_due(db: Db, found: Row[Any], at: datetime) -> None:
    db.run(update(BROADCAST).where(BROADCAST.c.id == found.id, BROADCAST.c.state == "running").values(due=at))


@still_for("broadcast")
def _still(db: Db, key: str, members: Collection[int], _now: datetime) -> Mapping[int, str]:
    """Asked before it is sent: it was not stopped, and its readers did not say no since."""
    found = broadcast.read(db, int(key))
    if found.state == "stopped":
        return dict.fromkeys(members, "stopped")
    if found.kind == "emergency" or found.corrects_id:
        return {}
    agreeing = set(audiences.agreeing(db, Audience.load(found.audience), members))
    return dict.fromkeys(set(members) - agreeing, "no wish to hear of it")
