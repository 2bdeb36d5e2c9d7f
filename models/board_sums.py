"""How many projects a board has: drafts, published ones, and those of which somebody gives something."""

from dataclasses import dataclass

from sqlalchemy import select

from models import publishing_together
from models.database import Db
from models.project import PUBLIC
from models.project_claim import CLAIM, TAKEN

_CLAIMED = select(CLAIM.c.project_id).where(CLAIM.c.state.in_(TAKEN)).distinct()


@dataclass(frozen=True, slots=True)
class Sums:
    drafts: int
    public: int
    claimed: int


def of(db: Db, number: int) -> Sums:
    """Of this board and of those that are part of it, each project once."""
    projects = publishing_together.of(db, number)
    claimed = {row.project_id for row in db.rows(_CLAIMED)}
    return Sums(
        sum(one.state == "draft" for one in projects),
        sum(one.state in PUBLIC for one in projects),
        sum(one.state in PUBLIC and one.id in claimed for one in projects),
    )
