"""The needs that a project is for: they go along with it, from the first thing given to the result."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import handling_due, need
from models.database import Db
from models.need import NEED
from models.schedule import Schedule

_OF = select(NEED).where(NEED.c.project_id == bindparam("project")).order_by(NEED.c.id)


def of(db: Db, project: int) -> list[Row[Any]]:
    """Its needs, the oldest first."""
    return list(db.rows(_OF, project=project))


def begin(db: Db, project: int, actor: int | None, now: datetime) -> list[Row[Any]]:
    """Somebody gives the first thing, so that work begins; gives the needs that this moved."""
    return _move(db, project, ("adopted", "reopened"), "in_progress", actor, now)


def resolve(db: Db, project: int, actor: int | None, now: datetime) -> list[Row[Any]]:
    """The project is done; gives the needs whose reporters are asked now."""
    begin(db, project, actor, now)
    return _move(db, project, ("in_progress",), "resolved", actor, now, **handling_due.NOTHING)


def give_back(
    db: Db, schedule: Schedule, project: int, reason: str, actor: int | None, now: datetime
) -> list[Row[Any]]:
    """The project is not to be: its needs are to be handled anew; gives those that this moved."""
    moved = []
    for each in of(db, project):
        if each.state in ("adopted", "in_progress", "reopened"):
            times = handling_due.resolved(
                db, schedule, each.category, now, assigned=each.officer_id is not None
            )
            if need.go(db, each, "triaged", actor, now, reason=reason, project_id=None, **times):
                moved.append(each)
    return moved


def _move(
    db: Db,
    project: int,
    before: tuple[str, ...],
    after: str,
    actor: int | None,
    now: datetime,
    **values: Any,
) -> list[Row[Any]]:
    there = [each for each in of(db, project) if each.state in before]
    return [each for each in there if need.go(db, each, after, actor, now, **values)]
