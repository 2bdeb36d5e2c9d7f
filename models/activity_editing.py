"""What of a published activity staff change beside its time and place, which models/activity_change.py changes.

What they changed no pack changes back.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from models import activity_change, activity_publishing, change, community
from models.activity import ACTIVITY, PUBLISHED, Listing
from models.activity_publishing import Plan
from models.change import CHANGE, EDITED
from models.database import Db
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION
from models.text import Prose, Text

# What a search looks through follows from these.
_SEARCHED = {"title", "summary", "series", "tags"}
_NOTED = " edited"
_HERE = (ACTIVITY.c.id == bindparam("activity"), PUBLISHED)
_EDITS = select(CHANGE.c.after).where(
    CHANGE.c.subject == "activity",
    CHANGE.c.subject_id == bindparam("activity"),
    CHANGE.c.after.in_([f"{name}{_NOTED}" for name in EDITED]),
)
# What may name people is not kept twice.
_SECRET = {"private_note", "contact_id"}
_PUBLISHED_AT = select(ACTIVITY.c.published).where(ACTIVITY.c.id == bindparam("activity"))
_CLOSES = select(ACTIVITY.c.registration_closes).where(ACTIVITY.c.id == bindparam("activity"))
_TAKEN = select(func.coalesce(func.sum(REGISTRATION.c.seats), 0)).where(
    REGISTRATION.c.activity_id == bindparam("activity"), CONFIRMED
)


def edit(
    db: Db,
    wanted: Listing,
    name: str,
    value: Any,
    actor: int,
    now: datetime,
    reason: str | None = None,
) -> None:
    """One column gets another value. Nobody loses his seat by it, and nobody is told. Raises Refusal.

    What is opened to more people is news in the next digest, for those followers who may come only now.
    """
    if name not in EDITED:
        raise ValueError(f"{name} of an activity is not edited")
    activity_change.check(wanted, now)
    new = edited(db, wanted, name, value)
    values: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value}
    if name in _SEARCHED:
        values["words"] = activity_publishing.derived(db, new)["words"]
    detail = _detail(db, wanted, name, new)
    if name == "eligible" and wanted.eligible:
        values["published"] = now
    if not db.run(update(ACTIVITY).where(*_HERE).values(**values), activity=wanted.id):
        sentence = Text("请再看一遍再决定，「{title}」刚刚变了。", title=Prose(wanted.title))
        raise Refusal("activity.meanwhile", sentence, wanted.ref)
    change.record(db, "activity", wanted.id, "published", f"{name}{_NOTED}", actor, now, reason, detail)
    community.touch(db)


def _detail(db: Db, wanted: Listing, name: str, new: Plan) -> dict[str, Any] | None:
    """Old and new for the log; since when it was known to those who could come before it was opened to more."""
    if name in _SECRET:
        return None
    old = activity_publishing.plan_of(db, wanted.id)
    found = {"old": _plain(getattr(old, name)), "new": _plain(getattr(new, name))}
    if name == "eligible" and wanted.eligible:
        found["published"] = _plain(db.value(_PUBLISHED_AT, activity=wanted.id))
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def edited(db: Db, wanted: Listing, name: str, value: Any) -> Plan:
    """The activity as it would be. Raises Refusal where its parts do not fit together then."""
    plan = activity_publishing.plan_of(db, wanted.id)
    if name == "capacity" and plan.roles:
        raise Refusal("activity.roles", Text("请改岗位的人数，这一场的名额是各岗位加起来的。"), wanted.ref)
    new = replace(plan, **{name: value})
    activity_publishing.check(new)
    return new


def surplus(db: Db, wanted: Listing, capacity: int | None) -> int:
    """How many confirmed people are more than this capacity: they keep their seats."""
    if capacity is None:
        return 0
    return max(0, int(db.value(_TAKEN, activity=wanted.id)) + wanted.taken - capacity)


# What packs change.


def kept(db: Db, key: int) -> set[str]:
    """The columns in which staff have the last word, with what follows from them."""
    names = {row.after.removesuffix(_NOTED) for row in db.rows(_EDITS, activity=key)}
    return names | ({"words"} if names & _SEARCHED else set())


def closes(db: Db, key: int) -> datetime | None:
    """When registration closes as things stand."""
    found: datetime | None = db.value(_CLOSES, activity=key)
    return found


def refresh(db: Db, key: int) -> None:
    """Writes anew what a search looks through, for one of which a pack changed only some parts."""
    plan = activity_publishing.plan_of(db, key)
    words = activity_publishing.derived(db, plan)["words"]
    db.run(update(ACTIVITY).where(ACTIVITY.c.id == bindparam("activity")).values(words=words), activity=key)
