"""A need as it comes to staff, the unit that may have it, and what became of both: for the tests of handling."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, insert, select

from models import change, handling_due, need, need_line
from models.database import Db, transaction
from models.member import MEMBER, ROLE
from models.need import MACHINE, NEED
from models.organization import ORGANIZATION
from tests import crowd
from tests.chat import SCHEDULE, Chat

WORDS = "楼道里的灯不亮，打我电话13812345678。"


def report(say: Chat, who: str = "lin", at: str | None = "tower", **columns: Any) -> int:
    """What somebody reported a moment ago; gives its number."""
    with transaction(say.engine) as db:
        return enter(db, who, at, say.clock.now(), **columns)


def enter(db: Db, who: str, at: str | None, now: datetime, **columns: Any) -> int:
    reporter = crowd.member(db, who)
    number = need.enter(
        db,
        now,
        reporter,
        **{
            "title": "楼道灯不亮",
            "category": "lighting",
            "place_id": crowd.place(db, at) if at else None,
            "reporter_id": reporter,
            **columns,
        },
    )
    need_line.add(db, number, reporter, "report", now, words=WORDS, checked="passed")
    one = need.find(db, number)
    assert one is not None
    need.go(db, one, "new", reporter, now, **handling_due.answered(db, SCHEDULE, now))
    return number


def unit(db: Db, name: str = "云杉物业", at: str = "tower", contact: str | None = "he") -> int:
    """A unit, and who stands for it."""
    key = db.insert(
        insert(ORGANIZATION),
        code=f"unit-{name}",
        kind="property",
        name=name,
        aliases=[],
        place_id=crowd.place(db, at),
    )
    if contact:
        db.insert(
            insert(ROLE), member_id=crowd.member(db, contact), kind="representative", organization_id=key
        )
    return key


def found(say: Chat, number: int = 1) -> Row[Any]:
    with transaction(say.engine) as db:
        one = need.find(db, number)
    assert one is not None
    return one


def states(say: Chat, number: int = 1) -> list[str]:
    """The states that its log goes through; each of them follows the one before, as the machine allows."""
    with transaction(say.engine) as db:
        rows = db.rows(
            select(change.CHANGE)
            .where(change.CHANGE.c.subject == "need", change.CHANGE.c.subject_id == number)
            .order_by(change.CHANGE.c.id)
        )
        now = db.value(select(NEED.c.state).where(NEED.c.id == number))
    for before, after in pairwise(rows):
        assert after.before == before.after
        assert after.after in MACHINE.moves[before.after]
    assert rows[-1].after == now
    return [row.after for row in rows]


def whose(say: Chat, number: int = 1) -> str | None:
    """The pack's id of the officer who has it."""
    with transaction(say.engine) as db:
        code: str | None = db.value(
            select(MEMBER.c.code).join(NEED, NEED.c.officer_id == MEMBER.c.id).where(NEED.c.id == number)
        )
    return code
