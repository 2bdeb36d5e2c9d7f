"""The units that somebody stands for or belongs to, with their names, and whether anybody of a unit is reached."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models import standing
from models.database import Db
from models.member import ADDRESS, MEMBERSHIP, ROLE
from models.organization import ORGANIZATION
from models.refusal import Refusal
from models.text import Prose, Text, as_said

_STANDS_FOR = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.kind, ORGANIZATION.c.place_id)
    .join(ROLE, ROLE.c.organization_id == ORGANIZATION.c.id)
    .where(ROLE.c.member_id == bindparam("member"), ROLE.c.kind == "representative")
    .order_by(ROLE.c.id)
)
_BELONGS = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.kind)
    .join(MEMBERSHIP, MEMBERSHIP.c.organization_id == ORGANIZATION.c.id)
    .where(MEMBERSHIP.c.member_id == bindparam("member"), ORGANIZATION.c.kind != "club")
    .order_by(ORGANIZATION.c.id)
)
# For queries of organizations: whether anything reaches anybody who represents it.
REACHED = (
    select(ROLE.c.id)
    .join(ADDRESS, ADDRESS.c.member_id == ROLE.c.member_id)
    .where(
        ROLE.c.organization_id == ORGANIZATION.c.id,
        ROLE.c.kind == "representative",
        ~ROLE.c.played,
        ADDRESS.c.closed.is_(None),
    )
    .exists()
)


def represented(db: Db, member: int, *, clubs: bool = True) -> list[Row[Any]]:
    """The units that somebody stands for (id, name, kind, place_id), in the order in which he does."""
    found = {row.id: row for row in db.rows(_STANDS_FOR, member=member)}
    return [row for row in found.values() if clubs or row.kind != "club"]


def belongs(db: Db, member: int) -> list[Row[Any]]:
    """The units that somebody belongs to (id, name, kind), without clubs."""
    return list(db.rows(_BELONGS, member=member))


def check(db: Db, member: int, organization: int, name: str) -> None:
    """Raises a Refusal that says who may, where this member does not stand for the unit."""
    if standing.stands_for(db, member, organization):
        return
    known = [row.name for row in standing.representatives(db, organization) if row.name]
    if known:
        sentence = Text("请找{name}，{unit}的事由联系人办。", name=as_said(known[0]), unit=Prose(name))
    else:
        sentence = Text("请到服务站登记联系人，{unit}的事由联系人办。", unit=Prose(name))
    raise Refusal("unit.other", sentence)
