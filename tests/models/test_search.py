"""A query and the activities that it finds: soonest first, complete, and nothing that has ended."""

import json
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine, select

from bot import community
from models import search
from models.activity import ACTIVITY, find, those, words
from models.database import Db, transaction
from models.place import PLACE
from models.refusal import Refusal
from models.search import Query
from tests.conftest import NOW

# What stands beside the activities of the community: titles that look like patterns.
MORE = """
[[activity]]
id = "percent"
kind = "outreach"
series = "50%_折"
title = "旧衣 100% 回收_日"
place = "estate"
starts = 2026-12-01T09:00:00+08:00
ends = 2026-12-01T10:00:00+08:00
capacity = 0
fee = "免费，自带袋子"
tags = ["环保\\\\二手"]

[[activity]]
id = "daily"
kind = "course"
title = "Daily English 角"
place = "estate"
starts = 2026-12-02T00:00:00+08:00
ends = 2026-12-02T01:00:00+08:00
tags = ["ＡＩ", "志願服務", "LEGO搭建"]
"""


@pytest.fixture(scope="module")
def found(settled: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Db]:
    file = tmp_path_factory.mktemp("packs") / "more.toml"
    file.write_text(MORE, "utf-8")
    community.load(settled, [file])
    with transaction(settled) as db:
        yield db


def codes(db: Db, query: Query, now: datetime = NOW) -> list[str]:
    listings, total = search.search(db, query, now, limit=100)
    assert total == len(listings)
    return [listing.code for listing in listings]


def day(nth: int) -> date:
    """A day of November 2026; 23 is a Monday."""
    return date(2026, 11, nth)


ALL = ["yoga-tue", "closed", "taiji", "pressure", "yoga-thu", "coffee", "night", "sorting", "full", "story"]
LATER = ["percent", "daily", "early"]
THURSDAY = ["pressure", "yoga-thu", "coffee"]
QUERIES: list[tuple[Query, list[str]]] = [
    (Query(), ALL + LATER),
    # Days: both ends are included, and an activity counts under the day of its start.
    (Query(first=day(26), last=day(26)), THURSDAY),
    (Query(first=day(27), last=day(27)), ["night"]),
    (Query(first=day(28), last=day(28)), ["sorting", "full"]),
    (Query(first=day(28)), ["sorting", "full", "story", *LATER]),
    (Query(last=day(25)), ["yoga-tue", "closed", "taiji"]),
    (Query(first=day(29), last=day(28)), []),
    (Query(first=date(2026, 12, 2), last=date(2026, 12, 2)), ["daily"]),
    # Minutes of the day: the end is not included.
    (Query(minutes=(390, 391)), ["taiji"]),
    (Query(minutes=(0, 390)), ["daily"]),
    (Query(minutes=(391, 720)), ["pressure", "sorting", "story", "percent"]),
    (Query(minutes=(690, 810), first=day(26), last=day(26)), ["yoga-thu", "coffee"]),
    (Query(minutes=(1080, 1440)), ["closed", "night", "early"]),
    (Query(minutes_without=((690, 810),), last=day(26)), ["closed", "taiji", "pressure"]),
    (Query(minutes_without=((0, 720), (1080, 1440))), ["yoga-tue", "yoga-thu", "coffee", "full"]),
    (Query(minutes_without=((570, 730),), first=day(26), last=day(26)), THURSDAY[1:]),
    (Query(days_without=(day(26), day(24)), last=day(28)), ["taiji", "night", "sorting", "full"]),
    # Kinds, series, open ones.
    (Query(kinds=("course",)), ["full", "daily", "early"]),
    (Query(kinds=("lecture", "volunteering")), ["closed", "pressure", "sorting"]),
    (Query(kinds=("meeting",)), []),
    (Query(series="午间时光"), ["yoga-tue", "yoga-thu"]),
    (Query(series="午间"), []),
    (Query(open_only=True), [code for code in ALL if code not in ("closed", "full")] + ["daily"]),
    (Query(free_of_charge=True), [code for code in ALL if code != "full"] + LATER),
    (Query(free_of_charge=True, first=date(2026, 11, 28)), ["sorting", "story", *LATER]),
    # Topics: each by one of its words, in title, summary, series or tags.
    (Query(topics=(("瑜伽",),)), ["yoga-tue", "yoga-thu"]),
    (Query(topics=(("瑜伽", "太极"),)), ["yoga-tue", "taiji", "yoga-thu"]),
    (Query(topics=(("运动",), ("太极", "咖啡"))), ["taiji"]),
    (Query(topics=(("运动",), ("咖啡",))), []),
    (Query(topics=(("医生",),)), ["pressure"]),
    (Query(topics=(("午间时光",),)), ["yoga-tue", "yoga-thu"]),
    (Query(topics=(("志愿服务",),)), ["sorting", "daily"]),
    (Query(topics=(("ai",),)), ["closed", "daily"]),
    (Query(topics=(("daily",),)), ["daily"]),
    (Query(topics=(("lego",),)), ["daily"]),
    (Query(topics=(("dai",),)), []),
    (Query(without=("瑜伽", "收费"), last=day(28)), ["closed", "taiji", *THURSDAY[::2], "night", "sorting"]),
    (Query(topics=(("运动",),), without=("瑜伽",)), ["taiji"]),
    # What looks like a pattern is not one.
    (Query(topics=(("%",),)), ["percent"]),
    (Query(topics=(("_",),)), ["percent"]),
    (Query(topics=(("100%",),)), ["percent"]),
    (Query(topics=(("1_0",),)), []),
    (Query(topics=(("%收%",),)), []),
    (Query(topics=(("\\",),)), ["percent"]),
    (Query(topics=(("保\\二",),)), ["percent"]),
    (Query(without=("%",), first=date(2026, 12, 1)), ["daily", "early"]),
    (Query(series="50%_折"), ["percent"]),
    (Query(series="50%%"), []),
    # Several at once.
    (
        Query(
            first=day(23),
            last=day(29),
            kinds=("salon", "lecture"),
            topics=(("健康", "亲子"),),
            open_only=True,
        ),
        ["pressure", "story"],
    ),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES, ids=repr)
def test_a_query_finds(query: Query, expected: list[str], found: Db) -> None:
    assert codes(found, query) == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (("tower-station",), ["yoga-tue", "yoga-thu"]),
        (("estate-station", "tower-station"), ["yoga-tue", "pressure", "yoga-thu", "story"]),
        (("estate-north",), []),
        ((), []),
    ],
)
def test_places_are_those_that_are_named(places: tuple[str, ...], expected: list[str], found: Db) -> None:
    keys = {row.code: row.id for row in found.rows(select(PLACE.c.code, PLACE.c.id))}
    assert codes(found, Query(places=tuple(keys[code] for code in places))) == expected


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        ("2026-11-17T14:59:59+08:00", "past"),
        ("2026-11-17T15:00:00+08:00", "yoga-tue"),
        ("2026-11-24T12:10:00+08:00", "yoga-tue"),
        ("2026-11-24T12:59:59+08:00", "yoga-tue"),
        ("2026-11-24T13:00:00+08:00", "closed"),
        ("2026-11-28T00:29:00+08:00", "night"),
    ],
)
def test_running_ones_are_found_and_ended_ones_never(moment: str, first: str, found: Db) -> None:
    assert codes(found, Query(), datetime.fromisoformat(moment))[0] == first


def test_open_ones_by_time(found: Db) -> None:
    def is_open(code: str, moment: str) -> bool:
        return code in codes(found, Query(open_only=True), datetime.fromisoformat(moment))

    assert is_open("closed", "2026-11-22T17:59:59+08:00")
    assert not is_open("closed", "2026-11-22T18:00:00+08:00")
    assert not is_open("early", "2026-12-01T08:59:59+08:00")
    assert is_open("early", "2026-12-01T09:00:00+08:00")
    assert is_open("taiji", "2026-11-25T06:29:59+08:00")
    assert not is_open("taiji", "2026-11-25T06:30:00+08:00")


def test_what_is_found_stands_as_it_is_said(found: Db) -> None:
    """The search and the card agree about what is open."""
    listings, _ = search.search(found, Query(), NOW, limit=100)
    opened = [listing.code for listing in listings if listing.stands(NOW) == "open"]
    assert codes(found, Query(open_only=True)) == opened
    assert {listing.code: listing.stands(NOW) for listing in listings if listing.code not in opened} == {
        "closed": "closed",
        "full": "full",
        "percent": "full",
        "early": "early",
    }


@pytest.mark.parametrize("limit", [1, 3, 12, 13, 14])
@pytest.mark.parametrize("offset", [0, 1, 3, 12, 13, 20])
def test_pages(limit: int, offset: int, found: Db) -> None:
    listings, total = search.search(found, Query(), NOW, limit=limit, offset=offset)
    assert ([each.code for each in listings], total) == ((ALL + LATER)[offset : offset + limit], 13)


def test_listings_by_number(found: Db) -> None:
    numbers = {row.code: row.number for row in found.rows(select(ACTIVITY.c.code, ACTIVITY.c.number))}
    wanted = [numbers[code] for code in ("coffee", "past", "yoga-tue")]
    assert [each.code for each in those(found, [*wanted, 999])] == ["past", "yoga-tue", "coffee"]
    assert those(found, []) == []
    listing = find(found, numbers["yoga-tue"])
    assert (listing.ref, listing.place, listing.place_code) == (
        "activity:yoga-tue",
        "云杉大厦服务站",
        "tower-station",
    )
    assert (listing.address, listing.host, listing.free) == ("云杉路1号2楼", "云杉联合工会", 20)
    assert listing.closes == datetime.fromisoformat("2026-11-24T10:00:00+08:00")
    with pytest.raises(Refusal) as raised:
        find(found, 999)
    assert raised.value.code == "activity.unknown"


def test_words_are_folded() -> None:
    assert words("午間瑜伽 Yoga", "Zoom 上", "恒享", ["ＡＩ寫作"]) == (
        "午间瑜伽 yoga zoom 上 |恒享| |ai写作| |yoga| |zoom| |ai|"
    )


# There and back


def test_a_query_that_says_nothing_is_nothing() -> None:
    assert search.dump(Query()) == {}
    assert search.load({}) == Query()


def test_a_query_as_json() -> None:
    query = Query(first=day(26), minutes=(690, 810), topics=(("瑜伽", "太极"),), open_only=True)
    assert search.dump(query) == {
        "first": "2026-11-26",
        "minutes": [690, 810],
        "topics": [["瑜伽", "太极"]],
        "open_only": True,
    }


minutes = some.tuples(some.integers(0, 1440), some.integers(0, 1440))
texts = some.text(max_size=5)
queries = some.builds(
    Query,
    first=some.none() | some.dates(),
    last=some.none() | some.dates(),
    minutes=some.none() | minutes,
    minutes_without=some.lists(minutes, max_size=2).map(tuple),
    days_without=some.lists(some.dates(), max_size=2).map(tuple),
    places=some.none() | some.lists(some.integers(), max_size=3).map(tuple),
    kinds=some.lists(texts, max_size=2).map(tuple),
    series=some.none() | texts,
    topics=some.lists(some.lists(texts, max_size=2).map(tuple), max_size=2).map(tuple),
    without=some.lists(texts, max_size=2).map(tuple),
    open_only=some.booleans(),
    free_of_charge=some.booleans(),
)


@given(queries)
def test_there_and_back(query: Query) -> None:
    assert search.load(json.loads(json.dumps(search.dump(query)))) == query
