"""Handing a shift to a colleague: asked for, taken by whom it was meant for, or by who was given the code."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, bindparam, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from models import activity, change, expected, registering, registration, reminder, shift, shift_role, visit
from models.activity import ACTIVITY, Listing
from models.database import Db, table_of
from models.folding import fold
from models.member import MEMBER, MEMBERSHIP
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.still import still
from models.text import Prose, Text
from models.vault import Vault

# How long a colleague has to answer, and how long before the start it is settled at the latest.
ANSWER = timedelta(hours=24)
BEFORE_START = timedelta(hours=2)
# Shortly before the start he has this long, or until then.
AT_LEAST = timedelta(minutes=30)
# Who asks more often than this within a day looks for names, not for a colleague.
MOST_A_DAY = 5
_LEAST, _MOST = 100_000_000, 999_999_999
_OPEN = "state = 'asked'"


class Handover(SQLModel, table=True):
    """`state` is one of MOVES. `to_id` is who is asked, then who took it; the code is told by its digest alone."""

    __table_args__ = (
        Index(
            "uq_handover_open",
            "registration_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_handover_due", "answer_by", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    )
    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    from_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    to_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    digest: str | None = Field(default=None, unique=True)
    state: str
    at: datetime
    answer_by: datetime


HANDOVER = table_of(Handover)
MOVES: dict[str | None, set[str]] = {
    None: {"asked"},
    "asked": {"taken", "refused", "lapsed", "taken back"},
}
_ENTER = insert(HANDOVER)
_FIND = select(HANDOVER).where(HANDOVER.c.id == bindparam("handover"))
_BY_DIGEST = select(HANDOVER).where(HANDOVER.c.digest == bindparam("found_by"))
_OPEN_OF = select(HANDOVER).where(
    HANDOVER.c.registration_id == bindparam("registration"), text(f"handover.{_OPEN}")
)
_LATELY = select(func.count()).where(
    HANDOVER.c.from_id == bindparam("member"), HANDOVER.c.at > bindparam("since")
)
_GO = (
    update(HANDOVER)
    .where(HANDOVER.c.id == bindparam("handover"), HANDOVER.c.state == "asked")
    .values(state=bindparam("after"), to_id=bindparam("taker"))
)
_LAPSED = (
    select(HANDOVER)
    .where(text(f"handover.{_OPEN}"), HANDOVER.c.answer_by <= bindparam("now"))
    .order_by(HANDOVER.c.answer_by)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_NEXT = select(func.min(HANDOVER.c.answer_by)).where(text(f"handover.{_OPEN}"))
_SELF = select(MEMBER.c.home_id, MEMBER.c.work_id).where(MEMBER.c.id == bindparam("member"))
_MY_ORGANIZATIONS = select(MEMBERSHIP.c.organization_id).where(MEMBERSHIP.c.member_id == bindparam("member"))
_MY_ACTIVITIES = select(REGISTRATION.c.activity_id).where(REGISTRATION.c.member_id == bindparam("member"))
_MY_SERIES = select(ACTIVITY.c.series).where(
    ACTIVITY.c.id.in_(_MY_ACTIVITIES), ACTIVITY.c.series.is_not(None)
)
# Who was ever registered for the same, or for another of its series.
_TOOK_PART = (
    select(REGISTRATION.c.member_id)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(or_(REGISTRATION.c.activity_id.in_(_MY_ACTIVITIES), ACTIVITY.c.series.in_(_MY_SERIES)))
)
_COLLEAGUES = select(MEMBER.c.id, MEMBER.c.name).where(
    MEMBER.c.name.is_not(None),
    MEMBER.c.id != bindparam("member"),
    or_(
        MEMBER.c.home_id == bindparam("home"),
        MEMBER.c.work_id == bindparam("work"),
        MEMBER.c.id.in_(
            select(MEMBERSHIP.c.member_id).where(MEMBERSHIP.c.organization_id.in_(_MY_ORGANIZATIONS))
        ),
        MEMBER.c.id.in_(_TOOK_PART),
    ),
)
_NAME = select(MEMBER.c.name).where(MEMBER.c.id == bindparam("member"))


def name(db: Db, member: int) -> str | None:
    """What somebody is called, by whoever hands him a shift or takes one from him."""
    found: str | None = db.value(_NAME, member=member)
    return found


def colleague(db: Db, member: int, called: str) -> int | None:
    """The one whom this person knows by that name: from home, work, an organization or a shift; None where it is not one.

    Whoever asks must not be told which it was: that somebody is a member is his own to tell.
    """
    here = db.row(_SELF, member=member)
    assert here is not None
    said = fold(called).strip()
    rows = db.rows(_COLLEAGUES, member=member, home=here.home_id, work=here.work_id)
    found = [row.id for row in rows if fold(row.name).strip() == said]
    return int(found[0]) if len(found) == 1 else None


def check_give(db: Db, wanted: Listing, member: int, now: datetime) -> Row[Any]:
    """The registration that this person may hand on now. Raises Refusal."""
    title = Prose(wanted.title)
    own = registration.live(db, wanted, member)
    if own is None or own.state != "confirmed":
        raise Refusal(
            "handover.none", Text("请看看您排了哪几班，「{title}」您没有。", title=title), wanted.ref
        )
    registering.check_held(wanted)
    if now >= wanted.starts:
        sentence = Text("请直接找现场的工作人员，「{title}」已经开始，不能再转。", title=title)
        raise Refusal("handover.late", sentence, wanted.ref)
    if wanted.approval:
        sentence = Text("请找工作人员换人，「{title}」谁来要他们审核。", title=title)
        raise Refusal("handover.approval", sentence, wanted.ref)
    if visit.of(db, own.id) is not None:
        sentence = Text("请先撤销签到，再转「{title}」，您已经签到了。", title=title)
        raise Refusal("handover.arrived", sentence, wanted.ref)
    if not shift.is_one(wanted):
        sentence = Text(
            "请先取消报名，名额会让给别人。能转给同事的是志愿班次，「{title}」不是。", title=title
        )
        raise Refusal("handover.other", sentence, wanted.ref)
    return own


def answer_by(wanted: Listing, now: datetime) -> datetime:
    """Until when a colleague may answer who is asked now."""
    return min(now + ANSWER, max(wanted.starts - BEFORE_START, now + AT_LEAST), wanted.starts)


def ask(
    db: Db, vault: Vault, wanted: Listing, own: Row[Any], to: int | None, now: datetime
) -> tuple[int, int]:
    """Asks for it; what was asked before about this shift is void. Gives its key and the code. Raises Refusal."""
    member = int(own.member_id)
    before = db.row(_OPEN_OF, registration=own.id)
    if db.value(_LATELY, member=member, since=now - timedelta(days=1)) >= MOST_A_DAY:
        raise Refusal(
            "handover.pace", Text("请明天再转，今天已经请过{count}次。", count=MOST_A_DAY), wanted.ref
        )
    if before is not None:
        _go(db, before, "taken back", before.to_id, member, now)
    code = _LEAST + secrets.randbelow(_MOST - _LEAST + 1)
    key = db.insert(
        _ENTER,
        registration_id=own.id,
        from_id=member,
        to_id=to,
        digest=_digest(vault, code),
        state="asked",
        at=now,
        answer_by=answer_by(wanted, now),
    )
    change.record(db, "handover", key, None, "asked", member, now)
    return key, code


def _digest(vault: Vault, code: int) -> str:
    return vault.digest(f"handover {code}")


def with_code(db: Db, vault: Vault, code: int) -> Row[Any] | None:
    """What was asked with this code, also where it is over."""
    return db.row(_BY_DIGEST, found_by=_digest(vault, code))


def find(db: Db, key: int) -> Row[Any] | None:
    return db.row(_FIND, handover=key)


def is_open(db: Db, one: Row[Any], now: datetime) -> bool:
    """Whether somebody may still take it."""
    given, wanted = of(db, one)
    is_asked = one.state == "asked" and now < one.answer_by and given.state == "confirmed"
    # Whoever has come is there himself.
    return bool(is_asked and not wanted.is_off and visit.of(db, given.id) is None)


def of(db: Db, one: Row[Any]) -> tuple[Row[Any], Listing]:
    """The registration that is handed on, and what it is for."""
    given = registration.find(db, one.registration_id)
    assert given is not None
    return given, activity.held(db, given.activity_id)


def check_take(db: Db, one: Row[Any], taker: int, now: datetime) -> None:
    """Whether this person may take it: the same rules as for who registers, but for the seat. Raises Refusal."""
    given, wanted = of(db, one)
    registering.check_held(wanted)
    if not is_open(db, one, now):
        raise _over(wanted)
    if taker == one.from_id:
        sentence = Text("请让同事来接，「{title}」现在就是您的班。", title=Prose(wanted.title))
        raise Refusal("handover.self", sentence, wanted.ref)
    registering.check_person(db, wanted, taker)
    if given.role_id is not None:
        shift.check_skill(db, wanted, shift_role.held(db, given.role_id), taker)


def take(
    db: Db, one: Row[Any], taker: int, answers: dict[str, str], schedule: Schedule, now: datetime
) -> int:
    """The shift is this person's, in one step. Gives the key of his registration. Raises Refusal."""
    check_take(db, one, taker, now)
    given, wanted = of(db, one)
    if not _go(db, one, "taken", taker, taker, now):
        raise _over(wanted)
    key = registration.hand_over(db, given, taker, answers, now)
    if key is None:
        raise _over(wanted)
    reminder.drop(db, given.id, "the shift was handed over", now)
    expected.plan(db, key, wanted, taker, schedule, now)
    return key


def refuse(db: Db, one: Row[Any], by: int, now: datetime) -> bool:
    """Who was asked does not take it; False where it is over already."""
    return one.to_id == by and _go(db, one, "refused", by, by, now)


def next_lapsed(db: Db, now: datetime) -> Row[Any] | None:
    """One that nobody answered in time; nobody else has it until the end of the transaction."""
    return db.row(_LAPSED, now=now)


def next_due(db: Db) -> datetime | None:
    at: datetime | None = db.value(_NEXT)
    return at


def lapse(db: Db, one: Row[Any], now: datetime) -> bool:
    """Whoever asked keeps his shift."""
    return _go(db, one, "lapsed", one.to_id, None, now)


def _over(wanted: Listing) -> Refusal:
    sentence = Text(
        "请问问转给您的人，「{title}」这个班不用接了，或者已经有人接了。", title=Prose(wanted.title)
    )
    return Refusal("handover.over", sentence, wanted.ref)


def _go(db: Db, one: Row[Any], after: str, taker: int | None, actor: int | None, now: datetime) -> bool:
    if after not in MOVES.get("asked", ()):
        raise ValueError(f"a handover does not go from asked to {after}")
    if not db.run(_GO, handover=one.id, after=after, taker=taker):
        return False
    change.record(db, "handover", one.id, "asked", after, actor, now)
    return True


@still("handover")
def _still(db: Db, key: int, now: datetime) -> str | None:
    one = find(db, key)
    return None if one is not None and is_open(db, one, now) else "it is over"


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """Nobody is asked any more by who is gone, and nobody who is gone is asked."""
    for row in db.rows(select(HANDOVER).where(rows.these, HANDOVER.c.state == "asked")):
        _go(db, row, "taken back", row.to_id, None, now)
    mine = update(HANDOVER).where(rows.these)
    db.run(mine.where(HANDOVER.c.from_id == rows.member).values(from_id=None, digest=None))
    db.run(mine.where(HANDOVER.c.to_id == rows.member).values(to_id=None))


_STATES = Codes(
    {
        "asked": Text("等对方答应"),
        "taken": Text("有人接了"),
        "refused": Text("没有接"),
        "lapsed": Text("过时没有人接"),
        "taken back": Text("收回了"),
    }
)
personal(
    HANDOVER,
    Text("转班"),
    whose=or_(HANDOVER.c.from_id == OWNER, HANDOVER.c.to_id == OWNER),
    shows={
        "registration_id": Text("报名"),
        "state": Shown(Text("状态"), _STATES),
        "at": Text("时间"),
        "answer_by": Text("最晚回复"),
    },
    besides={
        "from_id": "the reader, or who asked him",
        "to_id": "the reader, or whom he asked",
        "digest": "the code is told by it",
    },
    erase=_erase,
    kept="as long as the registration is; it says whose shift it was",
)
