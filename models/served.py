"""What somebody has served: every line of both ledgers that is his, and the sums that follow from the lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select

from models.activity import ACTIVITY
from models.credit import CREDIT, Ledger
from models.database import Db
from models.place import PLACE

# What hours rest on: a code that was scanned, or the word of staff.
Ground = Literal["scan", "word"]


@dataclass(frozen=True, slots=True)
class Line:
    """What one activity counts for in one ledger; `waits` while its check-out is missing, when it counts nothing yet."""

    registration: int
    number: int
    code: str
    title: str
    place: str
    starts: datetime
    ends: datetime
    ledger: Ledger
    minutes: int
    how: str | None
    assumed: bool
    reason: str | None
    waits: bool

    @property
    def ground(self) -> Ground:
        return "word" if self.ledger == "entered" or self.how == "staff" or self.reason else "scan"


@dataclass(frozen=True, slots=True)
class Served:
    """The newest first; what waits counts nothing."""

    lines: tuple[Line, ...]

    @property
    def minutes(self) -> int:
        return _sum(self.lines)

    @property
    def by_scan(self) -> int:
        return _sum(line for line in self.lines if line.ground == "scan")

    @property
    def by_word(self) -> int:
        return _sum(line for line in self.lines if line.ground == "word")

    @property
    def counted(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.minutes)

    @property
    def waiting(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.waits)


_LINES: Select[tuple[object, ...]] = (
    select(
        CREDIT.c.registration_id,
        ACTIVITY.c.number,
        ACTIVITY.c.code,
        ACTIVITY.c.title,
        PLACE.c.name,
        ACTIVITY.c.starts,
        ACTIVITY.c.ends,
        CREDIT.c.ledger,
        CREDIT.c.minutes,
        CREDIT.c.how,
        CREDIT.c.assumed,
        CREDIT.c.reason,
        CREDIT.c.due.is_not(None),
    )
    .select_from(
        CREDIT.join(ACTIVITY, ACTIVITY.c.id == CREDIT.c.activity_id).join(
            PLACE, PLACE.c.id == ACTIVITY.c.place_id
        )
    )
    .where(
        CREDIT.c.member_id == bindparam("member"),
        ACTIVITY.c.starts >= bindparam("since"),
        ACTIVITY.c.starts < bindparam("until"),
    )
    .order_by(ACTIVITY.c.starts.desc(), ACTIVITY.c.id.desc(), CREDIT.c.ledger.desc())
)
_EVER = (datetime(2000, 1, 1), datetime(9000, 1, 1))


def of(db: Db, member: int, zone: ZoneInfo, since: date | None = None, until: date | None = None) -> Served:
    """What somebody served, from one day to another, both included; without days, all of it."""
    begins = datetime.combine(since, time(), zone) if since else _EVER[0].replace(tzinfo=zone)
    ends = (
        datetime.combine(until + timedelta(days=1), time(), zone) if until else _EVER[1].replace(tzinfo=zone)
    )
    rows = db.rows(_LINES, member=member, since=begins, until=ends)
    return Served(tuple(Line(*tuple(row)) for row in rows))


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.minutes for line in lines)
