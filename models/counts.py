"""How many activities a year or a month had, and how many people: by series, topic, host or kind, in one query each."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, func, or_, select

from models.activity import ACTIVITY, PUBLISHED
from models.database import Db
from models.organization import ORGANIZATION
from models.registration import CONFIRMED, REGISTRATION
from models.visit import VISIT

By = Literal["series", "topic", "host", "kind"]


@dataclass(frozen=True, slots=True)
class Line:
    """`name` is None for what has none. People, not registrations; those who registered elsewhere count as registered."""

    name: str | None
    held: int
    registered: int
    came: int


_MINE = REGISTRATION.c.activity_id == ACTIVITY.c.id
_SEATS = func.coalesce(func.sum(REGISTRATION.c.seats), 0)
_VISITED = (
    select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None)).exists()
)
_REGISTERED = select(_SEATS).where(_MINE, CONFIRMED).correlate(ACTIVITY).scalar_subquery()
_CAME = (
    select(_SEATS)
    .where(_MINE, CONFIRMED, or_(_VISITED, REGISTRATION.c.outcome == "attended"))
    .correlate(ACTIVITY)
    .scalar_subquery()
)


def _counted(key: ColumnElement[Any]) -> Select[Any]:
    each = (
        select(key.label("name"), (ACTIVITY.c.taken + _REGISTERED).label("registered"), _CAME.label("came"))
        .select_from(ACTIVITY.outerjoin(ORGANIZATION, ORGANIZATION.c.id == ACTIVITY.c.host_id))
        .where(
            PUBLISHED,
            ACTIVITY.c.day >= bindparam("first"),
            ACTIVITY.c.day <= bindparam("last"),
            ACTIVITY.c.starts <= bindparam("now"),
            ACTIVITY.c.place_id.in_(bindparam("places", expanding=True)),
        )
        .subquery()
    )
    return select(
        each.c.name,
        func.count().label("held"),
        func.sum(each.c.registered).label("registered"),
        func.sum(each.c.came).label("came"),
    ).group_by(each.c.name)


_BY: dict[By, Select[Any]] = {
    "series": _counted(ACTIVITY.c.series),
    # As it is written there: the same topics in the same order are one line, taken apart below.
    "topic": _counted(cast(ACTIVITY.c.tags, String)),
    "host": _counted(ORGANIZATION.c.name),
    "kind": _counted(ACTIVITY.c.kind),
}


def of_days(db: Db, by: By, first: date, last: date, places: Sequence[int], now: datetime) -> list[Line]:
    """What began on these days and by now at these places; the most first, what has no name last."""
    rows = db.rows(_BY[by], first=first, last=last, places=list(places), now=now)
    sums: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        for name in (json.loads(row.name) or [None]) if by == "topic" else [row.name]:
            sums[name] = [
                before + int(more)
                for before, more in zip(sums[name], (row.held, row.registered, row.came), strict=True)
            ]
    lines = [Line(name, *counted) for name, counted in sums.items()]
    return sorted(lines, key=lambda line: (line.name is None, -line.held, line.name or ""))
