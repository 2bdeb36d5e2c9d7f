"""How a need ends for who reported it: solved or not, open again, taken back, or appealed against; each in one place."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select, update

from models import addressee, duty, handling_due, need, need_line, place
from models.change import CHANGE
from models.database import Db
from models.need import NEED
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said

MOST_REOPENED = 2
SCORES = (1, 2, 3, 4, 5)
# Who reported it is asked then whether it is solved.
ASKED = ("answered", "resolved")
_SLICE = 10
# When it was last asked: what happened since then asked anew.
_IS_FRESH = or_(NEED.c.asked.is_(None), NEED.c.asked < NEED.c.changed)
_ASKED_AT = case((_IS_FRESH, NEED.c.changed), else_=NEED.c.asked)
_SILENT = (
    select(NEED, _IS_FRESH.label("fresh"))
    .where(
        NEED.c.kind == "need",
        NEED.c.state.in_(ASKED),
        bindparam("limit", type_=NEED.c.changed.type) >= _ASKED_AT,
    )
    .order_by(NEED.c.id)
    .limit(_SLICE)
)
_FIRST = select(func.min(_ASKED_AT)).where(NEED.c.kind == "need", NEED.c.state.in_(ASKED))
_ASK = (
    update(NEED)
    .where(NEED.c.id == bindparam("need"), NEED.c.state.in_(ASKED))
    .values(asked=bindparam("now"), asked_times=NEED.c.asked_times + 1)
)
_SCORE = (
    update(NEED)
    .where(NEED.c.id == bindparam("need"), NEED.c.reporter_id == bindparam("member"))
    .values(score=bindparam("points"))
)
_APPEAL = (
    update(NEED)
    .where(NEED.c.id == bindparam("need"), NEED.c.state == "rejected", NEED.c.appealed.is_(False))
    .values(
        appealed=True,
        due=bindparam("owed"),
        climbs=bindparam("tells"),
        climbed=0,
        changed=bindparam("now"),
    )
)
_SETTLE = (
    update(NEED)
    .where(
        NEED.c.id == bindparam("need"), NEED.c.state == "rejected", NEED.c.appealed, NEED.c.due.is_not(None)
    )
    .values(due=None, climbs=None, climbed=0, changed=bindparam("now"))
)
_REJECTED_BY = (
    select(CHANGE.c.actor_id)
    .where(CHANGE.c.subject == "need", CHANGE.c.subject_id == bindparam("need"), CHANGE.c.after == "rejected")
    .order_by(CHANGE.c.id.desc())
    .limit(1)
)


def solve(db: Db, one: Row[Any], outcome: str, actor: int | None, now: datetime) -> bool:
    """`solved` or `partly`: confirmed by who reported it, and closed. False where it was so already. Raises Refusal."""
    if one.state in ("confirmed", "closed"):
        return False
    if one.state not in ASKED:
        raise early(one)
    _go(db, one, "confirmed", actor, now, outcome=outcome, **handling_due.NOTHING)
    _go(db, _again(db, one), "closed", actor, now)
    return True


def give_up(db: Db, one: Row[Any], now: datetime) -> bool:
    """Nobody answered, twice: it is closed without an answer. False where somebody did meanwhile."""
    return need.go(db, one, "closed", None, now, outcome="no_answer", **handling_due.NOTHING)


def check_reopens(one: Row[Any]) -> None:
    """Raises a Refusal that names the next step, where it cannot be opened again."""
    if one.state == "reopened":
        text = Text("不用再说一次，需{number}已经重新打开，正在等答复。", number=one.id)
        raise Refusal("need.open", text, need.ref(one.id))
    if one.state in ("confirmed", "closed", "withdrawn", "duplicate"):
        text = Text("请反映一件新的，需{number}已经结束了。", number=one.id)
        raise Refusal("need.ended", text, need.ref(one.id))
    if one.state == "rejected":
        text = Text("请点“申诉”，写一句理由，由上一级来看。需{number}没有受理。", number=one.id)
        raise Refusal("need.rejected", text, need.ref(one.id))
    if one.state not in ASKED:
        raise early(one)
    if one.reopened >= MOST_REOPENED:
        text = Text(
            "请提到议事会，或者打12345热线。需{number}已经重新打开过{count}次，不能再打开。",
            number=one.id,
            count=MOST_REOPENED,
        )
        raise Refusal("need.reopened", text, need.ref(one.id))


def early(one: Row[Any]) -> Refusal:
    text = Text("请再等一等，需{number}还在办。有新情况，点“补充几句”。", number=one.id)
    return Refusal("need.early", text, need.ref(one.id))


def reopen(db: Db, schedule: Schedule, one: Row[Any], words: str, actor: int, now: datetime) -> Row[Any]:
    """With a sentence, which is said to the officer; gives the need as it is then. Raises Refusal.

    `words` are sealed where there is a phone number in them; the log keeps that it was said, not what.
    """
    check_reopens(one)
    owed = handling_due.answered(db, schedule, now)
    _go(db, one, "reopened", actor, now, reason="not solved", reopened=one.reopened + 1, asked=None, **owed)
    need_line.add(db, one.id, actor, "reopening", now, words=words)
    return _again(db, one)


def withdraw(db: Db, one: Row[Any], actor: int, now: datetime) -> None:
    """Before anything was made of it. Raises Refusal."""
    if one.state not in ("new", "triaged"):
        text = Text("请写一句告诉办理的人，需{number}已经在办，撤不回来了。", number=one.id)
        if one.state in need.ENDED:
            text = Text("不用再撤回，需{number}已经结束了。", number=one.id)
        raise Refusal("need.withdrawn", text, need.ref(one.id))
    _go(db, one, "withdrawn", actor, now, **handling_due.NOTHING)


def check_appeals(one: Row[Any]) -> None:
    """Raises a Refusal where there is nothing to appeal against, or it was done already."""
    if one.state != "rejected":
        text = Text("不用申诉，需{number}没有被退回。", number=one.id)
        raise Refusal("need.accepted", text, need.ref(one.id))
    if one.appealed:
        text = Text("请打12345热线，或者到服务站当面说。需{number}已经申诉过一次。", number=one.id)
        raise Refusal("need.appealed", text, need.ref(one.id))


def appeal(db: Db, schedule: Schedule, one: Row[Any], words: str, member: int, now: datetime) -> Row[Any]:
    """Once, with a sentence; an answer is owed by then. Raises Refusal."""
    check_appeals(one)
    owed = handling_due.answered(db, schedule, now)
    if not db.run(_APPEAL, need=one.id, owed=owed["due"], tells=owed["climbs"], now=now):
        raise _raced(one)
    need_line.add(db, one.id, member, "addition", now, words=words)
    return _again(db, one)


def rejected_by(db: Db, number: int) -> int | None:
    """Who did not take it, and so does not decide the appeal."""
    who: int | None = db.value(_REJECTED_BY, need=number)
    return who


def grant(db: Db, schedule: Schedule, one: Row[Any], by: int, now: datetime) -> bool:
    """The appeal is right: it is taken up after all. False where that was decided already."""
    if one.state != "rejected" or not one.appealed or one.due is None:
        return False
    owed = handling_due.resolved(db, schedule, one.category, now, assigned=True)
    return need.go(db, one, "triaged", by, now, reason="appeal", **owed)


def keep(db: Db, one: Row[Any], now: datetime) -> bool:
    """It stays as it was decided, for good. False where that was decided already."""
    return db.run(_SETTLE, need=one.id, now=now) == 1


def score(db: Db, one: Row[Any], member: int, points: int) -> bool:
    """From 1 to 5, of who reported it, once it is over; it may be changed."""
    if points not in SCORES or one.state not in ("confirmed", "closed"):
        return False
    return db.run(_SCORE, need=one.id, member=member, points=points) == 1


def thank(db: Db, one: Row[Any], words: str, member: int, now: datetime) -> int:
    """Words for those who helped; gives the key of the line."""
    return need_line.add(db, one.id, member, "thanks", now, words=words)


def silent(db: Db, now: datetime, span: timedelta) -> list[Row[Any]]:
    """Of whom nobody said whether it is solved; `fresh` ones are asked again, the others were."""
    return list(db.rows(_SILENT, limit=now - span))


def ask_again(db: Db, number: int, now: datetime) -> None:
    db.run(_ASK, need=number, now=now)


def next_silent(db: Db, span: timedelta) -> datetime | None:
    found: datetime | None = db.value(_FIRST)
    return None if found is None else found + span


def deciders(db: Db, one: Row[Any]) -> list[int]:
    """Who may decide an appeal, the nearest first: who stands above the officer who did not take it.

    Where nobody does, any colleague of his; he himself where he is alone.
    """
    around = one.place_id if one.place_id is not None else place.roots(db)[0]
    staff = [row.id for row in duty.officers(db, around) if row.id != one.reporter_id]
    before = rejected_by(db, one.id)
    found = addressee.next_up(db, around, before)
    above = staff[staff.index(found.id) :] if found is not None and found.id in staff else []
    return above or [each for each in staff if each != before] or staff


def may_decide(db: Db, one: Row[Any], member: int) -> None:
    """Raises a Refusal that says who decides the appeal, where this member does not."""
    around = one.place_id if one.place_id is not None else place.roots(db)[0]
    duty.check(db, member, around, need.ref(one.id))
    able = deciders(db, one)
    if member in able:
        return
    if member == rejected_by(db, one.id):
        text = Text("请让上一级来定，需{number}是您退回的。", number=one.id)
        raise Refusal("need.own", text, need.ref(one.id))
    text = Text("请让{name}来定，需{number}的申诉由上一级看。", name=_name(db, able), number=one.id)
    raise Refusal("need.above", text, need.ref(one.id))


def _name(db: Db, able: list[int]) -> Text:
    found = addressee.officer(db, able[0]) if able else None
    return as_said(found.name) if found is not None and found.name else Text("上一级")


def _go(db: Db, one: Row[Any], after: str, actor: int | None, now: datetime, **values: Any) -> None:
    if not need.go(db, one, after, actor, now, **values):
        raise _raced(one)


def _again(db: Db, one: Row[Any]) -> Row[Any]:
    found = need.find(db, one.id)
    assert found is not None
    return found


def _raced(one: Row[Any]) -> Refusal:
    text = Text("请再看一眼需{number}，刚刚有人办过。", number=one.id)
    return Refusal("need.raced", text, need.ref(one.id))
