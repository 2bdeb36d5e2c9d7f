"""The papers of a service, which somebody ticks off as he gets them together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Row, UniqueConstraint, bindparam, delete, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import service
from models.database import Db, table_of
from models.personal import OWNER, keep_older, personal
from models.text import Text

# Papers are got together within weeks.
KEPT = timedelta(days=90)
# Services and papers that one number can tell, which has nine digits at most.
_PAPERS = 10_000
_SLICE = 1000


class MaterialTick(SQLModel, table=True):
    """`material` are the words of the paper as the catalogue had them when it was ticked."""

    __tablename__ = "material_tick"
    __table_args__ = (UniqueConstraint("member_id", "service_id", "material"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id")
    service_id: int = Field(foreign_key="service.id", index=True)
    material: str
    at: datetime = Field(index=True)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a list; `number` stands for its words, so that an old button means no other one."""

    number: int
    name: str
    ticked: bool


MATERIAL_TICK = table_of(MaterialTick)
_OWN = (MATERIAL_TICK.c.member_id == bindparam("member"), MATERIAL_TICK.c.service_id == bindparam("service"))
_TICKED = select(MATERIAL_TICK.c.material).where(*_OWN)
# Both databases say it alike.
_TICK = postgresql.insert(MATERIAL_TICK).on_conflict_do_nothing()
_UNTICK = delete(MATERIAL_TICK).where(*_OWN, MATERIAL_TICK.c.material == bindparam("paper"))
_OLD = select(MATERIAL_TICK.c.id).where(MATERIAL_TICK.c.at < bindparam("limit")).limit(_SLICE)
_FORGET = delete(MATERIAL_TICK).where(MATERIAL_TICK.c.id.in_(bindparam("old", expanding=True)))


def papers(db: Db, member: int, of: Row[Any]) -> list[Paper]:
    """What a service wants, in its own order, and what of it this member has."""
    ticked = {row.material for row in db.rows(_TICKED, member=member, service=of.id)}
    return [Paper(number, name, name in ticked) for number, name in _numbered(of).items()]


def find(db: Db, number: int) -> tuple[Row[Any] | None, str | None]:
    """The service and the paper that a number of `papers` means; the paper is None where the list changed."""
    of = service.find(db, number // _PAPERS)
    return of, None if of is None else _numbered(of).get(number)


def tick(db: Db, member: int, of: int, paper: str, now: datetime) -> None:
    """Again it changes nothing."""
    db.run(_TICK, member_id=member, service_id=of, material=paper, at=now)


def untick(db: Db, member: int, of: int, paper: str) -> None:
    """Again it changes nothing."""
    db.run(_UNTICK, member=member, service=of, paper=paper)


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was KEPT long enough; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


def _numbered(of: Row[Any]) -> dict[int, str]:
    """By number: the words of a paper make it, and of two that would have the same the later has the next."""
    found: dict[int, str] = {}
    for name in dict.fromkeys(of.materials):
        number = crc32(name.encode()) % _PAPERS
        while of.id * _PAPERS + number in found:
            number = (number + 1) % _PAPERS
        found[of.id * _PAPERS + number] = name
    return found


personal(
    MATERIAL_TICK,
    Text("您备好的材料"),
    whose=MATERIAL_TICK.c.member_id == OWNER,
    shows={"service_id": Text("服务"), "material": Text("材料"), "at": Text("时间")},
    joins=keep_older("service_id", "material"),
    kept=KEPT,
)
