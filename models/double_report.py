"""双报告: the card of a person's quarter, and a unit's report of it; each version is frozen with the records that it counts."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import double_figures, moves, quarter
from models.database import Db, table_of
from models.double_registration import ASKS, DOUBLE
from models.member import MEMBER
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.quarter import Quarter
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Text

# So long after people were asked their units are told.
COLLECTS = timedelta(days=14)
_IS_PERSON, _IS_UNIT, _IS_DUE = "kind = 'person'", "kind = 'unit'", "due IS NOT NULL"


class DoubleReport(SQLModel, table=True):
    """`kind` is `person` or `unit`. A card is `member_id`'s and goes to `organization_id` once he says yes; a report is
    the organization's. `figures` are the sums of `records`; neither is ever edited, a correction is the next version.
    `words` are what he says is wrong. A unit's is compiled at `due`.
    """

    __tablename__ = "double_report"
    __table_args__ = (
        Index(
            "uq_double_report_person",
            *("member_id", "quarter", "version"),
            unique=True,
            sqlite_where=text(_IS_PERSON),
            postgresql_where=text(_IS_PERSON),
        ),
        Index(
            "uq_double_report_unit",
            *("organization_id", "quarter", "version"),
            unique=True,
            sqlite_where=text(_IS_UNIT),
            postgresql_where=text(_IS_UNIT),
        ),
        Index("ix_double_report_due", "due", sqlite_where=text(_IS_DUE), postgresql_where=text(_IS_DUE)),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    # Whose staff correct it, and to whom a unit's report goes.
    place_id: int = Field(foreign_key="place.id", index=True)
    quarter: str
    version: int
    state: str
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    records: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    words: str | None = None
    due: datetime | None = None
    at: datetime


REPORT = table_of(DoubleReport)
_AGAIN = "superseded"
MACHINE = moves.machine(
    "double_report",
    REPORT,
    {
        "empty": (_AGAIN,),
        "asked": ("agreed", "disputed", "withheld", _AGAIN),
        "agreed": ("withheld", _AGAIN),
        "withheld": ("agreed", _AGAIN),
        "disputed": (_AGAIN,),
        "collecting": ("compiled",),
        "compiled": ("sent", _AGAIN),
        "sent": (_AGAIN,),
    },
    begins=("empty", "asked", "collecting", "compiled"),
    explained=("disputed",),
)
STATES = {
    "empty": Text("本季度没有记录"),
    "asked": Text("等本人确认"),
    "agreed": Text("本人确认了"),
    "disputed": Text("本人说不对"),
    "withheld": Text("本人不发"),
    "collecting": Text("等各位确认"),
    "compiled": Text("出好了"),
    "sent": Text("发给社区了"),
    "superseded": Text("有了新的一版"),
}
_ENTER = postgresql.insert(REPORT).on_conflict_do_nothing()
_NAMED = (
    select(*REPORT.c, MEMBER.c.name.label("who"), ORGANIZATION.c.name.label("unit"))
    .outerjoin(MEMBER, MEMBER.c.id == REPORT.c.member_id)
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == REPORT.c.organization_id)
)
_FIND = _NAMED.where(REPORT.c.id == bindparam("number"))
_CARD = _NAMED.where(
    REPORT.c.kind == "person", REPORT.c.member_id == bindparam("member"), REPORT.c.quarter == bindparam("name")
).order_by(REPORT.c.version.desc())  # fmt: skip
_UNITS = _NAMED.where(
    REPORT.c.kind == "unit", REPORT.c.organization_id == bindparam("unit"), REPORT.c.quarter == bindparam("name")
).order_by(REPORT.c.version.desc())  # fmt: skip
_CARDS_OF = _NAMED.where(
    REPORT.c.kind == "person",
    REPORT.c.organization_id == bindparam("unit"),
    REPORT.c.quarter == bindparam("name"),
    REPORT.c.state.in_(["asked", "agreed", "disputed", "withheld"]),
).order_by(REPORT.c.id)
_AT = _NAMED.where(
    REPORT.c.place_id.in_(bindparam("places", expanding=True)),
    REPORT.c.quarter == bindparam("name"),
    REPORT.c.state != _AGAIN,
).order_by(REPORT.c.id)
_DUE = _NAMED.where(REPORT.c.state == "collecting", REPORT.c.due <= bindparam("now")).order_by(
    REPORT.c.due, REPORT.c.id
).limit(1)  # fmt: skip
_NEXT = select(func.min(REPORT.c.due)).where(REPORT.c.due.is_not(None))
_HURRY = (
    update(REPORT)
    .where(
        REPORT.c.state == "collecting",
        REPORT.c.quarter == bindparam("name"),
        REPORT.c.place_id.in_(bindparam("places", expanding=True)),
    )
    .values(due=bindparam("now"))
)
_UNIT_OF = (
    select(DOUBLE.c.organization_id, DOUBLE.c.place_id)
    .where(DOUBLE.c.member_id == bindparam("member"), DOUBLE.c.state == "active", ~DOUBLE.c.whole)
    .order_by(DOUBLE.c.organization_id.is_(None), DOUBLE.c.id)
    .limit(1)
)


def find(db: Db, number: int) -> Row[Any]:
    """With the names of who and unit. Raises Refusal."""
    found = db.row(_FIND, number=number)
    if found is None:
        raise Refusal("double.unknown", Text("请看看“我的双报到”，没有找到这一份。"))
    return found


def card(db: Db, member: int, name: str) -> Row[Any] | None:
    """The newest version of a person's card."""
    return db.row(_CARD, member=member, name=name)


def of_unit(db: Db, unit: int, name: str) -> Row[Any] | None:
    """The newest version of a unit's report."""
    return db.row(_UNITS, unit=unit, name=name)


def at(db: Db, places: list[int], name: str) -> list[Row[Any]]:
    """The newest versions that are of these places."""
    return list(db.rows(_AT, places=places, name=name))


def make_card(
    db: Db,
    member: int,
    of: Quarter,
    schedule: Schedule,
    actor: int | None,
    now: datetime,
    *,
    again: bool = False,
) -> Row[Any] | None:
    """The card of a person's quarter as the records are now; None where the newest one counts exactly these.

    With `again` one that he called wrong is asked anew also where nothing changed. Of who did nothing there is a card
    that nobody is asked about.
    """
    belongs = db.row(_UNIT_OF, member=member)
    if belongs is None:
        return None
    records = double_figures.of_person(db, member, of, schedule.zone)
    before = card(db, member, of.name)
    if before is not None and not again and before.records == records:
        return None
    figures = double_figures.sums_of_person(records)
    if before is not None and before.state != _AGAIN:
        moves.go(db, MACHINE, before, _AGAIN, actor, now)
    return _enter(
        db,
        actor,
        now,
        kind="person",
        member_id=member,
        organization_id=belongs.organization_id,
        place_id=belongs.place_id,
        quarter=of.name,
        version=before.version + 1 if before is not None else 1,
        state="asked" if any(figures.values()) else "empty",
        figures=figures,
        records=records,
        due=None,
    )


def collect(db: Db, unit: int, here: int, of: Quarter, schedule: Schedule, now: datetime) -> None:
    """A unit's report of this quarter is compiled some time after its end, unless it is planned already."""
    if of_unit(db, unit, of.name) is None:
        _enter(
            db,
            None,
            now,
            kind="unit",
            member_id=None,
            organization_id=unit,
            place_id=here,
            quarter=of.name,
            version=1,
            state="collecting",
            figures={},
            records={},
            due=of.ends(schedule.zone) + COLLECTS + ASKS,
        )


def hurry(db: Db, places: list[int], of: Quarter, now: datetime) -> int:
    """Those of these places are compiled now; gives how many."""
    return db.run(_HURRY, places=places, name=of.name, now=now)


def due(db: Db, now: datetime) -> Row[Any] | None:
    """A unit's report that is to be compiled."""
    return db.row(_DUE, now=now)


def next_due(db: Db) -> datetime | None:
    found: datetime | None = db.value(_NEXT)
    return found


def said_yes(card: Row[Any]) -> bool:
    """Whether whose card it is wants his unit to have it."""
    return bool(card.state == "agreed")


def compile_unit(
    db: Db, one: Row[Any], schedule: Schedule, actor: int | None, now: datetime
) -> Row[Any] | None:
    """The report as the records are now: the first one, or the next version where it counts others than the last.

    None where somebody else was first, or nothing changed.
    """
    of = quarter.named(one.quarter)
    cards = [
        {
            "id": row.id,
            "minutes": row.figures["minutes"],
            "activities": row.figures["activities"],
            "confirmed": said_yes(row),
        }
        for row in db.rows(_CARDS_OF, unit=one.organization_id, name=one.quarter)
    ]
    records = double_figures.of_unit(db, one.organization_id, of, schedule.zone, cards)
    figures = double_figures.sums_of_unit(records)
    if one.state == "collecting":
        done = moves.go(db, MACHINE, one, "compiled", actor, now, figures=figures, records=records, due=None)
        return find(db, one.id) if done else None
    if one.records == records or not moves.go(db, MACHINE, one, _AGAIN, actor, now):
        return None
    return _enter(
        db,
        actor,
        now,
        kind="unit",
        member_id=None,
        organization_id=one.organization_id,
        place_id=one.place_id,
        quarter=one.quarter,
        version=one.version + 1,
        state="compiled",
        figures=figures,
        records=records,
        due=None,
    )


def _enter(db: Db, actor: int | None, now: datetime, **columns: Any) -> Row[Any] | None:
    """One more version; None where somebody else entered it at the same moment."""
    if not db.run(_ENTER, **columns, at=now):
        return None
    statement, whose = (_CARD, {"member": columns["member_id"]}) if columns["kind"] == "person" else (
        _UNITS, {"unit": columns["organization_id"]}
    )  # fmt: skip
    made = db.row(statement, **whose, name=columns["quarter"])
    assert made is not None
    moves.begin(db, MACHINE, made.id, made.state, actor, now)
    return made


def confirm(db: Db, one: Row[Any], now: datetime) -> bool:
    """He agrees that it goes to his unit; False where that is not open any more."""
    return one.state in ("asked", "withheld") and moves.go(db, MACHINE, one, "agreed", one.member_id, now)


def withhold(db: Db, one: Row[Any], now: datetime) -> bool:
    return one.state in ("asked", "agreed") and moves.go(db, MACHINE, one, "withheld", one.member_id, now)


def dispute(db: Db, one: Row[Any], words: str, now: datetime) -> bool:
    """Something is wrong with it; in `words` what holds a phone number is sealed."""
    return one.state == "asked" and moves.go(
        db, MACHINE, one, "disputed", one.member_id, now, reason="wrong", words=words
    )


def send(db: Db, one: Row[Any], actor: int, now: datetime) -> bool:
    """The unit's contact sends its report to the community."""
    return one.state == "compiled" and moves.go(db, MACHINE, one, "sent", actor, now)


@still("unitreport")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    """Whether a unit is to read this version: the next one may name fewer."""
    return "there is a newer version" if find(db, key).state == _AGAIN else None


def _join(db: Db, table: Table, stays: int, goes: int, now: datetime) -> None:
    """Two cards of one quarter: those of who goes stand behind those of who stays, and are not asked any more."""
    for row in db.rows(select(table).where(table.c.member_id == goes).order_by(table.c.version)):
        own = card(db, stays, row.quarter)
        if own is None:
            continue
        if row.state != _AGAIN:
            moves.go(db, MACHINE, row, _AGAIN, stays, now)
        last = own.version + row.version
        # The newest of them is to be the one that is asked.
        db.run(update(table).where(table.c.id == row.id).values(version=-last))


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """The figures stay in the sums, without whose they were."""
    db.run(update(REPORT).where(rows.these).values(member_id=None, words=None))


personal(
    REPORT,
    Text("双报告"),
    whose=REPORT.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "quarter": Text("季度"),
        "version": Text("第几版"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "figures": Text("数字"),
        "organization_id": Text("单位"),
        "words": Text("哪里不对"),
        "at": Text("时间"),
    },
    besides={
        "kind": "a member's own are cards",
        "place_id": "whose staff correct it",
        "records": "the keys of what is exported by itself",
        "due": "a unit's is compiled then",
    },
    erase=_erase,
    joins=_join,
    kept="for good, without names: a report stays as it was sent",
)
