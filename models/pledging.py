"""Pledges of money: what somebody means to give on a licensed platform, and what staff say has come.

Nothing is paid here. A pledge is a claim of a part of the kind money that stays `offered`: it counts nowhere before
staff enter what came; only then is it accepted, delivered and confirmed, with the amount that came. An amount that was
entered wrongly is corrected, with an entry in the log; every total follows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models import board, change, editions, project_claim, project_label, project_part
from models.database import Db
from models.project import PROJECT
from models.project_claim import CLAIM
from models.project_part import PART
from models.project_search import OPEN
from models.refusal import Refusal
from models.text import Moment, Prose, Text

MOST = 10_000_000
_PLEDGE = (
    select(
        CLAIM,
        PART.c.name.label("part"),
        PART.c.unit,
        PROJECT.c.title,
        PROJECT.c.code,
        PROJECT.c.board,
        PROJECT.c.place_id,
    )
    .join(PART, PART.c.id == CLAIM.c.part_id)
    .join(PROJECT, PROJECT.c.id == CLAIM.c.project_id)
    .where(PART.c.kind == "money")
)
_FIND = _PLEDGE.where(CLAIM.c.id == bindparam("number"))
_OWN = _PLEDGE.where(CLAIM.c.member_id == bindparam("member")).order_by(CLAIM.c.id.desc())
_OPEN = _PLEDGE.where(CLAIM.c.state == "offered").order_by(CLAIM.c.id)
_RECEIVED = _PLEDGE.where(
    CLAIM.c.state == "confirmed",
    CLAIM.c.changed >= bindparam("since"),
    CLAIM.c.changed < bindparam("until"),
).order_by(CLAIM.c.changed, CLAIM.c.id)
_LESS = (
    update(CLAIM)
    .where(
        CLAIM.c.id == bindparam("number"), CLAIM.c.state == "offered", CLAIM.c.quantity > bindparam("came")
    )
    .values(quantity=bindparam("came"))
)
_CAME = (
    update(CLAIM)
    .where(
        CLAIM.c.id == bindparam("number"),
        CLAIM.c.state == "confirmed",
        CLAIM.c.delivered == bindparam("before"),
        CLAIM.c.delivered != bindparam("came"),
    )
    .values(delivered=bindparam("came"), quantity=bindparam("came"))
)
_ENTERED = _PLEDGE.where(CLAIM.c.state == "confirmed").order_by(CLAIM.c.changed.desc(), CLAIM.c.id.desc())
_SUM = select(func.coalesce(func.sum(CLAIM.c.delivered), 0)).where(
    CLAIM.c.part_id == bindparam("part"), CLAIM.c.state == "confirmed"
)


def parts(db: Db, project: int) -> list[Row[Any]]:
    """Those of its parts that are money."""
    return [part for part in project_part.of(db, project) if part.kind == "money"]


def find(db: Db, number: int) -> Row[Any] | None:
    """A pledge, with its part's name and unit and the project's title, code, board and place_id."""
    return db.row(_FIND, number=number)


def own(db: Db, member: int) -> list[Row[Any]]:
    """What somebody pledged, the newest first."""
    return list(db.rows(_OWN, member=member))


def waiting(db: Db) -> list[Row[Any]]:
    """What was pledged and has not come yet, the oldest first."""
    return list(db.rows(_OPEN))


def entered(db: Db) -> list[Row[Any]]:
    """What staff said has come, the newest first."""
    return list(db.rows(_ENTERED))


def received(db: Db, since: datetime, until: datetime) -> list[Row[Any]]:
    """What staff said has come from then until then; `delivered` is the amount."""
    return list(db.rows(_RECEIVED, since=since, until=until))


def total(those: Sequence[Row[Any]]) -> int:
    return sum(row.delivered or 0 for row in those)


def came(db: Db, part: int) -> int:
    """How much has come for a part: what everybody may read of it."""
    return int(db.value(_SUM, part=part))


def funds(db: Db, one: Any) -> list[Row[Any]]:
    """The fund weeks that a project belongs to: by its board, one above it, or a label."""
    known = {row.id: row for row in board.everything(db)}
    own_board = board.of(db, one.board)
    keys = [*([own_board.id] if own_board else []), *project_label.of(db, one.id)]
    for key in keys:
        if (parent := known[key].parent_id) is not None:
            keys.append(parent)
    return [known[key] for key in dict.fromkeys(keys) if known[key].kind == "fund"]


def check_open(db: Db, one: Any, now: datetime) -> None:
    """Raises a Refusal with the dates where its fund week takes no pledges now, or the project is over."""
    if one.state not in OPEN:
        raise Refusal(
            "pledge.over",
            Text("请看看别的项目，「{title}」现在不收捐款意向。", title=Prose(one.title)),
            f"project:{one.code}",
        )
    weeks = funds(db, one)
    if not weeks or any(_is_on(week, now) for week in weeks):
        return
    week = weeks[0]
    name, ref = Prose(week.name), f"project:{one.code}"
    if week.starts and now < week.starts:
        text = Text("请在{when}以后再来，{name}那时才开始。", when=Moment(week.starts), name=name)
        raise Refusal("pledge.early", text, ref)
    text = Text("请看看别的项目，{name}到{when}已经结束。", when=Moment(week.ends), name=name)
    raise Refusal("pledge.late", text, ref)


def _is_on(week: Row[Any], now: datetime) -> bool:
    return not (week.starts and now < week.starts) and not (week.ends and now >= week.ends)


def give(
    db: Db, one: Any, part: Row[Any], member: int, organization: int | None, amount: int, now: datetime
) -> int:
    """Says what somebody means to give; gives the pledge's number. Raises Refusal where so much is not looked for."""
    check_open(db, one, now)
    editions.check(db, one, member, organization, now)
    number = project_claim.enter(db, part, member, organization, amount, now)
    if number is None:
        left = project_part.left(project_part.find(db, part.id) or part)
        sentence = (
            Text("请改成{left}元以内，「{title}」还差{left}元。", left=left, title=Prose(one.title))
            if left
            else Text("请看看别的项目，「{title}」的捐款意向已经够了。", title=Prose(one.title))
        )
        raise Refusal("pledge.left", sentence, f"project:{one.code}")
    return number


def withdraw(db: Db, one: Row[Any], member: int, now: datetime) -> bool:
    """Who pledged does not any more; False where it has come, or was withdrawn before."""
    return one.state == "offered" and project_claim.go(db, one, "withdrawn", member, now)


def give_up(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """Staff wait for it no longer: what it kept is looked for again. False where it has come, or is over."""
    return one.state == "offered" and project_claim.go(db, one, "declined", actor, now, reason="nothing came")


def receive(db: Db, one: Row[Any], amount: int, actor: int, now: datetime) -> bool:
    """Staff say how much of a pledge has come, which may be less; False where that was said before.

    What did not come is looked for again.
    """
    if one.state != "offered":
        return False
    if amount < one.quantity:
        if not db.run(_LESS, number=one.id, came=amount):
            return False
        project_part.let_go(db, one.part_id, one.quantity - amount)
    for after in ("accepted", "delivered", "confirmed"):
        again = project_claim.find(db, one.id)
        assert again is not None
        values: dict[str, Any] = {"delivered": amount} if after == "delivered" else {}
        if not project_claim.go(db, again, after, actor, now, **values):
            return False
    return True


def correct(db: Db, one: Row[Any], amount: int, actor: int, now: datetime) -> bool:
    """What came was entered wrongly; False where somebody corrected it first, or it was right.

    It stays the day's on which it came. Raises Refusal where so much is not looked for.
    """
    if not db.run(_CAME, number=one.id, before=one.delivered, came=amount):
        return False
    more = amount - one.delivered
    if more < 0:
        project_part.give_back(db, one.part_id, -more, actor, now)
    elif not (
        project_part.hold(db, one.part_id, more) and project_part.accept(db, one.part_id, more, actor, now)
    ):
        part = project_part.find(db, one.part_id)
        assert part is not None
        most = one.delivered + project_part.left(part)
        raise Refusal(
            "pledge.most",
            Text("请写{most}元以内，「{title}」只差这么多。", most=most, title=Prose(one.title)),
            f"project:{one.code}",
        )
    detail = {"before": one.delivered, "after": amount}
    change.record(db, "claim", one.id, None, "amount corrected", actor, now, detail=detail)
    return True
