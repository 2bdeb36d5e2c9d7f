"""What is measured day by day, at which points, and by when: a pack's own list."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from pydantic import field_validator
from sqlalchemy import Row, UniqueConstraint, bindparam, func, select, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.pack import Children, Entry, Keys, Slug, section
from models.personal import impersonal


class Metric(SQLModel, table=True):
    """`by` is the hour by which the day's figures are there, as 20:00; `due` when it is looked next whether they are."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    unit: str
    by: str | None = None
    due: datetime | None = Field(default=None, index=True)


class MetricPoint(SQLModel, table=True):
    """Where it is measured; `name` is what people type, `label` the group that it counts for."""

    __tablename__ = "metric_point"
    __table_args__ = (UniqueConstraint("metric_id", "place_id"),)
    id: int | None = Field(default=None, primary_key=True)
    metric_id: int = Field(foreign_key="metric.id")
    place_id: int = Field(foreign_key="place.id", index=True)
    name: str
    label: str | None = None


METRIC, POINT = table_of(Metric), table_of(MetricPoint)
_ALL = select(METRIC).order_by(METRIC.c.id)
_ONE = _ALL.where(METRIC.c.id == bindparam("metric"))
_POINTS = (
    select(POINT, METRIC.c.name.label("metric"), METRIC.c.unit)
    .join(METRIC, METRIC.c.id == POINT.c.metric_id)
    .order_by(POINT.c.metric_id, POINT.c.id)
)
_POINTS_OF = _POINTS.where(POINT.c.metric_id == bindparam("metric"))
# What was never looked at comes first, and at once.
_NEXT = select(func.min(METRIC.c.due))
_NEW = select(METRIC.c.id).where(METRIC.c.by.is_not(None), METRIC.c.due.is_(None)).limit(1)
_DUE = (
    _ALL.where(METRIC.c.by.is_not(None), METRIC.c.due.is_(None) | (METRIC.c.due <= bindparam("now")))
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PUT_OFF = update(METRIC).where(METRIC.c.id == bindparam("metric")).values(due=bindparam("later"))


@dataclass(frozen=True, slots=True)
class Point:
    """A place where something is measured, as it is typed and shown."""

    metric: int
    place: int
    name: str
    label: str | None
    of: str
    unit: str


class PointEntry(Entry):
    place: str
    name: str = Field(min_length=1)
    group: str | None = None


@section("metric", Metric)
class MetricEntry(Entry):
    id: Slug
    name: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    by: str | None = None
    points: list[PointEntry] = Field(min_length=1)

    @field_validator("by")
    @classmethod
    def _an_hour(cls, by: str | None) -> str | None:
        if by is not None:
            try:
                time.fromisoformat(by)
            except ValueError:
                raise ValueError(f'"{by}" is no time; write one like "20:00"') from None
        return by

    @field_validator("points")
    @classmethod
    def _each_once(cls, points: list[PointEntry]) -> list[PointEntry]:
        if len({each.place for each in points}) < len(points):
            raise ValueError("a place stands there twice; leave one out")
        return points

    def references(self) -> Any:
        return [*super().references(), *(("points", "place", each.place) for each in self.points)]

    def row(self, keys: Keys) -> dict[str, object]:
        # The hour may be another one now: it is looked anew when it comes.
        return {"name": self.name, "unit": self.unit, "by": self.by, "due": None}

    def children(self, keys: Keys) -> Children:
        return {
            MetricPoint: [
                {"place_id": keys.get("place", each.place), "name": each.name, "label": each.group}
                for each in self.points
            ]
        }


def everything(db: Db) -> list[Row[Any]]:
    return list(db.rows(_ALL))


def find(db: Db, key: int) -> Row[Any] | None:
    return db.row(_ONE, metric=key)


def points(db: Db, key: int | None = None) -> list[Point]:
    """Where it is measured, or where anything is, in the order of the pack."""
    rows = db.rows(_POINTS) if key is None else db.rows(_POINTS_OF, metric=key)
    return [Point(row.metric_id, row.place_id, row.name, row.label, row.metric, row.unit) for row in rows]


def due(db: Db, now: datetime) -> Row[Any] | None:
    """One of which it is to be looked whether all figures of the day are there; it is ours until the end."""
    return db.row(_DUE, now=now)


def put_off(db: Db, key: int, later: datetime) -> None:
    db.run(_PUT_OFF, metric=key, later=later)


def next_due(db: Db, at_once: datetime) -> datetime | None:
    """When that is; `at_once` where one was never looked at."""
    if db.value(_NEW) is not None:
        return at_once
    found: datetime | None = db.value(_NEXT)
    return found


impersonal(METRIC, "packs write it: what the community itself has")
impersonal(POINT, "packs write it: what the community itself has")
