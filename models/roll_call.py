"""Who answered an emergency notice and who did not, by building, of exactly those whom it was for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, Row, and_, bindparam, case, exists, func, or_, select

from models.acknowledgement import ACKNOWLEDGEMENT
from models.database import Db
from models.delivery import DELIVERY
from models.member import MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from models.place import PLACE

Stands = Literal["help", "answered", "silent", "waiting", "unreachable"]
# What people call the house they are in; a room or a station is in one.
HOUSES = ("building", "estate")
# Of those who can be reached at all, how many had it so many minutes after the beginning.
MINUTES = (1, 5, 10)
_ON_THE_WAY = ("pending", "sending")
# In this order: who needs help first, whom nothing reaches last.
_SHOWN: tuple[Stands, ...] = ("help", "silent", "waiting", "unreachable")


@dataclass(slots=True)
class Tally:
    """How many of one building stand how. `place` is None for those who are nowhere that it is about any more."""

    place: int | None
    counts: dict[Stands, int] = field(default_factory=dict)

    def of(self, *stands: Stands) -> int:
        return sum(self.counts.get(each, 0) for each in stands)

    @property
    def answered(self) -> int:
        return self.of("answered", "help")

    @property
    def reached(self) -> int:
        return self.of("answered", "help", "silent")

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Someone:
    """One of those whom it was for; without a name where he gave none."""

    member: int
    name: str | None
    place: int | None
    stands: Stands


@dataclass(frozen=True, slots=True)
class Times:
    """Of so many meant so many were sent it; when the first, the one in the middle and the last one were.

    `within`: how many were sent it so many minutes after the beginning.
    """

    meant: int
    sent: int
    first: datetime | None
    median: datetime | None
    last: datetime | None
    within: dict[int, int]


@dataclass(frozen=True, slots=True)
class Houses:
    """Which building of the ones that a notice is about somebody belongs to, by where he works and lives."""

    place: dict[int, int]
    concerned: frozenset[int]
    names: dict[int, str]

    def of(self, home: int | None, work: int | None) -> int | None:
        """The one of the place concerned first, then where he works, then where he lives."""
        own = [each for each in (work, home) if each in self.place]
        nearest = next((each for each in own if each in self.concerned), next(iter(own), None))
        return None if nearest is None else self.place[nearest]


_AGAIN = DELIVERY.alias("again")
# Whom it reached only when it was sent once more was reached.
_REACHED_LATER = exists().where(
    _AGAIN.c.notice_id.in_(bindparam("notices", expanding=True)),
    _AGAIN.c.member_id == DELIVERY.c.member_id,
    _AGAIN.c.state.in_(("sent", "unknown")),
)
_STANDS = case(
    (ACKNOWLEDGEMENT.c.needs_help, "help"),
    (ACKNOWLEDGEMENT.c.id.is_not(None), "answered"),
    (DELIVERY.c.state.in_(("sent", "unknown")), "silent"),
    (_REACHED_LATER, "silent"),
    (DELIVERY.c.state.in_(_ON_THE_WAY), "waiting"),
    else_="unreachable",
)
_ANSWER = and_(
    ACKNOWLEDGEMENT.c.member_id == DELIVERY.c.member_id,
    ACKNOWLEDGEMENT.c.broadcast_id == bindparam("broadcast"),
)


def _told(people: Any) -> Any:
    """Of these people, those whom it was for: how they stand, and where they live and work."""
    return (
        select(people.c.id, people.c.name, people.c.home_id, people.c.work_id, _STANDS.label("stands"))
        .select_from(
            people.join(DELIVERY, DELIVERY.c.member_id == people.c.id).outerjoin(ACKNOWLEDGEMENT, _ANSWER)
        )
        .where(DELIVERY.c.notice_id == bindparam("notice"))
        .subquery()
    )


_ALL = _told(MEMBER)
_TALLY = select(_ALL.c.home_id, _ALL.c.work_id, _ALL.c.stands, func.count().label("people")).group_by(
    _ALL.c.home_id, _ALL.c.work_id, _ALL.c.stands
)
_IN: BindParameter[int] = bindparam("inner", expanding=True)
# Of one building: its people are found first, and then their deliveries, not the other way round.
_THERE = _told(
    select(MEMBER)
    .where(or_(MEMBER.c.home_id.in_(_IN), MEMBER.c.work_id.in_(_IN)))
    .cte("there")
    .prefix_with("MATERIALIZED")
)
_MISSING_IN = select(_THERE).where(_THERE.c.stands != "answered").order_by(_THERE.c.id)
_MISSING_ELSEWHERE = (
    select(_ALL)
    .where(
        _ALL.c.stands != "answered",
        or_(_ALL.c.home_id.is_(None), _ALL.c.home_id.not_in(_IN)),
        or_(_ALL.c.work_id.is_(None), _ALL.c.work_id.not_in(_IN)),
    )
    .order_by(_ALL.c.id)
)
_SENT_ONE = DELIVERY.c.state == "sent"
_TIMES = select(
    func.count().label("meant"),
    func.count().filter(_SENT_ONE).label("sent"),
    func.min(DELIVERY.c.settled).filter(_SENT_ONE).label("first"),
    func.max(DELIVERY.c.settled).filter(_SENT_ONE).label("last"),
    *(
        func.count()
        .filter(_SENT_ONE, DELIVERY.c.settled <= bindparam(f"after_{minutes}"))
        .label(f"in_{minutes}")
        for minutes in MINUTES
    ),
).where(DELIVERY.c.notice_id == bindparam("notice"))
_NTH_SENT = (
    select(DELIVERY.c.settled)
    .where(DELIVERY.c.notice_id == bindparam("notice"), _SENT_ONE)
    .order_by(DELIVERY.c.settled)
    .offset(bindparam("before"))
    .limit(1)
)
_COMPANIES = (
    select(MEMBERSHIP.c.member_id, ORGANIZATION.c.name)
    .join(ORGANIZATION, ORGANIZATION.c.id == MEMBERSHIP.c.organization_id)
    .where(MEMBERSHIP.c.member_id.in_(bindparam("members", expanding=True)), ORGANIZATION.c.kind == "company")
    .order_by(ORGANIZATION.c.id.desc())
)
_TREE = select(PLACE.c.id, PLACE.c.parent_id, PLACE.c.kind, PLACE.c.name)


def houses(db: Db, places: Collection[int], concerned: Collection[int]) -> Houses:
    """The buildings among these places; `concerned` are those of the place concerned, inner ones included."""
    tree = {row.id: row for row in db.rows(_TREE)}
    around = {place: _house(tree, place) for place in places if place in tree}
    return Houses(around, frozenset(concerned), {house: tree[house].name for house in around.values()})


def _house(tree: dict[int, Row[Any]], place: int) -> int:
    """The nearest building or estate around a place; where it is in none, the place itself."""
    around: int | None = place
    while around is not None:
        if tree[around].kind in HOUSES:
            return around
        around = tree[around].parent_id
    return place


def tally(db: Db, broadcast: int, notices: Collection[int], known: Houses) -> list[Tally]:
    """Each building of those whom it was for: the place concerned first, then where most did not answer.

    `notices`: the one that went to everybody, and behind it those that went to the silent once more.
    """
    found: dict[int | None, Tally] = {}
    for row in db.rows(_TALLY, **_bound(broadcast, notices)):
        place = known.of(row.home_id, row.work_id)
        counts = found.setdefault(place, Tally(place)).counts
        counts[row.stands] = counts.get(row.stands, 0) + row.people
    return sorted(found.values(), key=lambda each: _order(each, known))


def _order(one: Tally, known: Houses) -> tuple[bool, bool, int, int]:
    """Those who are somewhere else by now come last."""
    missing = one.total - one.of("answered")
    concerned = {known.place[place] for place in known.concerned if place in known.place}
    return one.place is None, one.place not in concerned, -missing, one.place or 0


def missing(
    db: Db, broadcast: int, notices: Collection[int], known: Houses, house: int | None
) -> list[Someone]:
    """Whoever of one building did not answer or needs help, these first; None is of those who are elsewhere."""
    inner = [place for place, around in known.place.items() if house is None or around == house]
    statement = _MISSING_ELSEWHERE if house is None else _MISSING_IN
    found = [
        Someone(row.id, row.name, house, row.stands)
        for row in db.rows(statement, **_bound(broadcast, notices), inner=inner or [0])
        if known.of(row.home_id, row.work_id) == house
    ]
    return sorted(found, key=lambda one: _SHOWN.index(one.stands))


def times(db: Db, notice: int, began: datetime) -> Times:
    """How long the sending took. Looks at every delivery of the notice."""
    after = {f"after_{minutes}": began + timedelta(minutes=minutes) for minutes in MINUTES}
    row = db.row(_TIMES, notice=notice, **after)
    assert row is not None
    median = db.value(_NTH_SENT, notice=notice, before=(row.sent - 1) // 2) if row.sent else None
    within = {minutes: getattr(row, f"in_{minutes}") for minutes in MINUTES}
    return Times(row.meant, row.sent, row.first, median, row.last, within)


def companies(db: Db, members: Iterable[int]) -> dict[int, str]:
    """The company of each of these members that has one."""
    return {row.member_id: row.name for row in db.rows(_COMPANIES, members=list(members))}


def _bound(broadcast: int, notices: Collection[int]) -> dict[str, Any]:
    first, *later = notices
    return {"broadcast": broadcast, "notice": first, "notices": later or [0]}
