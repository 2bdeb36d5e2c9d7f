"""What was measured: one figure a point and day, corrected by another one that names it, and their sums."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Index, Row, bindparam, func, select, text
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import duty
from models.database import Db, table_of
from models.member import ROLE
from models.metric import Point
from models.personal import OWNER, Shown, clear, personal
from models.place import above
from models.refusal import Refusal
from models.text import Several, Text, as_said

# Figures are whole thousandths of their unit, so that sums are exact.
PARTS = 1000
# No point takes more in a day: what is more was typed wrong.
MOST = 10_000 * PARTS
# More than so many times the usual asks whether it is right; the usual is the median of so long, where so many are known.
TIMES = 3
_USUAL = timedelta(days=30)
_FEWEST = 3
_FIRST = "replaces_id IS NULL"


class Measure(SQLModel, table=True):
    """Never changed: of a point and day the row counts that none replaces. `amount` is in thousandths."""

    __table_args__ = (
        Index(
            "uq_measure_first",
            *("metric_id", "place_id", "day"),
            unique=True,
            sqlite_where=text(_FIRST),
            postgresql_where=text(_FIRST),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    metric_id: int = Field(foreign_key="metric.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    day: date
    amount: int
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    replaces_id: int | None = Field(default=None, foreign_key="measure.id", unique=True)
    at: datetime


MEASURE = table_of(Measure)
_ENTER = postgresql.insert(MEASURE).on_conflict_do_nothing()
_LATER = MEASURE.alias("later")
_COUNTS = ~select(_LATER.c.id).where(_LATER.c.replaces_id == MEASURE.c.id).exists()
_POINT = (MEASURE.c.metric_id == bindparam("metric"), MEASURE.c.place_id == bindparam("place"))
_DAYS = (MEASURE.c.day >= bindparam("first"), MEASURE.c.day <= bindparam("last"))
_ONE = select(MEASURE).where(*_POINT, MEASURE.c.day == bindparam("day"), _COUNTS)
_OF_POINT = select(MEASURE.c.amount).where(*_POINT, *_DAYS, _COUNTS)
_SUM = select(func.coalesce(func.sum(MEASURE.c.amount), 0)).where(*_POINT, *_DAYS, _COUNTS)
_ALL = (
    select(MEASURE, _COUNTS.label("counts"))
    .where(MEASURE.c.metric_id == bindparam("metric"), *_DAYS)
    .order_by(MEASURE.c.day, MEASURE.c.id)
)
_OPERATORS = (
    select(ROLE.c.member_id, ROLE.c.place_id)
    .where(
        ROLE.c.kind == "operator", ~ROLE.c.played, ROLE.c.place_id.in_(bindparam("places", expanding=True))
    )
    .order_by(ROLE.c.id)
)


@dataclass(frozen=True, slots=True)
class Month:
    """The sums of a month in thousandths: of each point, each group, and all; `days` has every row that was entered."""

    points: tuple[tuple[Point, int], ...]
    groups: tuple[tuple[str, int], ...]
    total: int
    days: tuple[Row[Any], ...]


def may(db: Db, member: int, point: Point) -> bool:
    """Whether somebody enters what is measured there: its operators, and staff."""
    return duty.may(db, member, point.place, "operator")


def check(db: Db, member: int, point: Point) -> None:
    """Raises a Refusal that says who may, where this member may not."""
    if may(db, member, point):
        return
    names = tuple(as_said(row.name) for row in duty.officers(db, point.place)[:2] if row.name)
    text = Text("请让{point}的记录员或工作人员来记。", point=as_said(point.name))
    if names:
        text = Text(
            "请找{names}，{point}的数由记录员或工作人员记。", names=Several(names), point=as_said(point.name)
        )
    raise Refusal("measure.duty", text)


def operators(db: Db, point: Point) -> list[int]:
    """Who enters it: the operators of the point, else of the nearest place around it; where there are none, its officer."""
    around = above(db, point.place)
    rows = db.rows(_OPERATORS, places=around)
    nearest = min((around.index(row.place_id) for row in rows), default=None)
    if nearest is not None:
        return list(dict.fromkeys(row.member_id for row in rows if row.place_id == around[nearest]))
    return [row.id for row in duty.officers(db, point.place)[:1]]


def of_day(db: Db, point: Point, day: date) -> Row[Any] | None:
    """What counts for this day; None where nothing was entered."""
    return db.row(_ONE, metric=point.metric, place=point.place, day=day)


def usual(db: Db, point: Point, day: date) -> float | None:
    """The median of the days before this one, in thousandths; None where too few are known."""
    span = {"first": day - _USUAL, "last": day - timedelta(days=1)}
    amounts = [row.amount for row in db.rows(_OF_POINT, metric=point.metric, place=point.place, **span)]
    return median(amounts) if len(amounts) >= _FEWEST else None


def is_odd(db: Db, point: Point, day: date, amount: int) -> bool:
    """Whether it is so much more than usual that it may be a slip."""
    known = usual(db, point, day)
    return known is not None and amount > TIMES * known


def enter(
    db: Db, point: Point, day: date, amount: int, member: int, now: datetime, replaces: int | None = None
) -> None:
    """Raises a Refusal where somebody entered or corrected it meanwhile."""
    values = {"metric_id": point.metric, "place_id": point.place, "day": day, "amount": amount}
    if not db.run(_ENTER, **values, member_id=member, replaces_id=replaces, at=now):
        raise Refusal("measure.raced", Text("请再发一次，刚才有人也记了这一天的数。"))


def so_far(db: Db, point: Point, day: date) -> int:
    """The sum of the day's month up to that day, in thousandths."""
    span = {"first": day.replace(day=1), "last": day}
    return int(db.value(_SUM, metric=point.metric, place=point.place, **span))


def month(db: Db, points: list[Point], first: date) -> Month:
    """All of a month, given by its first day. Points that a pack no longer has are not counted."""
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    rows = db.rows(_ALL, metric=points[0].metric, first=first, last=last) if points else []
    known = {each.place for each in points}
    days = tuple(row for row in rows if row.place_id in known)
    sums = tuple(
        (each, sum(row.amount for row in days if row.counts and row.place_id == each.place))
        for each in points
    )
    groups: dict[str, int] = {}
    for point, amount in sums:
        # What is in no group is one of its own, so that the groups make the whole.
        label = point.label or point.name
        groups[label] = groups.get(label, 0) + amount
    return Month(sums, tuple(groups.items()), sum(amount for _, amount in sums), days)


def spoken(amount: int) -> str:
    """`3.2`, `0`, `12`: thousandths as people write them."""
    return f"{amount / PARTS:.3f}".rstrip("0").rstrip(".")


personal(
    MEASURE,
    Text("您记的数"),
    whose=MEASURE.c.member_id == OWNER,
    shows={
        "at": Text("时间"),
        "metric_id": Text("项目名称"),
        "place_id": Text("地点"),
        "day": Text("日期"),
        "amount": Shown(Text("数量"), lambda amount: as_said(spoken(amount))),
    },
    erase=clear(member_id=None),
    kept="for good, without who entered it: the community's figures",
)
