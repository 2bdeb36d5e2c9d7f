"""Everybody who stands for an invited unit, told of a programme's news once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select

from models import delivery, member, notice
from models.card import Card
from models.database import Db
from models.member import ROLE

_CONTACTS = (
    select(ROLE.c.member_id, ROLE.c.organization_id)
    .where(
        ROLE.c.kind == "representative",
        ROLE.c.organization_id.in_(bindparam("organizations", expanding=True)),
        ~ROLE.c.played,
    )
    .order_by(ROLE.c.id)
)


def contacts(db: Db, organizations: Iterable[int]) -> dict[int, list[int]]:
    """Who stands for which of these units; one that nobody stands for is not there."""
    found: dict[int, list[int]] = {}
    for row in db.rows(_CONTACTS, organizations=list(organizations)):
        found.setdefault(row.organization_id, []).append(row.member_id)
    return found


def tell(db: Db, organizations: Iterable[int], card: Card, now: datetime, key: str) -> int:
    """One notice for all of them, each member once whatever he stands for; gives how many units it is for."""
    known = contacts(db, organizations)
    written = notice.write(db, [card], now, key=key, kind="answer", rests=True)
    if written is None:
        return 0
    for whom in dict.fromkeys(each for several in known.values() for each in several):
        delivery.enter(db, written, member.address_for(db, whom), now, member=whom, lane="personal")
    return len(known)
