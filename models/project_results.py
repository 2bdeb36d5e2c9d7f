"""What came of a project: when everything is done, the figures, everybody's share, and what the reporters say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, or_, select, update

from models import (
    attendance,
    claim_deciding,
    claim_steps,
    need,
    project_claim,
    project_needs,
    project_part,
    project_volunteers,
)
from models.activity import ACTIVITY, PUBLISHED
from models.credit import CREDIT
from models.database import Db
from models.need import NEED
from models.project import PROJECT, go
from models.project_making import find
from models.project_part import PART

_OWN_PARTS = PART.c.project_id == PROJECT.c.id
_OWN_ACTIVITIES = and_(ACTIVITY.c.project_id == PROJECT.c.id, PUBLISHED)
# An activity is accounted for once it was looked after, and nobody's hours are open any more.
_OPEN_ACTIVITY = or_(
    ACTIVITY.c.concluded.is_(None),
    exists(select(CREDIT.c.id).where(CREDIT.c.activity_id == ACTIVITY.c.id, CREDIT.c.due.is_not(None))),
)
_DONE = (
    select(PROJECT)
    .where(
        PROJECT.c.state.in_(["ready", "running"]),
        PROJECT.c.asked.is_(None),
        exists(select(PART.c.id).where(_OWN_PARTS, PART.c.state == "delivered")),
        ~exists(select(PART.c.id).where(_OWN_PARTS, PART.c.mandatory, PART.c.state != "delivered")),
        ~exists(select(ACTIVITY.c.id).where(_OWN_ACTIVITIES, _OPEN_ACTIVITY)),
    )
    .order_by(PROJECT.c.id)
    .limit(bindparam("most"))
)
_ASK = (
    update(PROJECT)
    .where(PROJECT.c.id == bindparam("project"), PROJECT.c.asked.is_(None))
    .values(asked=bindparam("now"))
)
_OWN_NEEDS = NEED.c.project_id == PROJECT.c.id
_HEARD = (
    select(PROJECT)
    .where(
        PROJECT.c.state == "delivered",
        exists(select(NEED.c.id).where(_OWN_NEEDS)),
        or_(
            exists(select(NEED.c.id).where(_OWN_NEEDS, NEED.c.state == "reopened")),
            ~exists(select(NEED.c.id).where(_OWN_NEEDS, NEED.c.state.not_in(need.ENDED))),
        ),
    )
    .order_by(PROJECT.c.id)
    .limit(bindparam("most"))
)
_REOPENED = select(func.count()).where(NEED.c.project_id == bindparam("project"), NEED.c.state == "reopened")


@dataclass(frozen=True, slots=True)
class Figures:
    """`people` came to its activities and gave `minutes`; `goods` are the parts with what was confirmed of each."""

    units: int
    residents: int
    activities: int
    people: int
    minutes: int
    goods: tuple[tuple[Row[Any], int], ...]

    def __bool__(self) -> bool:
        """Whether there is a number to tell."""
        return bool(self.units or self.residents or self.people or self.minutes or self.goods)


def done(db: Db, most: int = 1) -> list[Row[Any]]:
    """Projects of which all mandatory parts came and every activity is accounted for, of which nobody was asked yet."""
    return list(db.rows(_DONE, most=most))


def ask(db: Db, project: int, now: datetime) -> bool:
    """Its officer is asked for the result; False where somebody did that already."""
    return db.run(_ASK, project=project, now=now) == 1


def unconfirmed(db: Db, one: Row[Any], member: int) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Claims that came, as who gave them says: those which this officer may confirm, and those which another one has to."""
    here = [each for each in project_claim.of_project(db, one.id) if each.state == "delivered"]
    own = [each for each in here if claim_deciding.is_own(db, one, each, member)]
    return [each for each in here if each not in own], own


def figures(db: Db, project: int, now: datetime, also: Sequence[Row[Any]] = ()) -> Figures:
    """Of what is confirmed, and of the claims that are about to be."""
    claims = [each for each in project_claim.of_project(db, project) if each.state == "confirmed"]
    claims += also
    held = project_volunteers.held(db, project, now)
    counts = [attendance.counts(db, each) for each in held]
    goods = []
    for part in project_part.of(db, project):
        many = sum(came(each) for each in claims if each.part_id == part.id)
        if many:
            goods.append((part, many))
    return Figures(
        units=len({each.organization_id for each in claims if each.organization_id is not None}),
        residents=len({each.member_id for each in claims if each.organization_id is None}),
        activities=len(held),
        people=sum(each.came for each in counts),
        minutes=sum(each.minutes for each in counts),
        goods=tuple(goods),
    )


def shares(db: Db, project: int) -> list[list[Row[Any]]]:
    """The confirmed claims of a project, those of one organization or one person together."""
    found: dict[Any, list[Row[Any]]] = {}
    for each in project_claim.of_project(db, project):
        if each.state == "confirmed":
            whose = (
                ("organization", each.organization_id) if each.organization_id else ("member", each.member_id)
            )
            found.setdefault(whose, []).append(each)
    return list(found.values())


def came(claim: Row[Any]) -> int:
    """How much of it came."""
    return int(claim.quantity if claim.delivered is None else claim.delivered)


def approve(
    db: Db, one: Row[Any], words: str | None, photo: int | None, actor: int, now: datetime
) -> tuple[list[Row[Any]], list[Row[Any]]] | None:
    """The project is done: what came is confirmed, its needs are resolved, and what was still open of it is closed.

    Gives those needs and the claims that nobody needs any more; None where somebody moved the project first.
    """
    if one.state == "ready":
        go(db, one, "running", actor, now)
        one = find(db, one.id) or one
    if not go(db, one, "delivered", actor, now, result=words, result_photo_id=photo, progress=100, asked=now):
        return None
    for claim in unconfirmed(db, one, actor)[0]:
        claim_steps.confirm(db, claim, actor, now)
    needs = project_needs.resolve(db, one.id, actor, now)
    over = _close(db, one.id, actor, now)
    if not project_needs.of(db, one.id):
        delivered = find(db, one.id)
        assert delivered is not None
        go(db, delivered, "reported", actor, now)
    return needs, over


_LONG_AGO = datetime.fromtimestamp(0, UTC)
_REASON = "项目已完成"


def _close(db: Db, project: int, actor: int, now: datetime) -> list[Row[Any]]:
    """What nobody needs any more."""
    over = []
    for claim in project_claim.of_project(db, project):
        if claim.state == "offered":
            claim_steps.decline(db, claim, _REASON, actor, now)
        elif claim.state == "waiting":
            claim_steps.lapse(db, claim, actor, now)
        elif claim.state == "accepted":
            claim_steps.withdraw(db, claim, _REASON, actor, now)
        else:
            continue
        over.append(claim)
    for part in project_part.of(db, project):
        if part.state in ("open", "partly"):
            project_part.expire(db, part, actor, now)
    return over


def heard(db: Db, most: int = 1) -> list[Row[Any]]:
    """Projects that are done, of which somebody says that it is not solved, or everybody has answered."""
    return list(db.rows(_HEARD, most=most))


def follow_answers(db: Db, one: Row[Any], now: datetime) -> str | None:
    """A no brings a project (delivered) back to work, the last yes ends it; gives its new state."""
    after = "running" if db.value(_REOPENED, project=one.id) else "reported"
    return after if go(db, one, after, None, now) else None


def next_due(db: Db) -> datetime | None:
    """Something is to be done at once, or nothing by itself."""
    found: Sequence[Row[Any]] = [*done(db), *heard(db)]
    return min((each.changed or _LONG_AGO for each in found), default=None)
