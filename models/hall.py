"""The hall in which companies, social organizations and residents meet: what stands in its lists."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import search
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.organization import ORGANIZATION
from models.place import PLACE
from models.project import PROJECT
from models.search import Query

# What is public good and culture.
CULTURE = ("charity", "volunteering", "club")
_SOCIAL = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.code, ORGANIZATION.c.name, PLACE.c.name.label("place"))
    .outerjoin(PLACE, PLACE.c.id == ORGANIZATION.c.place_id)
    .where(ORGANIZATION.c.kind == "social")
    .order_by(ORGANIZATION.c.id)
)
_PAGE = _SOCIAL.offset(bindparam("skip")).limit(bindparam("most"))
_ONE = _SOCIAL.where(ORGANIZATION.c.id == bindparam("organization"))
_HELD = (
    listed()
    .where(PUBLISHED, ACTIVITY.c.host_id == bindparam("organization"), ACTIVITY.c.ends > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
    .limit(bindparam("most"))
)
_PROJECTS = (
    select(PROJECT.c.id, PROJECT.c.code, PROJECT.c.title, PROJECT.c.state)
    .where(
        PROJECT.c.organization_id == bindparam("organization"),
        PROJECT.c.state.in_(("published", "claiming", "ready", "running", "paused")),
    )
    .order_by(PROJECT.c.id.desc())
    .limit(bindparam("most"))
)


def social(db: Db, skip: int, most: int) -> list[Row[Any]]:
    """Social organizations: id, code, name and place."""
    return list(db.rows(_PAGE, skip=skip, most=most))


def organization(db: Db, key: int) -> Row[Any] | None:
    """One of them."""
    return db.row(_ONE, organization=key)


def held(db: Db, key: int, now: datetime, most: int) -> list[Listing]:
    """What an organization holds and has not ended, soonest first."""
    return [listing(row) for row in db.rows(_HELD, organization=key, now=now, most=most)]


def projects(db: Db, key: int, most: int) -> list[Row[Any]]:
    """The projects of an organization that are on."""
    return list(db.rows(_PROJECTS, organization=key, most=most))


def culture(db: Db, now: datetime, skip: int, most: int) -> tuple[list[Listing], int]:
    """Public good and culture that has not ended, soonest first, and how many there are."""
    return search.search(db, Query(kinds=CULTURE), now, limit=most, offset=skip)
