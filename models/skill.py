"""Skills: what somebody says that he can do, and staff confirm once; some roles of shifts take it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, UniqueConstraint, bindparam, delete, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import change
from models.activity import ACTIVITY, PUBLISHED
from models.database import Db, table_of
from models.folding import fold
from models.member import MEMBER
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.registration import REGISTRATION
from models.shift_role import SHIFT_ROLE
from models.still import still
from models.text import Text


class Skill(SQLModel, table=True):
    """`state` is one of MOVES. `place_id` is where it was asked for: its staff decide, `by_id` is who did, `at` when."""

    __table_args__ = (UniqueConstraint("member_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id")
    name: str
    state: str
    place_id: int = Field(foreign_key="place.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime


SKILL = table_of(Skill)
MOVES: dict[str | None, set[str]] = {
    None: {"said", "known"},
    "said": {"known", "unknown"},
    "known": {"unknown"},
    "unknown": {"said", "known"},
}
_HAS = (
    select(SKILL.c.id)
    .where(
        SKILL.c.member_id == bindparam("member"), SKILL.c.name == bindparam("what"), SKILL.c.state == "known"
    )
    .limit(1)
)
_OF = (
    select(SKILL)
    .where(SKILL.c.member_id == bindparam("member"), SKILL.c.state != "unknown")
    .order_by(SKILL.c.id)
)
_ONE = select(SKILL).where(SKILL.c.member_id == bindparam("member"), SKILL.c.name == bindparam("what"))
_WITH_NAME = select(*SKILL.c, MEMBER.c.name.label("whose")).join(MEMBER, MEMBER.c.id == SKILL.c.member_id)
_FIND = _WITH_NAME.where(SKILL.c.id == bindparam("skill"))
_AT = _WITH_NAME.where(
    SKILL.c.place_id.in_(bindparam("places", expanding=True)), SKILL.c.state == bindparam("wanted")
).order_by(SKILL.c.at, SKILL.c.id)
_NEEDED = (
    select(SHIFT_ROLE.c.skill).where(SHIFT_ROLE.c.skill.is_not(None)).distinct().order_by(SHIFT_ROLE.c.skill)
)
_PEOPLE = (
    select(MEMBER.c.id, MEMBER.c.name)
    .where(
        MEMBER.c.name.is_not(None),
        or_(
            MEMBER.c.home_id.in_(bindparam("places", expanding=True)),
            MEMBER.c.work_id.in_(bindparam("places", expanding=True)),
            MEMBER.c.id.in_(
                select(REGISTRATION.c.member_id)
                .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
                .where(ACTIVITY.c.place_id.in_(bindparam("places", expanding=True)))
            ),
        ),
    )
    .order_by(MEMBER.c.id)
)
# The next shift with a role that takes it.
_WANTED = (
    select(ACTIVITY.c.number, ACTIVITY.c.title)
    .join(SHIFT_ROLE, SHIFT_ROLE.c.activity_id == ACTIVITY.c.id)
    .where(PUBLISHED, ACTIVITY.c.starts > bindparam("now"), SHIFT_ROLE.c.skill == bindparam("what"))
    .order_by(ACTIVITY.c.starts)
    .limit(1)
)
_ENTER = insert(SKILL)
_GO = (
    update(SKILL)
    .where(SKILL.c.id == bindparam("skill"), SKILL.c.state == bindparam("before"))
    .values(
        state=bindparam("after"), by_id=bindparam("actor"), at=bindparam("now"), place_id=bindparam("here")
    )
)
_SAME = select(SKILL).where(SKILL.c.member_id.in_(bindparam("members", expanding=True))).order_by(SKILL.c.id)
_DROP = delete(SKILL).where(SKILL.c.id == bindparam("skill"))


def has(db: Db, member: int, name: str) -> bool:
    """Whether staff confirmed it of this person."""
    return db.value(_HAS, member=member, what=name) is not None


def of(db: Db, member: int) -> list[Row[Any]]:
    """What somebody says that he can do, and what of it is confirmed."""
    return list(db.rows(_OF, member=member))


def find(db: Db, key: int) -> Row[Any] | None:
    """One, with the name of whose it is."""
    return db.row(_FIND, skill=key)


def at(db: Db, places: list[int], state: str) -> list[Row[Any]]:
    """Those of these places in this state, with the names of whose they are."""
    return list(db.rows(_AT, places=places, wanted=state))


def needed(db: Db) -> list[str]:
    """The skills that any role takes: no others are asked for."""
    return [row.skill for row in db.rows(_NEEDED)]


def wanted(db: Db, name: str, now: datetime) -> Row[Any] | None:
    """The next shift with a role that takes it: number and title."""
    return db.row(_WANTED, what=name, now=now)


def named(db: Db, words: str) -> str | None:
    """The skill that these words name, as the roles write it."""
    said = fold(words)
    found = [name for name in needed(db) if fold(name) in said]
    return max(found, key=len, default=None)


def people(db: Db, places: list[int], called: str) -> list[Row[Any]]:
    """Those called so who live, work or are registered at one of these places: key and name."""
    found = db.rows(_PEOPLE, places=places)
    return [row for row in found if fold(row.name).strip() == fold(called).strip()]


def go(db: Db, member: int, name: str, after: str, place: int, actor: int, now: datetime) -> int | None:
    """A skill goes to this state, from whatever it was; gives its key, None where it is there already."""
    one = db.row(_ONE, member=member, what=name)
    before = one.state if one else None
    if after not in MOVES.get(before, ()):
        return None
    by = None if after == "said" else actor
    if one is None:
        key = db.insert(_ENTER, member_id=member, name=name, state=after, place_id=place, by_id=by, at=now)
    else:
        key = int(one.id)
        here = {"skill": key, "before": before, "here": place}
        if not db.run(_GO, **here, after=after, actor=by, now=now):
            return None
    change.record(db, "skill", key, before, after, actor, now)
    return key


@still("skill")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    one = find(db, key)
    return None if one is not None and one.state == "said" else "it is decided"


def _join(db: Db, _table: Table, stays: int, goes: int, _now: datetime) -> None:
    """Of two that are the same, the confirmed one stays, else the older."""
    first: dict[str, Any] = {}
    for row in sorted(db.rows(_SAME, members=[stays, goes]), key=lambda row: row.state != "known"):
        if row.name in first:
            db.run(_DROP, skill=row.id)
        first.setdefault(row.name, row)


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """His own go; what he confirmed of others stays, confirmed by nobody any more."""
    db.run(delete(SKILL).where(rows.these, SKILL.c.member_id == rows.member))
    db.run(update(SKILL).where(rows.these).values(by_id=None))


STATES = Codes({"said": Text("等工作人员确认"), "known": Text("已确认"), "unknown": Text("没有确认")})
personal(
    SKILL,
    Text("技能"),
    whose=(SKILL.c.member_id == OWNER) | (SKILL.c.by_id == OWNER),
    shows={
        "name": Text("技能"),
        "state": Shown(Text("状态"), STATES),
        "place_id": Text("地点"),
        "at": Text("时间"),
    },
    besides={"by_id": "the reader, or who of the staff confirmed it"},
    erase=_erase,
    joins=_join,
    kept="as long as the member is one",
)
