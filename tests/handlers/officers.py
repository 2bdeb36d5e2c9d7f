"""A community with officers: who is staff of what, and what became of the questions that they were asked."""

from typing import Any

from sqlalchemy import delete, insert, select

from models.database import Db, transaction
from models.member import MEMBER, ROLE
from models.place import PLACE
from models.question import QUESTION
from tests.chat import Chat, Said

ASKED = "楼里的空调坏了谁管？"
OFFICE = "站长（云杉大厦）"
SENT = f"已经转给{OFFICE}，一有回复就发到这里。"
NOT_HIS = "请找站长，这个问题由站长回复。"
EMPTY = "收件箱是空的，现在没有人在等回复。"


def make(db: Db, code: str, kind: str, place: str | None = None) -> None:
    """Gives somebody of the tests' community a role."""
    member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))
    where = db.value(select(PLACE.c.id).where(PLACE.c.code == place)) if place else None
    db.run(insert(ROLE), member_id=member, kind=kind, place_id=where)


def dismiss(say: Chat, code: str) -> None:
    """Takes all roles from somebody."""
    with transaction(say.engine) as db:
        whose = select(MEMBER.c.id).where(MEMBER.c.code == code).scalar_subquery()
        db.run(delete(ROLE).where(ROLE.c.member_id == whose))


def ask(say: Chat, words: str = ASKED, who: str = "lin") -> Said:
    say("人工", who)
    return say(words, who)


def rows(say: Chat, statement: Any) -> list[Any]:
    with transaction(say.engine) as db:
        return list(db.rows(statement))


def state(say: Chat, number: int = 1) -> str:
    (row,) = rows(say, select(QUESTION.c.state).where(QUESTION.c.id == number))
    return str(row.state)


def whose(say: Chat, number: int = 1) -> str | None:
    """The pack's id of the officer who has it."""
    found = rows(
        say,
        select(MEMBER.c.code)
        .join(QUESTION, QUESTION.c.officer_id == MEMBER.c.id)
        .where(QUESTION.c.id == number),
    )
    return found[0].code if found else None
