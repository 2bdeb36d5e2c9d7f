"""What staff tell many: its text and audience, frozen with the number of its recipients, and how far it got."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import JSON, Column, Row, Select, bindparam, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import audience as audiences
from models import change, duty, recipient
from models.audience import Audience, Counts
from models.database import Db, table_of, write_json
from models.delivery import DELIVERY
from models.member import MEMBER
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.refusal import Refusal
from models.text import Several, Text, as_said

Kind = Literal["notice", "emergency"]
State = Literal[
    "draft", "proposed", "held", "scheduled", "running", "paused", "stopped", "finished", "refused"
]


class Broadcast(SQLModel, table=True):
    """`texts` are what its author typed, by language; `audience` is a dumped Audience, of `place_id` where it is
    one place. `digest` is of text, audience and number as they were approved.

    `due` is when the job looks at it next: at the end of its hold, at its time, for its next slice. Members
    up to the key `newest` are meant, those up to `told` have a delivery of `notice_id`.
    """

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    kind: str
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    approver_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    texts: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    audience: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    # When it was meant to begin, where a time was said.
    starts: datetime | None = None
    due: datetime | None = Field(default=None, index=True)
    recipients: int
    unreachable: int
    digest: str
    newest: int = 0
    told: int = 0
    # Of a large one the recipients are written down after its approval, slice by slice: members up to the key
    # `frozen` are, and the next slice is due at `freezes`.
    frozen: int = 0
    freezes: datetime | None = Field(default=None, index=True)
    corrects_id: int | None = Field(default=None, foreign_key="broadcast.id", index=True)
    notice_id: int | None = Field(default=None, foreign_key="notice.id", index=True, ondelete="SET NULL")
    at: datetime
    began: datetime | None = None
    ended: datetime | None = None


BROADCAST = table_of(Broadcast)
# Which state may follow which: the only moves there are (reference/activities.md, 3.7).
MOVES: dict[str, tuple[State, ...]] = {
    "draft": ("proposed", "held", "scheduled", "stopped"),
    "proposed": ("held", "scheduled", "refused", "stopped"),
    "held": ("running", "paused", "stopped"),
    "scheduled": ("running", "paused", "stopped"),
    "running": ("paused", "stopped", "finished"),
    "paused": ("running", "scheduled", "stopped"),
}
# What can still be stopped.
LIVE: tuple[State, ...] = ("draft", "proposed", "held", "scheduled", "running", "paused")
# So many are told with one confirmation, so many with the number typed; more, or more than one building, need a
# second person.
CONFIRMED, TYPED = 50, 500
Way = Literal["confirm", "type", "second"]
HOLD: dict[Way, timedelta] = {
    "confirm": timedelta(0),
    "type": timedelta(seconds=60),
    "second": timedelta(seconds=120),
}
# So many recipients are written down with the approval itself.
FROZEN_AT_ONCE = 2000
# What arrived, or may have.
REACHED = ("sent", "unknown")

_INSERT = insert(BROADCAST)
_NEXT_NUMBER = select(func.coalesce(func.max(BROADCAST.c.number), 0) + 1)
_BY_NUMBER = select(BROADCAST).where(BROADCAST.c.number == bindparam("number"))
_BY_ID = select(BROADCAST).where(BROADCAST.c.id == bindparam("key"))
_NEWEST = select(func.coalesce(func.max(MEMBER.c.id), 0))
_OF_MEMBER = (
    select(BROADCAST)
    .where(or_(BROADCAST.c.author_id == bindparam("member"), BROADCAST.c.approver_id == bindparam("member")))
    .order_by(BROADCAST.c.number.desc())
    .limit(bindparam("most"))
)


def way(db: Db, audience: Audience, recipients: int) -> Way:
    """What it takes to tell so many. Only places span buildings: those who take part are few and come from all over."""
    if recipients > TYPED or audiences.buildings(db, audience) > 1:
        return "second"
    return "type" if recipients > CONFIRMED else "confirm"


def way_of(db: Db, found: Row[Any]) -> Way:
    """What it takes to send this one. A correction waits for nobody: who was told wrongly hears it at once."""
    return "confirm" if found.corrects_id else way(db, Audience.load(found.audience), found.recipients)


def digest(texts: Mapping[str, str], audience: Audience, recipients: int) -> str:
    """Stands for exactly this text, to exactly these, so many."""
    frozen = write_json([sorted(texts.items()), sorted(audience.dump().items()), recipients])
    return hashlib.sha256(frozen.encode()).hexdigest()


def propose(
    db: Db, author: int, texts: Mapping[str, str], audience: Audience, now: datetime, *, kind: Kind
) -> Row[Any]:
    """Written down, and waits for somebody who is staff of all of it; that its author may, the caller has seen."""
    duty.check_real(db, author)
    return write(db, author, texts, audience, now, state="proposed", kind=kind, starts=None, corrects=None)


def write(
    db: Db,
    author: int,
    texts: Mapping[str, str],
    audience: Audience,
    now: datetime,
    *,
    state: State,
    kind: Kind,
    starts: datetime | None,
    corrects: int | None,
) -> Row[Any]:
    counted = counts_of(db, audience, kind, corrects)
    key = db.insert(
        _INSERT,
        number=int(db.value(_NEXT_NUMBER)),
        kind=kind,
        author_id=author,
        place_id=audience.places[0] if len(audience.places) == 1 else None,
        texts=dict(texts),
        audience=audience.dump(),
        state=state,
        starts=starts,
        recipients=counted.recipients,
        unreachable=counted.unreachable,
        digest=digest(texts, audience, counted.recipients),
        newest=0,
        told=0,
        corrects_id=corrects,
        at=now,
    )
    change.record(db, "broadcast", key, None, state, author, now)
    return read(db, key)


def submit(db: Db, found: Row[Any], by: int, seen: str, now: datetime) -> Row[Any]:
    """From its author to whoever may approve it. Raises Refusal where it is another text or number by now."""
    duty.check_real(db, by)
    return move(db, found, "proposed", by, now, **_frozen(db, found, seen))


def approve(db: Db, found: Row[Any], by: int, seen: str, now: datetime, hold: timedelta) -> Row[Any]:
    """It goes out after the hold, or at its time: exactly what `by` has `seen` the digest of, to who belongs now.

    Raises Refusal where this needs a second person and there is none, or where it is another text or number by now.
    """
    audience = Audience.load(found.audience)
    audiences.check(db, audience, by)
    duty.check_real(db, by)
    frozen = _frozen(db, found, seen)
    alone = by == found.author_id and found.corrects_id is None
    if alone and way(db, audience, frozen["recipients"]) == "second":
        raise Refusal("broadcast.own", Text("请另一位工作人员来批准，自己写的自己不能批。"))
    due = max(now + hold, found.starts or now)
    after: State = "scheduled" if due > now + hold else "held"
    newest = int(db.value(_NEWEST))
    moved = move(db, found, after, by, now, approver_id=by, newest=newest, due=due, freezes=now, **frozen)
    if not is_frozen(moved) or moved.recipients + moved.unreachable <= FROZEN_AT_ONCE:
        freeze(db, moved, newest, now)
    return read(db, moved.id)


def freeze(db: Db, found: Row[Any], until: int, now: datetime) -> None:
    """Its recipients up to this key of a member are those that belong now, whatever happens until it goes out."""
    if is_frozen(found):
        belongs = _members(db, Audience.load(found.audience), found.kind, None)
        recipient.freeze(db, found.id, belongs.where(MEMBER.c.id > found.frozen, MEMBER.c.id <= until))
    freezes = now if until < found.newest else None
    db.run(update(BROADCAST).where(BROADCAST.c.id == found.id).values(frozen=until, freezes=freezes))


def is_frozen(found: Row[Any]) -> bool:
    """An emergency goes out at once, and a correction to whom the first one reached: neither waits for anything."""
    return found.kind == "notice" and found.corrects_id is None


def _frozen(db: Db, found: Row[Any], seen: str) -> dict[str, Any]:
    counted = counts_of(db, Audience.load(found.audience), found.kind, found.corrects_id)
    if seen != digest(found.texts, Audience.load(found.audience), counted.recipients):
        raise Refusal("broadcast.changed", Text("请再看一遍，内容或者人数刚刚变了。"))
    return {"recipients": counted.recipients, "unreachable": counted.unreachable, "digest": seen}


def sight(db: Db, found: Row[Any]) -> tuple[Counts, str]:
    """How many it would be told to now, and the digest of what is seen so."""
    counted = counts_of(db, Audience.load(found.audience), found.kind, found.corrects_id)
    return counted, digest(found.texts, Audience.load(found.audience), counted.recipients)


def move(
    db: Db,
    found: Row[Any],
    after: State,
    actor: int | None,
    now: datetime,
    reason: str | None = None,
    **values: Any,
) -> Row[Any]:
    """From one state to the next, noted. Raises Refusal where that is no move, or somebody was faster."""
    if after in MOVES.get(found.state, ()) and put(db, found, after, values):
        change.record(db, "broadcast", found.id, found.state, after, actor, now, reason)
        return read(db, found.id)
    raise Refusal("broadcast.past", Text("请看看它的进度，现在不能这么办了。"), f"broadcast:{found.number}")


def put(db: Db, found: Row[Any], after: State, values: Mapping[str, Any]) -> bool:
    """The one place where its state is written; False where it is another one by now."""
    changed = update(BROADCAST).where(BROADCAST.c.id == found.id, BROADCAST.c.state == found.state)
    return db.run(changed.values(state=after, **values)) == 1


def members_of(db: Db, found: Row[Any]) -> Select[Any]:
    """The keys of the members that it is for, in their order."""
    if is_frozen(found) and found.newest:
        return recipient.of(found.id)
    return _members(db, Audience.load(found.audience), found.kind, found.corrects_id)


def counts_of(db: Db, audience: Audience, kind: str = "notice", corrects: int | None = None) -> Counts:
    """How many it would be told to now."""
    return audiences.count(db, _members(db, audience, kind, corrects))


def _members(db: Db, audience: Audience, kind: str, corrects: int | None) -> Select[Any]:
    if corrects is None:
        return audiences.members(db, audience, all_of_them=kind == "emergency")
    return select(MEMBER.c.id).where(MEMBER.c.id.in_(reached(read(db, corrects)))).order_by(MEMBER.c.id)


def reached(found: Row[Any]) -> Select[Any]:
    return select(DELIVERY.c.member_id).where(
        DELIVERY.c.notice_id == found.notice_id, DELIVERY.c.state.in_(REACHED)
    )


def find(db: Db, number: int) -> Row[Any]:
    """The broadcast with this number. Raises Refusal."""
    found = db.row(_BY_NUMBER, number=number)
    if found is None:
        raise Refusal("broadcast.unknown", Text("请看看您发的通知，没有找到这一条。"))
    return found


def of(db: Db, member: int, most: int = 10) -> list[Row[Any]]:
    """What this member wrote or approved, newest first."""
    return list(db.rows(_OF_MEMBER, member=member, most=most))


def corrected(db: Db, found: Row[Any]) -> Row[Any] | None:
    """The one that this one corrects."""
    return read(db, found.corrects_id) if found.corrects_id else None


def read(db: Db, key: int) -> Row[Any]:
    row = db.row(_BY_ID, key=key)
    assert row is not None
    return row


def _lines(words: Iterable[str]) -> Several:
    return Several(tuple(as_said(each) for each in words), lines=True)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """That many were told something stays, by nobody and without its words; what nobody was told yet never is."""
    for row in db.rows(select(BROADCAST).where(rows.these, BROADCAST.c.author_id == rows.member)):
        if row.state in LIVE and row.began is None:
            move(db, row, "stopped", None, now, due=None, ended=now)
    those = update(BROADCAST).where(rows.these)
    db.run(those.where(BROADCAST.c.author_id == rows.member).values(author_id=None, texts={}, digest=""))
    db.run(those.where(BROADCAST.c.approver_id == rows.member).values(approver_id=None))


STATES = {
    "draft": Text("草稿"),
    "proposed": Text("等人批准"),
    "held": Text("马上发"),
    "scheduled": Text("到时候发"),
    "running": Text("正在发"),
    "paused": Text("暂停了"),
    "stopped": Text("停了"),
    "finished": Text("发完了"),
    "refused": Text("退回了"),
}

personal(
    BROADCAST,
    Text("您发的通知"),
    whose=or_(BROADCAST.c.author_id == OWNER, BROADCAST.c.approver_id == OWNER),
    shows={
        "number": Text("编号"),
        "kind": Shown(Text("类别"), Codes({"notice": Text("通知"), "emergency": Text("紧急通知")})),
        "texts": Shown(Text("内容"), lambda texts: Text("{lines}", lines=_lines(texts.values()))),
        "state": Shown(Text("状态"), Codes(STATES)),
        "place_id": Text("地点"),
        "recipients": Text("人数"),
        "at": Text("时间"),
        "starts": Text("定在什么时候"),
        "began": Text("开始发"),
        "ended": Text("结束"),
    },
    besides={
        "audience": "keys of places and organizations, which are not the author's own",
        "due": "when the job looks at it next",
        "unreachable": "a count of other people",
        "digest": "proves what was approved",
        "newest": "how far it goes",
        "told": "how far it got",
        "frozen": "how far its recipients are written down",
        "freezes": "when the next of them are",
        "corrects_id": "another one of this table",
        "notice_id": "what its readers got",
    },
    erase=_erase,
    kept="for good: it is the audit of what was told to many, without its author once he is gone",
)
