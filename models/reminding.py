"""What is due of the reminders, whether it still makes sense, and what somebody was lately reminded of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, func, literal_column, select, update

from models import delivery, notice
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.card import Card
from models.database import Db
from models.member import MEMBER
from models.registration import REGISTRATION, TOLD
from models.reminder import REMINDER, WAITING
from models.schedule import Schedule
from models.still import still_for

# One that is late by more than this part of its time before the start, or by so much, is of no use.
_LATE = 4
_LATEST = timedelta(hours=3)
# So long does 来不了 without a title mean what somebody was reminded of.
_FRESH = timedelta(hours=36)
_LEFT = "the registration was cancelled"


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come, of what starts at `starts`; `why` says why it makes no sense any more."""

    id: int
    registration: int
    member: int
    before: int
    starts: datetime
    due: datetime
    activity: Listing
    why: str | None

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.before)

    def limit(self, schedule: Schedule) -> datetime:
        """Until when it is of use, also where the quiet hours are others than when it was planned."""
        meant = max(self.due, schedule.before(self.due, self.starts))
        return min(self.starts, meant + min(self.span / _LATE, _LATEST))


_FIRST = (
    select(
        REMINDER.c.id,
        REMINDER.c.registration_id,
        REMINDER.c.before,
        REMINDER.c.starts,
        REMINDER.c.due,
    )
    .where(WAITING, REMINDER.c.due <= bindparam("now"))
    .order_by(REMINDER.c.due)
    .limit(bindparam("most"))
    # Another scheduler steps over what this one has (PostgreSQL; SQLite has one writer).
    .with_for_update(skip_locked=True)
)
_FOR = (
    listed()
    .add_columns(
        REGISTRATION.c.id.label("registration"),
        TOLD.label("member"),
        REGISTRATION.c.state.label("is_live"),
    )
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(REGISTRATION.c.id.in_(bindparam("registrations", expanding=True)))
)
_NEXT = select(func.min(REMINDER.c.due)).where(WAITING)
_SETTLE = (
    update(REMINDER)
    .where(REMINDER.c.id.in_(bindparam("reminders", expanding=True)), WAITING)
    .values(state=bindparam("final"), reason=bindparam("why"), settled=bindparam("now"))
)
_MOVE = (
    update(REMINDER)
    .where(REMINDER.c.id.in_(bindparam("reminders", expanding=True)), WAITING)
    .values(due=bindparam("later"))
)
_TOLD = (
    select(ACTIVITY.c.number)
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .join(REMINDER, REMINDER.c.registration_id == REGISTRATION.c.id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        REGISTRATION.c.state == literal_column("'confirmed'"),
        PUBLISHED,
        ACTIVITY.c.starts > bindparam("now"),
        REMINDER.c.state == "told",
        REMINDER.c.settled > bindparam("since"),
    )
    .order_by(REMINDER.c.settled.desc())
)
# Whoever was registered when it changed was asked whether he still comes.
_MOVED = (
    select(ACTIVITY.c.number)
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        REGISTRATION.c.state == literal_column("'confirmed'"),
        PUBLISHED,
        ACTIVITY.c.starts > bindparam("now"),
        ACTIVITY.c.changed > bindparam("since"),
        ACTIVITY.c.changed >= REGISTRATION.c.at,
    )
    .order_by(ACTIVITY.c.changed.desc())
)
_HELD = select(ACTIVITY.c.state, ACTIVITY.c.starts).where(ACTIVITY.c.id == bindparam("activity"))
_GOING = select(TOLD.label("member_id")).where(
    REGISTRATION.c.activity_id == bindparam("activity"),
    REGISTRATION.c.state == literal_column("'confirmed'"),
    TOLD.in_(bindparam("members", expanding=True)),
)


def due(db: Db, now: datetime, most: int) -> list[Due]:
    """What is due by now, the earliest first, looked at again; it is ours until the transaction ends."""
    first = db.rows(_FIRST, now=now, most=most)
    if not first:
        return []
    known = {
        row.registration: row
        for row in db.rows(_FOR, registrations=list({row.registration_id for row in first}))
    }
    made: dict[int, Listing] = {}
    found = []
    for row in first:
        there = known[row.registration_id]
        wanted = made.setdefault(there.id, listing(there[:-3]))  # type: ignore[arg-type]
        why = _why_not(there.member, there.is_live, wanted.state, wanted.starts, row.starts)
        ours = (row.id, row.registration_id, there.member, row.before, row.starts, row.due)
        found.append(Due(*ours, wanted, why))
    return found


def _why_not(
    member: int | None, is_live: str, is_held: str, starts: datetime, made_for: datetime
) -> str | None:
    if is_live != "confirmed" or member is None:
        return _LEFT
    return _why_nobody(is_held, starts, made_for)


def _why_nobody(is_held: str, starts: datetime, made_for: datetime) -> str | None:
    if is_held != "published":
        return f"the activity was {is_held}"
    return None if starts == made_for else "moved"


def tell(db: Db, card: Card, those: Sequence[Due], expires: datetime, now: datetime) -> None:
    """Reminds these, who are told the same: so long before the same start of the same activity.

    By the key of the notice each of them is told once, whoever runs the job how often.
    """
    about, members = those[0], {each.member for each in those}
    told = notice.shared(
        db,
        (card,),
        now,
        key=_key(about, expires),
        kind="reminder",
        still=f"reminder {about.activity.id} {about.starts.astimezone(UTC).isoformat()}",
        rests=True,
        expires=expires,
    )
    chosen = select(MEMBER.c.id).where(MEMBER.c.id.in_(sorted(members))).order_by(MEMBER.c.id)
    delivery.fan_out(db, told, chosen, now, now, "personal", len(members))


def _key(about: Due, expires: datetime) -> str:
    return f"remind:{about.activity.id}:{about.before}:{_instant(about.starts)}:{_instant(expires)}"


def _instant(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


@still_for("reminder")
def _still(db: Db, key: str, members: Collection[int], now: datetime) -> Mapping[int, str]:
    """The key is `activity start`: asked before it is sent."""
    number, _, starts = key.partition(" ")
    made_for, held = datetime.fromisoformat(starts), db.row(_HELD, activity=int(number))
    why = _why_nobody(held.state, held.starts, made_for) if held else "the activity is gone"
    if why is None and now >= made_for:
        why = "it has started"
    if why is not None:
        return dict.fromkeys(members, why)
    going = {row.member_id for row in db.rows(_GOING, activity=int(number), members=list(members))}
    return dict.fromkeys(set(members) - going, _LEFT)


def settle(db: Db, reminders: list[int], final: str, now: datetime, why: str | None = None) -> None:
    """What became of them."""
    if reminders:
        db.run(_SETTLE, reminders=reminders, final=final, why=why, now=now)


def put_off(db: Db, reminders: list[int], later: datetime) -> None:
    """They go out then, and not now."""
    if reminders:
        db.run(_MOVE, reminders=reminders, later=later)


def next_due(db: Db) -> datetime | None:
    """When the next one is due."""
    found: datetime | None = db.value(_NEXT)
    return found


def told(db: Db, member: int, now: datetime) -> list[int]:
    """The numbers of what somebody was lately asked about and still goes to: reminded of it, or told that it moved."""
    lately = {"member": member, "now": now, "since": now - _FRESH}
    rows = [*db.rows(_TOLD, **lately), *db.rows(_MOVED, **lately)]
    return list(dict.fromkeys(row.number for row in rows))
