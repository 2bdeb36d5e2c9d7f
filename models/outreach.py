"""Outreach: which company on which floor was visited, what came of it, and who was not visited for long."""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Column, Row, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Shown, clear, personal
from models.place import PLACE, below
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault

# Who was not visited for so long is on the list of those to go to.
LONG_AGO = timedelta(days=90)
OUTCOMES = {"met": Text("见到了"), "refused": Text("没让进"), "empty": Text("没有人")}
# Nobody was spoken to: it stays on the list.
MISSED = "empty"
FLOORS = range(-9, 200)


class Outreach(SQLModel, table=True):
    """One visit, never changed: a correction is a row of its own that names the one it `replaces_id`.

    `company` is what the company is called, `folded` the same for finding it; `organization_id` where the community
    knows it. `needs` are the numbers of what it said it needs, `next` is when it is visited again.
    """

    id: int | None = Field(default=None, primary_key=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    floor: int
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    company: str
    folded: str
    outcome: str
    needs: list[int] = Field(sa_column=Column(JSON, nullable=False))
    next: datetime | None = None
    officer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    replaces_id: int | None = Field(default=None, foreign_key="outreach.id", unique=True)
    at: datetime


OUTREACH = table_of(Outreach)


@dataclass(frozen=True, slots=True)
class Company:
    """A company of a tower: `seen` is its last visit at which somebody was there, `tried` the last one of all."""

    key: int | None
    name: str
    floor: int | None
    seen: datetime | None
    tried: datetime | None


_ENTER = postgresql.insert(OUTREACH).on_conflict_do_nothing()
_LATER = OUTREACH.alias("later")
_COUNTS = ~select(_LATER.c.id).where(_LATER.c.replaces_id == OUTREACH.c.id).exists()
_FIND = select(OUTREACH, _COUNTS.label("counts")).where(OUTREACH.c.id == bindparam("key"))
_NEWEST = (
    select(OUTREACH.c.id)
    .where(OUTREACH.c.officer_id == bindparam("member"), _COUNTS)
    .order_by(OUTREACH.c.id.desc())
    .limit(1)
)
_HERE = OUTREACH.c.place_id.in_(bindparam("places", expanding=True))
_SEEN = func.max(OUTREACH.c.at).filter(OUTREACH.c.outcome != MISSED)
# The floor of the last visit is where it sits.
_VISITED = (
    select(
        *(OUTREACH.c.organization_id, OUTREACH.c.folded, func.max(OUTREACH.c.company).label("company")),
        *(_SEEN.label("seen"), func.max(OUTREACH.c.at).label("tried"), func.max(OUTREACH.c.id).label("last")),
    )
    .where(_HERE, _COUNTS)
    .group_by(OUTREACH.c.organization_id, OUTREACH.c.folded)
)
_FLOORS = select(OUTREACH.c.id, OUTREACH.c.floor).where(OUTREACH.c.id.in_(bindparam("keys", expanding=True)))
_COMPANIES = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.floor)
    .where(ORGANIZATION.c.kind == "company", ORGANIZATION.c.place_id.in_(bindparam("places", expanding=True)))
    .order_by(ORGANIZATION.c.id)
)
_NAMED = select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.aliases).where(
    ORGANIZATION.c.place_id.in_(bindparam("places", expanding=True))
)
_AGAIN = (
    select(OUTREACH.c.id)
    .where(OUTREACH.c.place_id == bindparam("place"), OUTREACH.c.folded == bindparam("folded"), _COUNTS)
    .order_by(OUTREACH.c.id.desc())
    .limit(1)
)
_TOWER = select(PLACE.c.id, PLACE.c.kind, PLACE.c.name).where(PLACE.c.id == bindparam("place"))


def enter(
    db: Db,
    place: int,
    floor: int,
    company: str,
    outcome: str,
    officer: int,
    now: datetime,
    *,
    organization: int | None = None,
    needs: Sequence[int] = (),
    again: datetime | None = None,
    replaces: Row[Any] | None = None,
) -> int:
    """One visit; gives its number. Of what is corrected the time and the needs stay. Raises Refusal."""
    at = replaces.at if replaces else now
    known = list(replaces.needs) if replaces else []
    values = {
        "place_id": place,
        "floor": floor,
        "organization_id": organization,
        "company": company,
        "folded": fold(company),
        "outcome": outcome,
        "needs": [*known, *needs],
        "next": again,
        "officer_id": officer,
        "replaces_id": replaces.id if replaces else None,
        "at": at,
    }
    if not db.run(_ENTER, **values):
        raise Refusal("outreach.corrected", Text("请看最新的一条，这条走访已经改过了。"))
    return int(db.value(_AGAIN, place=place, folded=values["folded"]))


def find(db: Db, key: int) -> Row[Any]:
    """One visit, and whether it `counts`, which means that none replaced it. Raises Refusal."""
    row = db.row(_FIND, key=key)
    if row is None:
        raise Refusal("outreach.unknown", Text("没有找到这条走访，请发“走访”记一条。"))
    return row


def newest(db: Db, member: int) -> int | None:
    """The last one that this officer entered."""
    key: int | None = db.value(_NEWEST, member=member)
    return key


def is_last(db: Db, one: Row[Any]) -> bool:
    """Whether nobody has been to the same company since, nor corrected it."""
    return bool(db.value(_AGAIN, place=one.place_id, folded=one.folded) == one.id)


def tower(db: Db, place: int) -> Row[Any]:
    """A place: id, kind, name."""
    row = db.row(_TOWER, place=place)
    assert row is not None
    return row


def named(db: Db, tower: int, words: str) -> tuple[int | None, str]:
    """The company of the tower that these words name, else the words themselves as its name."""
    plain = fold(words)
    names = [
        (fold(name), row.id, row.name)
        for row in db.rows(_NAMED, places=below(db, [tower]))
        for name in (row.name, *row.aliases)
    ]
    found = next((each for each in names if each[0] == plain), None)
    return (found[1], found[2]) if found else (None, words)


def companies(db: Db, tower: int) -> list[Company]:
    """All companies of a tower, those that the community has and those that were noted on visits, by floor."""
    places = below(db, [tower])
    visited = db.rows(_VISITED, places=places)
    floors = _floors(db, [row.last for row in visited])
    by_key: dict[int, list[Any]] = {}
    by_name: dict[str, list[Any]] = {}
    for row in visited:
        if row.organization_id is None:
            by_name.setdefault(row.folded, []).append(row)
        else:
            by_key.setdefault(row.organization_id, []).append(row)
    found = []
    for row in db.rows(_COMPANIES, places=places):
        # What was noted before the community knew the company counts for it.
        rows = [*by_key.pop(row.id, []), *by_name.pop(fold(row.name), [])]
        found.append(_company(row.id, row.name, row.floor, rows, floors))
    found += [_company(key, rows[0].company, None, rows, floors) for key, rows in by_key.items()]
    found += [_company(None, rows[0].company, None, rows, floors) for rows in by_name.values()]
    return sorted(found, key=lambda each: (each.floor is None, each.floor or 0, each.name))


def _floors(db: Db, keys: Collection[int]) -> dict[int, int]:
    return {row.id: row.floor for row in db.rows(_FLOORS, keys=list(keys))} if keys else {}


def _company(
    key: int | None, name: str, floor: int | None, rows: Sequence[Any], floors: dict[int, int]
) -> Company:
    seen = max((row.seen for row in rows if row.seen is not None), default=None)
    tried = max((row.tried for row in rows), default=None)
    last = max((row.last for row in rows), default=None)
    return Company(key, name, floor if floor is not None else floors.get(last or 0), seen, tried)


def is_left(one: Company, now: datetime) -> bool:
    """Whether nobody there was spoken to for so long that somebody should go."""
    return one.seen is None or one.seen < now - LONG_AGO


# The code at a floor's door.

_HEAD = struct.Struct(">xHxxIx")
_MAC_BYTES = 17
_PURPOSE = "a floor's door"
# Below ground too.
_LOWEST = 1000


def door(vault: Vault, place: int, floor: int) -> str:
    """What a code at the door of a floor says: a token of 36 letters, digits, - and _."""
    head = _HEAD.pack(floor + _LOWEST, place)
    return urlsafe_b64encode(head + _mac(vault, head)).decode()


def read_door(vault: Vault, token: str) -> tuple[int, int] | None:
    """The place and the floor of such a code; None where we did not make it."""
    if len(token) != 36 or not token.isascii():
        return None
    try:
        data = urlsafe_b64decode(token)
    except ValueError:
        return None
    if len(data) != _HEAD.size + _MAC_BYTES or urlsafe_b64encode(data).decode() != token:
        return None
    head, mac = data[: _HEAD.size], data[_HEAD.size :]
    if not hmac.compare_digest(mac, _mac(vault, head)):
        return None
    floor, place = _HEAD.unpack(head)
    return place, floor - _LOWEST


def _mac(vault: Vault, head: bytes) -> bytes:
    return hmac.digest(vault.signing_key(_PURPOSE), head, sha256)[:_MAC_BYTES]


personal(
    OUTREACH,
    Text("您的走访"),
    whose=OUTREACH.c.officer_id == OWNER,
    shows={
        "at": Text("时间"),
        "place_id": Text("地点"),
        "floor": Text("楼层"),
        "company": Text("单位"),
        "outcome": Shown(Text("结果"), Codes(OUTCOMES)),
        "next": Text("下次"),
        "needs": Text("反映的事"),
    },
    besides={"folded": "the company is shown as it is called"},
    erase=clear(officer_id=None),
    kept="for good, without who went: where the community has been",
)
