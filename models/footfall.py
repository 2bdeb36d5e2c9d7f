"""How many came to the stations: by what they came for, and apart from it those who showed a weak code."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, case, func, select

from models.database import Db
from models.visit import STANDS, VISIT, WEAK

Length = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Line:
    """`purpose` is None for those who did not say. `weak` of the `people` came by the printed code."""

    purpose: str | None
    people: int
    weak: int


@dataclass(frozen=True, slots=True)
class Footfall:
    """A station's visits, the most frequent purpose first. Who checked in to an activity there counts in `at_activities` alone."""

    place: int
    lines: tuple[Line, ...]
    at_activities: int

    @property
    def people(self) -> int:
        return sum(line.people for line in self.lines)

    @property
    def weak(self) -> int:
        return sum(line.weak for line in self.lines)


_IS_ACTIVITY = VISIT.c.activity_id.is_not(None)
_COUNTED = (
    select(
        VISIT.c.place_id,
        _IS_ACTIVITY.label("activity"),
        VISIT.c.purpose,
        func.sum(VISIT.c.seats).label("people"),
        func.sum(case((VISIT.c.how.in_(sorted(WEAK)), VISIT.c.seats), else_=0)).label("weak"),
    )
    .where(
        VISIT.c.place_id.in_(bindparam("places", expanding=True)),
        STANDS,
        VISIT.c.entered >= bindparam("since"),
        VISIT.c.entered < bindparam("until"),
    )
    .group_by(VISIT.c.place_id, _IS_ACTIVITY, VISIT.c.purpose)
)


def of(db: Db, places: Collection[int], since: datetime, until: datetime) -> list[Footfall]:
    """What came to each of these places in this time, in the order of the places."""
    lines: dict[int, list[Line]] = defaultdict(list)
    activities: dict[int, int] = defaultdict(int)
    for row in db.rows(_COUNTED, places=list(places), since=since, until=until):
        if row.activity:
            activities[row.place_id] += int(row.people)
        else:
            lines[row.place_id].append(Line(row.purpose, int(row.people), int(row.weak)))
    return [Footfall(place, tuple(sorted(lines[place], key=_order)), activities[place]) for place in places]


def _order(line: Line) -> tuple[bool, int, str]:
    return line.purpose is None, -line.people, line.purpose or ""


def days(length: Length, day: date) -> tuple[date, date]:
    """The first and the last day of the day, week (from Monday) or month in which this day is."""
    if length == "day":
        return day, day
    if length == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def instants(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last one."""
    return (
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
    )


def before(length: Length, day: date) -> date:
    """A day in the day, week or month before."""
    return days(length, day)[0] - timedelta(days=1)
