"""A pack changes what a project needs while people give to it already: what is given stays, the rest makes room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import claim_steps, project_flow, project_part
from models.database import Db
from models.project_claim import CLAIM
from models.project_part import PART

_CLAIMED = select(CLAIM.c.id).where(CLAIM.c.part_id == bindparam("part")).limit(1)
_SET = update(PART).where(PART.c.id == bindparam("part")).values(quantity=bindparam("many"))
# The job that looks after claims tells them and finds room, see handlers/claim_job.py.
_LOOK = (
    update(CLAIM)
    .where(CLAIM.c.part_id == bindparam("part"), CLAIM.c.state == "waiting")
    .values(due=bindparam("now"), climbed=0)
)
_TELL = update(CLAIM).where(CLAIM.c.id == bindparam("key")).values(due=bindparam("now"), climbed=1)


def revise(db: Db, project: int, quantities: Mapping[str, int], now: datetime | None) -> None:
    """Before the parts are written: `quantities` by the code of each part. Raises ValueError with field and mend."""
    parts = project_part.of(db, project)
    for part in parts:
        wanted = quantities.get(part.code)
        if wanted is None:
            _check_unclaimed(db, part)
            project_part.forget(db, [part.id])
        elif wanted < part.taken:
            raise ValueError(
                f"parts: {part.code}: quantity: {part.taken} are given already; write at least so many"
            )
    changed = [part for part in parts if quantities.get(part.code, part.quantity) != part.quantity]
    for part in changed:
        _resize(db, part, quantities[part.code], now)
    if changed and now is not None:
        project_flow.settle(db, project, None, now)


def _check_unclaimed(db: Db, part: Row[Any]) -> None:
    if db.value(_CLAIMED, part=part.id) is not None:
        raise ValueError(f"parts: {part.code} was claimed; keep it in the pack, its claims are its record")


def _resize(db: Db, part: Row[Any], wanted: int, now: datetime | None) -> None:
    if wanted < part.taken + part.held:
        if now is None:
            raise ValueError(
                f"parts: {part.code}: quantity: {part.taken + part.held} are claimed; write at least so many"
            )
        for claim in claim_steps.make_wait(db, part.id, wanted - part.taken, now):
            db.run(_TELL, key=claim.id, now=now)
    db.run(_SET, part=part.id, many=wanted)
    if now is None:
        return
    project_part.settle(db, part.id, None, now)
    if wanted > part.quantity:
        db.run(_LOOK, part=part.id, now=now)
