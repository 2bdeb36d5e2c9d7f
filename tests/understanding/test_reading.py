"""A sentence, read: each thing that can be told of it without knowing what is wanted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine

from handlers.talk import ACTIONS
from handlers.understanding.intents import understand
from handlers.understanding.lexicon import Lexicon, build
from handlers.understanding.reading import Reading
from handlers.understanding.reading import read as again
from models.database import transaction
from models.member import Person
from models.search import Query

Read = Callable[..., Reading]
TOWER = ["tower", "tower-station"]
ESTATE = ["estate", "estate-north", "estate-station"]


@pytest.fixture
def lexicon(sqlite_engine: Engine, now: datetime) -> Lexicon:
    with transaction(sqlite_engine) as db:
        return build(db, now)


@pytest.fixture
def read(lexicon: Lexicon, now: datetime) -> Read:
    """Reads a sentence of somebody whose home and work are given by their codes."""
    keys = {node.code: node.id for node in lexicon.places.values()}

    def reading(said: str, *, home: str | None = None, work: str | None = None) -> Reading:
        person = Person(1, "zh-Hans", keys[home] if home else None, keys[work] if work else None)
        return Reading(said, now, person, lexicon)

    return reading


@pytest.fixture
def hear(lexicon: Lexicon, now: datetime) -> Callable[[str, Person], Reading]:
    """Reads a sentence as every message does: what was read before is not read again."""
    return lambda said, person: again(said, now, person, lexicon)


def test_the_same_line_is_read_once_for_all_who_live_at_the_same_place(
    hear: Callable[[str, Person], Reading], lexicon: Lexicon
) -> None:
    estate = next(node.id for node in lexicon.places.values() if node.code == "estate")
    lin, zhou = Person(1, "zh-Hans", estate, None), Person(2, "en", estate, None)
    first = hear("我们小区周六有什么活动", lin)
    assert first.query() == hear("我们小区周六有什么活动", zhou).query()
    assert hear("我们小区周六有什么活动", zhou).person is zhou
    assert hear("我们小区周六有什么活动", lin).matches is first.matches
    assert len(lexicon.read) == 1
    elsewhere = hear("我们小区周六有什么活动", Person(3, "zh-Hans", None, None))
    assert (elsewhere.places, first.places is None) == (None, False)


def test_a_line_that_was_changed_is_read_anew(hear: Callable[[str, Person], Reading]) -> None:
    reading = hear("周六有什么活动", Person(1, "zh-Hans", None, None))
    intent = understand(reading, ACTIONS)
    assert intent is not None
    assert understand(replace(reading, said="随便说一句"), ACTIONS) is None


def test_another_day_reads_anew(lexicon: Lexicon, now: datetime) -> None:
    person = Person(1, "zh-Hans", None, None)
    today = again("明天有什么活动", now, person, lexicon).query()
    tomorrow = again("明天有什么活动", now + timedelta(days=1), person, lexicon).query()
    assert (today.first, tomorrow.first) == (date(2026, 11, 24), date(2026, 11, 25))


def test_long_lines_are_not_kept_and_of_short_ones_not_too_many(
    hear: Callable[[str, Person], Reading], lexicon: Lexicon
) -> None:
    person = Person(1, "zh-Hans", None, None)
    hear("长" * 41, person)
    hear("我的手机号是13812345678", person)
    assert not lexicon.read
    for nth in range(1500):
        hear(f"第{nth}句", person)
    assert len(lexicon.read) == 500


def codes(reading: Reading) -> list[str] | None:
    places = reading.places
    return None if places is None else [reading.lexicon.places[place].code for place in places]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("報名　週四嘅瑜伽", "报名 周四嘅瑜伽"),
        ("ＹＯＧＡ", "yoga"),
        ("我要包名", "我要报名"),
        ("有什么活洞", "有什么活动"),
        ("沙拢🎉", "沙龙"),
    ],
)
def test_the_text_is_folded_and_spelled_right(read: Read, said: str, text: str) -> None:
    assert read(said).text == text


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("周六有什么活动", date(2026, 11, 28), date(2026, 11, 28)),
        ("周末有什么活动", date(2026, 11, 28), date(2026, 11, 29)),
        ("what's on tomorrow", date(2026, 11, 24), date(2026, 11, 24)),
    ],
)
def test_the_time(read: Read, said: str, first: date, last: date) -> None:
    when = read(said).when
    assert when is not None
    assert (when.first, when.last) == (first, last)


def test_no_time(read: Read) -> None:
    assert read("有什么活动").when is None
    assert read("桌游夜").when is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("云杉大厦有什么活动", TOWER),
        ("海棠苑的活动", ESTATE),
        ("海棠苑北区的活动", ["estate-north"]),
        ("云杉和海棠北区", ["tower", "tower-station", *ESTATE]),
        ("有什么活动", None),
        ("我们楼有什么活动", TOWER),
        ("我们公司有什么活动", TOWER),
        ("楼里有什么活动", TOWER),
        ("our building", TOWER),
        ("我们小区有什么活动", ESTATE),
        ("my estate", ESTATE),
        ("附近有什么活动", ["tower", "tower-station", "ginkgo"]),
        ("海棠苑附近", ["estate", "estate-station", "estate-north"]),
    ],
)
def test_the_places(read: Read, said: str, found: list[str] | None) -> None:
    assert codes(read(said, home="estate-north", work="tower")) == found


def test_ones_own_places_where_they_are_not_known(read: Read) -> None:
    assert codes(read("我们楼有什么活动")) is None
    assert codes(read("我们小区有什么活动", work="tower")) is None
    assert codes(read("附近有什么活动")) is None
    assert codes(read("附近有什么活动", home="estate")) == ["estate", "estate-station", "estate-north"]
    assert codes(read("我们楼有什么活动", home="estate-north")) is None


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("有什么讲座", ("lecture",)),
        ("讲座或者沙龙", ("lecture", "salon")),
        ("做义工", ("volunteering", "charity")),
        ("除了讲座还有什么", ()),
        ("有什么活动", ()),
    ],
)
def test_the_kinds(read: Read, said: str, kinds: tuple[str, ...]) -> None:
    assert read(said).kinds == kinds


@pytest.mark.parametrize(
    ("said", "wanted", "unwanted"),
    [
        ("瑜伽", ("瑜伽",), ()),
        ("瑜伽和咖啡", ("瑜伽", "咖啡"), ()),
        ("不要瑜伽", (), ("瑜伽",)),
        ("除了瑜伽，有什么运动", ("运动",), ("瑜伽",)),
        ("运动，但不要瑜伽", ("运动",), ("瑜伽",)),
        ("sports except yoga", ("运动",), ("瑜伽",)),
    ],
)
def test_the_topics(read: Read, said: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    assert (read(said).topics, read(said).unwanted_topics) == (wanted, unwanted)


def test_the_series(read: Read) -> None:
    assert read("午间时光有什么").series == "午间时光"
    assert read("午间有什么").series is None


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("午间瑜伽", [1, 2]),
        ("周四的瑜伽", [2]),
        ("周日的瑜伽", [1, 2]),
        ("我想参加太极", [4]),
        ("云杉大厦的桌游", [12]),
        ("周六有什么活动", []),
        ("你好", []),
        ("消防疏散演练", []),
    ],
)
def test_the_titles_narrowed_by_their_day(read: Read, said: str, numbers: list[int]) -> None:
    assert [title.number for title in read(said).titles] == numbers


@pytest.mark.parametrize(
    ("said", "party"),
    [
        ("报名周四的瑜伽，两个人", 2),
        ("我们一共3人", 3),
        ("三位", 3),
        ("register 4 people", 4),
        ("报名周四的瑜伽", None),
        ("12月10日的急救", None),
        ("人生", None),
        ("十二个人", None),
    ],
)
def test_the_party(read: Read, said: str, party: int | None) -> None:
    assert read(said).party == party


@pytest.mark.parametrize(
    ("said", "open_only"),
    [
        ("还有名额的讲座", True),
        ("能报名的活动", True),
        ("还没满的", True),
        ("any free seats?", True),
        ("有什么讲座", False),
        ("free yoga", False),
    ],
)
def test_whether_only_open_ones(read: Read, said: str, open_only: bool) -> None:
    assert read(said).open_only is open_only


@pytest.mark.parametrize(
    ("said", "free"),
    [
        ("免费的活动", True),
        ("不要钱的", True),
        ("free yoga", True),
        ("any free seats?", False),
        ("收费的活动", False),
    ],
)
def test_whether_free_of_charge(read: Read, said: str, free: bool) -> None:
    assert read(said).free_of_charge is free


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("周六云杉大厦有什么瑜伽活动？", ""),
        ("请问你们明天有没有讲座呀", ""),
        ("飞碟降落", "飞碟降落"),
        ("周六飞碟降落", "飞碟降落"),
        ("what's on at Spruce Tower", ""),
    ],
)
def test_what_is_left_was_not_understood(read: Read, said: str, rest: str) -> None:
    assert read(said, work="tower").rest == rest


@pytest.mark.parametrize(
    ("said", "subject", "anchored", "topic"),
    [
        ("周六", True, True, False),
        ("云杉大厦", True, True, False),
        ("瑜伽", True, True, True),
        ("讲座", True, False, True),
        ("周六的飞碟降落", False, True, False),
        ("飞碟降落", False, False, False),
        ("太极", True, True, True),
    ],
)
def test_what_a_phrase_may_need(read: Read, said: str, subject: bool, anchored: bool, topic: bool) -> None:
    reading = read(said)
    assert (reading.subject, reading.anchored, reading.topic) == (subject, anchored, topic)


def test_all_of_it_makes_a_query(read: Read, lexicon: Lexicon) -> None:
    reading = read("周六下午云杉大厦还有名额的免费瑜伽讲座，不要咖啡")
    assert reading.query() == Query(
        first=date(2026, 11, 28),
        last=date(2026, 11, 28),
        minutes=(12 * 60, 18 * 60),
        places=lexicon.below[next(node.id for node in lexicon.places.values() if node.code == "tower")],
        kinds=("lecture",),
        topics=(lexicon.topics["瑜伽"],),
        without=lexicon.topics["咖啡"],
        open_only=True,
        free_of_charge=True,
    )


def test_what_is_not_said_does_not_narrow(read: Read) -> None:
    assert read("有什么活动", home="estate", work="tower").query() == Query()


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("周六上午", (0, 12 * 60)),
        ("周六晚上", (18 * 60, 24 * 60)),
        ("周六下午三点以后", (15 * 60, 24 * 60)),
        ("周六18:30到20:00", (18 * 60 + 30, 20 * 60)),
        ("周六", None),
    ],
)
def test_hours_become_minutes_of_the_day(read: Read, said: str, minutes: tuple[int, int] | None) -> None:
    assert read(said).query().minutes == minutes


def test_unwanted_hours_and_days(read: Read) -> None:
    query = read("周末有什么活动，上午不行，不要周日").query()
    assert query.minutes_without == ((0, 12 * 60),)
    assert date(2026, 11, 29) in query.days_without
    when = read("周末有什么活动，上午不行").when
    assert when is not None
    assert when.without == ((time(0), time(12)),)
