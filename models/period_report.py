"""What a month, a quarter or a year came to at some places: the very records, of which every figure is a count or a sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, exists, or_, select

from models.activity import ACTIVITY, PUBLISHED
from models.credit import CREDIT
from models.database import Db
from models.member import MEMBER
from models.need import NEED
from models.organization import ORGANIZATION
from models.project import PROJECT, PROJECT_PLACE
from models.project_claim import CLAIM, TAKEN
from models.project_part import PART

# What is not the community's yet, or never was.
_NOT_YET = ("draft", "submitted", "shortlisted", "not_selected", "won")
_PLACES: Any = bindparam("places", expanding=True)
_THERE = or_(
    PROJECT.c.place_id.in_(_PLACES),
    exists(
        select(PROJECT_PLACE.c.project_id).where(
            PROJECT_PLACE.c.project_id == PROJECT.c.id, PROJECT_PLACE.c.place_id.in_(_PLACES)
        )
    ),
)
_SINCE: Any = bindparam("since")
_UNTIL: Any = bindparam("until")
_NEEDS = (
    select(NEED)
    .where(
        NEED.c.place_id.in_(_PLACES),
        NEED.c.at >= _SINCE,
        NEED.c.at < _UNTIL,
        NEED.c.kind == "need",
        NEED.c.state.not_in(["draft"]),
        NEED.c.visibility != "hidden",
    )
    .order_by(NEED.c.id)
)
# What a pack brought has no day: it was always there.
_PROJECTS = (
    select(PROJECT)
    .where(
        _THERE,
        PROJECT.c.state.not_in(_NOT_YET),
        or_(PROJECT.c.at.is_(None), PROJECT.c.at < _UNTIL),
        or_(
            PROJECT.c.state.not_in(["cancelled", "archived"]),
            PROJECT.c.changed.is_(None),
            PROJECT.c.changed >= _SINCE,
        ),
    )
    .order_by(PROJECT.c.id)
)
_CLAIMS = (
    select(
        CLAIM,
        PART.c.name.label("part"),
        PART.c.kind.label("part_kind"),
        PART.c.unit,
        PROJECT.c.title,
        ORGANIZATION.c.name.label("organization"),
    )
    .join(PART, PART.c.id == CLAIM.c.part_id)
    .join(PROJECT, PROJECT.c.id == CLAIM.c.project_id)
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == CLAIM.c.organization_id)
    .where(_THERE, CLAIM.c.at >= _SINCE, CLAIM.c.at < _UNTIL, CLAIM.c.state.in_(TAKEN))
    .order_by(CLAIM.c.id)
)
_CREDITS = (
    select(CREDIT, ACTIVITY.c.title, ACTIVITY.c.day, MEMBER.c.name.label("member"))
    .join(ACTIVITY, ACTIVITY.c.id == CREDIT.c.activity_id)
    .outerjoin(MEMBER, MEMBER.c.id == CREDIT.c.member_id)
    .where(
        PUBLISHED,
        ACTIVITY.c.place_id.in_(_PLACES),
        ACTIVITY.c.day >= bindparam("first"),
        ACTIVITY.c.day <= bindparam("last"),
        CREDIT.c.minutes > 0,
    )
    .order_by(CREDIT.c.id)
)


@dataclass(frozen=True, slots=True)
class Period:
    """The first day and the last."""

    first: date
    last: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the beginning of the first day to the end of the last."""
        since = datetime.combine(self.first, time(), zone)
        return since, datetime.combine(self.last + timedelta(days=1), time(), zone)


@dataclass(frozen=True, slots=True)
class Records:
    needs: Sequence[Row[Any]]
    projects: Sequence[Row[Any]]
    claims: Sequence[Row[Any]]
    credits: Sequence[Row[Any]]

    @property
    def organizations(self) -> dict[int, str]:
        """Those that gave something, by key."""
        return {
            row.organization_id: row.organization for row in self.claims if row.organization_id is not None
        }

    @property
    def people(self) -> int:
        """Who was credited with time, each once; a guest whom nobody knows is one each time."""
        known = {row.member_id for row in self.credits if row.member_id is not None}
        return len(known) + sum(row.member_id is None for row in self.credits)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.credits)


def is_in_time(need: Row[Any]) -> bool:
    """Nobody above had to be told that something was owed."""
    return bool(need.climbed == 0)


def of(db: Db, period: Period, places: Sequence[int], zone: ZoneInfo) -> Records:
    """Everything that happened there then."""
    since, until = period.instants(zone)
    asked: dict[str, Any] = {"places": list(places), "since": since, "until": until}
    days = {"places": list(places), "first": period.first, "last": period.last}
    return Records(
        db.rows(_NEEDS, **asked),
        db.rows(_PROJECTS, **asked),
        db.rows(_CLAIMS, **asked),
        db.rows(_CREDITS, **days),
    )
