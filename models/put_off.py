"""What becomes of check-ins where an activity is put off after them, or called off: who was there then is not there yet."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, literal, select, update

from models.change import CHANGE
from models.credit import CREDIT
from models.database import Db
from models.visit import STANDS, VISIT

# Who came so long before the new start came for the old one; a start that is late by an hour finds him still there.
BEFORE = timedelta(hours=2)
_HERE = VISIT.c.activity_id == bindparam("activity")
_EARLY = (_HERE, STANDS, VISIT.c.entered < bindparam("since"))
_ANYBODY = select(VISIT.c.id).where(*_EARLY).limit(1)
_CREDITED = CREDIT.c.registration_id.in_(select(VISIT.c.registration_id).where(*_EARLY))
_PROVED = (CREDIT.c.ledger == "proved", _CREDITED)
_COLUMNS = ("subject", "subject_id", "before", "after", "actor_id", "at")
_ACTOR, _NOW = bindparam("actor", type_=CHANGE.c.actor_id.type), bindparam("now", type_=CHANGE.c.at.type)
_NOTE_HOURS = insert(CHANGE).from_select(
    _COLUMNS,
    select(literal("credit"), CREDIT.c.id, literal(None, CHANGE.c.before.type), literal("hours revoked"), _ACTOR, _NOW).where(*_PROVED),
)  # fmt: skip
_NOTE_VISITS = insert(CHANGE).from_select(
    _COLUMNS,
    select(literal("visit"), VISIT.c.id, literal("arrived"), literal("undone"), _ACTOR, _NOW).where(*_EARLY),
)
_REVOKE = delete(CREDIT).where(*_PROVED)
_UNDO = update(VISIT).where(*_EARLY).values(undone=bindparam("now"), undone_by_id=bindparam("actor"))


def start_anew(db: Db, activity: int, starts: datetime, actor: int | None, now: datetime) -> None:
    """Takes back the check-ins from before, with the hours that they gave; the seats stay, also of who walked in."""
    _undo(db, activity, starts - BEFORE, actor, now)


def call_off(db: Db, activity: int, ends: datetime, actor: int | None, now: datetime) -> None:
    """The same of all: nobody was at what is not held after all."""
    _undo(db, activity, ends, actor, now)


def _undo(db: Db, activity: int, since: datetime, actor: int | None, now: datetime) -> None:
    early = {"activity": activity, "since": since}
    if db.value(_ANYBODY, **early) is None:
        return
    db.run(_NOTE_HOURS, **early, actor=actor, now=now)
    db.run(_REVOKE, **early)
    db.run(_NOTE_VISITS, **early, actor=actor, now=now)
    db.run(_UNDO, **early, actor=actor, now=now)
