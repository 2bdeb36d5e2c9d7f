"""The parts of a project: one thing that it needs, how much of it, and how much is promised and given."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Row, UniqueConstraint, bindparam, case, delete, select, text, update
from sqlmodel import Field, SQLModel

from models import moves
from models.change import CHANGE
from models.database import Db, table_of
from models.personal import impersonal
from models.text import Text

PartKind = Literal["people", "supplies", "venue", "expertise", "money"]


class Part(SQLModel, table=True):
    """`held` is what is asked for and not answered yet, `taken` the sum of the claims that were accepted; together
    they never exceed `quantity`. `least` is the smallest share, `mandatory` says that nothing begins without it.
    """

    __tablename__ = "project_part"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("taken >= 0 AND held >= 0 AND taken + held <= quantity", name="within_quantity"),
    )
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    code: str
    kind: str
    name: str
    quantity: int
    unit: str | None = None
    least: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    mandatory: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    begins: datetime | None = None
    ends: datetime | None = None
    held: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: str = Field(default="open", sa_column_kwargs={"server_default": "open"})


PART = table_of(Part)
# 10 moves, and no other.
MACHINE = moves.machine(
    "part",
    PART,
    {
        "open": ("partly", "filled", "expired"),
        "partly": ("open", "filled", "expired"),
        "filled": ("partly", "open", "delivered", "expired"),
    },
    begins=("open",),
)
STATES = {
    "open": Text("待认领"),
    "partly": Text("认领了一部分"),
    "filled": Text("认领满了"),
    "delivered": Text("已到位"),
    "expired": Text("已过期"),
}
_FIND = select(PART).where(PART.c.id == bindparam("part"))
_OF = select(PART).where(PART.c.project_id == bindparam("project")).order_by(PART.c.id)
_FORGET = delete(CHANGE).where(
    CHANGE.c.subject == "part", CHANGE.c.subject_id.in_(bindparam("parts", expanding=True))
)
_HERE = PART.c.id == bindparam("part")
_SHARE: Any = bindparam("share")
_HOLD = (
    update(PART)
    .where(
        _HERE, PART.c.taken + PART.c.held + _SHARE <= PART.c.quantity, PART.c.state.in_(["open", "partly"])
    )
    .values(held=PART.c.held + _SHARE)
)
_LET_GO = update(PART).where(_HERE, PART.c.held >= _SHARE).values(held=PART.c.held - _SHARE)
_ACCEPT = (
    update(PART)
    .where(_HERE, PART.c.held >= _SHARE)
    .values(held=PART.c.held - _SHARE, taken=PART.c.taken + _SHARE)
)
_RETURN = update(PART).where(_HERE, PART.c.taken >= _SHARE).values(taken=PART.c.taken - _SHARE)
_MEANT = case((PART.c.taken == 0, "open"), (PART.c.taken < PART.c.quantity, "partly"), else_="filled")
_STATE = select(PART.c.id, PART.c.state, _MEANT.label("meant")).where(_HERE)


def find(db: Db, part: int) -> Row[Any] | None:
    return db.row(_FIND, part=part)


def of(db: Db, project: int) -> list[Row[Any]]:
    """The parts of a project, in its own order."""
    return list(db.rows(_OF, project=project))


def left(part: Row[Any]) -> int:
    """How much nobody has asked for yet."""
    return int(part.quantity - part.taken - part.held)


# The counters: each is one conditional update, which never passes what the part needs.


def hold(db: Db, part: int, share: int) -> bool:
    """Puts a share aside for who asks for it; False where so much is not left."""
    return db.run(_HOLD, part=part, share=share) == 1


def let_go(db: Db, part: int, share: int) -> bool:
    """Who asked for it does not get it, or does not want it any more."""
    return db.run(_LET_GO, part=part, share=share) == 1


def accept(db: Db, part: int, share: int, actor: int | None, now: datetime) -> bool:
    """What was put aside is given; the part's state follows."""
    if not db.run(_ACCEPT, part=part, share=share):
        return False
    settle(db, part, actor, now)
    return True


def give_back(db: Db, part: int, share: int, actor: int | None, now: datetime) -> bool:
    """What was given is not any more; the part is open for others again."""
    if not db.run(_RETURN, part=part, share=share):
        return False
    settle(db, part, actor, now)
    return True


def settle(db: Db, part: int, actor: int | None, now: datetime) -> None:
    """The state that a part has by what is taken of it."""
    row = db.row(_STATE, part=part)
    if row is not None and row.state in MACHINE.moves and row.meant != row.state:
        moves.go(db, MACHINE, row, row.meant, actor, now)


def deliver(db: Db, part: Row[Any], actor: int | None, now: datetime) -> bool:
    """Everything that was promised of a part (id, state) came."""
    return moves.go(db, MACHINE, part, "delivered", actor, now)


def expire(db: Db, part: Row[Any], actor: int | None, now: datetime) -> bool:
    """Nobody can give anything of a part (id, state) any more; what nobody needs is left as it is."""
    return part.state in MACHINE.moves and moves.go(db, MACHINE, part, "expired", actor, now)


def forget(db: Db, parts: Collection[int]) -> None:
    """Before parts of which nobody ever had anything are deleted: a key may be given once more, with a log of its own."""
    db.run(_FORGET, parts=list(parts))


impersonal(PART, "what a project needs, which names nobody")
