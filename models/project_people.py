"""Who looks after a project: its officer or those of its place, and who leads its team; and who stands above them."""

from typing import Any

from sqlalchemy import bindparam, select

from models import addressee, duty, place, standing
from models.database import Db
from models.project import PROJECT_PLACE

# So many of an office are told: the others see the list.
_TOLD = 5
_MORE_PLACES = select(PROJECT_PLACE.c.place_id).where(PROJECT_PLACE.c.project_id == bindparam("project"))


def where(db: Db, one: Any) -> int | None:
    """The place whose officers answer for it: its own, else the root."""
    return one.place_id if one.place_id is not None else next(iter(place.roots(db)), None)


def places(db: Db, one: Any) -> list[int]:
    """Its own place first, then the others that it is for."""
    own = [one.place_id] if one.place_id is not None else []
    return list(dict.fromkeys([*own, *(row.place_id for row in db.rows(_MORE_PLACES, project=one.id))]))


def officers(db: Db, one: Any) -> list[int]:
    """Whom of the staff its news goes to: its own officer, else the nearest office; of further places theirs too."""
    around = places(db, one) or [each for each in [where(db, one)] if each is not None]
    told: list[int] = []
    for nth, place_id in enumerate(around):
        found = duty.officers(db, place_id)
        if nth == 0 and one.officer_id is not None and any(row.id == one.officer_id for row in found):
            told.append(one.officer_id)
        else:
            told += [row.id for row in found if row.place_id == found[0].place_id][:_TOLD]
    return list(dict.fromkeys(told))


def leads(db: Db, one: Any) -> list[int]:
    """Who stands for the organization that leads its team."""
    return [row.id for row in standing.representatives(db, one.lead_id)] if one.lead_id is not None else []


def deciders(db: Db, one: Any) -> list[int]:
    """Everybody who is told what is to be decided."""
    return list(dict.fromkeys([*officers(db, one), *leads(db, one)]))


def chief(db: Db, one: Any) -> int | None:
    """Who stands above its officers; None where nobody does."""
    own = officers(db, one)
    above = addressee.next_up(db, where(db, one), own[0] if own else None, own)
    return above.id if above else None


def looks_after(db: Db, one: Any, member: int) -> bool:
    """Whether somebody is staff of its place, or of another one that it is for."""
    around = places(db, one) or [each for each in [where(db, one)] if each is not None]
    return any(duty.covers(db, member, each) for each in around)


def may_decide(db: Db, one: Any, member: int) -> bool:
    """Whether somebody decides who takes part: staff of its place, and who leads the team."""
    if one.lead_id is not None and standing.stands_for(db, member, one.lead_id):
        return True
    return looks_after(db, one, member)


def check(db: Db, one: Any, member: int, *, lead: bool = False) -> None:
    """Raises a Refusal that says who may; with `lead` also who leads the team may."""
    if looks_after(db, one, member) or (lead and may_decide(db, one, member)):
        return
    around = where(db, one)
    if around is not None:
        duty.check(db, member, around, f"project:{one.code}")
