"""Whom a broadcast is for: people of places, organizations, series and activities, each of them once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from models import duty, organization, partnership, place, unit
from models.activity import ACTIVITY
from models.consent import given
from models.database import Db
from models.member import ADDRESS, MEMBER, MEMBERSHIP, ROLE
from models.membership_choice import MEMBERSHIP_CHOICE
from models.organization import ORGANIZATION
from models.place import PLACE, below
from models.registration import REGISTRATION, TOLD
from models.subscription import ALL, SUBSCRIPTION, of_notices, of_purpose

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Audience:
    """Keys of places, organizations and activities, and names of series; who belongs to any of them belongs to it.

    Of an activity those who have a seat; of one that is `waiting` those who wait for one. Of an association in `units`
    who stands for one of its member units: of those below it that have not left it.
    """

    places: tuple[int, ...] = ()
    organizations: tuple[int, ...] = ()
    series: tuple[str, ...] = ()
    activities: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    units: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        named = self.places or self.organizations or self.series or self.activities or self.waiting
        return bool(named or self.units)

    def dump(self) -> dict[str, Any]:
        parts = {
            "places": self.places,
            "organizations": self.organizations,
            "series": self.series,
            "activities": self.activities,
            "waiting": self.waiting,
            "units": self.units,
        }
        return {name: list(keys) for name, keys in parts.items() if keys}

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "Audience":
        return cls(**{name: tuple(keys) for name, keys in dumped.items()})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of an audience will be told, and how many more nothing reaches."""

    recipients: int
    unreachable: int


def _chose(subject: str, *, wanted: bool) -> Condition:
    """Looked up once for all: few of many chose one thing, and a look for each of them takes longer."""
    chosen = SUBSCRIPTION.c.wanted if wanted else SUBSCRIPTION.c.wanted.is_(False)
    return MEMBER.c.id.in_(select(SUBSCRIPTION.c.member_id).where(SUBSCRIPTION.c.subject == subject, chosen))


_SILENT = _chose(ALL, wanted=False)
_ASKED_AGAIN = _chose(of_purpose("notices"), wanted=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """One place, organization, series or activity: who belongs to it, and what its notices are called.

    Who takes part in an activity is told of it without having agreed to notices, unless everything was stopped.
    """

    belongs: Condition
    topic: str
    takes_part: bool = False
    # Who joined it himself agreed to hear of it by that; who left it hears nothing more at once.
    joined: Condition | None = None
    left: Condition | None = None

    def willing(self) -> Condition:
        agreed = given("notices") if self.joined is None else or_(given("notices"), self.joined)
        runs = not_(_SILENT) if self.takes_part else and_(or_(not_(_SILENT), _ASKED_AGAIN), agreed)
        still = () if self.left is None else (not_(self.left),)
        return and_(not_(_chose(self.topic, wanted=False)), runs, *still)


_PLACES = select(PLACE.c.id, PLACE.c.code, PLACE.c.name).where(
    PLACE.c.id.in_(bindparam("keys", expanding=True))
)
_ORGANIZATIONS = select(
    ORGANIZATION.c.id, ORGANIZATION.c.code, ORGANIZATION.c.name, ORGANIZATION.c.place_id
).where(ORGANIZATION.c.id.in_(bindparam("keys", expanding=True)))
_LED = (
    select(ROLE.c.organization_id)
    .join(ORGANIZATION, ORGANIZATION.c.id == ROLE.c.organization_id)
    .where(
        ROLE.c.member_id == bindparam("member"),
        ROLE.c.kind == "representative",
        ORGANIZATION.c.kind == "club",
    )
)
_ACTIVE_UNITS = (
    select(ORGANIZATION.c.id)
    .where(
        ORGANIZATION.c.id.in_(bindparam("keys", expanding=True)),
        ORGANIZATION.c.kind != "club",
        ORGANIZATION.c.id.not_in(partnership.left()),
    )
    .order_by(ORGANIZATION.c.id)
)
_UNREACHED = (
    select(ORGANIZATION.c.name)
    .where(ORGANIZATION.c.id.in_(bindparam("keys", expanding=True)), not_(unit.REACHED))
    .order_by(ORGANIZATION.c.id)
)
_ACTIVITIES = select(ACTIVITY.c.id, ACTIVITY.c.code, ACTIVITY.c.title, ACTIVITY.c.place_id).where(
    ACTIVITY.c.id.in_(bindparam("keys", expanding=True))
)
_LOOKED_AFTER = select(ACTIVITY.c.id).where(
    ACTIVITY.c.id.in_(bindparam("keys", expanding=True)), ACTIVITY.c.contact_id == bindparam("member")
)
_HELD_AT = select(ACTIVITY.c.place_id).where(
    ACTIVITY.c.series.in_(bindparam("names", expanding=True)), ACTIVITY.c.state != "withdrawn"
)
_BUILDINGS = select(func.count()).where(
    PLACE.c.id.in_(bindparam("keys", expanding=True)), PLACE.c.kind == "building"
)
_REACHED = exists().where(ADDRESS.c.member_id == MEMBER.c.id, ADDRESS.c.closed.is_(None))


def members(db: Db, audience: Audience, *, all_of_them: bool = False) -> Select[Any]:
    """The keys of its members, in their order: who agrees to hear of it, or `all_of_them`, for what is urgent."""
    if not audience:
        return select(MEMBER.c.id).where(false())
    willing = [
        part.belongs if all_of_them else and_(part.belongs, part.willing()) for part in _parts(db, audience)
    ]
    return select(MEMBER.c.id).where(or_(*willing)).order_by(MEMBER.c.id)


def count(db: Db, members: Select[Any]) -> Counts:
    """Exactly how many of these members will be told now."""
    each = members.order_by(None).add_columns(_REACHED.label("reached")).subquery()
    row = db.row(
        select(func.count().label("all"), func.count().filter(each.c.reached).label("reached")).select_from(
            each
        )
    )
    assert row is not None
    return Counts(row.reached, row.all - row.reached)


def agreeing(db: Db, audience: Audience, those: Collection[int]) -> set[int]:
    """Those of these members of it who still want to hear of it, wherever they live and work by now."""
    parts = list(_parts(db, audience))
    still = or_(*(and_(part.belongs, part.willing()) for part in parts))
    # Who has no home would belong to nothing and to no nothing.
    belongs = func.coalesce(or_(*(part.belongs for part in parts)), literal(False, Boolean))
    left = and_(not_(belongs), *(part.willing() for part in parts))
    wanted = select(MEMBER.c.id).where(MEMBER.c.id.in_(bindparam("those", expanding=True)), or_(still, left))
    return {row.id for row in db.rows(wanted, those=list(those))}


def topics(db: Db, audience: Audience) -> list[str]:
    """What its notices are called, for who wants none of them any more, the first one first."""
    return [part.topic for part in _parts(db, audience)]


def names(db: Db, audience: Audience) -> list[tuple[str, str]]:
    """What its parts are called, each with its sort: place, organization, series or activity."""
    parts = [("place", row.name) for row in db.rows(_PLACES, keys=list(audience.places))]
    parts += [
        ("organization", row.name) for row in db.rows(_ORGANIZATIONS, keys=list(audience.organizations))
    ]
    parts += [("series", name) for name in audience.series]
    parts += [("activity", row.title) for row in db.rows(_ACTIVITIES, keys=list(audience.activities))]
    parts += [("waiting", row.title) for row in db.rows(_ACTIVITIES, keys=list(audience.waiting))]
    parts += [("units", row.name) for row in db.rows(_ORGANIZATIONS, keys=list(audience.units))]
    return parts


def scope(db: Db, audience: Audience) -> list[int]:
    """The places that whoever speaks to it must be staff of; with an organization of no place the whole community."""
    found = list(audience.places)
    whole = place.roots(db)
    for row in db.rows(_ORGANIZATIONS, keys=[*audience.organizations, *audience.units]):
        found += [row.place_id] if row.place_id else whole
    keys = [*audience.activities, *audience.waiting]
    found += [row.place_id for row in db.rows(_ACTIVITIES, keys=keys)]
    if audience.series:
        found += [row.place_id for row in db.rows(_HELD_AT, names=list(audience.series))] or whole
    return list(dict.fromkeys(found))


def check(db: Db, audience: Audience, member: int) -> None:
    """Raises a Refusal that says who may, where this member is not staff of all of it, nor leads the club, nor is contact."""
    for each in scope(db, without_looked_after(db, without_led(db, audience, member), member)):
        duty.check(db, member, each)


def without_led(db: Db, audience: Audience, member: int) -> Audience:
    """What is left for staff: to a club its leader speaks, to no other organization whoever represents it."""
    if not audience.organizations:
        return audience
    led = {row.organization_id for row in db.rows(_LED, member=member)}
    return replace(audience, organizations=tuple(key for key in audience.organizations if key not in led))


def without_looked_after(db: Db, audience: Audience, member: int) -> Audience:
    """What is left for staff: to those who take part in an activity its contact speaks."""
    keys = [*audience.activities, *audience.waiting]
    own = {row.id for row in db.rows(_LOOKED_AFTER, keys=keys, member=member)} if keys else set()
    return replace(
        audience,
        activities=tuple(key for key in audience.activities if key not in own),
        waiting=tuple(key for key in audience.waiting if key not in own),
    )


def buildings(db: Db, audience: Audience) -> int:
    """How many buildings its places span; a place without one counts as one."""
    spanned = 0
    for each in _outermost(db, audience.places):
        spanned += int(db.value(_BUILDINGS, keys=below(db, [each]))) or 1
    return spanned


def _outermost(db: Db, places: tuple[int, ...]) -> list[int]:
    """Without those that lie in another one of them."""
    return [
        each for each in places if not any(each in below(db, [other]) for other in places if other != each)
    ]


def units_of(db: Db, association: int) -> list[int]:
    """The member units of an association: what lies below it, but for clubs and whose partnership is over."""
    below = [key for key in organization.below(db, [association]) if key != association]
    return [row.id for row in db.rows(_ACTIVE_UNITS, keys=below)]


def unreached(db: Db, audience: Audience) -> list[str]:
    """The names of member units for which nobody stands whom anything reaches."""
    keys = [key for association in audience.units for key in units_of(db, association)]
    return [row.name for row in db.rows(_UNREACHED, keys=list(dict.fromkeys(keys)))] if keys else []


def _said(organization: int, *, joined: bool) -> Condition:
    """Who joined, or left, it himself."""
    return MEMBER.c.id.in_(
        select(MEMBERSHIP_CHOICE.c.member_id).where(
            MEMBERSHIP_CHOICE.c.organization_id == organization, MEMBERSHIP_CHOICE.c.joined.is_(joined)
        )
    )


def _parts(db: Db, audience: Audience) -> Iterator[_Part]:
    for row in db.rows(_PLACES, keys=list(audience.places)):
        there = below(db, [row.id])
        belongs = or_(MEMBER.c.home_id.in_(there), MEMBER.c.work_id.in_(there))
        yield _Part(belongs, of_notices(f"place:{row.code}"))
    for row in db.rows(_ORGANIZATIONS, keys=list(audience.organizations)):
        joined = select(MEMBERSHIP.c.member_id).where(
            MEMBERSHIP.c.organization_id.in_(organization.below(db, [row.id]))
        )
        topic = of_notices(f"organization:{row.code}")
        yield _Part(
            MEMBER.c.id.in_(joined),
            topic,
            joined=_said(row.id, joined=True),
            left=_said(row.id, joined=False),
        )
    for row in db.rows(_ORGANIZATIONS, keys=list(audience.units)):
        stand = select(ROLE.c.member_id).where(
            ROLE.c.kind == "representative",
            ROLE.c.organization_id.in_(units_of(db, row.id)),
            ~ROLE.c.played,
        )
        # Who stands for a unit is written to for it, and not for himself.
        yield _Part(MEMBER.c.id.in_(stand), of_notices(f"organization:{row.code}"), takes_part=True)
    for name in audience.series:
        follow = select(SUBSCRIPTION.c.member_id).where(
            SUBSCRIPTION.c.subject == f"series:{name}", SUBSCRIPTION.c.wanted
        )
        yield _Part(MEMBER.c.id.in_(follow), of_notices(f"series:{name}"))
    for keys, states in ((audience.activities, ("confirmed",)), (audience.waiting, ("waiting", "offered"))):
        for row in db.rows(_ACTIVITIES, keys=list(keys)):
            registered = select(TOLD).where(
                REGISTRATION.c.activity_id == row.id, REGISTRATION.c.state.in_(states)
            )
            yield _Part(MEMBER.c.id.in_(registered), of_notices(f"activity:{row.code}"), takes_part=True)
