"""To whom a question goes: the officer nearest to where somebody lives or works, and who stands above that one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from models import duty
from models.database import Db
from models.member import MEMBER, ROLE
from models.place import PLACE, above

_ROOTS = select(PLACE.c.id).where(PLACE.c.parent_id.is_(None)).order_by(PLACE.c.id)
_OFFICER = (
    select(MEMBER.c.id, MEMBER.c.name, ROLE.c.place_id, PLACE.c.name.label("place"))
    .join(ROLE, ROLE.c.member_id == MEMBER.c.id)
    .outerjoin(PLACE, PLACE.c.id == ROLE.c.place_id)
    .where(
        or_(ROLE.c.kind == "administrator", (ROLE.c.kind == "staff") & ROLE.c.place_id.is_not(None)),
        # What people ask is not for a visitor of the demo to read.
        ~ROLE.c.played,
    )
    .order_by(ROLE.c.id)
)
_NAME = select(MEMBER.c.name).where(MEMBER.c.id == bindparam("member"))
_THIS_ONE = _OFFICER.where(MEMBER.c.id == bindparam("member"))


@dataclass(frozen=True, slots=True)
class Addressee:
    """An officer, and the place for which the question is his; `office` is where he is staff himself."""

    id: int
    name: str | None
    office: str | None
    place: int | None


def officer(db: Db, member: int | None) -> Row[Any] | None:
    """Somebody who is staff of a place or administrator: id, name, place_id, place; None where he is not (any more)."""
    return None if member is None else db.row(_THIS_ONE, member=member)


def nearest(db: Db, places: Iterable[int | None], but: Collection[int] = ()) -> Addressee | None:
    """Who answers for these places, where several do the one whose own place is nearest; never one of `but`.

    Who stands in no place is answered for at the root. Where nobody answers for a place, anybody of the staff does.
    None where there is nobody at all.
    """
    known = [place for place in places if place is not None]
    known = known or [row.id for row in db.rows(_ROOTS)]
    found = [(_distance(db, place, row), place, row) for place in known for row in _answering(db, place, but)]
    if found:
        _, place, row = min(found, key=lambda each: each[0])
        return of(db, row.id, place)
    anybody = next((row for row in db.rows(_OFFICER) if row.id not in but), None)
    return of(db, anybody.id, known[0] if known else None) if anybody else None


def next_up(db: Db, place: int | None, now_with: int | None, but: Collection[int] = ()) -> Addressee | None:
    """Who stands above the officer who has it, in the tree of places; administrators stand above all.

    Who has it and is not staff there, as the author of a notice, has everybody of the place above him.
    """
    if place is None:
        return nearest(db, (), {*but, *_some(now_with)})
    staff = duty.officers(db, place)
    levels = {row.id: _distance(db, place, row) for row in reversed(staff)}
    here = levels.get(now_with, -1) if now_with else -1
    higher = [row for row in staff if levels[row.id] > here and row.id not in but]
    return of(db, higher[0].id, place) if higher else None


def others(db: Db, place: int | None, but: Collection[int] = ()) -> list[Addressee]:
    """To whom it may be handed on: the officers of the place first, then everybody else of the staff."""
    here = [row.id for row in duty.officers(db, place)] if place is not None else []
    everybody = [row.id for row in db.rows(_OFFICER)]
    keys = [key for key in dict.fromkeys([*here, *everybody]) if key not in but]
    return [of(db, key, place) for key in keys]


def _answering(db: Db, place: int, but: Collection[int]) -> list[Row[Any]]:
    return [row for row in duty.officers(db, place) if row.id not in but][:1]


def _distance(db: Db, place: int, row: Row[Any]) -> int:
    """How many places up he is staff; an administrator stands above the highest."""
    around = above(db, place)
    return around.index(row.place_id) if row.place_id in around else len(around)


def of(db: Db, key: int, place: int | None) -> Addressee:
    """This officer, who is asked for this place; who is none, as the contact of an activity, has no office."""
    row = officer(db, key)
    if row is None:
        return Addressee(key, db.value(_NAME, member=key), None, place)
    return Addressee(row.id, row.name, row.place, place)


def _some(key: int | None) -> set[int]:
    return set() if key is None else {key}
