"""Whose broadcast it is: who speaks, who may approve it, and what waits for somebody's approval."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models import audience as audiences
from models import club, duty
from models.audience import Audience
from models.broadcast import BROADCAST
from models.database import Db
from models.member import MEMBER
from models.organization import ORGANIZATION
from models.place import PLACE

_NAME = select(MEMBER.c.name).where(MEMBER.c.id == bindparam("member"))
_PLACE = select(PLACE.c.name).where(PLACE.c.id == bindparam("place"))
_CLUB = select(ORGANIZATION.c.name).where(ORGANIZATION.c.id == bindparam("organization"))
_PROPOSED = (
    select(BROADCAST)
    .where(BROADCAST.c.state == "proposed", BROADCAST.c.kind == "notice")
    .order_by(BROADCAST.c.number.desc())
)


def approvers(db: Db, found: Row[Any]) -> list[Row[Any]]:
    """Who may approve it (id, name): staff of all of it, but for its author; the nearest first."""
    scope = audiences.scope(db, Audience.load(found.audience))
    able = [duty.officers(db, place) for place in scope]
    everywhere = set.intersection(*({row.id for row in rows} for rows in able)) if able else set()
    return [row for row in able[0] if row.id in everywhere and row.id != found.author_id] if able else []


def speaker(db: Db, found: Row[Any]) -> tuple[str | None, str | None]:
    """The name of its author, and of the place as whose officer he speaks; neither once he is gone."""
    audience = Audience.load(found.audience)
    led = [key for key in audience.organizations if club.leads(db, found.author_id, key)]
    scope = audiences.scope(db, audience)
    staff = [row for place in scope[:1] for row in duty.officers(db, place) if row.id == found.author_id]
    if led and not staff:
        return db.value(_NAME, member=found.author_id), db.value(_CLUB, organization=led[0])
    office = db.value(_PLACE, place=staff[0].place_id) if staff and staff[0].place_id else None
    return db.value(_NAME, member=found.author_id), office or (
        db.value(_PLACE, place=scope[0]) if scope and not staff else None
    )


def to_approve(db: Db, member: int) -> Row[Any] | None:
    """The newest that waits for this member's approval."""
    found = (row for row in db.rows(_PROPOSED) if member in [each.id for each in approvers(db, row)])
    return next(found, None)
