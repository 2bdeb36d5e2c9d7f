"""Who may propose an activity without being staff: who stands for an organization, a club too."""

from sqlalchemy import bindparam, select

from models.database import Db
from models.member import ROLE

_STANDS_FOR = (
    select(ROLE.c.organization_id)
    .where(
        ROLE.c.member_id == bindparam("member"),
        ROLE.c.kind == "representative",
        ROLE.c.organization_id.is_not(None),
    )
    .order_by(ROLE.c.id)
)


def host(db: Db, member: int) -> int | None:
    """The organization that somebody stands for, the first where there are several."""
    found: int | None = db.value(_STANDS_FOR, member=member)
    return found


def may(db: Db, member: int) -> bool:
    return host(db, member) is not None
