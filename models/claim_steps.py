"""What becomes of a claim: accepted, declined, withdrawn, delivered, confirmed, sent back, lapsed; each move in one place."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import project_claim, project_part, working_days
from models.database import Db
from models.project_claim import CLAIM, find
from models.schedule import Schedule

# So long before its day who promised something is reminded of it; then comes the day on which it lapses.
REMINDED = (timedelta(days=3), timedelta(days=1))
_DUE = select(CLAIM).where(CLAIM.c.due <= bindparam("now")).order_by(CLAIM.c.due, CLAIM.c.id)
_NEXT = select(CLAIM.c.due).where(CLAIM.c.due.is_not(None)).order_by(CLAIM.c.due).limit(1)
_PUT_OFF = (
    update(CLAIM)
    .where(CLAIM.c.id == bindparam("key"), CLAIM.c.state == bindparam("before"))
    .values(due=bindparam("until"), climbed=bindparam("step"))
)
_WAITING = (
    select(CLAIM)
    .where(CLAIM.c.part_id == bindparam("part"), CLAIM.c.state == "waiting")
    .order_by(CLAIM.c.at, CLAIM.c.id)
)
_OFFERED = (
    select(CLAIM)
    .where(CLAIM.c.part_id == bindparam("part"), CLAIM.c.state == "offered")
    .order_by(CLAIM.c.at.desc(), CLAIM.c.id.desc())
)


def next_due(db: Db) -> datetime | None:
    """When something is to be done about a claim next."""
    due: datetime | None = db.value(_NEXT)
    return due


def overdue(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    """The claims about which something is to be done by now, the most urgent first."""
    return list(db.rows(_DUE.limit(most), now=now))


def alarm(schedule: Schedule, by: datetime | None, now: datetime, after: int = 0) -> dict[str, Any]:
    """The next thing that falls due of what was accepted: the reminders that are still to come, then its lapse."""
    if by is None:
        return {"due": None, "climbed": 0}
    times = [*(by - span for span in REMINDED), by + schedule.deadlines.lapse]
    nth = next((nth for nth, at in enumerate(times) if nth >= after and at > now), len(times) - 1)
    return {"due": times[nth], "climbed": nth}


def put_off(db: Db, claim: Row[Any], due: datetime | None, climbed: int) -> bool:
    """Something was done about it, and the next thing is owed then."""
    return db.run(_PUT_OFF, key=claim.id, before=claim.state, until=due, step=climbed) == 1


def accept(db: Db, schedule: Schedule, claim: Row[Any], actor: int, now: datetime) -> bool:
    return project_claim.go(db, claim, "accepted", actor, now, **alarm(schedule, claim.by, now))


def decline(db: Db, claim: Row[Any], reason: str, actor: int, now: datetime) -> bool:
    return project_claim.go(db, claim, "declined", actor, now, reason=reason, due=None)


def withdraw(db: Db, claim: Row[Any], reason: str | None, actor: int | None, now: datetime) -> bool:
    return project_claim.go(db, claim, "withdrawn", actor, now, reason=reason, due=None)


def lapse(db: Db, claim: Row[Any], actor: int | None, now: datetime) -> bool:
    return project_claim.go(db, claim, "lapsed", actor, now, due=None)


def deliver(
    db: Db,
    schedule: Schedule,
    claim: Row[Any],
    many: int,
    photo: int | None,
    words: str | None,
    actor: int,
    now: datetime,
) -> bool:
    """It came, as who gave it says; somebody has to look within as many working days as an answer takes."""
    due = working_days.due(db, schedule, now, schedule.deadlines.claim)
    values: dict[str, Any] = {"delivered": many, "photo_id": photo, "due": due, "climbed": 0}
    if words:
        values["words"] = words
    return project_claim.go(db, claim, "delivered", actor, now, **values)


def confirm(db: Db, claim: Row[Any], actor: int, now: datetime) -> bool:
    """It came, as who looks after the project says; a part of which all came is delivered."""
    if not project_claim.go(db, claim, "confirmed", actor, now, due=None):
        return False
    part = project_part.find(db, claim.part_id)
    claims = project_claim.of_part(db, claim.part_id)
    taken = [each for each in claims if each.state in project_claim.TAKEN]
    if part is not None and part.state == "filled" and all(each.state == "confirmed" for each in taken):
        project_part.deliver(db, part, actor, now)
    return True


def send_back(db: Db, schedule: Schedule, claim: Row[Any], reason: str, actor: int, now: datetime) -> bool:
    """It did not come as it was promised: it is owed again, by the next working days at least."""
    again = working_days.due(db, schedule, now, schedule.deadlines.claim)
    by = max(claim.by, again) if claim.by else again
    values = {**alarm(schedule, by, now), "by": by, "delivered": None}
    return project_claim.go(db, claim, "accepted", actor, now, reason=reason, **values)


def promote(db: Db, schedule: Schedule, part: int, now: datetime) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Who waits is asked first: those whose share fits now are offered again, in order.

    Gives them, and those who asked for more than is left.
    """
    due = working_days.due(db, schedule, now, schedule.deadlines.claim)
    asked, left_out = [], []
    for claim in db.rows(_WAITING, part=part):
        if project_claim.go(db, claim, "offered", None, now, due=due, climbed=0):
            found = find(db, claim.id)
            assert found is not None
            asked.append(found)
        else:
            left_out.append(claim)
    return asked, left_out


def make_wait(db: Db, part: int, room: int, now: datetime) -> list[Row[Any]]:
    """The newest offers that do not fit into so much any more wait; gives those."""
    moved, held = [], 0
    offered = list(db.rows(_OFFERED, part=part))
    for claim in reversed(offered):
        if held + claim.quantity <= room:
            held += claim.quantity
        elif project_claim.go(db, claim, "waiting", None, now, due=None):
            moved.append(claim)
    return moved
