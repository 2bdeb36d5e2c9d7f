"""What was heard before: a platform's repeat gets the same answer, and the act happens once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import ADDRESSES
from models.personal import Shown, personal, read_cards
from models.text import Text

KEPT = timedelta(days=7)
# A purge takes slices of this size, so that nobody who waits for an answer notices it.
_SLICE = 1000


class Heard(SQLModel, table=True):
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    # Nobody's, where the message erased who said it.
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    reply: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(index=True)


HEARD = table_of(Heard)
_RECALL = select(HEARD.c.reply).where(
    HEARD.c.channel == bindparam("channel"), HEARD.c.message == bindparam("message")
)
_KEEP = insert(HEARD)
_OLD = select(HEARD.c.channel, HEARD.c.message).where(HEARD.c.at < bindparam("limit")).limit(_SLICE)
_FORGET = delete(HEARD).where(
    HEARD.c.channel == bindparam("channel"), HEARD.c.message == bindparam("message")
)


def recall(db: Db, channel: str, message: str) -> dict[str, Any] | None:
    """The reply that this message got when it came first."""
    reply: dict[str, Any] | None = db.value(_RECALL, channel=channel, message=message)
    return reply


def keep(
    db: Db, channel: str, message: str, address: int | None, reply: dict[str, Any], at: datetime
) -> None:
    """Keeps the reply for repeats. A message that is there already is an IntegrityError."""
    db.run(_KEEP, channel=channel, message=message, address_id=address, reply=reply, at=at)


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what is older than KEPT; True while there may be more."""
    old = db.rows(_OLD, limit=now - KEPT)
    for row in old:
        db.run(_FORGET, channel=row.channel, message=row.message)
    return len(old) == _SLICE


personal(
    HEARD,
    Text("最近的回复"),
    whose=HEARD.c.address_id.in_(ADDRESSES),
    shows={
        "at": Text("时间"),
        "channel": Text("渠道"),
        "message": Text("消息编号"),
        "reply": Shown(Text("回复"), lambda reply: read_cards(message[-1] for message in reply["messages"])),
    },
    kept=KEPT,
)
