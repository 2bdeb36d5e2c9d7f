"""What becomes of an offer or a wish: made, looked at, opened, used up, taken back; each move in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, insert, or_, select, update

from models import change, match_due, standing
from models.database import Db
from models.member import ROLE
from models.offer import OFFER
from models.organization import ORGANIZATION
from models.place import PLACE
from models.refusal import Refusal
from models.text import Prose, Text

LIVE = ("proposed", "open")
MOST_OPEN = 20
MOVES: dict[str | None, tuple[str, ...]] = {
    None: ("proposed", "open"),
    "proposed": ("open", "declined", "withdrawn", "expired", "filled"),
    "open": ("filled", "withdrawn", "expired"),
    "filled": ("open",),
}
_ENTER = insert(OFFER)
_WHOLE = (
    select(
        OFFER,
        ORGANIZATION.c.name.label("organization"),
        PLACE.c.name.label("place"),
    )
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == OFFER.c.organization_id)
    .outerjoin(PLACE, PLACE.c.id == OFFER.c.place_id)
)
_FIND = _WHOLE.where(OFFER.c.id == bindparam("number"))
# The clock decides; the job only says so.
_LASTS = or_(OFFER.c.ends.is_(None), OFFER.c.ends > bindparam("now"))
_OPEN = (
    _WHOLE.where(
        OFFER.c.state == "open", _LASTS, OFFER.c.side == bindparam("which"), OFFER.c.kind != "project"
    )
    .order_by(OFFER.c.at.desc().nulls_last(), OFFER.c.id)
    .limit(bindparam("most"))
)
_REPRESENTS = select(ROLE.c.organization_id).where(
    ROLE.c.member_id == bindparam("member"),
    ROLE.c.kind == "representative",
    ROLE.c.organization_id.is_not(None),
)
# What one offers for oneself, and what an organization offers that one stands for.
_HIS = or_(
    and_(OFFER.c.organization_id.is_(None), OFFER.c.member_id == bindparam("member")),
    OFFER.c.organization_id.in_(_REPRESENTS),
)
_OWN = _WHOLE.where(_HIS).order_by(OFFER.c.state.not_in(LIVE), OFFER.c.id.desc()).limit(bindparam("most"))
_COUNT = select(func.count()).where(OFFER.c.member_id == bindparam("member"), OFFER.c.state.in_(LIVE))
_TAKEN_CODE = select(OFFER.c.id).where(OFFER.c.code == bindparam("new_code"))
_NEWEST = select(func.coalesce(func.max(OFFER.c.id), 0))
_HERE = (OFFER.c.id == bindparam("key"), OFFER.c.state == bindparam("before"))
_GO = update(OFFER).where(*_HERE).values(state=bindparam("after"))
_SHARE: Any = bindparam("share")
_TAKE = (
    update(OFFER)
    .where(
        OFFER.c.id == bindparam("key"),
        OFFER.c.state == "open",
        _LASTS,
        OFFER.c.taken + _SHARE <= OFFER.c.quantity,
    )
    .values(
        taken=OFFER.c.taken + _SHARE,
        state=case((OFFER.c.taken + _SHARE == OFFER.c.quantity, "filled"), else_="open"),
    )
)
# Two who give back at once write one after the other that it is open again.
_LOCK = select(OFFER.c.state).where(OFFER.c.id == bindparam("key")).with_for_update()
_GIVE_BACK = (
    update(OFFER)
    .where(OFFER.c.id == bindparam("key"), OFFER.c.taken >= _SHARE)
    .values(
        taken=OFFER.c.taken - _SHARE,
        state=case((OFFER.c.state == "filled", "open"), else_=OFFER.c.state),
    )
)
_PAST = (
    select(OFFER.c.id, OFFER.c.state)
    .where(OFFER.c.state.in_(LIVE), OFFER.c.ends <= bindparam("now"))
    .order_by(OFFER.c.ends)
    .limit(50)
)
_NEXT_END = select(func.min(OFFER.c.ends)).where(OFFER.c.state.in_(LIVE), OFFER.c.ends.is_not(None))


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody offers (`side` offer) or asks for (want); `kind` is that of a part, or project."""

    side: str
    kind: str
    name: str
    quantity: int
    unit: str | None = None
    capacity: int | None = None
    summary: str | None = None
    place_id: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    organization_id: int | None = None


def make(db: Db, plan: Plan, member: int, now: datetime, state: str = "proposed") -> int:
    """Gives its number. Raises Refusal where somebody has as many open ones as one may have."""
    if db.value(_COUNT, member=member) >= MOST_OPEN:
        raise Refusal(
            "offer.many",
            Text("请先撤回不用的，再提新的。一个人最多同时提{count}条。", count=MOST_OPEN),
        )
    columns = {name: getattr(plan, name) for name in Plan.__slots__}
    key = db.insert(_ENTER, code=_code(db), member_id=member, taken=0, state=state, at=now, **columns)
    change.record(db, "offer", key, None, state, member, now)
    if state == "open":
        match_due.enter(db, "offer", key, now)
    return key


def _code(db: Db) -> str:
    """Its public code for ever; a pack may have used the first one that comes to mind."""
    nth = db.value(_NEWEST) + 1
    while db.value(_TAKEN_CODE, new_code=f"chat-{nth}") is not None:
        nth += 1
    return f"chat-{nth}"


def find(db: Db, number: int) -> Row[Any]:
    """The one with this number, of whatever state, with the names of its organization and place. Raises Refusal."""
    row = db.row(_FIND, number=number)
    if row is None:
        raise Refusal("offer.unknown", Text("请看看我的资源，没有找到这一条。"))
    return row


def open_ones(db: Db, side: str, now: datetime, most: int) -> list[Row[Any]]:
    """What everybody may see, the newest first."""
    return list(db.rows(_OPEN, which=side, now=now, most=most))


def is_open(one: Row[Any], now: datetime) -> bool:
    """Whether everybody may see it, and what can be done about it is done."""
    return one.state == "open" and one.kind != "project" and (one.ends is None or one.ends > now)


def own(db: Db, member: int, most: int = 20) -> list[Row[Any]]:
    """Somebody's own, and those of whom he stands for; those that still count first."""
    return list(db.rows(_OWN, member=member, most=most))


def left(one: Row[Any]) -> int:
    """How much of it nobody has yet."""
    return int(one.quantity - one.taken)


def is_his(db: Db, one: Row[Any], member: int) -> bool:
    """Whether somebody may act for whoever offers it; who does not stand for them any more may not."""
    if one.organization_id is None:
        return bool(one.member_id == member)
    return standing.stands_for(db, member, one.organization_id)


def check_his(db: Db, one: Row[Any], member: int) -> None:
    """Raises a Refusal that says who may, where it is another's."""
    if is_his(db, one, member):
        return
    sentence = Text("请看看我的资源，这一条是别人提的。")
    if one.organization:
        sentence = Text(
            "请让{organization}的负责人来办，这一条是他们的。", organization=Prose(one.organization)
        )
    raise Refusal("offer.other", sentence, ref(one))


def contact(db: Db, one: Row[Any]) -> int | None:
    """Who is written to about it: who made it, as long as it is his, else who stands for its organization."""
    if one.member_id is not None and is_his(db, one, one.member_id):
        return int(one.member_id)
    found = standing.representatives(db, one.organization_id) if one.organization_id is not None else []
    return found[0].id if found else None


def ref(one: Row[Any]) -> str:
    return f"offer:{one.code}"


def go(
    db: Db, one: Row[Any], after: str, actor: int | None, now: datetime, reason: str | None = None
) -> bool:
    """It goes to its next state; False where somebody else moved it first."""
    if after not in MOVES.get(one.state, ()):
        return False
    if not db.run(_GO, key=one.id, before=one.state, after=after):
        return False
    change.record(db, "offer", one.id, one.state, after, actor, now, reason)
    if after == "open":
        match_due.enter(db, "offer", one.id, now)
    return True


def take(db: Db, key: int, share: int, actor: int | None, now: datetime) -> bool:
    """So much of an open one is promised to a project; False where so much is not left."""
    if not db.run(_TAKE, key=key, share=share, now=now):
        return False
    if find(db, key).state == "filled":
        change.record(db, "offer", key, "open", "filled", actor, now)
    return True


def give_back(db: Db, key: int, share: int, actor: int | None, now: datetime) -> None:
    """What was promised is not any more: it is open for others again."""
    before = db.value(_LOCK, key=key)
    if db.run(_GIVE_BACK, key=key, share=share) and before == "filled":
        change.record(db, "offer", key, "filled", "open", actor, now)


def past(db: Db, now: datetime) -> Sequence[Row[Any]]:
    """Some of those whose last day is over."""
    return db.rows(_PAST, now=now)


def next_end(db: Db) -> datetime | None:
    ends: datetime | None = db.value(_NEXT_END)
    return ends
