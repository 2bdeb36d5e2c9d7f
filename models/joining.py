"""Two accounts, one person: everything that leads to the one member leads to the other from now on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from models import change, consent, personal
from models.database import Db
from models.member import ADDRESS, MEMBER, addresses
from models.refusal import Refusal
from models.text import Text

_BOTH = (
    select(MEMBER)
    .where(MEMBER.c.id.in_(bindparam("members", expanding=True)))
    .order_by(MEMBER.c.id)
    .with_for_update()
)
# Whoever writes from one of their addresses is done first, or comes after it; the members themselves are locked
# behind these, since who writes may be about to refer to one of them.
_LOCK = (
    select(ADDRESS.c.id)
    .where(ADDRESS.c.member_id.in_(bindparam("members", expanding=True)))
    .order_by(ADDRESS.c.id)
    .with_for_update()
)
_COME = (
    update(ADDRESS)
    .where(ADDRESS.c.member_id == bindparam("goes"))
    .values(member_id=bindparam("stays"), joined=bindparam("now"), chosen=None)
)
_GO = delete(MEMBER).where(MEMBER.c.id == bindparam("goes"))
# What is stored of a member only as long as he agrees to it.
_AGREED: Mapping[str, tuple[dict[str, Any], ...]] = {
    "whereabouts": ({"home_id": None, "home_confirmed": False}, {"work_id": None, "work_confirmed": False}),
    "phone": ({"phone": None, "phone_digest": None},),
}


def check(db: Db, into: int, other: int) -> tuple[Row[Any], Row[Any]]:
    """Who stays and who goes: whom a pack brought stays, whichever way round it was asked. Raises Refusal."""
    db.rows(_LOCK, members=[into, other])
    rows = {row.id: row for row in db.rows(_BOTH, members=sorted({into, other}))}
    if into == other:
        raise Refusal(
            "joining.same", Text("不用关联，这里已经是同一个人。要关联别的账号，请到那边发这个码。")
        )
    if rows[into].code is not None and rows[other].code is not None:
        sentence = Text("请到服务站找工作人员。两边都是社区登记过的人，这里不能合成一个。")
        raise Refusal("joining.both_listed", sentence)
    if rows[other].code is not None:
        into, other = other, into
    return rows[into], rows[other]


def join(db: Db, into: int, other: int, actor: int | None, now: datetime) -> int:
    """Makes one member of two; gives the one who stays. Raises Refusal.

    Of two rows that may not both be one member's the table decides which stays, see personal.Join.
    """
    stays, goes = check(db, into, other)
    channels = ", ".join(dict.fromkeys(row.channel for row in addresses(db, goes.id)))
    filled = _filled(stays, goes)
    db.run(_COME, stays=stays.id, goes=goes.id, now=now)
    for each in personal.declared():
        _move(db, each, stays.id, goes.id, now)
    filled |= _refused(db, stays.id)
    if filled:
        db.run(update(MEMBER).where(MEMBER.c.id == stays.id).values(filled))
    db.run(_GO, goes=goes.id)
    by = stays.id if actor == goes.id else actor
    change.record(db, "member", stays.id, None, "account joined", by, now, channels)
    return int(stays.id)


def _move(db: Db, each: personal.Personal, stays: int, goes: int, now: datetime) -> None:
    if each.joins:
        each.joins(db, each.table, stays, goes, now)
    for column in personal.owners(each.table):
        db.run(update(each.table).where(column == goes).values({column.name: stays}))
    for name, condition in each.refers.items():
        column = each.table.c[name]
        db.run(update(each.table).where(condition, column == goes).values({name: stays}))


def _filled(stays: Row[Any], goes: Row[Any]) -> dict[str, Any]:
    """What the one who stays takes over: what he has not, and what is confirmed where his own is only said."""
    filled: dict[str, Any] = {}
    for base in ("home", "work"):
        place, confirmed = f"{base}_id", f"{base}_confirmed"
        surer = getattr(goes, confirmed) and not getattr(stays, confirmed)
        if getattr(goes, place) is not None and (getattr(stays, place) is None or surer):
            filled |= {place: getattr(goes, place), confirmed: getattr(goes, confirmed)}
    if goes.phone and not stays.phone:
        filled |= {"phone": goes.phone, "phone_digest": goes.phone_digest}
    if likes := [each for each in goes.interests or () if each not in (stays.interests or ())]:
        filled["interests"] = [*(stays.interests or ()), *likes]
    for name in ("name", "welcomed"):
        if getattr(goes, name) and not getattr(stays, name):
            filled[name] = getattr(goes, name)
    return filled


def _refused(db: Db, member: int) -> dict[str, Any]:
    """What may not be kept: the last thing that either account said of it was a no."""
    refused = [purpose for purpose in _AGREED if consent.refused(db, member, purpose)]
    return {
        name: value for purpose in refused for fields in _AGREED[purpose] for name, value in fields.items()
    }
