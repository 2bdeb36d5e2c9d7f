"""Community projects: what somebody needs or offers to do, in parts that organizations and people give."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Field, SQLModel

from models import match_due, moves
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, impersonal, personal
from models.text import Text


class Project(SQLModel, table=True):
    """Its key is its public number. `board` is a board's id or a plain label, see `board.name`.

    `kind` is `project`, `charity` (somebody has to have verified it) or `entry` (of a contest). `origin` says whose
    idea it was: `community`, `company`, `club`, `need` or `edition` (the next year's of `edition_of_id`).
    `organization_id` proposed or holds it, `lead_id` leads the team, `officer_id` looks after it.
    `progress` is in percent. `result` and its photo are what came of it, as everybody may read it.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str = Field(default="project", sa_column_kwargs={"server_default": "project"})
    board: str | None = None
    title: str
    summary: str | None = None
    state: str = Field(default="claiming", index=True, sa_column_kwargs={"server_default": "claiming"})
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    origin: str = Field(default="community", sa_column_kwargs={"server_default": "community"})
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    lead_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    proposer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    officer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    edition_of_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    edition: str | None = None
    # Until when last year's claimants come first.
    reserved: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    progress: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    result: str | None = None
    result_photo_id: int | None = Field(default=None, foreign_key="photo.id", index=True)
    # When its officer was asked for the result, because everything is done.
    asked: datetime | None = None
    # When it stands among the results that everybody sees.
    shown_at: datetime | None = None
    at: datetime | None = None
    changed: datetime | None = None


class ProjectPlace(SQLModel, table=True):
    """The places that a project is for besides its first one: one project, one count of parts, many towers."""

    __tablename__ = "project_place"
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    place_id: int = Field(foreign_key="place.id", primary_key=True, index=True)


PROJECT, PROJECT_PLACE = table_of(Project), table_of(ProjectPlace)
# 24 moves, and no other.
MACHINE = moves.machine(
    "project",
    PROJECT,
    {
        "draft": ("published", "submitted", "cancelled"),
        "submitted": ("shortlisted", "not_selected"),
        "shortlisted": ("won", "not_selected"),
        "won": ("published",),
        "published": ("claiming", "cancelled"),
        "claiming": ("ready", "cancelled"),
        "ready": ("running", "claiming", "cancelled"),
        "running": ("delivered", "claiming", "paused", "cancelled"),
        "paused": ("running", "cancelled"),
        "delivered": ("reported", "running"),
        "reported": ("archived",),
    },
    # What a pack has is open for claims as it comes.
    begins=("draft", "claiming"),
    explained=("cancelled", "paused", "not_selected"),
)
# Those that everybody sees.
PUBLIC = (*("published", "claiming", "ready", "running", "paused"), *("delivered", "reported", "archived"))
STATES = {
    "draft": Text("草稿"),
    "submitted": Text("已提交"),
    "shortlisted": Text("已入围"),
    "not_selected": Text("没有入选"),
    "won": Text("已入选"),
    "published": Text("已发布"),
    "claiming": Text("认领中"),
    "ready": Text("可以开工"),
    "running": Text("进行中"),
    "paused": Text("已暂停"),
    "cancelled": Text("已取消"),
    "delivered": Text("已完成"),
    "reported": Text("已公布结果"),
    "archived": Text("已归档"),
}


def go(db: Db, one: Any, after: str, actor: int | None, now: datetime, **values: Any) -> bool:
    """A project (id, state) goes to its next state, see `moves.go`. Whom what it misses may suit is told soon."""
    if not moves.go(db, MACHINE, one, after, actor, now, changed=now, **values):
        return False
    if (one.state, after) == ("published", "claiming"):
        match_due.enter(db, "project", one.id, now)
    return True


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """A project stays; who proposed it or looked after it is not named any more."""
    mine = update(PROJECT).where(rows.these)
    db.run(mine.where(PROJECT.c.proposer_id == rows.member).values(proposer_id=None))
    db.run(mine.where(PROJECT.c.officer_id == rows.member).values(officer_id=None))


personal(
    PROJECT,
    Text("您提的项目"),
    whose=(PROJECT.c.proposer_id == OWNER) | (PROJECT.c.officer_id == OWNER),
    shows={
        "id": Text("编号"),
        "title": Text("名称"),
        "summary": Text("简介"),
        "place_id": Text("地点"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "verified_by": Text("核实人"),
        "result": Text("成果"),
        "at": Text("时间"),
    },
    besides={
        "code": "the pack's own id of it",
        "kind": "the title says what it is",
        "board": "how it is sorted",
        "origin": "whose idea it was",
        "edition": "which year's it is",
    },
    erase=_erase,
    kept="for good: it is the community's record",
)
impersonal(PROJECT_PLACE, "where a project is, which names nobody")
