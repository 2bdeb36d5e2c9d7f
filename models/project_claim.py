"""Claims: who gives how much of a part of a project, from the offer to the delivery that was confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import moves, offering, project_part
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

_IS_DUE = "due IS NOT NULL"


class ProjectClaim(SQLModel, table=True):
    """Its key is its public number. `member_id` claimed it and is its contact, for `organization_id` or, where there is
    none, for himself. `by` is when it is promised. `due` is when something is done about it next: the office is asked
    once more for its answer or its confirmation, who promised it is reminded, or it lapses; `climbed` counts that.
    `delivered` is how much came. Of money it is a pledge: nothing is paid
    here, and what was received staff alone say.
    """

    __tablename__ = "project_claim"
    __table_args__ = (
        Index("ix_project_claim_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    id: int | None = Field(default=None, primary_key=True)
    part_id: int = Field(foreign_key="project_part.id", index=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    quantity: int
    state: str
    words: str | None = None
    by: datetime | None = None
    due: datetime | None = None
    climbed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    delivered: int | None = None
    photo_id: int | None = Field(default=None, foreign_key="photo.id", index=True)
    offer_id: int | None = Field(default=None, foreign_key="offer.id", index=True)
    # The claim by whose invitation this one came.
    invited_by_id: int | None = Field(default=None, foreign_key="project_claim.id", index=True)
    # Whether the result may name them; None where they were not asked.
    named: bool | None = None
    at: datetime
    changed: datetime


CLAIM = table_of(ProjectClaim)
# 12 moves, and no other.
MACHINE = moves.machine(
    "claim",
    CLAIM,
    {
        "offered": ("accepted", "waiting", "declined", "withdrawn"),
        "waiting": ("offered", "withdrawn", "lapsed"),
        "accepted": ("delivered", "withdrawn", "lapsed"),
        "delivered": ("confirmed", "accepted"),
    },
    begins=("offered", "waiting"),
    explained=("declined",),
)
# What a claim in this state has of its part: put aside, or taken.
HELD, TAKEN = ("offered",), ("accepted", "delivered", "confirmed")
STATES = {
    "offered": Text("等答复"),
    "waiting": Text("排队中"),
    "accepted": Text("已接受"),
    "delivered": Text("已到位，等确认"),
    "confirmed": Text("已确认"),
    "declined": Text("没有接受"),
    "withdrawn": Text("已撤回"),
    "lapsed": Text("已过期"),
}
# What was promised by an offer is the offer's again.
GIVEN_UP = ("declined", "withdrawn", "lapsed")
_ENTER = insert(CLAIM)
_OFFER = select(CLAIM.c.offer_id).where(CLAIM.c.id == bindparam("number"))
_FIND = select(CLAIM).where(CLAIM.c.id == bindparam("number"))
_OF_PROJECT = select(CLAIM).where(CLAIM.c.project_id == bindparam("project")).order_by(CLAIM.c.id)
_OF_PART = select(CLAIM).where(CLAIM.c.part_id == bindparam("part")).order_by(CLAIM.c.id)


def find(db: Db, number: int) -> Row[Any] | None:
    """The whole claim with this number."""
    return db.row(_FIND, number=number)


def of_project(db: Db, project: int) -> list[Row[Any]]:
    """Every claim of a project, the first one first."""
    return list(db.rows(_OF_PROJECT, project=project))


def of_part(db: Db, part: int) -> list[Row[Any]]:
    return list(db.rows(_OF_PART, part=part))


def enter(
    db: Db, part: Row[Any], member: int, organization: int | None, share: int, now: datetime, **columns: Any
) -> int | None:
    """Asks for a share of a part; gives the claim's number, None where so much is not left.

    With `state="waiting"` it waits until something is left.
    """
    state = columns.get("state", "offered")
    if state in HELD and not project_part.hold(db, part.id, share):
        return None
    key = db.insert(
        _ENTER,
        **{
            "part_id": part.id,
            "project_id": part.project_id,
            "organization_id": organization,
            "member_id": member,
            "quantity": share,
            "state": state,
            "at": now,
            "changed": now,
            **columns,
        },
    )
    moves.begin(db, MACHINE, key, state, member, now)
    return key


def go(
    db: Db,
    one: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    **values: Any,
) -> bool:
    """A claim (id, part_id, quantity, state) goes to its next state, and its share of the part with it.

    False where it is not in that state any more, or nothing is left for who waited; then nothing was changed.
    """
    if after in HELD and not project_part.hold(db, one.part_id, one.quantity):
        return False
    if not moves.go(db, MACHINE, one, after, actor, now, reason=reason, changed=now, **values):
        if after in HELD:
            project_part.let_go(db, one.part_id, one.quantity)
        return False
    if one.state in HELD and after in TAKEN:
        project_part.accept(db, one.part_id, one.quantity, actor, now)
    elif one.state in HELD:
        project_part.let_go(db, one.part_id, one.quantity)
    elif one.state in TAKEN and after not in TAKEN:
        project_part.give_back(db, one.part_id, one.quantity, actor, now)
    if after in GIVEN_UP and (offered := db.value(_OFFER, number=one.id)) is not None:
        offering.give_back(db, offered, one.quantity, actor, now)
    return True


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """What an organization gives stays its own; what somebody gave for himself counts on without a name."""
    db.run(update(CLAIM).where(rows.these).values(member_id=None, words=None, photo_id=None))


personal(
    CLAIM,
    Text("您认领的"),
    whose=CLAIM.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "project_id": Text("项目"),
        "part_id": Text("缺口"),
        "organization_id": Text("代表"),
        "quantity": Text("数量"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "words": Text("说明"),
        "at": Text("时间"),
    },
    erase=_erase,
    kept="as long as the project is: who gave what is its record",
)
