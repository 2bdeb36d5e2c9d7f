"""Which claims wait for somebody's word: offers to answer, and deliveries to confirm; and who may not say it."""

from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, false, or_, select, true

from models import claiming_parts, duty, place, project_people, standing
from models.database import Db
from models.project import PROJECT, PROJECT_PLACE
from models.project_claim import CLAIM

_FURTHER = select(PROJECT_PLACE.c.project_id).where(PROJECT_PLACE.c.project_id == PROJECT.c.id)
_STATES = CLAIM.c.state.in_(["offered", "delivered"])


def waiting_for(db: Db, member: int, project: int | None = None) -> list[Row[Any]]:
    """Those that are this officer's, or this leader's, to decide; the oldest first."""
    own = duty.everywhere(db, member)
    led = standing.of(db, member)
    if not own and not led:
        return []
    everywhere = set(place.roots(db)) <= set(own) if own else False
    theirs = or_(
        PROJECT.c.place_id.in_(own) if own else false(),
        # Of what is for several places each of their officers sees everything.
        exists(_FURTHER.where(PROJECT_PLACE.c.place_id.in_(own))) if own else false(),
        PROJECT.c.lead_id.in_(led) if led else false(),
        and_(PROJECT.c.place_id.is_(None), true() if everywhere else false()),
    )
    statement = (
        select(CLAIM)
        .join(PROJECT, PROJECT.c.id == CLAIM.c.project_id)
        .where(_STATES, theirs, *((PROJECT.c.id == bindparam("project"),) if project else ()))
        .order_by(CLAIM.c.changed, CLAIM.c.id)
    )
    return list(db.rows(statement, **({"project": project} if project else {})))


def deciders(db: Db, one: Row[Any], claim: Row[Any]) -> list[int]:
    """Everybody who is told that there is something to decide: nobody on what he gives himself, if there is another."""
    told = project_people.deciders(db, one)
    return [each for each in told if not is_own(db, one, claim, each)]


def is_own(db: Db, one: Row[Any], claim: Row[Any], member: int) -> bool:
    """Whether somebody would decide on what he or his own organization gives, though an officer could."""
    if not claiming_parts.is_theirs(db, claim, member):
        return False
    return any(not claiming_parts.is_theirs(db, claim, each) for each in project_people.officers(db, one))
