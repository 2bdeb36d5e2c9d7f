"""What fits together: what is offered, and what somebody or a project needs; each with the reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, or_, select

from models.database import Db
from models.likeness_of_names import likeness
from models.offer import OFFER
from models.place import PLACE
from models.project import PROJECT
from models.project_part import PART

MOST = 5
# People who can do something are offered as either.
_KIN = {"people": ("people", "expertise"), "expertise": ("expertise", "people")}
# What is like enough whatever it is called.
_ALIKE = ("venue", "money")
# In these states a project takes more.
OPEN_PROJECT = ("claiming", "ready", "running")

Why = Literal["kind", "kin", "enough", "partly", "seats", "here", "near", "anywhere", "time"]


@dataclass(frozen=True, slots=True)
class Thing:
    """One side of a match, as far as it decides. `subject` is `offer`, also for what is wanted, or `part`.

    `quantity` is what is left of it, or what is missing; `least` the smallest share of a part. Instants are UTC.
    """

    subject: Literal["offer", "part"]
    key: int
    kind: str
    name: str
    quantity: int
    unit: str | None = None
    capacity: int | None = None
    place: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    organization: int | None = None
    member: int | None = None
    project: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """`share` is how much of it helps."""

    thing: Thing
    share: int
    whys: tuple[Why, ...]
    score: float


_OFFER_COLUMNS = (
    OFFER.c.id,
    OFFER.c.kind,
    OFFER.c.name,
    (OFFER.c.quantity - OFFER.c.taken).label("left"),
    OFFER.c.unit,
    OFFER.c.capacity,
    OFFER.c.place_id,
    OFFER.c.begins,
    OFFER.c.ends,
    OFFER.c.organization_id,
    OFFER.c.member_id,
)
# Dates are those of the offer where it has any; without any it is good at any time.
_OFFERS = select(*_OFFER_COLUMNS).where(
    OFFER.c.state == "open",
    OFFER.c.side == bindparam("wanted_side"),
    OFFER.c.kind.in_(bindparam("kinds", expanding=True)),
    OFFER.c.quantity > OFFER.c.taken,
    or_(OFFER.c.ends.is_(None), OFFER.c.ends > bindparam("now")),
)
_BEGINS = func.coalesce(PART.c.begins, PROJECT.c.starts)
_ENDS = func.coalesce(PART.c.ends, PROJECT.c.ends)
_PARTS = (
    select(
        PART.c.id,
        PART.c.kind,
        PART.c.name,
        (PART.c.quantity - PART.c.taken - PART.c.held).label("left"),
        PART.c.unit,
        PROJECT.c.place_id,
        _BEGINS.label("begins"),
        _ENDS.label("ends"),
        PROJECT.c.organization_id,
        PART.c.project_id,
        PART.c.least,
    )
    .join(PROJECT, PROJECT.c.id == PART.c.project_id)
    .where(
        PROJECT.c.state.in_(OPEN_PROJECT),
        PART.c.state.in_(["open", "partly"]),
        PART.c.quantity > PART.c.taken + PART.c.held,
        or_(_ENDS.is_(None), bindparam("now", type_=_ENDS.type) < _ENDS),
    )
)
_PART = _PARTS.where(PART.c.id == bindparam("part"))
_PARTS_OF_KINDS = _PARTS.where(PART.c.kind.in_(bindparam("kinds", expanding=True)))
_PARTS_OF = _PARTS.where(PART.c.project_id == bindparam("project")).order_by(
    PART.c.mandatory.desc(), PART.c.id
)
_TREE = select(PLACE.c.id, PLACE.c.parent_id)


def of_offer(row: Any) -> Thing:
    """An offer or a wish, as a whole row of its table."""
    return Thing(
        "offer",
        row.id,
        row.kind,
        row.name,
        row.quantity - row.taken,
        row.unit,
        row.capacity,
        row.place_id,
        row.begins,
        row.ends,
        row.organization_id,
        row.member_id,
    )


def parts(db: Db, project: int, now: datetime) -> list[Thing]:
    """What a project that is open for claims still misses, what it cannot do without first."""
    return [_part(row) for row in db.rows(_PARTS_OF, project=project, now=now)]


def missing(db: Db, part: int, now: datetime) -> Thing | None:
    """What is missing of one part, while its project is open for claims."""
    row = db.row(_PART, part=part, now=now)
    return _part(row) if row is not None else None


def offers_for(db: Db, need: Thing, now: datetime, most: int = MOST) -> list[Match]:
    """The open offers that fit what is needed, the best first."""
    return _ranked(db, need, _offers(db, "offer", need, now), most, needed=True)


def needs_for(db: Db, offer: Thing, now: datetime, most: int = MOST) -> list[Match]:
    """What others want and what projects miss that this offer fits, the best first."""
    wants = _offers(db, "want", offer, now)
    rows = db.rows(_PARTS_OF_KINDS, kinds=_kinds(offer.kind), now=now)
    alike = _Alike(offer)
    short = [_part(row) for row in rows if alike(row.name)]
    return _ranked(db, offer, (*wants, *short), most, needed=False)


def venues(
    db: Db,
    people: int | None,
    place: int | None,
    begins: datetime | None,
    ends: datetime | None,
    now: datetime,
) -> list[Match]:
    """Rooms that are offered and hold so many people; those of which nobody said how many come last."""
    need = Thing("part", 0, "venue", "", 1, capacity=people, place=place, begins=begins, ends=ends)
    return offers_for(db, need, now)


def rooms(
    db: Db, people: int | None, begins: datetime | None, ends: datetime | None, now: datetime
) -> list[int]:
    """The offers of rooms, of which it is known where they are, for so many people then."""
    return [each.thing.key for each in venues(db, people, None, begins, ends, now) if each.thing.place]


def _offers(db: Db, side: str, one: Thing, now: datetime) -> Iterator[Thing]:
    """Those whose name is like it at all: most are not, and are not looked at any further."""
    alike = _Alike(one)
    for row in db.rows(_OFFERS, wanted_side=side, kinds=_kinds(one.kind), now=now):
        if alike(row.name):
            yield Thing("offer", *tuple(row))


class _Alike:
    """How like other names are to one, each asked once; what is like enough whatever it is called is so by half."""

    def __init__(self, one: Thing) -> None:
        self._name, self._least = one.name, 0.1 if one.kind in _ALIKE else 0.0
        self._known: dict[str, float] = {}

    def __call__(self, name: str) -> float:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = likeness(self._name, name) or self._least
        return found


def _part(row: Row[Any]) -> Thing:
    return Thing(
        "part",
        row.id,
        row.kind,
        row.name,
        row.left,
        row.unit,
        None,
        row.place_id,
        row.begins,
        row.ends,
        row.organization_id,
        None,
        row.project_id,
        min(row.least, row.left),
    )


def _kinds(kind: str) -> tuple[str, ...]:
    return _KIN.get(kind, (kind,))


def _ranked(db: Db, one: Thing, others: Iterable[Thing], most: int, *, needed: bool) -> list[Match]:
    """`needed` says that the one is what is needed and the others are offers, else it is the other way round."""
    around, alike = _Around(db, one.place), _Alike(one)
    found: list[Match] = []
    for other in others:
        if _is_own(one, other) or not _overlap(one, other):
            continue
        where = around.why(other.place)
        need, offer = (one, other) if needed else (other, one)
        if where is None or not _seats(need, offer) or offer.quantity < need.least:
            continue
        found.append(_match(need, offer, other, alike(other.name), where))
    found.sort(key=lambda each: (-each.score, each.thing.subject, each.thing.key))
    return found[:most]


def _match(need: Thing, offer: Thing, other: Thing, alike: float, where: Why) -> Match:
    enough = offer.quantity >= need.quantity or need.kind == "venue"
    whys: list[Why] = ["kind" if need.kind == offer.kind else "kin"]
    score = 10 * alike + {"here": 4, "near": 2, "anywhere": 1}.get(where, 0)
    if need.kind == "venue" and need.capacity and offer.capacity:
        whys.append("seats")
        # Of rooms that are large enough the smallest.
        score += 4 + 2 * need.capacity / offer.capacity
    elif need.kind != "venue":
        whys.append("enough" if enough else "partly")
        score += 4 if enough else 2 * offer.quantity / need.quantity
    whys.append(where)
    if need.begins and offer.begins:
        whys.append("time")
        score += 1
    score += 1 if need.kind == offer.kind else 0
    return Match(other, min(need.quantity, offer.quantity), tuple(whys), score)


def _is_own(one: Thing, other: Thing) -> bool:
    if one.organization is not None and one.organization == other.organization:
        return True
    return one.member is not None and one.member == other.member


def _overlap(one: Thing, other: Thing) -> bool:
    """Whether there is an instant at which both are good; what has no dates is good at any."""
    if one.begins and other.ends and other.ends <= one.begins:
        return False
    return not (one.ends and other.begins and one.ends <= other.begins)


def _seats(need: Thing, offer: Thing) -> bool:
    if need.kind != "venue" or not need.capacity or not offer.capacity:
        return True
    return offer.capacity >= need.capacity


class _Around:
    """Where other places lie, seen from one: within or around it, or under the same one that is not the root."""

    def __init__(self, db: Db, place: int | None) -> None:
        self._place = place
        self._parents: dict[int, int | None] = {}
        if place is not None:
            self._parents = {row.id: row.parent_id for row in db.rows(_TREE)}
        self._own = self._above(place)

    def why(self, other: int | None) -> Why | None:
        """None where the two are too far from each other."""
        if self._place is None or other is None:
            return "anywhere"
        if other == self._place:
            return "here"
        above = self._above(other)
        if self._place in above or other in self._own:
            return "here" if min(len(above), len(self._own)) > 1 else "anywhere"
        common = [each for each in above if each in self._own]
        return "near" if common and self._parents.get(common[0]) is not None else None

    def _above(self, place: int | None) -> Sequence[int]:
        """The place and those above it, the root last."""
        found: list[int] = []
        while place is not None and place not in found:
            found.append(place)
            place = self._parents.get(place)
        return found
