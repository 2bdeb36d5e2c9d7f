"""How often somebody may be sent a one-time subscription message: once for each time that he said yes."""

from sqlalchemy import bindparam, insert, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import ADDRESSES
from models.personal import personal
from models.text import Text


class Grant(SQLModel, table=True):
    """`left` messages of this template; `event` is the last yes that was counted, so that a repeat counts once."""

    address_id: int = Field(foreign_key="address.id", primary_key=True)
    template: str = Field(primary_key=True)
    left: int
    event: str


GRANT = table_of(Grant)
_THERE = (GRANT.c.address_id == bindparam("address"), GRANT.c.template == bindparam("of"))
_COUNT = (
    update(GRANT)
    .where(*_THERE, GRANT.c.event != bindparam("said"))
    .values(left=GRANT.c.left + 1, event=bindparam("said"))
)
_KNOWN = update(GRANT).where(*_THERE).values(event=GRANT.c.event)
_INSERT = insert(GRANT)
_TAKE_BACK = update(GRANT).where(*_THERE).values(left=0)
_SPEND = update(GRANT).where(*_THERE, GRANT.c.left > 0).values(left=GRANT.c.left - 1)
_RETURN = update(GRANT).where(*_THERE).values(left=GRANT.c.left + 1)


def give(db: Db, address: int, template: str, event: str) -> None:
    """One more may be sent; `event` names the event that said so, and a repeat of the last one changes nothing."""
    there = {"address": address, "of": template}
    if db.run(_COUNT, **there, said=event) == 0 and db.run(_KNOWN, **there) == 0:
        db.run(_INSERT, address_id=address, template=template, left=1, event=event)


def take_back(db: Db, address: int, template: str) -> None:
    """None may be sent any more: he said no, or the platform does."""
    db.run(_TAKE_BACK, address=address, of=template)


def spend(db: Db, address: int, template: str) -> bool:
    """Takes one before it is sent; False where there is none. Of two at once that want the last, one gets it."""
    return db.run(_SPEND, address=address, of=template) == 1


def give_back(db: Db, address: int, template: str) -> None:
    """What was taken was not sent after all."""
    db.run(_RETURN, address=address, of=template)


personal(
    GRANT,
    Text("同意接收的订阅通知"),
    whose=GRANT.c.address_id.in_(ADDRESSES),
    shows={"template": Text("订阅通知的模板"), "left": Text("还可以发几条")},
    besides={"event": "by which a repeat is told, an id of the platform alone"},
    kept="one row a template, until it is used up or the address goes",
)
