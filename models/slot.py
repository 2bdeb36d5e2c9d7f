"""The slots of a service at a place: computed from its hours, counted by a row only where somebody booked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, CheckConstraint, Row, UniqueConstraint, bindparam, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import office_hours, opening
from models.database import Db, table_of
from models.personal import impersonal


class Slot(SQLModel, table=True):
    """`taken` of what the service gives at once is held by bookings, and `waiting` bookings wait for it."""

    __table_args__ = (
        UniqueConstraint("service_id", "place_id", "starts"),
        CheckConstraint("taken >= 0 AND waiting >= 0", name="counted"),
    )
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    starts: datetime
    taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    waiting: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


SLOT = table_of(Slot)
_PARTY: BindParameter[int] = bindparam("party")
_HERE = (
    SLOT.c.service_id == bindparam("service"),
    SLOT.c.place_id == bindparam("place"),
    SLOT.c.starts == bindparam("begins"),
)
# Both databases say it alike.
_ENTER = postgresql.insert(SLOT).on_conflict_do_nothing()
_KEY = select(SLOT.c.id).where(*_HERE)
_WHOLE = select(SLOT).where(SLOT.c.id == bindparam("slot"))
_COUNTED = select(SLOT).where(
    *_HERE[:2], SLOT.c.starts >= bindparam("first"), SLOT.c.starts < bindparam("last")
)
_FREE = SLOT.c.taken + _PARTY <= bindparam("capacity", type_=SLOT.c.taken.type)
# A newcomer passes nobody who waits; who is offered a place waited for it.
_TAKE = update(SLOT).where(*_HERE, SLOT.c.waiting == 0, _FREE).values(taken=SLOT.c.taken + _PARTY)
_OFFER = update(SLOT).where(*_HERE, _FREE).values(taken=SLOT.c.taken + _PARTY)
_GIVE_BACK = update(SLOT).where(*_HERE, SLOT.c.taken >= _PARTY).values(taken=SLOT.c.taken - _PARTY)
_QUEUE = update(SLOT).where(*_HERE).values(waiting=SLOT.c.waiting + bindparam("more"))


# What is given whenever the place is open; a consultation has hosts, a visit guides, and their own hours.
WITH_THE_PLACE = frozenset({"item", "window", "room"})


@dataclass(frozen=True, slots=True)
class Window:
    """One slot as it stands: `free` of its `capacity` are left, in people where groups come, else in bookings.

    Or `count` of them in a row, which are free as far as each of them is.
    """

    starts: datetime
    ends: datetime
    capacity: int
    taken: int = 0
    waiting: int = 0
    count: int = 1

    @property
    def first_ends(self) -> datetime:
        return self.starts + (self.ends - self.starts) / self.count

    @property
    def begins(self) -> list[datetime]:
        """When each of its slots begins."""
        return begins(self.starts, self.ends, self.count)

    @property
    def free(self) -> int:
        """What a newcomer can have: nothing while somebody waits."""
        return 0 if self.waiting else max(0, self.capacity - self.taken)


def begins(starts: datetime, ends: datetime, count: int) -> list[datetime]:
    """When each of so many slots in a row begins."""
    return [starts + nth * (ends - starts) / count for nth in range(count)]


def in_a_row(windows: list[Window], count: int) -> list[Window]:
    """Each way to have so many slots of a day one after the other."""
    rows = [windows[nth : nth + count] for nth in range(len(windows) - count + 1)]
    return [
        Window(
            row[0].starts,
            row[-1].ends,
            row[0].capacity,
            max(each.taken for each in row),
            max(each.waiting for each in row),
            count,
        )
        for row in rows
        if all(one.ends == after.starts for one, after in pairwise(row))
    ]


def of_day(db: Db, service: Row[Any], place: int, day: date, zone: ZoneInfo, count: int = 1) -> list[Window]:
    """Every slot of a service at a place that day, or so many in a row, without what is closed."""
    windows = _of_day(db, service, place, day, zone)
    return windows if count == 1 else in_a_row(windows, count)


def _of_day(db: Db, service: Row[Any], place: int, day: date, zone: ZoneInfo) -> list[Window]:
    if not service.slots:
        return []
    slots = opening.parse_slots(service.slots)
    planned = office_hours.within(office_hours.usual(db, slots.periods, day), day, zone)
    # Opened for bookings too: longer on a day of its own, on another one as on a Monday.
    extra = _around(planned, day, zone) if planned else office_hours.working(db, slots.periods, day, zone)
    extra = extra if service.kind in WITH_THE_PLACE else []
    spans = office_hours.adjusted(db, place, planned, day, zone, service.id, extra)
    length = timedelta(minutes=slots.minutes)
    # What was closed for a while moves no other slot: each begins where it always did.
    more = office_hours.beyond(spans, planned)
    grid = sorted(each for begin, end in (*planned, *more) for each in _starts(begin, end, length))
    starts = [at for at in grid if any(begin <= at and at + length <= end for begin, end in spans)]
    if not starts:
        return []
    counted = {
        row.starts: row
        for row in db.rows(
            _COUNTED, service=service.id, place=place, first=min(starts), last=max(starts) + length
        )
    }
    return [
        Window(at, at + length, slots.parallel, counted[at].taken, counted[at].waiting)
        if at in counted
        else Window(at, at + length, slots.parallel)
        for at in starts
    ]


def _around(planned: list[office_hours.Span], day: date, zone: ZoneInfo) -> list[office_hours.Span]:
    """The day before its first hour and after its last one: a rest at noon stays one."""
    whole = office_hours.within([(0, 24 * 60)], day, zone)
    return office_hours.beyond(whole, [(planned[0][0], planned[-1][1])])


def _starts(begin: datetime, end: datetime, length: timedelta) -> list[datetime]:
    """What is left over at the end is too short for anybody."""
    return [begin + nth * length for nth in range(int((end - begin) / length))]


def find(db: Db, service: Row[Any], place: int, starts: datetime, zone: ZoneInfo) -> Window | None:
    """The slot that begins then; None where there is none (any more)."""
    day = starts.astimezone(zone).date()
    # What goes on past midnight is of the day before.
    days = (day, day - timedelta(days=1))
    windows = (each for one in days for each in of_day(db, service, place, one, zone))
    return next((each for each in windows if each.starts == starts), None)


def take(
    db: Db, service: int, place: int, starts: datetime, party: int, capacity: int, *, waited: bool = False
) -> bool:
    """Takes a share of the slot that begins then; False where so much is not left."""
    here = {"service": service, "place": place, "begins": starts}
    db.run(_ENTER, service_id=service, place_id=place, starts=starts, taken=0, waiting=0)
    return db.claim(_OFFER if waited else _TAKE, **here, party=party, capacity=capacity)


def give_back(db: Db, service: int, place: int, starts: datetime, party: int) -> bool:
    return db.claim(_GIVE_BACK, service=service, place=place, begins=starts, party=party)


def queue(db: Db, service: int, place: int, starts: datetime, more: int) -> None:
    """So many more wait for the slot, or fewer."""
    db.run(_ENTER, service_id=service, place_id=place, starts=starts, taken=0, waiting=0)
    db.run(_QUEUE, service=service, place=place, begins=starts, more=more)


def key(db: Db, service: int, place: int, starts: datetime) -> int:
    """A number for a slot, that a button can say."""
    db.run(_ENTER, service_id=service, place_id=place, starts=starts, taken=0, waiting=0)
    return int(db.value(_KEY, service=service, place=place, begins=starts))


def whole(db: Db, number: int) -> Row[Any] | None:
    """The slot (service_id, place_id, starts) with this number."""
    return db.row(_WHOLE, slot=number)


impersonal(SLOT, "counts only: how much of a slot is taken; whose it is stands in the bookings")
