"""Next year's edition of a project: the same parts, and last year's claimants come first for a fortnight."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import standing
from models.database import Db
from models.project_claim import CLAIM, TAKEN
from models.refusal import Refusal
from models.text import Moment, Text

# So long parts are kept for who gave something the last time.
FIRST = timedelta(days=14)
_CLAIMANTS = (
    select(CLAIM.c.organization_id, CLAIM.c.member_id)
    .where(CLAIM.c.project_id == bindparam("project"), CLAIM.c.state.in_(TAKEN))
    .order_by(CLAIM.c.id)
)


def claimants(db: Db, one: Any) -> list[Row[Any]]:
    """Who gave something to the edition before (organization_id, member_id), each claim a row."""
    return list(db.rows(_CLAIMANTS, project=one.edition_of_id)) if one.edition_of_id is not None else []


def those(db: Db, one: Any) -> list[int]:
    """The members who are told of it first: who claimed, else who stands for the unit by now."""
    found: list[int] = []
    for row in claimants(db, one):
        stand = [each.id for each in standing.representatives(db, row.organization_id or 0)]
        if row.organization_id is None or row.member_id in stand:
            stand = [row.member_id] if row.member_id is not None else stand
        found += stand
    return list(dict.fromkeys(found))


def until(db: Db, one: Any, now: datetime) -> datetime | None:
    """Until when it is kept for them where it is published now; None where nobody has a first right."""
    return now + FIRST if claimants(db, one) else None


def is_reserved(one: Any, now: datetime) -> bool:
    return one.reserved is not None and now < one.reserved


def comes_first(db: Db, one: Any, member: int, organization: int | None) -> bool:
    """Whether who asks gave something the last time: the unit, or the member for himself."""
    return any(
        row.organization_id == organization if row.organization_id is not None else row.member_id == member
        for row in claimants(db, one)
    )


def check(db: Db, one: Any, member: int, organization: int | None, now: datetime) -> None:
    """Raises a Refusal that says from when, where others come first for now."""
    if not is_reserved(one, now) or comes_first(db, one, member, organization):
        return
    sentence = Text("请在{at}以后再来，在那以前先留给上一届的伙伴。", at=Moment(one.reserved))
    raise Refusal("project.reserved", sentence, f"project:{one.code}")
