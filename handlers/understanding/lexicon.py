"""The words that this community's own data gives a meaning: places, series, topics, titles."""

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from handlers.understanding.matcher import Matcher
from handlers.understanding.services import Entry, Services
from handlers.understanding.titles import Titles
from models import community, metric, project_search, service, shift_role
from models.activity import ACTIVITY, PUBLISHED
from models.database import Db
from models.folding import fold
from models.organization import ORGANIZATION
from models.place import PLACE

_HERE = Path(__file__).parent
# Ends of place names that people leave out.
_SUFFIXES = (
    "高新技术开发区", "开发区", "党群服务中心", "党群服务站", "服务中心", "服务站", "居民区", "街道", "园区", "小区",
    "大厦", "大楼", "广场", "家园", "新苑",
)  # fmt: skip
# Two places within this distance are near each other (contract, section 4).
NEAR_METRES = 1000
_EARTH_METRES = 6_371_000
# Places so large that what lies in them may be far from where they are said to lie.
_WIDE = ("subdistrict", "neighbourhood")
# Titles that share fewer letters in a row with a sentence, or only such as many titles have, are not meant.
_GENERIC_SHARE = 0.08

Point = tuple[float, float]
Sort = Literal["place", "series", "topic", "kind"]
# Of a topic: the words that ask for it, and the words in an activity that meet it.
Wordings = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word stands for: `key` is a place's key, or names a series, a topic or the kinds."""

    sort: Sort
    key: Any


@dataclass(frozen=True, slots=True)
class PlaceNode:
    id: int
    code: str
    kind: str
    name: str
    parent: int | None
    address: str | None
    location: tuple[float, float] | None
    opening: str | None
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    number: int
    text: str
    day: date
    place: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Club:
    """A club as people call it: all its names, folded, the longest first."""

    code: str
    name: str
    says: tuple[str, ...]


@dataclass(slots=True)
class Lexicon:
    """Built from the database once a day and after every change; read by every message."""

    zone: ZoneInfo
    places: dict[int, PlaceNode]
    below: dict[int, tuple[int, ...]]
    words: Matcher[Sense]
    topics: dict[str, tuple[str, ...]]
    titles: list[Title]
    clubs: tuple[Club, ...] = ()
    # The roles of upcoming shifts as people call them, folded, each with the numbers of what has it.
    roles: dict[str, tuple[int, ...]] = field(default_factory=dict)
    # What the projects are called that everybody sees, and what their parts are.
    projects: Titles = field(default_factory=Titles)
    parts: Titles = field(default_factory=Titles)
    # The places where something is measured, folded as they are typed, each as metric and place; what the metrics are called.
    points: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    metrics: dict[str, tuple[int, str]] = field(default_factory=dict)
    # The word that opens the hall's four lists, folded.
    hall: str | None = None
    # The catalogue of public services.
    services: Services = field(default_factory=Services)
    # Those of them that have slots, by key.
    slotted: frozenset[int] = frozenset()
    # Sentences that were read with it, see reading.read.
    read: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _by_pair: dict[str, list[int]] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = defaultdict(list)
        for index, title in enumerate(self.titles):
            for pair in _pairs(title.text):
                pairs[pair].append(index)
        different = len({title.text for title in self.titles}) or 1
        self._by_pair = dict(pairs)
        for pair, indexes in pairs.items():
            spread = len({self.titles[index].text for index in indexes})
            generic = spread > max(1, different * _GENERIC_SHARE)
            self._weights[pair] = 0.0 if generic else math.log(1 + different / spread)

    def titled(self, text: str) -> list[Title]:
        """The activities whose title the text names best; none where it names none."""
        scores: Counter[int] = Counter()
        for pair in _pairs(text):
            for index in self._by_pair.get(pair, ()):
                scores[index] += self._weights[pair]  # type: ignore[assignment]
        best = max(scores.values(), default=0)
        if not best:
            return []
        return [self.titles[index] for index, score in sorted(scores.items()) if score >= best * 0.999]

    def near(self, place: int) -> tuple[int, ...]:
        """The places within NEAR_METRES of one, nearest first, itself included."""
        here = self.places[place].location
        return self.below[place] if here is None else self.around(here)

    def around(self, here: Point, within: float = NEAR_METRES) -> tuple[int, ...]:
        """The places within so many metres of a point, nearest first.

        What has no location of its own lies where the building or the estate is that it is in.
        """
        found = [(metres(here, self._where(node)), node.id) for node in self.places.values()]
        return tuple(key for distance, key in sorted(found) if distance <= within)

    def _where(self, place: PlaceNode) -> Point | None:
        inside = (node for node in self.above(place.id) if node.location or node.kind in _WIDE)
        nearest = next(inside, None)
        return nearest.location if nearest and (nearest is place or nearest.kind not in _WIDE) else None

    @property
    def venues(self) -> set[int]:
        """The places where something is on."""
        return {title.place for title in self.titles}

    def above(self, place: int | None) -> Iterator[PlaceNode]:
        """A place and everything that it lies in, from the inside out."""
        while place is not None:
            node = self.places[place]
            yield node
            place = node.parent

    def station(self, *homes: int | None) -> tuple[PlaceNode | None, bool]:
        """A service station, and whether it is the nearest to the first of these places that is known."""
        stations = [node for node in self.places.values() if node.kind == "station" and node.opening]
        home = next((place for place in homes if place is not None), None)
        around = [node.id for node in self.above(home)]
        inside = [node for node in stations if any(above.id in around[:-1] for above in self.above(node.id))]
        here = next((self.places[place].location for place in around if self.places[place].location), None)
        if stations and (inside or here):
            return min(inside or stations, key=lambda node: metres(here or (0, 0), node.location)), True
        return min(stations, key=lambda node: (node.address is None, node.id), default=None), False


class Lexicons:
    """Holds the lexicon in use; a new one is made when the community changed or a day began."""

    def __init__(self) -> None:
        self._made: tuple[int, date, Lexicon] | None = None

    def get(self, db: Db, revision: int | None, now: datetime) -> Lexicon:
        if self._made is not None:
            known, day, lexicon = self._made
            # A newcomer's first line does not read the revision; the next one will.
            if revision in (None, known) and day == now.astimezone(lexicon.zone).date():
                return lexicon
        lexicon = build(db, now)
        self._made = (community.revision(db), now.astimezone(lexicon.zone).date(), lexicon)
        return lexicon


_PLACES = select(PLACE)
_CLUBS = select(ORGANIZATION).where(ORGANIZATION.c.kind == "club").order_by(ORGANIZATION.c.id)
_UPCOMING = (
    select(
        ACTIVITY.c.number,
        ACTIVITY.c.title,
        ACTIVITY.c.series,
        ACTIVITY.c.tags,
        ACTIVITY.c.day,
        ACTIVITY.c.place_id,
        ACTIVITY.c.words,
    )
    .where(PUBLISHED, ACTIVITY.c.ends > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)


def build(db: Db, now: datetime) -> Lexicon:
    """The lexicon of what the database holds now."""
    zone = community.zone(db) or ZoneInfo("UTC")
    places = {row.id: _node(row) for row in db.rows(_PLACES)}
    names = [(row.id, [row.name, *row.aliases]) for row in db.rows(_PLACES)]
    upcoming = db.rows(_UPCOMING, now=now)
    topics = _topics(upcoming)
    series = {row.series for row in upcoming if row.series}
    roles: dict[str, list[int]] = defaultdict(list)
    for number, name in shift_role.upcoming(db, now):
        roles[fold(name).removesuffix("位").removesuffix("岗") or fold(name)].append(number)
    return Lexicon(
        zone=zone,
        places=places,
        below=_below(places),
        words=Matcher(_words(names, places, series, topics)),
        topics={name: expanded for name, (_, expanded) in topics.items()},
        titles=[
            Title(row.number, fold(row.title), row.day, row.place_id, tuple(row.tags)) for row in upcoming
        ],
        clubs=tuple(_club(row) for row in db.rows(_CLUBS)),
        roles={name: tuple(numbers) for name, numbers in roles.items()},
        projects=Titles([(row.id, row.title) for row in project_search.titles(db)]),
        parts=Titles([(row.project_id, row.name) for row in project_search.parts(db)]),
        points=_points(db, names),
        metrics={fold(row.name): (row.id, row.unit) for row in metric.everything(db)},
        hall=fold(hall["name"]) if (hall := community.hall(db)) else None,
        services=Services([_service(row) for row in service.everything(db)]),
        slotted=frozenset(row.id for row in service.everything(db) if row.slots and not row.paused),
    )


def _points(db: Db, names: list[tuple[int, list[str]]]) -> dict[str, tuple[tuple[int, int], ...]]:
    """By what a point is called, and by the names of its place."""
    called, found = dict(names), defaultdict(list)
    for point in metric.points(db):
        for name in dict.fromkeys(fold(each) for each in (point.name, *called[point.place])):
            found[name].append((point.metric, point.place))
    return {name: tuple(points) for name, points in found.items()}


def _node(row: Any) -> PlaceNode:
    location = None if row.latitude is None else (row.latitude, row.longitude)
    whole = (row.id, row.code, row.kind, row.name, row.parent_id, row.address, location, row.opening)
    return PlaceNode(*whole, functions=tuple(row.functions))


def _service(row: Any) -> Entry:
    return Entry(row.id, row.name, row.aliases, row.category, row.summary, row.materials, row.province)


def _club(row: Any) -> Club:
    says = sorted({fold(each) for each in (row.name, *row.aliases)}, key=len, reverse=True)
    return Club(row.code, row.name, tuple(says))


def topic_words(name: str) -> tuple[str, ...]:
    """The words of an activity that meet a topic; one that only this community has is met by its own."""
    return _vocabulary()[name][1] if name in _vocabulary() else (name,)


def _below(places: dict[int, PlaceNode]) -> dict[int, tuple[int, ...]]:
    """For each place itself and all that lie in it."""
    below: dict[int, list[int]] = defaultdict(list)
    for node in places.values():
        place: int | None = node.id
        while place is not None:
            below[place].append(node.id)
            place = places[place].parent
    return {place: tuple(inner) for place, inner in below.items()}


def _words(
    names: list[tuple[int, list[str]]],
    places: dict[int, PlaceNode],
    series: Iterable[str],
    topics: dict[str, Wordings],
) -> Iterator[tuple[str, Sense]]:
    """Full names come first: where a short form means two things, the full name of the other wins."""
    for place, wordings in names:
        for wording in wordings:
            yield fold(wording), Sense("place", place)
    for name in series:
        yield fold(name), Sense("series", name)
    for kinds, says in _kinds():
        for word in says:
            yield word, Sense("kind", kinds)
    for name, (says, _) in topics.items():
        for word in says:
            yield word, Sense("topic", name)
    yield from ((word, Sense("place", place)) for word, place in _short_names(names, places))


def _short_names(
    names: list[tuple[int, list[str]]], places: dict[int, PlaceNode]
) -> Iterator[tuple[str, int]]:
    """云杉 for 云杉大厦; where several places share the short form, the one they lie in, else none."""
    shortened: dict[str, set[int]] = defaultdict(set)
    for place, wordings in names:
        for wording in [fold(each) for each in wordings]:
            for suffix in _SUFFIXES:
                if wording.endswith(suffix) and len(wording) - len(suffix) >= 2:
                    shortened[wording.removesuffix(suffix)].add(place)
                    break
    below = _below(places)
    for word, meant in shortened.items():
        around = [place for place in meant if meant <= set(below[place])]
        if around:
            yield word, around[0]


@cache
def _kinds() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    document = tomllib.loads((_HERE / "kinds.toml").read_text("utf-8"))
    return tuple((tuple(kind["kinds"]), tuple(kind["says"])) for kind in document["kind"])


@cache
def _vocabulary() -> dict[str, Wordings]:
    """The topics that every community may have, folded."""
    document = tomllib.loads((_HERE / "topics.toml").read_text("utf-8"))
    topics = {topic["name"]: topic for topic in document["topic"]}
    return {
        name: (
            tuple(fold(word) for word in (*topic["tags"], *topic["says"])),
            tuple(dict.fromkeys(fold(word) for word in _expanded(name, topics))),
        )
        for name, topic in topics.items()
    }


def _expanded(name: str, topics: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from topics[name]["tags"]
    for narrower in topics[name].get("narrower", ()):
        yield from _expanded(narrower, topics)


def _topics(upcoming: Sequence[Row[Any]]) -> dict[str, Wordings]:
    """For each topic the words that ask for it, and those of the upcoming activities that meet it.

    A tag that the general vocabulary does not know is a topic of its own.
    """
    vocabulary, there = _vocabulary(), "\n".join(row.words for row in upcoming)
    topics = {}
    for name, (says, met) in vocabulary.items():
        topics[name] = (says, tuple(word for word in met if word in there) or met[:1])
    known = {word for says, _ in vocabulary.values() for word in says}
    for tag in sorted({fold(tag) for row in upcoming for tag in row.tags}):
        if tag not in known and len(tag) > 1:
            topics.setdefault(tag, ((tag,), (tag,)))
    return topics


def _pairs(text: str) -> set[str]:
    """Neighbouring letters of Chinese, and whole Latin words."""
    pairs = {
        text[i : i + 2] for i in range(len(text) - 1) if not (text[i].isascii() or text[i + 1].isascii())
    }
    latin = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    return pairs | {word for word in latin.split() if len(word) > 2 and not word.isdigit()}


def metres(one: tuple[float, float], other: tuple[float, float] | None) -> float:
    """The distance of two points in metres; WGS-84 degrees, latitude first."""
    if other is None:
        return math.inf
    (latitude, longitude), (latitude_2, longitude_2) = (
        tuple(map(math.radians, point)) for point in (one, other)
    )
    half = math.sin((latitude_2 - latitude) / 2) ** 2
    half += math.cos(latitude) * math.cos(latitude_2) * math.sin((longitude_2 - longitude) / 2) ** 2
    return 2 * _EARTH_METRES * math.asin(math.sqrt(half))
