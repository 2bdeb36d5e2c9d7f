"""What happened to a need or a project, as everybody may read it: from the log of changes alone, and nobody's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, select

from models import addressee, moves, need, organization, project
from models.change import CHANGE
from models.database import Db
from models.need_line import LINE
from models.project_claim import CLAIM
from models.text import Text, as_said

Role = Literal["reporter", "staff", "unit", "nobody"]
STATES = {"need": need.STATES, "project": project.STATES}
_TABLES = {"need": need.NEED, "project": project.PROJECT}
# What only who reported a need does.
_REPORTERS = ("new", "withdrawn", "confirmed", "reopened")
_LOG = (
    select(CHANGE.c.id, CHANGE.c.before, CHANGE.c.after, CHANGE.c.actor_id, CHANGE.c.at)
    .where(CHANGE.c.subject == bindparam("subject"), CHANGE.c.subject_id == bindparam("key"))
    .order_by(CHANGE.c.id)
)
_SAID = (
    select(LINE.c.id, LINE.c.kind, LINE.c.member_id, LINE.c.at)
    .where(
        LINE.c.need_id == bindparam("key"),
        LINE.c.checked == "passed",
        LINE.c.kind.in_(["addition", "answer"]),
    )
    .order_by(LINE.c.id)
)
_GIVEN = (
    select(CHANGE.c.id, CHANGE.c.at, CLAIM.c.organization_id)
    .join(CLAIM, CLAIM.c.id == CHANGE.c.subject_id)
    .where(
        CHANGE.c.subject == "claim",
        CLAIM.c.project_id == bindparam("key"),
        CHANGE.c.before == "offered",
        CHANGE.c.after == "accepted",
        CLAIM.c.organization_id.is_not(None),
    )
    .order_by(CHANGE.c.id)
)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that happened: `what` is a state or `addition`, `answer`, `joined`; `who` the unit, where it is one."""

    what: str
    at: datetime
    role: Role = "nobody"
    who: Text | None = None


def of(db: Db, subject: str, key: int) -> tuple[Point, ...]:
    """Everything public of a `need` or `project`, the oldest first.

    Whether this reader may know of it at all is the caller's to ask. Reasons are not in it.
    """
    machine = moves.MACHINES[subject]
    known = (*machine.moves, *STATES[subject])
    table = _TABLES[subject]
    one = db.row(select(table).where(table.c.id == bindparam("key")), key=key)
    points = [
        _point(db, subject, one, row)
        for row in db.rows(_LOG, subject=subject, key=key)
        if row.after in known and row.after != "draft"
    ]
    if subject == "need":
        points += [_said(db, row) for row in db.rows(_SAID, key=key)]
    else:
        points += [_joined(db, row) for row in db.rows(_GIVEN, key=key)]
    return tuple(sorted(points, key=lambda each: each.at))


def _point(db: Db, subject: str, one: Row[Any] | None, row: Row[Any]) -> Point:
    if subject == "need" and row.after in _REPORTERS:
        own = one is not None and row.actor_id is not None and row.actor_id == one.reporter_id
        # Who is not known any more was the reporter as far as anybody can tell.
        if own or (row.actor_id is None and row.after == "new"):
            return Point(row.after, row.at, "reporter")
    role, who = _office(db, row.actor_id)
    return Point(row.after, row.at, role, who)


def _said(db: Db, row: Row[Any]) -> Point:
    if row.kind == "answer":
        role, who = _office(db, row.member_id)
        return Point("answer", row.at, role, who)
    return Point("addition", row.at)


def _joined(db: Db, row: Row[Any]) -> Point:
    return Point("joined", row.at, "unit", as_said(organization.name(db, row.organization_id)))


def _office(db: Db, member: int | None) -> tuple[Role, Text | None]:
    """The place for which somebody is staff: never who it was."""
    officer = addressee.officer(db, member)
    if officer is None:
        return "nobody", None
    return "staff", as_said(officer.place) if officer.place else None
