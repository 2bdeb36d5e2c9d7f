"""Needs: what people report, with a number, a place, who has it, and the states that it goes through."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import moves
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

# What it is about decides who sees it and which steps it takes: a need of the neighbourhood, a plan that a company
# asks for, or a question that only its provider reads.
KINDS = ("need", "plan", "consultation")


class Need(SQLModel, table=True):
    """Its key is its public number. Three axes: `state` is what happens, `sent` whether the unit that has it knows
    (`unsent`, `sent`, `acknowledged`), `visibility` who sees it (`public`, `private`: reporter and staff, `hidden`:
    staff alone).

    `title` is staff's own words or the bot's, never the reporter's; those are its lines. `spot` is where in the place,
    in the reporter's words. `anonymous`: staff do not read the name either; other members never do.
    `officer_id` has it, for the organization `unit_id` or the outside `unit`, a name with a contact. `due` is when
    the next step is owed, `climbs` when somebody is told that it was not done.
    """

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(default="need", sa_column_kwargs={"server_default": "need"})
    category: str | None = Field(default=None, index=True)
    title: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    spot: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    reporter_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    anonymous: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # For which company, where it is a company's.
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    state: str = Field(index=True)
    sent: str = Field(default="unsent", sa_column_kwargs={"server_default": "unsent"})
    visibility: str = Field(default="public", sa_column_kwargs={"server_default": "public"})
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    officer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    unit: str | None = None
    due: datetime | None = None
    climbs: datetime | None = Field(default=None, index=True)
    climbed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    extended: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reopened: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    appealed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # When the reporter was last asked whether it is solved, and how often.
    asked: datetime | None = Field(default=None, index=True)
    asked_times: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    outcome: str | None = None
    score: int | None = None
    duplicate_of_id: int | None = Field(default=None, foreign_key="need.id", index=True)
    project_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    source: str = Field(default="chat", sa_column_kwargs={"server_default": "chat"})
    at: datetime = Field(index=True)
    changed: datetime


NEED = table_of(Need)
# 34 moves, and no other.
MACHINE = moves.machine(
    "need",
    NEED,
    {
        "draft": ("new", "duplicate", "withdrawn"),
        "new": ("triaged", "answered", "duplicate", "withdrawn", "rejected"),
        "triaged": (
            *("answered", "referred", "adopted", "in_progress", "rejected", "duplicate", "withdrawn"),
        ),
        "answered": ("confirmed", "reopened", "closed"),
        "referred": ("resolved", "triaged", "closed"),
        "adopted": ("in_progress", "triaged"),
        "in_progress": ("resolved", "triaged"),
        "resolved": ("confirmed", "reopened", "closed"),
        "reopened": ("triaged", "in_progress", "closed"),
        "confirmed": ("closed",),
        "rejected": ("triaged",),
        "duplicate": ("triaged",),
    },
    begins=("draft",),
    explained=("rejected", "referred", "duplicate", "reopened"),
)
# Nothing more is owed then.
ENDED = ("confirmed", "closed", "withdrawn", "rejected", "duplicate")
STATES = {
    "draft": Text("还没提交"),
    "new": Text("已收到"),
    "triaged": Text("已受理"),
    "answered": Text("已答复"),
    "referred": Text("已转办"),
    "adopted": Text("已立项"),
    "in_progress": Text("办理中"),
    "resolved": Text("已办结，等您确认"),
    "confirmed": Text("已解决"),
    "reopened": Text("重新打开"),
    "closed": Text("已结束"),
    "duplicate": Text("并到了另一件"),
    "withdrawn": Text("已撤回"),
    "rejected": Text("不予受理"),
}
_ENTER = insert(NEED)
_FIND = select(NEED).where(NEED.c.id == bindparam("number"))
_FROM_VISIT = (
    update(NEED)
    .where(NEED.c.id == bindparam("number"))
    .values(source="visit", organization_id=bindparam("organization"), officer_id=bindparam("officer"))
)


def enter(db: Db, now: datetime, actor: int | None, **columns: Any) -> int:
    """A new need in the state `draft`; gives its number. What comes next is a move."""
    key = db.insert(_ENTER, **{"state": "draft", "at": now, "changed": now, **columns})
    moves.begin(db, MACHINE, key, "draft", actor, now)
    return key


def find(db: Db, number: int) -> Row[Any] | None:
    """The whole need with this number."""
    return db.row(_FIND, number=number)


def go(
    db: Db,
    one: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> bool:
    """A need (id, state) goes to its next state, see `moves.go`."""
    return moves.go(db, MACHINE, one, after, actor, now, reason=reason, detail=detail, changed=now, **values)


def from_visit(db: Db, number: int, organization: int | None, officer: int) -> None:
    """It was noted on a visit, for this company; the officer who was there has it."""
    db.run(_FROM_VISIT, number=number, organization=organization, officer=officer)


def ref(number: int) -> str:
    return f"need:{number}"


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """What was reported stays the neighbourhood's, without who reported it or had it."""
    mine = update(NEED).where(rows.these)
    db.run(
        mine.where(NEED.c.reporter_id == rows.member).values(
            reporter_id=None, spot=None, latitude=None, longitude=None
        )
    )
    db.run(mine.where(NEED.c.officer_id == rows.member).values(officer_id=None))


personal(
    NEED,
    Text("您反映的事"),
    whose=(NEED.c.reporter_id == OWNER) | (NEED.c.officer_id == OWNER),
    # What an officer handles is somebody else's.
    told=NEED.c.reporter_id == OWNER,
    shows={
        "id": Text("编号"),
        "title": Text("事项"),
        "place_id": Text("地点"),
        "spot": Text("具体位置"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "due": Text("最晚答复"),
        "unit": Text("办理单位"),
        "score": Text("评分"),
        "at": Text("时间"),
    },
    besides={
        "kind": "the title says what it is",
        "category": "the title says what it is",
        "sent": "whether the unit knows of it, which the state tells the reporter",
        "visibility": "who else sees it",
        "outcome": "the state tells it",
        "source": "how it came in",
    },
    erase=_erase,
    kept="for good, without names: it is the neighbourhood's record",
)
