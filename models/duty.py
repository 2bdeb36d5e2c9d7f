"""Who is staff of what: of a place and all below it; administrators of everything."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from models.database import Db
from models.member import MEMBER, ROLE, is_administrator
from models.place import PLACE, above, below
from models.refusal import Refusal
from models.text import Several, Text, as_said

DEMO_ENDS = Text("请先发给自己看看。演示到这里为止，不会发给别人。")
_STAFFED = select(ROLE.c.place_id).where(
    ROLE.c.member_id == bindparam("member"), ROLE.c.kind == "staff", ROLE.c.place_id.is_not(None)
)
# Most people have none of it: then nothing else is asked.
_ON_DUTY = select(ROLE.c.kind, ROLE.c.place_id).where(
    ROLE.c.member_id == bindparam("member"),
    or_(ROLE.c.kind == "administrator", (ROLE.c.kind == "staff") & ROLE.c.place_id.is_not(None)),
)
_NARROW = select(ROLE.c.place_id).where(
    ROLE.c.member_id == bindparam("member"), ROLE.c.kind == bindparam("kind"), ROLE.c.place_id.is_not(None)
)
_PLAYED = select(ROLE.c.id).where(ROLE.c.member_id == bindparam("member"), ROLE.c.played).limit(1)
_ROOTS = select(PLACE.c.id).where(PLACE.c.parent_id.is_(None))
_STAFF_OF = (
    select(MEMBER.c.id, MEMBER.c.name, MEMBER.c.code, ROLE.c.place_id)
    .join(ROLE, ROLE.c.member_id == MEMBER.c.id)
    .where(ROLE.c.kind == "staff", ROLE.c.place_id.in_(bindparam("places", expanding=True)), ~ROLE.c.played)
    .order_by(MEMBER.c.id)
)
_ADMINISTRATORS = (
    select(MEMBER.c.id, MEMBER.c.name, MEMBER.c.code, ROLE.c.place_id)
    .join(ROLE, ROLE.c.member_id == MEMBER.c.id)
    .where(ROLE.c.kind == "administrator", ~ROLE.c.played)
    .order_by(MEMBER.c.id)
)


def places(db: Db, member: int) -> list[int]:
    """The places that somebody is staff of, without those below them; of an administrator the roots."""
    if is_administrator(db, member):
        return [row.id for row in db.rows(_ROOTS)]
    return [row.place_id for row in db.rows(_STAFFED, member=member)]


def covers(db: Db, member: int, place: int) -> bool:
    """Whether somebody is staff of this place: of it or of one above it."""
    own = db.rows(_ON_DUTY, member=member)
    if any(row.kind == "administrator" for row in own):
        return True
    around = set(above(db, place)) if own else set()
    return any(row.place_id in around for row in own)


def may(db: Db, member: int, place: int, kind: str) -> bool:
    """Whether somebody may do there what this narrow role is for: who has it for this place or one above, and staff."""
    around = set(above(db, place))
    if any(row.place_id in around for row in db.rows(_NARROW, member=member, kind=kind)):
        return True
    return covers(db, member, place)


def everywhere(db: Db, member: int) -> list[int]:
    """All places that somebody is staff of, those below included."""
    return below(db, places(db, member))


def officers(db: Db, place: int) -> list[Row[Any]]:
    """Who is staff of this place (id, name, code, place_id), of the nearest first; administrators come last."""
    found = staff(db, place)
    known = {row.id for row in found}
    return [*found, *(row for row in db.rows(_ADMINISTRATORS) if row.id not in known)]


def staff(db: Db, place: int) -> list[Row[Any]]:
    """The same without administrators."""
    around = above(db, place)
    return sorted(db.rows(_STAFF_OF, places=around), key=lambda row: around.index(row.place_id))


def check(db: Db, member: int, place: int, ref: str | None = None) -> None:
    """Raises a Refusal that says who may, where this member may not act for this place."""
    if covers(db, member, place):
        return
    named = _named(officers(db, place))
    name = as_said(db.value(select(PLACE.c.name).where(PLACE.c.id == place)))
    sentence = (
        Text("请找{officers}，{place}的事由工作人员办。", officers=named, place=name)
        if named
        else Text("请到服务站问一问，{place}的事由工作人员办。", place=name)
    )
    raise Refusal("duty.other", sentence, *([ref] if ref else []))


def plays(db: Db, member: int) -> bool:
    """Whether somebody only plays what he may: a visitor of the demo."""
    return db.value(_PLAYED, member=member) is not None


def check_real(db: Db, member: int) -> None:
    """Raises a Refusal where this is a visitor of the demo: what he writes reaches no other visitor."""
    if plays(db, member):
        raise Refusal("demo.ends", DEMO_ENDS)


def _named(found: Sequence[Row[Any]]) -> Text | None:
    names = tuple(as_said(row.name) for row in found[:3] if row.name)
    return Text("{names}", names=Several(names)) if names else None
