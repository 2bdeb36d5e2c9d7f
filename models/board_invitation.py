"""Units that are invited to a programme, as a round table: whether they come, send somebody, or do not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, UniqueConstraint, bindparam, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import change
from models.database import Db, table_of
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Shown, clear, personal
from models.text import Text


class BoardInvitation(SQLModel, table=True):
    """`member_id` replied for the unit; `words` say who comes instead, where somebody is sent."""

    __tablename__ = "board_invitation"
    __table_args__ = (UniqueConstraint("board_id", "organization_id"),)
    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="board.id")
    organization_id: int = Field(foreign_key="organization.id", index=True)
    state: str
    words: str | None = None
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    changed: datetime


INVITATION = table_of(BoardInvitation)
STATES = {
    "invited": Text("没回复"),
    "coming": Text("参加"),
    "delegated": Text("派代表"),
    "not_coming": Text("不参加"),
}
# Both databases say it alike.
_ENTER = postgresql.insert(INVITATION).on_conflict_do_nothing()
_FIND = select(INVITATION).where(INVITATION.c.id == bindparam("number"))
_OF = (
    select(INVITATION, ORGANIZATION.c.name)
    .join(ORGANIZATION, ORGANIZATION.c.id == INVITATION.c.organization_id)
    .where(INVITATION.c.board_id == bindparam("board"))
    .order_by(INVITATION.c.id)
)
_REPLY = (
    update(INVITATION)
    .where(
        INVITATION.c.id == bindparam("number"),
        (INVITATION.c.state != bindparam("after"))
        | INVITATION.c.words.is_distinct_from(bindparam("new_words")),
    )
    .values(
        state=bindparam("after"),
        words=bindparam("new_words"),
        member_id=bindparam("member"),
        changed=bindparam("now"),
    )
)


def invite(db: Db, board: int, organizations: Sequence[int], now: datetime) -> list[int]:
    """Invites these units; gives the organizations that were not invited before."""
    given = {"board_id": board, "state": "invited", "at": now, "changed": now}
    return [each for each in organizations if db.run(_ENTER, organization_id=each, **given)]


def find(db: Db, number: int) -> Row[Any] | None:
    return db.row(_FIND, number=number)


def of(db: Db, board: int) -> list[Row[Any]]:
    """Every invitation to it with the unit's name, the first one first."""
    return list(db.rows(_OF, board=board))


def reply(db: Db, one: Row[Any], after: str, words: str | None, member: int, now: datetime) -> bool:
    """What a unit answered, which it may change; False where it had answered the same."""
    if not db.run(_REPLY, number=one.id, after=after, new_words=words, member=member, now=now):
        return False
    change.record(db, "invitation", one.id, one.state, after, member, now)
    return True


personal(
    INVITATION,
    Text("您替单位回复的邀请"),
    whose=INVITATION.c.member_id == OWNER,
    shows={
        "organization_id": Text("单位"),
        "state": Shown(Text("回复"), Codes(STATES)),
        "words": Text("谁来"),
        "changed": Text("时间"),
    },
    besides={"board_id": "to what it is", "at": "when the unit was invited"},
    erase=clear(member_id=None, words=None),
    kept="as long as the programme is: it is the unit's answer",
)
