"""Finding activities: a query of plain conditions, and the statement that answers it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db

Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for among the activities that have not ended. What is not said does not narrow.

    Days are the community's, both ends included; minutes are of the day, the end not included;
    `topics` must each be met by one of their words, `without` by none. `nearest_first`: in the order of `places`,
    not of time.
    """

    first: date | None = None
    last: date | None = None
    minutes: Minutes | None = None
    minutes_without: tuple[Minutes, ...] = ()
    days_without: tuple[date, ...] = ()
    places: tuple[int, ...] | None = None
    kinds: tuple[str, ...] = ()
    series: str | None = None
    topics: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    open_only: bool = False
    free_of_charge: bool = False
    nearest_first: bool = False

    def at_any_time(self) -> "Query":
        """The same without a word about days and hours."""
        return replace(self, first=None, last=None, minutes=None, minutes_without=(), days_without=())


_ADAPTER = TypeAdapter(Query)


def dump(query: Query) -> dict[str, Any]:
    """The query as JSON can carry it; `load` is the way back."""
    dumped: dict[str, Any] = _ADAPTER.dump_python(query, mode="json", exclude_defaults=True)
    return dumped


def load(dumped: dict[str, Any]) -> Query:
    return _ADAPTER.validate_python(dumped)


def search(db: Db, query: Query, now: datetime, *, limit: int, offset: int = 0) -> tuple[list[Listing], int]:
    """The matches, soonest first, and how many there are in all."""
    shape, values = _shape(query), _values(query, now)
    found = db.objects(listing, _statement(shape), limit=limit, offset=offset, **values)
    if offset == 0 and len(found) < limit:
        return found, len(found)
    return found, int(db.value(_count(shape), **values))


def narrowed(query: Query, now: datetime) -> tuple[Any, dict[str, Any]]:
    """The conditions that a query puts on activities, for a statement of somebody else's, and their values."""
    return _conditions(_shape(query)), _values(query, now)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a query has: one statement serves all queries of a shape."""

    first: bool
    last: bool
    minutes: bool
    minutes_without: int
    days_without: bool
    places: bool
    kinds: bool
    series: bool
    topics: tuple[int, ...]
    without: int
    open_only: bool
    free_of_charge: bool
    nearest_first: int


def _shape(query: Query) -> _Shape:
    return _Shape(
        first=query.first is not None,
        last=query.last is not None,
        minutes=query.minutes is not None,
        minutes_without=len(query.minutes_without),
        days_without=bool(query.days_without),
        places=query.places is not None,
        kinds=bool(query.kinds),
        series=query.series is not None,
        topics=tuple(len(words) for words in query.topics),
        without=len(query.without),
        open_only=query.open_only,
        free_of_charge=query.free_of_charge,
        nearest_first=len(query.places or ()) if query.nearest_first else 0,
    )


def _values(query: Query, now: datetime) -> dict[str, Any]:
    plain = {
        "first": query.first,
        "last": query.last,
        "days_without": list(query.days_without) or None,
        "places": None if query.places is None else list(query.places),
        "kinds": list(query.kinds) or None,
        "series": query.series,
    }
    values: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
    values["now"] = now
    if query.minutes is not None:
        values["minute_from"], values["minute_to"] = query.minutes
    for index, (not_from, not_to) in enumerate(query.minutes_without):
        values[f"not_from_{index}"], values[f"not_to_{index}"] = not_from, not_to
    if query.nearest_first:
        values |= {f"near_{nth}": place for nth, place in enumerate(query.places or ())}
    for index, words in enumerate(query.topics):
        values |= {f"topic_{index}_{nth}": like(word) for nth, word in enumerate(words)}
    return values | {f"without_{index}": like(word) for index, word in enumerate(query.without)}


def like(word: str) -> str:
    """Chinese is met anywhere, a Latin word only whole: ai is not in daily."""
    if word.isascii() and word.isalnum():
        return f"%|{word}|%"
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _meets(name: str) -> Any:
    return ACTIVITY.c.words.like(bindparam(name), escape="\\")


def _conditions(shape: _Shape) -> Any:
    table = ACTIVITY.c
    conditions = [PUBLISHED, table.ends > bindparam("now")]
    if shape.first:
        conditions.append(table.day >= bindparam("first"))
    if shape.last:
        conditions.append(table.day <= bindparam("last"))
    if shape.minutes:
        conditions.append(
            and_(table.minute >= bindparam("minute_from"), table.minute < bindparam("minute_to"))
        )
    for index in range(shape.minutes_without):
        before = table.minute < bindparam(f"not_from_{index}")
        conditions.append(or_(before, table.minute >= bindparam(f"not_to_{index}")))
    if shape.days_without:
        conditions.append(table.day.not_in(bindparam("days_without", expanding=True)))
    if shape.places:
        conditions.append(table.place_id.in_(bindparam("places", expanding=True)))
    if shape.kinds:
        conditions.append(table.kind.in_(bindparam("kinds", expanding=True)))
    if shape.series:
        conditions.append(table.series == bindparam("series"))
    for index, words in enumerate(shape.topics):
        conditions.append(or_(*(_meets(f"topic_{index}_{nth}") for nth in range(words))))
    conditions += [~_meets(f"without_{index}") for index in range(shape.without)]
    if shape.open_only:
        conditions += _open_conditions()
    if shape.free_of_charge:
        conditions.append(or_(table.fee.is_(None), table.fee.like("免费%")))
    return and_(*conditions)


def _open_conditions() -> list[Any]:
    table = ACTIVITY.c
    return [
        func.coalesce(table.registration_closes, table.starts) > bindparam("now"),
        table.starts > bindparam("now"),
        or_(table.registration_opens.is_(None), table.registration_opens <= bindparam("now")),
        or_(table.capacity.is_(None), table.taken + table.seats < table.capacity),
    ]


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> Select[Any]:
    order: list[Any] = [ACTIVITY.c.starts, ACTIVITY.c.id]
    if shape.nearest_first:
        at = [(ACTIVITY.c.place_id == bindparam(f"near_{nth}"), nth) for nth in range(shape.nearest_first)]
        order.insert(0, case(*at))
    found: Select[Any] = (
        listed()
        .where(_conditions(shape))
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return found


@lru_cache(maxsize=512)
def _count(shape: _Shape) -> Select[Any]:
    return select(func.count()).select_from(ACTIVITY).where(_conditions(shape))
