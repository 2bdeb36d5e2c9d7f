"""Photos that people send: what the platform calls each, and its picture once it is needed and was fetched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, LargeBinary, Row, bindparam, delete, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

# No more bytes are kept of one, and no more are taken of a platform for it.
MOST = 2 * 1024 * 1024
MOST_FETCHED = 20 * 1024 * 1024
# Who fetches has so long; waits between the tries, after the last of which it is given up.
LEASE = timedelta(minutes=2)
WAITS = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120))
# What nothing was made of is forgotten.
KEPT_UNUSED = timedelta(days=2)
_SLICE = 500
_IS_DUE = "due IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo as its platform calls it: by `key` it is fetched there; `name` is the file's, where it has one."""

    channel: str
    key: str
    name: str | None = None


class Photo(SQLModel, table=True):
    """`key` is the platform's name of it, `name` the file's where it has one. `state` is `sent` (nothing was made of
    it yet), `wanted` (to be fetched, at `due`), `kept` (`data` is a JPEG without place and camera) or `lost`.
    """

    __table_args__ = (
        Index("ix_photo_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
        Index("ix_photo_at", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    channel: str
    key: str
    name: str | None = None
    state: str
    at: datetime
    due: datetime | None = None
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    why: str | None = None
    data: bytes | None = Field(default=None, sa_type=LargeBinary)


PHOTO = table_of(Photo)
_INSERT = insert(PHOTO)
_SHOWN = select(PHOTO.c.id, PHOTO.c.member_id, PHOTO.c.name, PHOTO.c.state).where(
    PHOTO.c.id == bindparam("number")
)
_DATA = select(PHOTO.c.data).where(PHOTO.c.id == bindparam("number"))
_WANT = (
    update(PHOTO)
    .where(PHOTO.c.id == bindparam("number"), PHOTO.c.state == "sent")
    .values(state="wanted", due=bindparam("now"))
)
_DUE = (
    select(PHOTO.c.id, PHOTO.c.channel, PHOTO.c.key, PHOTO.c.due, PHOTO.c.tries)
    .where(
        text(f"photo.{_IS_DUE}"),
        PHOTO.c.due <= bindparam("now"),
        PHOTO.c.channel.in_(bindparam("channels", expanding=True)),
    )
    .order_by(PHOTO.c.due)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(PHOTO)
    .where(PHOTO.c.id == bindparam("number"), PHOTO.c.due == bindparam("was"))
    .values(due=bindparam("until"), tries=PHOTO.c.tries + 1)
)
_SETTLE = (
    update(PHOTO)
    .where(PHOTO.c.id == bindparam("number"), PHOTO.c.state == "wanted")
    .values(state=bindparam("final"), data=bindparam("bytes"), why=bindparam("reason"), due=None)
)
_PUT_OFF = (
    update(PHOTO)
    .where(PHOTO.c.id == bindparam("number"), PHOTO.c.state == "wanted")
    .values(due=bindparam("until"), why=bindparam("reason"))
)
_UNUSED = (
    select(PHOTO.c.id)
    .where(PHOTO.c.state == "sent", PHOTO.c.at < bindparam("limit"))
    .limit(bindparam("most"))
)
_FORGET = delete(PHOTO).where(PHOTO.c.id.in_(bindparam("those", expanding=True)))
_COUNT = select(func.count()).where(
    PHOTO.c.id == bindparam("number"), PHOTO.c.member_id == bindparam("member")
)


def receive(db: Db, member: int, sent: Sent, now: datetime) -> int:
    """Notes a photo that came; gives its number. Nothing is fetched before something is made of it."""
    return db.insert(
        _INSERT,
        member_id=member,
        channel=sent.channel,
        key=sent.key,
        name=sent.name,
        state="sent",
        at=now,
        tries=0,
    )


def use(db: Db, number: int, member: int, now: datetime) -> bool:
    """Something is made of it: from now on it is fetched and kept. False where it is not this member's own."""
    if not db.value(_COUNT, number=number, member=member):
        return False
    db.run(_WANT, number=number, now=now)
    return True


def find(db: Db, number: int) -> Row[Any] | None:
    """Its id, member_id, name and state, without the picture."""
    return db.row(_SHOWN, number=number)


def data(db: Db, number: int) -> bytes | None:
    """The picture, JPEG; None where there is none (yet)."""
    found: bytes | None = db.value(_DATA, number=number)
    return found


def claim(db: Db, channels: list[str], now: datetime) -> Row[Any] | None:
    """The first one to be fetched from these channels (id, channel, key, tries); for LEASE it is the caller's."""
    found = db.row(_DUE, channels=channels, now=now)
    if found is None or not db.run(_CLAIM, number=found.id, was=found.due, until=now + LEASE):
        return None
    return found


def keep(db: Db, number: int, picture: bytes) -> bool:
    """The picture that was fetched, made ready. Raises ValueError where it is larger than MOST."""
    if len(picture) > MOST:
        raise ValueError("the picture is larger than is kept")
    return db.run(_SETTLE, number=number, final="kept", bytes=picture, reason=None) == 1


def lose(db: Db, number: int, why: str) -> bool:
    """It cannot be had: gone, too large, or no picture."""
    return db.run(_SETTLE, number=number, final="lost", bytes=None, reason=why) == 1


def put_off(db: Db, found: Row[Any], why: str, now: datetime) -> bool:
    """It is tried again later, as long as there is a later; False where it was given up."""
    if found.tries >= len(WAITS):
        lose(db, found.id, why)
        return False
    return db.run(_PUT_OFF, number=found.id, until=now + WAITS[found.tries], reason=why) == 1


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what nothing was made of within KEPT_UNUSED; True while there may be more."""
    those = [row.id for row in db.rows(_UNUSED, limit=now - KEPT_UNUSED, most=_SLICE)]
    if those:
        db.run(_FORGET, those=those)
    return len(those) == _SLICE


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """A photo goes with who sent it; where it stood, none stands."""
    mine = select(PHOTO.c.id).where(rows.these)
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is PHOTO.c.id for key in column.foreign_keys):
                db.run(update(table).where(column.in_(mine)).values({column: None}))
    db.run(delete(PHOTO).where(rows.these))


_STATES = Codes(
    {"sent": Text("没有用到"), "wanted": Text("正在取"), "kept": Text("已保存"), "lost": Text("没有取到")}
)
personal(
    PHOTO,
    Text("您发的照片"),
    whose=PHOTO.c.member_id == OWNER,
    shows={
        "name": Text("名称"),
        "channel": Text("渠道"),
        "at": Text("时间"),
        "state": Shown(Text("状态"), _STATES),
    },
    besides={
        "key": "the platform's own name of it, of use to us alone",
        "why": "why it could not be fetched",
        "data": "the picture itself, which its owner sent",
    },
    erase=_erase,
    kept="as long as what was made of it is; what nothing was made of for two days",
)
