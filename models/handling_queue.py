"""What waits for staff: the needs of their places that somebody owes a step, what is due first before the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Row, and_, bindparam, func, or_, select

from models import duty, place
from models.database import Db
from models.member import ROLE
from models.need import NEED
from models.organization import ORGANIZATION

_PLACES: Any = bindparam("places", expanding=True)
# An appeal is decided by then; a project brings its own needs on.
_WAITS = or_(
    NEED.c.state.in_(["new", "triaged", "reopened"]),
    and_(NEED.c.state == "in_progress", NEED.c.project_id.is_(None)),
    NEED.c.state == "referred",
    and_(NEED.c.state == "rejected", NEED.c.appealed, NEED.c.due.is_not(None)),
)
_HERE = or_(NEED.c.place_id.in_(_PLACES), and_(NEED.c.place_id.is_(None), bindparam("roots", type_=Boolean)))
_MINE = (NEED.c.kind == "need", _WAITS, _HERE)
_QUEUE = (
    select(NEED)
    .where(*_MINE)
    .order_by(NEED.c.due.asc().nulls_last(), NEED.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT = select(NEED.c.state, func.count().label("count")).where(*_MINE).group_by(NEED.c.state)
_LATE = select(func.count()).where(*_MINE, NEED.c.due <= bindparam("now"), NEED.c.state != "referred")
_UNITS = (
    select(NEED)
    .join(ROLE, ROLE.c.organization_id == NEED.c.unit_id)
    .where(
        ROLE.c.member_id == bindparam("member"),
        ROLE.c.kind == "representative",
        NEED.c.state.in_(["triaged", "in_progress", "reopened"]),
    )
    .order_by(NEED.c.due.asc().nulls_last(), NEED.c.id)
    .limit(bindparam("most"))
)
_ORGANIZATIONS = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.aliases, ORGANIZATION.c.place_id)
    .where(ORGANIZATION.c.kind != "club")
    .order_by(ORGANIZATION.c.id)
)


def _scope(db: Db, member: int) -> dict[str, Any]:
    places = duty.everywhere(db, member)
    return {"places": places, "roots": bool(set(places) & set(place.roots(db)))}


def waiting(db: Db, member: int, most: int, skip: int = 0) -> list[Row[Any]]:
    """A page of what waits at the places of an officer."""
    return list(db.rows(_QUEUE, **_scope(db, member), most=most, skip=skip))


def counts(db: Db, member: int, now: datetime) -> tuple[dict[str, int], int]:
    """How many wait there in each state, and how many of them are late."""
    scope = _scope(db, member)
    found = {row.state: int(row._mapping["count"]) for row in db.rows(_COUNT, **scope)}
    return found, int(db.value(_LATE, **scope, now=now))


def of_units(db: Db, member: int, most: int) -> list[Row[Any]]:
    """What was given to the units that somebody stands for."""
    return list(dict.fromkeys(db.rows(_UNITS, member=member, most=most)))


def organizations(db: Db) -> list[Row[Any]]:
    """Those to whom a need can be given: id, name, aliases, place_id."""
    return list(db.rows(_ORGANIZATIONS))
