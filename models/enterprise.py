"""What a company asks the office that helps it: a need that its officers and those above read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from models import addressee, category, handling_due, need, need_line, phone
from models.category import Sort
from models.database import Db
from models.member import MEMBERSHIP, ROLE
from models.need import NEED
from models.organization import ORGANIZATION
from models.schedule import Schedule
from models.vault import Vault

_CODE, _ABOUT, _OTHER = "company", "企业", "other"
_COMPANIES = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name)
    .where(
        ORGANIZATION.c.kind == "company",
        or_(
            ORGANIZATION.c.id.in_(
                select(MEMBERSHIP.c.organization_id).where(MEMBERSHIP.c.member_id == bindparam("member"))
            ),
            ORGANIZATION.c.id.in_(
                select(ROLE.c.organization_id).where(
                    ROLE.c.member_id == bindparam("member"), ROLE.c.kind == "representative"
                )
            ),
        ),
    )
    .order_by(ORGANIZATION.c.id)
)
_OFFICER = update(NEED).where(NEED.c.id == bindparam("need")).values(officer_id=bindparam("officer"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Its number, until when it is answered first, and who answers it; None where the place has nobody."""

    number: int
    due: datetime
    officer: int | None


def companies(db: Db, member: int) -> list[Row[Any]]:
    """The companies for which somebody may ask (id, name)."""
    return list(db.rows(_COMPANIES, member=member))


def sort(db: Db) -> Sort:
    """What such a question is about, as the community calls it."""
    known = category.everything(db)
    about = next((each for each in known.values() if _ABOUT in each.name), None)
    return known.get(_CODE) or about or known.get(_OTHER) or next(iter(known.values()))


def ask(
    db: Db,
    vault: Vault,
    schedule: Schedule,
    member: int,
    place: int,
    company: int | None,
    words: str,
    now: datetime,
) -> Asked:
    """Entered and new, with its first due date. Telling anybody is the caller's."""
    about = sort(db)
    number = need.enter(
        db,
        now,
        member,
        category=about.code,
        title=about.name,
        place_id=place,
        reporter_id=member,
        organization_id=company,
        visibility="private",
    )
    sealed = phone.seal_in(words, vault)
    need_line.add(db, number, member, "report", now, words=sealed, checked="withheld")
    one = need.find(db, number)
    assert one is not None
    times = handling_due.answered(db, schedule, now)
    need.go(db, one, "new", member, now, **times)
    to = addressee.nearest(db, (place,), {member})
    if to is not None:
        db.run(_OFFICER, need=number, officer=to.id)
    return Asked(number, times["due"], to.id if to else None)
