"""双报到: who reports to the community where he lives, or a unit to one, to be called upon; hidden unless he wants it seen."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, Table, bindparam, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import change, moves, place
from models import quarter as quarters
from models.database import Db, table_of
from models.member import MEMBER
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.place import PLACE
from models.project import PROJECT
from models.project_part import PART
from models.quarter import Quarter
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Prose, Text

# Who wants to hear of what is missing hears of it at most so often.
EVERY = timedelta(days=7)
# At this hour of the day after a quarter people are asked about their card of it.
ASKS = timedelta(hours=9)
# So often after that, and so many times, the records are looked at again: what was corrected is asked anew.
AGAIN, TIMES = timedelta(days=6), 2
_IS_ACTIVE = "state = 'active'"
_IS_DUE, _IS_REPORTED = "due IS NOT NULL", "reports IS NOT NULL"


class DoubleRegistration(SQLModel, table=True):
    """Its key is its public number. `whole`: it is the unit's, and `member_id` its contact; else it is the member's
    own, and `organization_id` the unit to which his card of a quarter goes once he says yes, where there is one.

    Nobody but the staff of `place_id` and himself sees it while it is not `visible`. `due` is when he may next be told
    of what is missing there, where he wants that; `reports` when the card of `quarter` is made.
    """

    __tablename__ = "double_registration"
    __table_args__ = (
        Index(
            "uq_double_registration_own",
            "member_id",
            "place_id",
            unique=True,
            sqlite_where=text(f"{_IS_ACTIVE} AND NOT whole"),
            postgresql_where=text(f"{_IS_ACTIVE} AND NOT whole"),
        ),
        Index(
            "uq_double_registration_unit",
            "organization_id",
            "place_id",
            unique=True,
            sqlite_where=text(f"{_IS_ACTIVE} AND whole"),
            postgresql_where=text(f"{_IS_ACTIVE} AND whole"),
        ),
        Index(
            "ix_double_registration_reports",
            "reports",
            sqlite_where=text(_IS_REPORTED),
            postgresql_where=text(_IS_REPORTED),
        ),
        Index(
            "ix_double_registration_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    whole: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    place_id: int = Field(foreign_key="place.id", index=True)
    skills: list[str] = Field(sa_column=Column(JSON, nullable=False))
    times: str | None = None
    visible: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: str
    due: datetime | None = None
    quarter: str | None = None
    reports: datetime | None = None
    at: datetime


DOUBLE = table_of(DoubleRegistration)
MACHINE = moves.machine("double_registration", DOUBLE, {"active": ("ended",)}, begins=("active",))
STATES = {"active": Text("已报到"), "ended": Text("已结束")}
_ENTER = insert(DOUBLE)
_NAMED = (
    select(
        *DOUBLE.c,
        MEMBER.c.name.label("who"),
        ORGANIZATION.c.name.label("unit"),
        PLACE.c.name.label("place"),
        PLACE.c.code.label("place_code"),
    )
    .join(PLACE, PLACE.c.id == DOUBLE.c.place_id)
    .outerjoin(MEMBER, MEMBER.c.id == DOUBLE.c.member_id)
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == DOUBLE.c.organization_id)
)
_FIND = _NAMED.where(DOUBLE.c.id == bindparam("number"))
_OF = _NAMED.where(DOUBLE.c.member_id == bindparam("member"), DOUBLE.c.state == "active").order_by(
    DOUBLE.c.id
)
_AT = _NAMED.where(
    DOUBLE.c.place_id.in_(bindparam("places", expanding=True)), DOUBLE.c.state == "active"
).order_by(DOUBLE.c.id)
_OWN = _NAMED.where(
    DOUBLE.c.member_id == bindparam("member"),
    DOUBLE.c.place_id == bindparam("here"),
    DOUBLE.c.state == "active",
    ~DOUBLE.c.whole,
)
_UNITS = _NAMED.where(
    DOUBLE.c.organization_id == bindparam("organization"),
    DOUBLE.c.place_id == bindparam("here"),
    DOUBLE.c.state == "active",
    DOUBLE.c.whole,
)
_SHOW = (
    update(DOUBLE)
    .where(
        DOUBLE.c.member_id == bindparam("member"),
        DOUBLE.c.state == "active",
        ~DOUBLE.c.whole,
        DOUBLE.c.visible != bindparam("shown"),
    )
    .values(visible=bindparam("shown"))
)
_WISH = (
    update(DOUBLE)
    .where(DOUBLE.c.id == bindparam("number"), DOUBLE.c.state == "active")
    .values(due=bindparam("later"))
)
_TOLD = (
    update(DOUBLE)
    .where(DOUBLE.c.id == bindparam("number"), DOUBLE.c.due == bindparam("before"))
    .values(due=bindparam("later"))
)
_DUE = _NAMED.where(DOUBLE.c.state == "active", DOUBLE.c.due <= bindparam("now")).order_by(
    DOUBLE.c.due, DOUBLE.c.id
).limit(1)  # fmt: skip
_NEXT = select(func.min(DOUBLE.c.due)).where(DOUBLE.c.due.is_not(None), DOUBLE.c.state == "active")
_REPORTS = _NAMED.where(DOUBLE.c.state == "active", DOUBLE.c.reports <= bindparam("now")).order_by(
    DOUBLE.c.reports, DOUBLE.c.id
).limit(1)  # fmt: skip
_NEXT_REPORT = select(func.min(DOUBLE.c.reports)).where(
    DOUBLE.c.reports.is_not(None), DOUBLE.c.state == "active"
)
_REPORTED = (
    update(DOUBLE)
    .where(
        DOUBLE.c.id == bindparam("number"),
        DOUBLE.c.reports == bindparam("before"),
        DOUBLE.c.quarter == bindparam("name"),
    )
    .values(reports=bindparam("later"), quarter=bindparam("later_name"))
)
_HURRY = (
    update(DOUBLE)
    .where(DOUBLE.c.state == "active", DOUBLE.c.place_id.in_(bindparam("places", expanding=True)))
    .values(reports=bindparam("now"), quarter=bindparam("name"))
)
_MISSING = (
    select(PROJECT.c.id, PROJECT.c.code, PROJECT.c.title, func.count(PART.c.id).label("parts"))
    .join(PART, PART.c.project_id == PROJECT.c.id)
    .where(
        PROJECT.c.state.in_(["published", "claiming", "running"]),
        PROJECT.c.place_id.in_(bindparam("places", expanding=True)),
        PART.c.state.in_(["open", "partly"]),
    )
    .group_by(PROJECT.c.id, PROJECT.c.code, PROJECT.c.title)
    .order_by(PROJECT.c.id.desc())
)


def enter(
    db: Db,
    member: int,
    here: int,
    schedule: Schedule,
    now: datetime,
    *,
    organization: int | None = None,
    whole: bool = False,
    skills: list[str],
    times: str | None,
) -> Row[Any]:
    """Registered at once, hidden; nobody has to agree to help. Raises Refusal where it is registered there already."""
    known = live(db, member, here, organization if whole else None)
    if known is not None:
        raise Refusal("double.live", Text("不用再报，{place}已经报到过。", place=Prose(known.place)))
    of = quarters.of(now, schedule.zone)
    key = db.insert(
        _ENTER,
        member_id=member,
        organization_id=organization,
        whole=whole,
        place_id=here,
        skills=skills,
        times=times,
        visible=False,
        state="active",
        quarter=of.name,
        reports=of.ends(schedule.zone) + ASKS,
        at=now,
    )
    moves.begin(db, MACHINE, key, "active", member, now)
    found = db.row(_FIND, number=key)
    assert found is not None
    return found


def live(db: Db, member: int, here: int, unit: int | None = None) -> Row[Any] | None:
    """The registration at a place: of the member himself, or of the unit."""
    if unit is not None:
        return db.row(_UNITS, organization=unit, here=here)
    return db.row(_OWN, member=member, here=here)


def find(db: Db, number: int) -> Row[Any] | None:
    """With the names of who, unit and place."""
    return db.row(_FIND, number=number)


def of(db: Db, member: int) -> list[Row[Any]]:
    """What somebody has registered himself, or as the contact of a unit."""
    return list(db.rows(_OF, member=member))


def at(db: Db, here: int) -> list[Row[Any]]:
    """All that are registered at a place and below it: for its staff alone."""
    return list(db.rows(_AT, places=place.below(db, [here])))


def seen_at(db: Db, here: int) -> list[Row[Any]]:
    """Those of them that others may see: units, and who wants to be seen."""
    return [row for row in at(db, here) if row.visible or row.whole]


def end(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """False where it is over already."""
    if one.state != "active":
        return False
    return moves.go(db, MACHINE, one, "ended", actor, now, due=None, reports=None, visible=False)


def show(db: Db, member: int, now: datetime, *, shown: bool) -> bool:
    """Whether others see it, from this very transaction on; False where nothing changed."""
    if not db.run(_SHOW, member=member, shown=shown):
        return False
    change.record(
        db, "member", member, None, "registration shown" if shown else "registration hidden", member, now
    )
    return True


def wish(db: Db, one: Row[Any], now: datetime | None) -> None:
    """He wants to hear of what is missing there from now on; with None not any more."""
    db.run(_WISH, number=one.id, later=now)


def missing(db: Db, here: int) -> list[Row[Any]]:
    """The projects of a place and below it that still need something (id, code, title, parts), the newest first."""
    return list(db.rows(_MISSING, places=place.below(db, [here])))


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def step(db: Db, now: datetime) -> tuple[Row[Any], list[Row[Any]]] | None:
    """The next who may be told, and of what; None where nobody may. Not before a week has passed he may again."""
    one = db.row(_DUE, now=now)
    if one is None:
        return None
    if not db.run(_TOLD, number=one.id, before=one.due, later=now + EVERY):
        return one, []
    return one, missing(db, one.place_id)


def next_report(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT_REPORT)
    return found


def step_report(db: Db, schedule: Schedule, now: datetime) -> tuple[Row[Any], Quarter] | None:
    """The next whose quarter is to be reported, and which; None where none is.

    It moves on by a conditional update, so that two schedulers make one card.
    """
    one = db.row(_REPORTS, now=now)
    if one is None:
        return None
    of = quarters.named(one.quarter)
    later, name = _looks_next(of, schedule, now)
    db.run(_REPORTED, number=one.id, before=one.reports, name=one.quarter, later=later, later_name=name)
    return one, of


def _looks_next(of: Quarter, schedule: Schedule, now: datetime) -> tuple[datetime, str]:
    """When the records are looked at next, and of which quarter."""
    first = of.ends(schedule.zone) + ASKS
    if first > now:
        return first, of.name
    again = next((at for nth in range(1, TIMES + 1) if (at := first + nth * AGAIN) > now), None)
    return (again, of.name) if again else (of.next.ends(schedule.zone) + ASKS, of.next.name)


def hurry(db: Db, places: list[int], of: Quarter, now: datetime) -> int:
    """The cards of those of these places are made now, also of a quarter that is not over; gives how many."""
    return db.run(_HURRY, places=places, name=of.name, now=now)


@still("doubleregistration")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    one = find(db, key)
    return None if one is not None and one.state == "active" and one.due is not None else "it is not wanted"


def _join(db: Db, table: Table, stays: int, goes: int, now: datetime) -> None:
    """Of two of one person at one place the older stays; what either wanted hidden is hidden."""
    known: dict[int, Row[Any]] = {}
    mine = select(table).where(
        table.c.member_id.in_([stays, goes]), table.c.state == "active", table.c.whole.is_(False)
    )
    for row in db.rows(mine.order_by(table.c.id)):
        if row.place_id in known:
            moves.go(db, MACHINE, row, "ended", stays, now, due=None, reports=None, visible=False)
            if not (row.visible and known[row.place_id].visible):
                db.run(update(table).where(table.c.id == known[row.place_id].id).values(visible=False))
        known.setdefault(row.place_id, row)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """A person's own ends; a unit's stays, without its contact."""
    for row in db.rows(select(DOUBLE).where(rows.these, DOUBLE.c.state == "active", ~DOUBLE.c.whole)):
        moves.go(db, MACHINE, row, "ended", None, now, due=None, reports=None, visible=False)
    mine = update(DOUBLE).where(rows.these)
    db.run(mine.where(~DOUBLE.c.whole).values(organization_id=None))
    db.run(
        mine.values(
            member_id=None, skills=[], times=None, visible=False, due=None, reports=None, quarter=None
        )
    )


personal(
    DOUBLE,
    Text("双报到"),
    whose=DOUBLE.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "place_id": Text("地点"),
        "organization_id": Text("单位"),
        "skills": Text("技能"),
        "times": Text("方便的时间"),
        "visible": Text("别人能看到"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "at": Text("时间"),
    },
    besides={
        "whole": "whether it is the unit's own",
        "due": "when he may be told of what is missing",
        "quarter": "of the next card",
        "reports": "when that is made",
    },
    erase=_erase,
    joins=_join,
    kept="as long as the unit counts on it; who registered is not named any more once he is gone",
)
