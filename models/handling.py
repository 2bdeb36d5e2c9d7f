"""What staff do with a need: each step in one place, with its changes, and nothing twice where two do it at once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, and_, bindparam, or_, select, update

from models import change, duty, follow, need, need_line, phone, place
from models.change import CHANGE
from models.database import Db
from models.member import MEMBER
from models.need import NEED
from models.refusal import Refusal
from models.text import Text, as_said
from models.vault import Vault

# What is done with a need without a change of its state is noted under this name.
SUBJECT = "handling"
# How a need gets to where a step is allowed: what comes before it, by the state that it is in.
_WAYS: dict[str, dict[str, tuple[str, ...]]] = {
    "triaged": {
        **dict.fromkeys(("new", "reopened", "in_progress", "referred", "duplicate"), ()),
    },
    "answered": {"new": ("triaged",), "triaged": (), "reopened": ("triaged",), "in_progress": ("triaged",)},
    "referred": {"new": ("triaged",), "triaged": (), "reopened": ("triaged",), "in_progress": ("triaged",)},
    "rejected": {"new": ("triaged",), "triaged": (), "reopened": ("triaged",), "in_progress": ("triaged",)},
    "adopted": {"new": ("triaged",), "triaged": (), "reopened": ("triaged",), "in_progress": ("triaged",)},
    "duplicate": {"new": (), "triaged": (), "reopened": ("triaged",), "in_progress": ("triaged",)},
    "in_progress": {"new": ("triaged",), "triaged": (), "reopened": (), "adopted": ()},
    "resolved": {
        "new": ("triaged", "in_progress"),
        "triaged": ("in_progress",),
        "reopened": ("in_progress",),
        "in_progress": (),
        "referred": (),
    },
    "closed": {"referred": ()},
}
# What the job that reminds officers counts on by itself.
_CLOCK = ("climbs", "climbed")
_ABOUT = or_(
    and_(CHANGE.c.subject == need.MACHINE.subject, CHANGE.c.subject_id == bindparam("need")),
    and_(CHANGE.c.subject == SUBJECT, CHANGE.c.subject_id == bindparam("need")),
)
_LAST = (
    select(CHANGE.c.id, CHANGE.c.after, CHANGE.c.actor_id, CHANGE.c.at, MEMBER.c.name)
    .outerjoin(MEMBER, MEMBER.c.id == CHANGE.c.actor_id)
    .where(_ABOUT)
    .order_by(CHANGE.c.id.desc())
    .limit(1)
)
_LAST_INTO = (
    select(CHANGE.c.id, CHANGE.c.actor_id, CHANGE.c.at)
    .where(
        CHANGE.c.subject == need.MACHINE.subject,
        CHANGE.c.subject_id == bindparam("need"),
        CHANGE.c.after == bindparam("state"),
    )
    .order_by(CHANGE.c.id.desc())
    .limit(1)
)
_LOG = (
    select(CHANGE.c.id, CHANGE.c.subject, CHANGE.c.before, CHANGE.c.after, CHANGE.c.actor_id)
    .add_columns(CHANGE.c.at, CHANGE.c.reason, CHANGE.c.detail, MEMBER.c.name)
    .outerjoin(MEMBER, MEMBER.c.id == CHANGE.c.actor_id)
    .where(_ABOUT)
    .order_by(CHANGE.c.id)
)
_NAME = select(MEMBER.c.name).where(MEMBER.c.id == bindparam("member"))


def find(db: Db, number: int) -> Row[Any]:
    """A need that staff handle. Raises Refusal where there is none with this number; plans and consultations are none."""
    one = need.find(db, number)
    if one is None or one.kind != "need" or one.state == "draft":
        raise Refusal("need.unknown", Text("请核对编号，没有找到需{number}。", number=number))
    return one


def covers(db: Db, member: int, one: Row[Any]) -> bool:
    """Whether somebody is staff for it: for its place, and without a place for the whole community."""
    around = [one.place_id] if one.place_id is not None else place.roots(db)
    return any(duty.covers(db, member, each) for each in around)


def check(db: Db, member: int, one: Row[Any]) -> None:
    """Raises a Refusal that says who may, where this member is not staff for it."""
    if not covers(db, member, one):
        around = one.place_id if one.place_id is not None else place.roots(db)[0]
        duty.check(db, member, around, need.ref(one.id))


def can(one: Row[Any], after: str) -> bool:
    """Whether it can get there from where it is."""
    return one.state in _WAYS[after]


def go(
    db: Db,
    one: Row[Any],
    after: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> Row[Any]:
    """To this state, and through those that come before it. Gives the need as it is then.

    Raises Refusal where it cannot get there, or where somebody else did something with it first.
    """
    if not can(one, after):
        raise settled(one)
    for step in _WAYS[after][one.state]:
        if not need.go(db, one, step, actor, now):
            raise raced(db, one)
        one = find(db, one.id)
    if not need.go(db, one, after, actor, now, reason=reason, detail=detail, **values):
        raise raced(db, one)
    return find(db, one.id)


def edit(
    db: Db,
    one: Row[Any],
    what: str,
    actor: int | None,
    now: datetime,
    *,
    reason: str | None = None,
    **values: Any,
) -> Row[Any]:
    """Something of it becomes other than it was seen, its state stays. Raises Refusal where somebody was faster."""
    seen = {f"seen_{name}": getattr(one, name) for name in values if name not in _CLOCK}
    given = {f"new_{name}": value for name, value in values.items()}
    statement = _edit(tuple(sorted(values)))
    if not db.run(statement, key=one.id, before=one.state, now=now, **seen, **given):
        raise raced(db, one)
    note(db, one.id, what, actor, now, reason)
    return find(db, one.id)


@cache
def _edit(columns: tuple[str, ...]) -> Update:
    """One statement for each set of columns that ever changes together."""
    watched = (name for name in columns if name not in _CLOCK)
    seen = (NEED.c[name].is_not_distinct_from(bindparam(f"seen_{name}")) for name in watched)
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    here = (NEED.c.id == bindparam("key"), NEED.c.state == bindparam("before"))
    return update(NEED).where(*here, *seen).values(changed=bindparam("now"), **new)


def note(db: Db, number: int, what: str, actor: int | None, now: datetime, reason: str | None = None) -> None:
    """What was done with it goes into its log."""
    change.record(db, SUBJECT, number, None, what, actor, now, reason)


def say(
    db: Db,
    vault: Vault,
    number: int,
    member: int,
    kind: str,
    words: str,
    now: datetime,
    photo: int | None = None,
) -> str:
    """What staff or the unit write of it; gives it as it is kept and told, sealed where there is a number in it."""
    sealed: str = phone.seal_in(words, vault)
    need_line.add(db, number, member, kind, now, words=sealed, photo=photo, checked="passed")
    return sealed


def reason(words: str) -> str:
    """As the log keeps it, which anybody may read later."""
    return phone.without(words)


def last(db: Db, number: int) -> Row[Any]:
    """The last thing that was done with it: id, after, actor_id, at, name of who did it."""
    found = db.row(_LAST, need=number)
    assert found is not None
    return found


def log(db: Db, number: int) -> Sequence[Row[Any]]:
    """All that was done with it, the first one first."""
    return db.rows(_LOG, need=number)


def since(db: Db, one: Row[Any], state: str = "triaged") -> datetime:
    """When it came into this state, the last time; before that when it came at all."""
    found = into(db, one.id, state)
    at: datetime = found.at if found else one.at
    return at


def into(db: Db, number: int, state: str) -> Row[Any] | None:
    """The last time it came into this state: id, actor_id, at."""
    return db.row(_LAST_INTO, need=number, state=state)


def event(db: Db, one: Row[Any]) -> str:
    """What was done last, as a name that no other step of this need has."""
    act = last(db, one.id)
    return f"{act.after} {act.id}"


def supporters(db: Db, number: int) -> int:
    """How many people follow it, each once."""
    return follow.count(db, need=number)


def name_of(db: Db, member: int | None) -> Text:
    found = None if member is None else db.value(_NAME, member=member)
    return as_said(found) if found else Text("同事")


def raced(db: Db, one: Row[Any]) -> Refusal:
    """Of two who do something with it at once, the second one is told what the first one did."""
    act = last(db, one.id)
    sentence = Text(
        "请再看一眼，{name}刚刚办过需{number}：{what}。",
        name=as_said(act.name) if act.name else Text("同事"),
        number=one.id,
        what=change.STATES(act.after),
    )
    return Refusal("need.raced", sentence, need.ref(one.id))


def settled(one: Row[Any]) -> Refusal:
    """It is past that, or not there yet."""
    sentence = Text(
        "请先看看需{number}，现在的状态是：{state}。", number=one.id, state=need.STATES[one.state]
    )
    return Refusal("need.settled", sentence, need.ref(one.id))
