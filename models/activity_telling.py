"""Whom a change of an activity is told to, what they knew before it, and when nobody needs to hear of it any more."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, select, text, update

from models.activity import ACTIVITY
from models.activity_change import ACTIVITY_CHANGE, UNTOLD, Slot
from models.database import Db
from models.delivery import DELIVERY
from models.registration import LIVE, REGISTRATION, TOLD
from models.still import still_for

# What changes so shortly before the start is told at once, also in the quiet hours.
URGENT = timedelta(hours=12)
KEPT = timedelta(days=90)
_SLICE = 1000
_FIND = select(ACTIVITY_CHANGE).where(ACTIVITY_CHANGE.c.id == bindparam("change"))
_UNTOLD_ONES = select(ACTIVITY_CHANGE).where(text(f"activity_change.{UNTOLD}")).order_by(ACTIVITY_CHANGE.c.id)
_NEXT_UNTOLD = _UNTOLD_ONES.limit(1).with_for_update(skip_locked=True)
_BEFORE = (
    select(ACTIVITY_CHANGE)
    .where(
        ACTIVITY_CHANGE.c.activity_id == bindparam("activity"),
        ACTIVITY_CHANGE.c.kind == "moved",
        ACTIVITY_CHANGE.c.sequence == bindparam("nth"),
    )
    .limit(1)
)
_HEARD = (
    select(DELIVERY.c.id)
    .where(DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.state.not_in(["pending", "skipped"]))
    .limit(1)
)
_GOING = select(TOLD.label("member_id")).where(
    REGISTRATION.c.activity_id == bindparam("activity"),
    LIVE,
    TOLD.in_(bindparam("members", expanding=True)),
)
_NOW = select(ACTIVITY.c.state, ACTIVITY.c.sequence).where(ACTIVITY.c.id == bindparam("activity"))
_PROGRESS = (
    update(ACTIVITY_CHANGE)
    .where(ACTIVITY_CHANGE.c.id == bindparam("change"))
    .values(notice_id=bindparam("notice"), reached=bindparam("last"))
)
_TOLD = (
    update(ACTIVITY_CHANGE).where(ACTIVITY_CHANGE.c.id == bindparam("change")).values(told=bindparam("now"))
)
_OLD = select(ACTIVITY_CHANGE.c.id).where(ACTIVITY_CHANGE.c.told < bindparam("limit")).limit(_SLICE)
_FORGET = delete(ACTIVITY_CHANGE).where(ACTIVITY_CHANGE.c.id.in_(bindparam("old", expanding=True)))


def next_untold(db: Db) -> Row[Any] | None:
    """The first change that not all have a delivery of; nobody else gets it until the end of the transaction."""
    return db.row(_NEXT_UNTOLD)


def untold_since(db: Db) -> datetime | None:
    """Since when somebody waits to be told; None where nobody does."""
    row = db.row(_UNTOLD_ONES)
    return row.at if row else None


def is_stale(db: Db, changed: Row[Any]) -> bool:
    """Whether something later is to be told instead."""
    held = db.row(_NOW, activity=changed.activity_id)
    if held is None or held.sequence != changed.sequence:
        return True
    return bool(changed.kind == "moved" and held.state != "published")


def known_slot(db: Db, changed: Row[Any]) -> Slot:
    """When and where it was held as far as people have heard: of a change before, maybe nobody was told yet."""
    first = changed
    before = db.row(_BEFORE, activity=changed.activity_id, nth=changed.sequence - 1)
    while before is not None and not _was_heard(db, before):
        first = before
        before = db.row(_BEFORE, activity=changed.activity_id, nth=before.sequence - 1)
    return Slot(first.old_starts, first.old_ends, first.old_place_id)


def _was_heard(db: Db, changed: Row[Any]) -> bool:
    return changed.notice_id is not None and db.value(_HEARD, notice=changed.notice_id) is not None


def is_urgent(changed: Row[Any]) -> bool:
    """Whether it goes out at once, also in the quiet hours."""
    return bool(min(changed.old_starts, changed.starts) - changed.at <= URGENT)


def those_concerned(changed: Row[Any]) -> Select[Any]:
    """Who is told for those who were registered when it changed, or waited for it, and still are and do.

    Each of them once, those who have their delivery left out.
    """
    return (
        select(TOLD)
        .where(
            REGISTRATION.c.activity_id == changed.activity_id,
            LIVE,
            REGISTRATION.c.at <= changed.at,
            changed.reached < TOLD,
        )
        .distinct()
        .order_by(TOLD)
    )


def reach(db: Db, changed: Row[Any], notice: int, last: int) -> None:
    """Everybody up to this member has a delivery of this notice."""
    db.run(_PROGRESS, change=changed.id, notice=notice, last=last)


def done(db: Db, changed: Row[Any], now: datetime) -> None:
    """Nobody is left to be told."""
    db.run(_TOLD, change=changed.id, now=now)


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was told KEPT ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


@still_for("moved")
def _still_moved(db: Db, key: str, members: Collection[int], _now: datetime) -> Mapping[int, str]:
    """Who has not heard of the change before the last hears of the last alone; who left meanwhile, of none."""
    changed = db.row(_FIND, change=int(key))
    if changed is None or is_stale(db, changed):
        return dict.fromkeys(members, "it changed again")
    going = {row.member_id for row in db.rows(_GOING, activity=changed.activity_id, members=list(members))}
    return dict.fromkeys(set(members) - going, "the registration was cancelled")
