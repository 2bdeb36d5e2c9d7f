"""Who stands for which organization, and may say what it gives."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models.database import Db
from models.member import MEMBER, ROLE

_STANDS = (ROLE.c.kind == "representative", ROLE.c.organization_id.is_not(None))
_OF = (
    select(ROLE.c.organization_id)
    .where(ROLE.c.member_id == bindparam("member"), *_STANDS)
    .order_by(ROLE.c.id)
)
_WHO = (
    select(MEMBER.c.id, MEMBER.c.name)
    .join(ROLE, ROLE.c.member_id == MEMBER.c.id)
    .where(ROLE.c.organization_id == bindparam("organization"), *_STANDS, ~ROLE.c.played)
    .order_by(MEMBER.c.id)
)


def of(db: Db, member: int) -> list[int]:
    """The organizations that somebody stands for, the first one first; clubs too."""
    return list(dict.fromkeys(row.organization_id for row in db.rows(_OF, member=member)))


def stands_for(db: Db, member: int, organization: int) -> bool:
    return organization in of(db, member)


def representatives(db: Db, organization: int) -> list[Row[Any]]:
    """Who stands for it (id, name); nobody who only plays it in the demo."""
    return list({row.id: row for row in db.rows(_WHO, organization=organization)}.values())
