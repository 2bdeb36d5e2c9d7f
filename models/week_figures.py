"""What happened at stations in a week: who came and what for, what was booked and drawn, and how it went."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from models import footfall
from models.booking import BOOKING
from models.database import Db

# Who has a slot, whatever came of it but a cancellation.
_BOOKED = ("booked", "arrived", "called", "served", "absent")
# The first Monday that a number can name.
_FIRST = date(2020, 1, 6)
_WEEK = timedelta(days=7)
_COUNTED = (
    select(
        BOOKING.c.state,
        BOOKING.c.starts.is_not(None).label("slot"),
        func.count().label("many"),
        func.count(BOOKING.c.rating).label("ratings"),
        func.coalesce(func.sum(BOOKING.c.rating), 0).label("stars"),
    )
    .where(
        BOOKING.c.place_id.in_(bindparam("places", expanding=True)),
        BOOKING.c.day >= bindparam("first"),
        BOOKING.c.day <= bindparam("last"),
    )
    .group_by(BOOKING.c.state, BOOKING.c.starts.is_not(None))
)


@dataclass(frozen=True, slots=True)
class Figures:
    """`visits` by purpose, the most first and None for who did not say; `weak` of them came by the printed code.
    `booked` had a slot and `numbers` drew one of the day; of both some were `served` and some `absent`. `stars` is the
    sum of so many `ratings`.
    """

    visits: tuple[tuple[str | None, int], ...]
    weak: int
    at_activities: int
    booked: int
    numbers: int
    served: int
    absent: int
    ratings: int
    stars: int

    @property
    def people(self) -> int:
        return sum(people for _, people in self.visits)

    def came_for(self, purpose: str | None) -> int:
        return dict(self.visits).get(purpose, 0)


def week_of(day: date) -> int:
    """The number of the week in which a day is; it may be before the first."""
    return (day - _FIRST).days // 7


def monday(week: int) -> date:
    return _FIRST + week * _WEEK


def of(db: Db, places: Collection[int], week: int, zone: ZoneInfo) -> Figures:
    """The figures of a week of these places together, each counted from its rows."""
    first = monday(week)
    last = first + timedelta(days=6)
    visits: dict[str | None, int] = defaultdict(int)
    weak = at_activities = 0
    for each in footfall.of(db, places, *footfall.instants(first, last, zone)):
        at_activities += each.at_activities
        weak += each.weak
        for line in each.lines:
            visits[line.purpose] += line.people
    rows = db.rows(_COUNTED, places=list(places), first=first, last=last)
    return Figures(
        visits=tuple(sorted(visits.items(), key=_order)),
        weak=weak,
        at_activities=at_activities,
        booked=_many(row for row in rows if row.slot and row.state in _BOOKED),
        numbers=_many(row for row in rows if not row.slot),
        served=_many(row for row in rows if row.state == "served"),
        absent=_many(row for row in rows if row.state == "absent"),
        ratings=sum(int(row.ratings) for row in rows),
        stars=sum(int(row.stars) for row in rows),
    )


def _many(rows: Any) -> int:
    return sum(int(row.many) for row in rows)


def _order(line: tuple[str | None, int]) -> tuple[bool, int, str]:
    purpose, people = line
    return purpose is None, -people, purpose or ""
