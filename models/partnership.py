"""Partners of the community: units that joined it for some of its aims, for a year, and may stay for another."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, bindparam, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import board, change, duty, moves, place, standing
from models.database import Db, table_of
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Prose, Text

# So long before the end its contact is told, once.
NOTE = timedelta(days=30)
_IS_LIVE = "state IN ('applied', 'active')"
_IS_DUE = "due IS NOT NULL"


class Partnership(SQLModel, table=True):
    """Its key is its public number. `aims` are codes of boards of the kind `aim`, `gives` what the unit can give, in its
    own words. `member_id` applied and is its contact. `until` is when the year ends; `due` when something is to be
    done by itself: the message about another year, then the end.
    """

    __table_args__ = (
        Index(
            "uq_partnership_live",
            "organization_id",
            unique=True,
            sqlite_where=text(_IS_LIVE),
            postgresql_where=text(_IS_LIVE),
        ),
        Index("ix_partnership_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    id: int | None = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    aims: list[str] = Field(sa_column=Column(JSON, nullable=False))
    gives: str | None = None
    state: str = Field(index=True)
    reason: str | None = None
    until: datetime | None = None
    due: datetime | None = None
    at: datetime


PARTNERSHIP = table_of(Partnership)
MACHINE = moves.machine(
    "partnership",
    PARTNERSHIP,
    {"applied": ("active", "declined", "ended"), "active": ("expired", "ended")},
    begins=("applied",),
    explained=("declined",),
)
STATES = {
    "applied": Text("等工作人员看"),
    "active": Text("社区伙伴"),
    "declined": Text("没有通过"),
    "expired": Text("到期了"),
    "ended": Text("已结束"),
}
_ENTER = insert(PARTNERSHIP)
_WITH_UNIT = select(*PARTNERSHIP.c, ORGANIZATION.c.name, ORGANIZATION.c.code, ORGANIZATION.c.place_id).join(
    ORGANIZATION, ORGANIZATION.c.id == PARTNERSHIP.c.organization_id
)
_FIND = _WITH_UNIT.where(PARTNERSHIP.c.id == bindparam("number"))
_LIVE = _WITH_UNIT.where(
    PARTNERSHIP.c.organization_id == bindparam("organization"), text(f"partnership.{_IS_LIVE}")
)
_ACTIVE = _WITH_UNIT.where(PARTNERSHIP.c.state == "active", PARTNERSHIP.c.until > bindparam("now")).order_by(
    PARTNERSHIP.c.id
)
_APPLIED = _WITH_UNIT.where(PARTNERSHIP.c.state == "applied").order_by(PARTNERSHIP.c.id)
_RENEW = (
    update(PARTNERSHIP)
    .where(
        PARTNERSHIP.c.id == bindparam("number"),
        PARTNERSHIP.c.state == "active",
        PARTNERSHIP.c.until == bindparam("before"),
    )
    .values(until=bindparam("later"), due=bindparam("next_due"))
)
_NOTED = (
    update(PARTNERSHIP)
    .where(PARTNERSHIP.c.id == bindparam("number"), PARTNERSHIP.c.due == bindparam("before"))
    .values(due=bindparam("later"))
)
_DUE = (
    _WITH_UNIT.where(PARTNERSHIP.c.state == "active", PARTNERSHIP.c.due <= bindparam("now"))
    .order_by(PARTNERSHIP.c.due, PARTNERSHIP.c.id)
    .limit(1)
)
_NEXT = select(func.min(PARTNERSHIP.c.due)).where(PARTNERSHIP.c.due.is_not(None))
# Of an association those have left whose partnership is over, and that have no other one.
_LEFT = (
    select(PARTNERSHIP.c.organization_id)
    .group_by(PARTNERSHIP.c.organization_id)
    .having(
        func.max(PARTNERSHIP.c.id).in_(
            select(PARTNERSHIP.c.id).where(PARTNERSHIP.c.state.in_(["expired", "ended"]))
        )
    )
)


def find(db: Db, number: int) -> Row[Any]:
    """With the unit's name, code and place_id. Raises Refusal."""
    found = db.row(_FIND, number=number)
    if found is None:
        raise Refusal("partnership.unknown", Text("请看看“社区伙伴”，没有找到这一个。"))
    return found


def live(db: Db, organization: int) -> Row[Any] | None:
    """What a unit has applied for, or has."""
    return db.row(_LIVE, organization=organization)


def active(db: Db, now: datetime, aim: str | None = None) -> list[Row[Any]]:
    """All partners of now, or those with this aim."""
    return [row for row in db.rows(_ACTIVE, now=now) if aim is None or aim in row.aims]


def waiting(db: Db, member: int) -> list[Row[Any]]:
    """What waits for the decision of this officer, the oldest first."""
    return [row for row in db.rows(_APPLIED) if covers(db, row, member)]


def office(db: Db, one: Row[Any]) -> int:
    """The place whose staff decide: the unit's own, else the whole community."""
    return int(one.place_id or place.roots(db)[0])


def covers(db: Db, one: Row[Any], member: int) -> bool:
    return duty.covers(db, member, office(db, one))


def aims(db: Db) -> list[Row[Any]]:
    """What a partner may join for: boards of the kind `aim`."""
    return board.everything(db, "aim")


def apply(
    db: Db, organization: int, member: int, chosen: list[str], gives: str | None, now: datetime
) -> Row[Any]:
    """In `gives` what holds a phone number is sealed, by `phone.seal_in`. Raises Refusal where it is one already."""
    if live(db, organization) is not None:
        raise Refusal("partnership.live", Text("不用再提，您单位已经是社区伙伴，或者在等工作人员看。"))
    if not chosen:
        raise Refusal("partnership.aims", Text("请至少选一个方向。"))
    key = db.insert(
        _ENTER,
        organization_id=organization,
        member_id=member,
        aims=chosen,
        gives=gives,
        state="applied",
        at=now,
    )
    moves.begin(db, MACHINE, key, "applied", member, now)
    return find(db, key)


def approve(db: Db, one: Row[Any], actor: int, schedule: Schedule, now: datetime) -> bool:
    """A partner for a year from now on; False where it was decided already."""
    until = a_year_on(now, schedule)
    if one.state != "applied":
        return False
    return moves.go(db, MACHINE, one, "active", actor, now, until=until, due=until - NOTE)


def decline(db: Db, one: Row[Any], actor: int, reason: str, now: datetime) -> bool:
    if one.state != "applied":
        return False
    return moves.go(db, MACHINE, one, "declined", actor, now, reason=reason)


def end(db: Db, one: Row[Any], actor: int | None, reason: str | None, now: datetime) -> bool:
    """Either side ends it, at any time; False where it is over."""
    if one.state not in ("applied", "active"):
        return False
    return moves.go(db, MACHINE, one, "ended", actor, now, reason=reason, due=None)


def a_year_on(at: datetime, schedule: Schedule) -> datetime:
    """The same day and hour of the next year on the community's clock; of 29 February the day before."""
    here = at.astimezone(schedule.zone)
    try:
        later = here.replace(year=here.year + 1)
    except ValueError:
        later = here.replace(year=here.year + 1, day=28)
    return later.astimezone(at.tzinfo)


def check_renew(one: Row[Any], now: datetime) -> None:
    """Raises Refusal where there is nothing to prolong, or it is too early: a second tap adds no second year."""
    name = Prose(one.name)
    if one.state != "active" or now >= one.until:
        raise Refusal("partnership.over", Text("请重新说“成为伙伴”，{name}的已经到期或结束了。", name=name))
    if now < one.until - NOTE:
        raise Refusal(
            "partnership.early", Text("现在不用续，{name}是社区伙伴。到期前30天再问您。", name=name)
        )


def renew(db: Db, one: Row[Any], actor: int, schedule: Schedule, now: datetime) -> datetime | None:
    """Another year from the end of this one; None where somebody else was first. Raises Refusal."""
    check_renew(one, now)
    later = a_year_on(one.until, schedule)
    if not db.run(_RENEW, number=one.id, before=one.until, later=later, next_due=later - NOTE):
        return None
    change.record(
        db, "partnership", one.id, "active", "active", actor, now, detail={"until": later.isoformat()}
    )
    return later


def next_due(db: Db) -> datetime | None:
    at: datetime | None = db.value(_NEXT)
    return at


def step(db: Db, now: datetime) -> tuple[Row[Any], str] | None:
    """The next that is due: `note` (its contact is to be asked) or `expired`; None where nothing is.

    What is due moves on by a conditional update, so that two schedulers do it once.
    """
    one = db.row(_DUE, now=now)
    if one is None:
        return None
    if now >= one.until:
        return one, "expired" if moves.go(db, MACHINE, one, "expired", None, now, due=None) else "raced"
    moved = db.run(_NOTED, number=one.id, before=one.due, later=one.until)
    return one, "note" if moved else "raced"


def contact(db: Db, one: Row[Any]) -> int | None:
    """The one who is told: who applied while he still stands for the unit, else the first who does."""
    known = [row.id for row in standing.representatives(db, one.organization_id)]
    if one.member_id in known:
        return int(one.member_id)
    return known[0] if known else None


def left() -> Any:
    """For queries: the units whose partnership is over, which belong to an association no longer."""
    return _LEFT


@still("partnership")
def _still(db: Db, key: int, now: datetime) -> str | None:
    """Whether it is still to be asked about another year."""
    one = db.row(_FIND, number=key)
    if one is None or one.state != "active" or now >= one.until:
        return "it is over"
    return "it is renewed" if now < one.until - NOTE else None


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """The unit stays a partner, without who applied for it and what he wrote."""
    db.run(update(PARTNERSHIP).where(rows.these).values(member_id=None, gives=None, reason=None))


personal(
    PARTNERSHIP,
    Text("社区伙伴"),
    whose=PARTNERSHIP.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "organization_id": Text("单位"),
        "gives": Text("能提供的"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "reason": Text("原因"),
        "until": Text("到什么时候"),
        "at": Text("时间"),
    },
    besides={
        "aims": "codes of the community's aims, which the partners' list shows by name",
        "due": "a job's",
    },
    erase=_erase,
    kept="as long as the unit is known; whose partner it was is the neighbourhood's record",
)
