"""Who follows a need or a project and hears what becomes of it; of a need this is its support, one a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, keep_older, personal
from models.text import Text


class Follow(SQLModel, table=True):
    """One of `need_id` and `project_id`."""

    __table_args__ = (UniqueConstraint("need_id", "member_id"), UniqueConstraint("project_id", "member_id"))
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    need_id: int | None = Field(default=None, foreign_key="need.id")
    project_id: int | None = Field(default=None, foreign_key="project.id")
    at: datetime


FOLLOW = table_of(Follow)
# Both databases say it alike.
_ENTER = postgresql.insert(FOLLOW).on_conflict_do_nothing()
_OF = (
    FOLLOW.c.need_id.is_not_distinct_from(bindparam("need")),
    FOLLOW.c.project_id.is_not_distinct_from(bindparam("project")),
)
_WHO = select(FOLLOW.c.member_id).where(*_OF).order_by(FOLLOW.c.id)
_COUNT = select(func.count()).where(*_OF)
_MINE = select(FOLLOW.c.id).where(*_OF, FOLLOW.c.member_id == bindparam("member"))
_LEAVE = delete(FOLLOW).where(*_OF, FOLLOW.c.member_id == bindparam("member"))
_OWN = select(FOLLOW).where(FOLLOW.c.member_id == bindparam("member")).order_by(FOLLOW.c.id.desc())


def follow(
    db: Db, member: int, now: datetime, *, need: int | None = None, project: int | None = None
) -> bool:
    """False where he followed it already."""
    if follows(db, member, need=need, project=project):
        return False
    # How many rows an insert met PostgreSQL does not say; of two at once one does nothing.
    db.run(_ENTER, member_id=member, need_id=need, project_id=project, at=now)
    return True


def follows(db: Db, member: int, *, need: int | None = None, project: int | None = None) -> bool:
    return db.value(_MINE, member=member, need=need, project=project) is not None


def leave(db: Db, member: int, *, need: int | None = None, project: int | None = None) -> bool:
    return db.run(_LEAVE, member=member, need=need, project=project) == 1


def followers(db: Db, *, need: int | None = None, project: int | None = None) -> list[int]:
    """The members who follow it, the first one first."""
    return [row.member_id for row in db.rows(_WHO, need=need, project=project)]


def count(db: Db, *, need: int | None = None, project: int | None = None) -> int:
    return int(db.value(_COUNT, need=need, project=project))


def own(db: Db, member: int) -> list[Row[Any]]:
    """What somebody follows, the newest first."""
    return list(db.rows(_OWN, member=member))


personal(
    FOLLOW,
    Text("您关注的事"),
    whose=FOLLOW.c.member_id == OWNER,
    shows={"need_id": Text("反映的事"), "project_id": Text("项目"), "at": Text("时间")},
    kept="until he leaves it",
    joins=keep_older("need_id", "project_id"),
)
