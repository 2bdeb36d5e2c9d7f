"""Which group chats and robots hear what a place has to say: each is bound to one place."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from models import member
from models.database import Db, table_of
from models.member import ADDRESS
from models.personal import OWNER, clear, personal
from models.place import PLACE, below
from models.text import Text


class GroupBinding(SQLModel, table=True):
    """The address of a group, or of a robot that speaks in one; `member_id` is who bound it, None for a robot."""

    __tablename__ = "group_binding"
    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", unique=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime


GROUP_BINDING = table_of(GroupBinding)
_INSERT = insert(GROUP_BINDING)
_MOVE = (
    update(GROUP_BINDING)
    .where(GROUP_BINDING.c.address_id == bindparam("address"))
    .values(place_id=bindparam("place"), member_id=bindparam("by"), at=bindparam("now"))
)
_READDRESS = (
    update(GROUP_BINDING)
    .where(GROUP_BINDING.c.address_id == bindparam("before"))
    .values(address_id=bindparam("address"))
)
_REMOVE = delete(GROUP_BINDING).where(GROUP_BINDING.c.address_id == bindparam("address"))
_NAMED = (
    select(GROUP_BINDING, PLACE.c.name.label("place"), PLACE.c.code.label("place_code"))
    .join(PLACE, PLACE.c.id == GROUP_BINDING.c.place_id)
    .order_by(GROUP_BINDING.c.id)
)
_AT = _NAMED.where(GROUP_BINDING.c.address_id == bindparam("address"))
# A robot is no chat: the configuration binds it.
_AMONG = _NAMED.join(ADDRESS, ADDRESS.c.id == GROUP_BINDING.c.address_id).where(
    GROUP_BINDING.c.place_id.in_(bindparam("places", expanding=True)),
    ADDRESS.c.key.startswith("group:"),
    ADDRESS.c.closed.is_(None),
)
_REACHED = (
    select(GROUP_BINDING.c.address_id)
    .join(ADDRESS, ADDRESS.c.id == GROUP_BINDING.c.address_id)
    .where(GROUP_BINDING.c.place_id.in_(bindparam("places", expanding=True)), ADDRESS.c.closed.is_(None))
    .order_by(GROUP_BINDING.c.address_id)
)
_KNOWN = select(ADDRESS.c.id, ADDRESS.c.closed).where(
    ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key")
)
_OF_CHANNEL = select(ADDRESS.c.id, ADDRESS.c.key).where(ADDRESS.c.channel == bindparam("channel"))
_CODED = select(PLACE.c.id).where(PLACE.c.code == bindparam("code"))


def bind(db: Db, address: int, place: int, by: int | None, now: datetime) -> None:
    """From now on this group hears what the place has to say, and nothing of another place that it was bound to."""
    if not db.run(_MOVE, address=address, place=place, by=by, now=now):
        db.insert(_INSERT, address_id=address, place_id=place, member_id=by, at=now)


def unbind(db: Db, address: int) -> bool:
    """False where it was not bound."""
    return db.run(_REMOVE, address=address) > 0


def find(db: Db, address: int) -> Row[Any] | None:
    """The binding of this group, with the name and code of its place; None where it has none."""
    return db.row(_AT, address=address)


def among(db: Db, places: Collection[int]) -> list[Row[Any]]:
    """The groups that are bound to one of these very places, oldest first."""
    return list(db.rows(_AMONG, places=list(places))) if places else []


def addresses(db: Db, places: Collection[int]) -> list[int]:
    """The addresses of the groups and robots that hear what is said to these places: bound to them or below."""
    inner = below(db, places)
    return [row.address_id for row in db.rows(_REACHED, places=inner)] if inner else []


def move(db: Db, channel: str, old: str, new: str) -> None:
    """A group chat has another key from now on, and stays bound."""
    before = db.row(_KNOWN, channel=channel, key=old)
    member.move(db, channel, old, new)
    address = db.row(_KNOWN, channel=channel, key=new)
    if (
        before is not None
        and address is not None
        and before.id != address.id
        and find(db, address.id) is None
    ):
        db.run(_READDRESS, before=before.id, address=address.id)


def strangers(db: Db, codes: Collection[str]) -> list[str]:
    """Those of these codes that are no place's."""
    return [code for code in codes if db.value(_CODED, code=code) is None]


def enrol(db: Db, channel: str, codes: Collection[str], now: datetime) -> list[str]:
    """The robots of a channel, each named by the code of its place; those that are no more fall silent.

    Gives the codes that are no place's; then nothing is to be kept of this.
    """
    if unknown := strangers(db, codes):
        return unknown
    places = {code: db.value(_CODED, code=code) for code in codes}
    for row in db.rows(_OF_CHANNEL, channel=channel):
        if row.key not in places:
            unbind(db, row.id)
            member.close(db, row.id, now)
    for code, place in places.items():
        known = db.row(_KNOWN, channel=channel, key=code)
        address = known.id if known else member.meet_group(db, channel, code)
        if known and known.closed:
            member.reopen(db, address)
        if (bound := find(db, address)) is None or bound.place_id != place:
            bind(db, address, place, None, now)
    return []


personal(
    GROUP_BINDING,
    Text("您绑定的群"),
    whose=GROUP_BINDING.c.member_id == OWNER,
    shows={"place_id": Text("地点"), "at": Text("时间")},
    besides={"address_id": "the platform's number of a group that others belong to"},
    # The group stays bound: it is the place's, not his.
    erase=clear(member_id=None),
    kept="as long as the group is bound",
)
