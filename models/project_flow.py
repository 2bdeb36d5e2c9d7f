"""A project's way by itself and by its officer: ready when it is covered, running, paused, cancelled, done."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import (
    activity_change,
    change,
    claim_steps,
    community,
    project_claim,
    project_part,
    project_volunteers,
)
from models.database import Db
from models.project import PROJECT, go
from models.project_making import find

_STARTING = (
    select(PROJECT)
    .where(PROJECT.c.state == "ready", PROJECT.c.starts <= bindparam("now"))
    .order_by(PROJECT.c.starts, PROJECT.c.id)
    .limit(bindparam("most"))
)
_NEXT_START = (
    select(PROJECT.c.starts)
    .where(PROJECT.c.state == "ready", PROJECT.c.starts.is_not(None))
    .order_by(PROJECT.c.starts)
    .limit(1)
)
_SET_PROGRESS = (
    update(PROJECT)
    .where(PROJECT.c.id == bindparam("project"), PROJECT.c.state == bindparam("before"))
    .values(progress=bindparam("percent"), changed=bindparam("now"))
)
_LAST_PROGRESS = (
    select(change.CHANGE.c.reason, change.CHANGE.c.detail)
    .where(
        change.CHANGE.c.subject == "project",
        change.CHANGE.c.subject_id == bindparam("project"),
        change.CHANGE.c.before == change.CHANGE.c.after,
    )
    .order_by(change.CHANGE.c.id.desc())
    .limit(1)
)
_COVERED = ("filled", "delivered")


def is_covered(parts: list[Row[Any]]) -> bool:
    """Whether everything without which it cannot begin is promised."""
    mandatory = [part for part in parts if part.mandatory]
    needed = mandatory or parts
    return bool(needed) and all(part.state in _COVERED for part in needed)


def settle(db: Db, project: int, actor: int | None, now: datetime) -> str | None:
    """The state that follows from its parts; gives it where it is a new one."""
    one = find(db, project)
    if one is None:
        return None
    covered = is_covered(project_part.of(db, project))
    if one.state == "claiming" and covered and go(db, one, "ready", actor, now):
        return "ready"
    if one.state in ("ready", "running") and not covered and go(db, one, "claiming", actor, now):
        return "claiming"
    return None


def next_start(db: Db) -> datetime | None:
    starts: datetime | None = db.value(_NEXT_START)
    return starts


def starting(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """Those that are ready and whose day has come."""
    return list(db.rows(_STARTING, now=now, most=most))


def progress(
    db: Db, one: Row[Any], percent: int, words: str, photo: int | None, actor: int, now: datetime
) -> bool:
    """How far it is, with a sentence that everybody may read; the photo is kept with it."""
    if not db.run(_SET_PROGRESS, project=one.id, before=one.state, percent=percent, now=now):
        return False
    detail = {"progress": percent, "photo": photo}
    change.record(db, "project", one.id, one.state, one.state, actor, now, words, detail)
    return True


def last_progress(db: Db, project: int) -> Row[Any] | None:
    """The newest of these: reason (the sentence) and detail (progress, photo)."""
    return db.row(_LAST_PROGRESS, project=project)


def cancel(db: Db, one: Row[Any], reason: str, actor: int, now: datetime) -> list[Row[Any]] | None:
    """It is not to be, nor are its activities to come: what was promised is free again, nothing more is asked for.

    Gives the claims that there were; what came already keeps its state. None where somebody moved the project first.
    """
    if not go(db, one, "cancelled", actor, now, reason=reason):
        return None
    # Who registered for one of its activities is told by that one that it is off.
    for each in project_volunteers.upcoming(db, one.id, now):
        activity_change.cancel(db, each, actor, now, reason)
    # Nobody finds it by its name any more.
    community.touch(db)
    claims = [each for each in project_claim.of_project(db, one.id) if each.state not in _OVER]
    for claim in claims:
        if claim.state in ("offered", "waiting", "accepted"):
            claim_steps.withdraw(db, claim, reason, actor, now)
    for part in project_part.of(db, one.id):
        project_part.expire(db, part, actor, now)
    return claims


_OVER = ("declined", "withdrawn", "lapsed")
