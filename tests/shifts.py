"""Volunteer shifts for tests: some beside the community of the tests, and people who come to them and go."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import activity, checking_in, pack_file, registering, registration, store, visit
from models.activity import ACTIVITY, Listing
from models.database import Db, transaction
from models.member import MEMBER
from models.visit import How
from tests.chat import Chat
from tests.conftest import PACK

_SHIFT = """
[[activity]]
id = "{code}"
kind = "volunteering"
title = "{title}"
place = "tower"
starts = 2026-11-{day}T{clock}:00+08:00
ends = 2026-11-{day}T{until}:00+08:00
hours = {hours}
checks_out = {checks_out}
"""


def shift(
    code: str, title: str, day: int, clock: str, until: str, hours: float, checks_out: bool = False
) -> str:
    """One of November, as a pack says it."""
    said = str(checks_out).lower()
    return _SHIFT.format(
        code=code, title=title, day=day, clock=clock, until=until, hours=hours, checks_out=said
    )


# Two hours on Saturday morning; on Sunday three hours, with a check-out; a meal that gives none.
SHIFTS = (
    shift("gate", "垃圾分类值守", 28, "08:00", "10:00", 2)
    + shift("lobby", "大堂导览", 29, "09:00", "12:00", 0, True)
    + shift("soup", "邻里汤会", 27, "18:00", "19:00", 0)
)


def load(say: Chat, folder: Path, more: str = SHIFTS) -> None:
    """Puts them into the database of this chat."""
    pack = folder / "shifts.toml"
    pack.write_text(more, encoding="utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))


def wanted(db: Db, code: str) -> Listing:
    return activity.held(db, db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == code)))


def member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def register(say: Chat, code: str, *people: str) -> None:
    with transaction(say.engine) as db:
        for who in people:
            registering.register(db, wanted(db, code), member(db, who), 1, {}, say.clock.now())


def arrive(say: Chat, code: str, who: str, at: str, how: How = "screen") -> None:
    """Somebody scans at the door; scanned again later, it is his way out where he is to say so."""
    say.at(at)
    with transaction(say.engine) as db:
        checking_in.check_in(db, wanted(db, code), member(db, who), how, datetime.fromisoformat(at))


def undo(say: Chat, code: str, who: str) -> None:
    with transaction(say.engine) as db:
        there = wanted(db, code)
        own = registration.live(db, there, member(db, who))
        assert own is not None
        known = visit.of(db, own.id)
        assert known is not None
        checking_in.undo(db, there, known, member(db, who), say.clock.now())
