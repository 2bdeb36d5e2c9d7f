"""Two needs that are one: the later one follows the earlier one, with whom it concerns; and apart again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from models import follow, handling, handling_due, need
from models.change import CHANGE
from models.database import Db
from models.follow import FOLLOW
from models.need import NEED
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text

_DUPLICATES = select(NEED.c.id).where(NEED.c.duplicate_of_id == bindparam("need")).order_by(NEED.c.id)
_REPOINT = (
    update(NEED)
    .where(NEED.c.duplicate_of_id == bindparam("later"))
    .values(duplicate_of_id=bindparam("first"))
)
# Who follows it since something was merged into it, which may have been merged into something else first.
_BROUGHT = delete(FOLLOW).where(
    FOLLOW.c.need_id == bindparam("first"),
    FOLLOW.c.at.in_(
        select(CHANGE.c.at).where(
            CHANGE.c.subject == handling.SUBJECT,
            CHANGE.c.subject_id == bindparam("first"),
            CHANGE.c.after == "merged",
            CHANGE.c.at >= bindparam("merged"),
        )
    ),
    FOLLOW.c.member_id.in_(bindparam("members", expanding=True)),
)


def survivor(db: Db, one: Row[Any]) -> Row[Any]:
    """The need that stands for this one."""
    while one.state == "duplicate" and one.duplicate_of_id is not None:
        one = handling.find(db, one.duplicate_of_id)
    return one


def pair(db: Db, one: Row[Any], other: Row[Any]) -> tuple[Row[Any], Row[Any]]:
    """The earlier one, which stays, and the later one, which becomes its duplicate. Raises Refusal."""
    first, later = sorted((survivor(db, one), survivor(db, other)), key=lambda each: int(each.id))
    if first.id == later.id:
        text = Text("不用再合并，它们已经是同一件：需{number}。", number=first.id)
        raise Refusal("need.merged", text, need.ref(first.id))
    if first.state in need.ENDED:
        raise handling.settled(first)
    if not handling.can(later, "duplicate") or later.project_id is not None:
        raise handling.settled(later)
    if first.visibility != "public" and first.reporter_id != later.reporter_id:
        # Nobody but its reporter hears of it, so whoever else reported it would be promised news and get none.
        text = Text("请分开办，需{number}不公开，别人跟不了。", number=first.id)
        raise Refusal("need.private", text, need.ref(first.id), need.ref(later.id))
    return first, later


def merge(db: Db, first: Row[Any], later: Row[Any], actor: int, now: datetime) -> Row[Any]:
    """Who reported or follows the later one follows the earlier one, each person once; gives the later one."""
    done = handling.go(
        db,
        later,
        "duplicate",
        actor,
        now,
        reason=f"需{first.id}",
        detail={"of": first.id},
        duplicate_of_id=first.id,
        **handling_due.NOTHING,
    )
    db.run(_REPOINT, later=later.id, first=first.id)
    for member in _whom(db, later):
        if member != first.reporter_id:
            follow.follow(db, member, now, need=first.id)
    return done


def separate(db: Db, schedule: Schedule, later: Row[Any], actor: int, now: datetime) -> Row[Any]:
    """A need of its own again; who followed the other one only for it does not any more."""
    first, merged = later.duplicate_of_id, handling.since(db, later, "duplicate")
    times = handling_due.resolved(db, schedule, later.category, now, assigned=later.unit_id is not None)
    done = handling.go(db, later, "triaged", actor, now, duplicate_of_id=None, **times)
    if first is None:
        return done
    # What is still merged brought its own people.
    others = {who for each in duplicates(db, first) for who in _whom(db, handling.find(db, each))}
    members = [each for each in _whom(db, later) if each not in others]
    if members:
        db.run(_BROUGHT, first=first, merged=merged, members=members)
    return done


def duplicates(db: Db, number: int) -> list[int]:
    """The needs for which this one stands."""
    return [row.id for row in db.rows(_DUPLICATES, need=number)]


def _whom(db: Db, later: Row[Any]) -> list[int]:
    reporter = [] if later.reporter_id is None else [later.reporter_id]
    return list(dict.fromkeys([*reporter, *follow.followers(db, need=later.id)]))
