"""A guide's own rows: what he reads of them, and what becomes of them when he is erased or two become one."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from models import guide, moves
from models.database import Db
from models.guide import GUIDE
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """Future seats are free again; that somebody guided a group stays, who it was goes."""
    coming = select(GUIDE).where(rows.these, GUIDE.c.state == "signed", GUIDE.c.starts > now)
    for one in db.rows(coming):
        moves.go(db, guide.MACHINE, one, "withdrawn", None, now)
    db.run(update(GUIDE).where(rows.these).values(member_id=None))


def _join(db: Db, _table: Any, stays: int, goes: int, now: datetime) -> None:
    """Of two seats in one slot the older stays."""
    known: set[Any] = set()
    both = select(GUIDE).where(
        or_(GUIDE.c.member_id == stays, GUIDE.c.member_id == goes), GUIDE.c.state == "signed"
    )
    for one in db.rows(both.order_by(GUIDE.c.id)):
        here = (one.service_id, one.place_id, one.starts)
        if here in known:
            moves.go(db, guide.MACHINE, one, "withdrawn", None, now)
        known.add(here)


personal(
    GUIDE,
    Text("您做讲解员"),
    whose=GUIDE.c.member_id == OWNER,
    shows={
        "service_id": Text("参观"),
        "place_id": Text("地点"),
        "starts": Text("时间"),
        "state": Shown(Text("状态"), Codes(guide.STATES)),
        "at": Text("报名时间"),
    },
    besides={
        "seat": "which of the guides of the slot he is",
        "told": "how many people he was told would come",
    },
    erase=_erase,
    joins=_join,
    kept="as long as the service is: who guided is the record of its visits, without him once he is erased",
)
