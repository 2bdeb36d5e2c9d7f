"""Pairs: somebody who gives company, a skill or lessons, and somebody who wants it; both agree, and either ends it at once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, Table, bindparam, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from models import moves, place
from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.place import PLACE
from models.refusal import Refusal
from models.still import still
from models.text import Text

# So long after they first met the officer calls whether all is well.
CALL = timedelta(days=1)
KINDS = {"company": Text("陪伴"), "skill": Text("技能"), "lesson": Text("上课")}
SIDES = {"gives": Text("能给"), "wants": Text("想要")}
_IS_OPEN, _IS_DUE = "state = 'open'", "call_due IS NOT NULL"


class PairWish(SQLModel, table=True):
    """What somebody gives or wants; `words` only the staff of `place_id` read. `state` is open, paired or withdrawn."""

    __tablename__ = "pair_wish"
    __table_args__ = (
        Index(
            "uq_pair_wish_open",
            *("member_id", "side", "kind"),
            unique=True,
            sqlite_where=text(_IS_OPEN),
            postgresql_where=text(_IS_OPEN),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    side: str
    kind: str
    words: str | None = None
    place_id: int = Field(foreign_key="place.id", index=True)
    state: str
    at: datetime


class Pair(SQLModel, table=True):
    """They first meet at the station `place_id`, or with the officer where it is `accompanied`, at `meets`.

    Neither learns who the other is before both said yes. `call_due` is when the officer is asked to call.
    """

    __table_args__ = (
        Index("ix_pair_call", "call_due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    id: int | None = Field(default=None, primary_key=True)
    giver_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    taker_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    officer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    kind: str
    place_id: int = Field(foreign_key="place.id", index=True)
    accompanied: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    meets: datetime
    giver_agrees: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    taker_agrees: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: str
    call_due: datetime | None = None
    at: datetime


WISH, PAIR = table_of(PairWish), table_of(Pair)
MACHINE = moves.machine(
    "pair",
    PAIR,
    {"asked": ("agreed", "ended"), "agreed": ("met", "ended"), "met": ("ended",)},
    begins=("asked",),
)
STATES = {
    "asked": Text("等双方答应"),
    "agreed": Text("双方答应了"),
    "met": Text("见过面了"),
    "ended": Text("结束了"),
}
_WISH_STATES = Codes({"open": Text("等配对"), "paired": Text("配上了"), "withdrawn": Text("收回了")})
_ENTER_WISH = insert(WISH)
_WITH_NAME = select(*WISH.c, MEMBER.c.name.label("who"), PLACE.c.name.label("place")).join(
    MEMBER, MEMBER.c.id == WISH.c.member_id
).join(PLACE, PLACE.c.id == WISH.c.place_id)  # fmt: skip
_FIND_WISH = _WITH_NAME.where(WISH.c.id == bindparam("number"))
_SAME = select(WISH.c.id).where(
    WISH.c.member_id == bindparam("member"),
    WISH.c.side == bindparam("which"),
    WISH.c.kind == bindparam("what"),
    WISH.c.state == "open",
)
_OPEN = _WITH_NAME.where(
    WISH.c.state == "open", WISH.c.place_id.in_(bindparam("places", expanding=True))
).order_by(WISH.c.id)
_OWN = _WITH_NAME.where(WISH.c.member_id == bindparam("member"), WISH.c.state == "open").order_by(WISH.c.id)
_GO_WISH = (
    update(WISH)
    .where(WISH.c.id == bindparam("number"), WISH.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_ENTER = insert(PAIR)
_GIVER, _TAKER, _OFFICER = MEMBER.alias("giver"), MEMBER.alias("taker"), MEMBER.alias("officer")
_NAMED = (
    select(
        *PAIR.c,
        _GIVER.c.name.label("giver"),
        _TAKER.c.name.label("taker"),
        _OFFICER.c.name.label("officer"),
        PLACE.c.name.label("place"),
    )
    .join(PLACE, PLACE.c.id == PAIR.c.place_id)
    .outerjoin(_GIVER, _GIVER.c.id == PAIR.c.giver_id)
    .outerjoin(_TAKER, _TAKER.c.id == PAIR.c.taker_id)
    .outerjoin(_OFFICER, _OFFICER.c.id == PAIR.c.officer_id)
)
_FIND = _NAMED.where(PAIR.c.id == bindparam("number"))
_LIVE = _NAMED.where(
    or_(PAIR.c.giver_id == bindparam("member"), PAIR.c.taker_id == bindparam("member")), PAIR.c.state != "ended"
).order_by(PAIR.c.id.desc())  # fmt: skip
_AGREE = {
    side: update(PAIR)
    .where(PAIR.c.id == bindparam("number"), PAIR.c.state == "asked")
    .values({f"{side}_agrees": True})
    for side in ("giver", "taker")
}
_CALL = _NAMED.where(PAIR.c.call_due <= bindparam("now")).order_by(PAIR.c.call_due, PAIR.c.id).limit(1)
_CALLED = (
    update(PAIR)
    .where(PAIR.c.id == bindparam("number"), PAIR.c.call_due == bindparam("before"))
    .values(call_due=None)
)
_NEXT = select(func.min(PAIR.c.call_due)).where(PAIR.c.call_due.is_not(None))


def wish(
    db: Db, member: int, side: str, kind: str, words: str | None, here: int, now: datetime
) -> int | None:
    """In `words` what holds a phone number is sealed. None where he said the same and it still waits."""
    if db.value(_SAME, member=member, which=side, what=kind) is not None:
        return None
    return db.insert(
        _ENTER_WISH, member_id=member, side=side, kind=kind, words=words, place_id=here, state="open", at=now
    )


def find_wish(db: Db, number: int) -> Row[Any]:
    """With the names of who and place. Raises Refusal."""
    found = db.row(_FIND_WISH, number=number)
    if found is None:
        raise Refusal("pair.unknown", Text("请看看结对名单，没有找到这一条。"))
    return found


def open_at(db: Db, here: list[int]) -> list[Row[Any]]:
    """What waits at these places and below them, the first one first."""
    return list(db.rows(_OPEN, places=place.below(db, here)))


def own_wishes(db: Db, member: int) -> list[Row[Any]]:
    return list(db.rows(_OWN, member=member))


def withdraw(db: Db, one: Row[Any]) -> bool:
    return bool(db.run(_GO_WISH, number=one.id, before="open", after="withdrawn"))


def fits(one: Row[Any], other: Row[Any]) -> bool:
    """Whether one gives what the other wants."""
    return bool(one.kind == other.kind and one.side != other.side and one.member_id != other.member_id)


def pair_up(
    db: Db,
    one: Row[Any],
    other: Row[Any],
    officer: int,
    where: int,
    accompanied: bool,
    meets: datetime,
    now: datetime,
) -> Row[Any]:
    """Both are to be asked. Raises Refusal where either is paired already."""
    giver, taker = (one, other) if one.side == "gives" else (other, one)
    for each in (giver, taker):
        if not db.run(_GO_WISH, number=each.id, before="open", after="paired"):
            raise Refusal("pair.gone", Text("请另选一位，这一位刚刚配上了或收回了。"))
    key = db.insert(
        _ENTER,
        giver_id=giver.member_id,
        taker_id=taker.member_id,
        officer_id=officer,
        kind=one.kind,
        place_id=where,
        accompanied=accompanied,
        meets=meets,
        giver_agrees=False,
        taker_agrees=False,
        state="asked",
        at=now,
    )
    moves.begin(db, MACHINE, key, "asked", officer, now)
    return find(db, key)


def find(db: Db, number: int) -> Row[Any]:
    """With the names of giver, taker, officer and place. Raises Refusal."""
    found = db.row(_FIND, number=number)
    if found is None:
        raise Refusal("pair.unknown", Text("请看看结对名单，没有找到这一条。"))
    return found


def of(db: Db, member: int) -> list[Row[Any]]:
    """Those of somebody that are not over, the newest first."""
    return list(db.rows(_LIVE, member=member))


def side_of(one: Row[Any], member: int) -> str | None:
    """`giver` or `taker`; None of who is neither."""
    return "giver" if one.giver_id == member else "taker" if one.taker_id == member else None


def other(one: Row[Any], member: int) -> int | None:
    return one.taker_id if one.giver_id == member else one.giver_id  # type: ignore[no-any-return]


def agree(db: Db, one: Row[Any], member: int, now: datetime) -> Row[Any]:
    """One of both says yes; with the second yes they are a pair, and a call is planned."""
    side = side_of(one, member)
    assert side is not None
    db.run(_AGREE[side], number=one.id)
    one = find(db, one.id)
    if one.state == "asked" and one.giver_agrees and one.taker_agrees:
        moves.go(db, MACHINE, one, "agreed", member, now, call_due=max(one.meets, now) + CALL)
        return find(db, one.id)
    return one


def met(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """The officer has called: they met, and all is well."""
    return one.state == "agreed" and moves.go(db, MACHINE, one, "met", actor, now, call_due=None)


def end(db: Db, one: Row[Any], actor: int | None, now: datetime) -> bool:
    return one.state != "ended" and moves.go(db, MACHINE, one, "ended", actor, now, call_due=None)


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def step(db: Db, now: datetime) -> Row[Any] | None:
    """A pair whose officer is to call now; None where none is."""
    one = db.row(_CALL, now=now)
    if one is not None:
        db.run(_CALLED, number=one.id, before=one.call_due)
    return one


@still("pair")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    one = db.row(_FIND, number=key)
    return "it has ended" if one is None or one.state == "ended" else None


def _join_wishes(db: Db, table: Table, stays: int, goes: int, _now: datetime) -> None:
    """Of two that are the same the older stays open."""
    known: set[tuple[str, str]] = set()
    mine = select(table).where(table.c.member_id.in_([stays, goes]), table.c.state == "open")
    for row in db.rows(mine.order_by(table.c.id)):
        if (row.side, row.kind) in known:
            db.run(_GO_WISH, number=row.id, before="open", after="withdrawn")
        known.add((row.side, row.kind))


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """A pair ends with either of them; with the officer only the name goes."""
    theirs = select(PAIR).where(
        rows.these,
        PAIR.c.state.in_(list(MACHINE.moves)),
        or_(PAIR.c.giver_id == rows.member, PAIR.c.taker_id == rows.member),
    )
    for row in db.rows(theirs):
        moves.go(db, MACHINE, row, "ended", None, now, call_due=None)
    mine = update(PAIR).where(rows.these)
    for name in ("giver_id", "taker_id", "officer_id"):
        db.run(mine.where(PAIR.c[name] == rows.member).values({name: None}))


personal(
    WISH,
    Text("结对意愿"),
    whose=WISH.c.member_id == OWNER,
    shows={
        "side": Shown(Text("给还是要"), Codes(SIDES)),
        "kind": Shown(Text("内容"), Codes(KINDS)),
        "words": Text("说明"),
        "place_id": Text("地点"),
        "state": Shown(Text("状态"), _WISH_STATES),
        "at": Text("时间"),
    },
    joins=_join_wishes,
    kept="until he withdraws it, and what came of it",
)
personal(
    PAIR,
    Text("结对"),
    whose=or_(PAIR.c.giver_id == OWNER, PAIR.c.taker_id == OWNER, PAIR.c.officer_id == OWNER),
    shows={
        "id": Text("编号"),
        "kind": Shown(Text("内容"), Codes(KINDS)),
        "place_id": Text("地点"),
        "meets": Text("见面时间"),
        "accompanied": Text("工作人员陪同"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "at": Text("时间"),
    },
    besides={
        "giver_id": "the reader, or the other one, who is not his to take along",
        "taker_id": "the reader, or the other one, who is not his to take along",
        "officer_id": "the reader, or who looks after them",
        "giver_agrees": "the state tells it",
        "taker_agrees": "the state tells it",
        "call_due": "when the officer is asked to call",
    },
    erase=_erase,
    kept="as long as either is a member; that they met is their own",
)
