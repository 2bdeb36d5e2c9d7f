"""The lexicon: the words that this community's own data gives a meaning."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlmodel import SQLModel

from handlers.understanding.lexicon import Lexicon, Lexicons, build, metres
from models import community, pack_file, store
from models.activity import ACTIVITY
from models.database import transaction
from tests import databases

COMMUNITY = """
[community]
name = "晨光社区"
timezone = "Asia/Shanghai"
"""


@pytest.fixture
def lexicon(sqlite_engine: Engine, now: datetime) -> Lexicon:
    with transaction(sqlite_engine) as db:
        return build(db, now)


@pytest.fixture
def lexicon_of(tmp_path: Path, now: datetime) -> Iterator[Callable[[str], Lexicon]]:
    """The lexicon of a community that a test writes down."""
    with databases.sqlite(tmp_path) as engine:

        def made(written: str) -> Lexicon:
            (tmp_path / "pack.toml").write_text(COMMUNITY + written, "utf-8")
            SQLModel.metadata.create_all(engine)
            with transaction(engine) as db:
                store.store(db, pack_file.read([tmp_path / "pack.toml"]))
                return build(db, now)

        yield made


def place(lexicon: Lexicon, code: str) -> int:
    return next(node.id for node in lexicon.places.values() if node.code == code)


def meant(lexicon: Lexicon, text: str) -> list[str]:
    """What the words of a text stand for: the code of a place, a name, the kinds."""
    senses = [match.found for match in lexicon.words.find(text)]
    return [lexicon.places[sense.key].code if sense.sort == "place" else str(sense.key) for sense in senses]


# Words.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("云杉大厦", ["tower"]),
        ("云杉", ["tower"]),
        ("spruce tower", ["tower"]),
        ("云杉大厦服务站", ["tower-station"]),
        ("云杉服务站", ["tower-station"]),
        ("海棠苑", ["estate"]),
        ("海棠小区", ["estate"]),
        ("海棠", ["estate"]),
        ("海棠苑北区", ["estate-north"]),
        ("银杏街道", ["ginkgo"]),
        ("银杏", ["ginkgo"]),
        ("松树大厦", []),
        ("午间时光", ["午间时光"]),
        ("讲座", ["('lecture',)"]),
        ("义工", ["('volunteering', 'charity')"]),
        ("瑜伽", ["瑜伽"]),
        ("云杉大厦的瑜伽讲座", ["tower", "瑜伽", "('lecture',)"]),
    ],
)
def test_places_series_kinds_and_topics_have_words(lexicon: Lexicon, text: str, found: list[str]) -> None:
    assert meant(lexicon, text) == found


def test_a_short_name_of_places_within_each_other_is_the_outer_one(
    lexicon_of: Callable[[str], Lexicon],
) -> None:
    lexicon = lexicon_of(
        '[[place]]\nid = "park"\nkind = "park"\nname = "晨光园区"\n'
        '[[place]]\nid = "station"\nkind = "station"\nname = "晨光服务站"\nparent = "park"\n'
    )
    assert meant(lexicon, "晨光") == ["park"]
    assert meant(lexicon, "晨光服务站") == ["station"]


def test_a_short_name_of_places_apart_means_none(lexicon_of: Callable[[str], Lexicon]) -> None:
    lexicon = lexicon_of(
        '[[place]]\nid = "tower"\nkind = "building"\nname = "晨光大厦"\n'
        '[[place]]\nid = "square"\nkind = "building"\nname = "晨光广场"\n'
    )
    assert meant(lexicon, "晨光") == []
    assert meant(lexicon, "晨光大厦和晨光广场") == ["tower", "square"]


def test_a_full_name_comes_before_a_short_one(lexicon_of: Callable[[str], Lexicon]) -> None:
    lexicon = lexicon_of(
        '[[place]]\nid = "tower"\nkind = "building"\nname = "晨光大厦"\n'
        '[[place]]\nid = "village"\nkind = "estate"\nname = "晨光"\n'
    )
    assert meant(lexicon, "晨光") == ["village"]


def test_a_name_is_not_shortened_to_a_letter(lexicon_of: Callable[[str], Lexicon]) -> None:
    lexicon = lexicon_of('[[place]]\nid = "tower"\nkind = "building"\nname = "晨大厦"\n')
    assert meant(lexicon, "晨") == []


def test_a_tag_of_ones_own_is_a_topic(lexicon_of: Callable[[str], Lexicon]) -> None:
    lexicon = lexicon_of(
        '[[place]]\nid = "tower"\nkind = "building"\nname = "晨光大厦"\n'
        '[[activity]]\nid = "a"\nkind = "salon"\ntitle = "一"\nplace = "tower"\ntags = ["蛐蛐儿"]\n'
        "starts = 2026-11-24T10:00:00\nends = 2026-11-24T11:00:00\n"
    )
    assert meant(lexicon, "蛐蛐儿") == ["蛐蛐儿"]
    assert lexicon.topics["蛐蛐儿"] == ("蛐蛐儿",)


def test_a_wide_topic_is_met_by_the_narrow_ones_that_there_are(lexicon: Lexicon) -> None:
    assert set(lexicon.topics["运动"]) == {"运动", "瑜伽", "太极"}


# Places.


def test_below_is_itself_and_all_that_lies_in_it(lexicon: Lexicon) -> None:
    below = {
        node.code: {lexicon.places[key].code for key in lexicon.below[node.id]}
        for node in lexicon.places.values()
    }
    assert below["tower"] == {"tower", "tower-station"}
    assert below["estate"] == {"estate", "estate-north", "estate-station"}
    assert below["estate-north"] == {"estate-north"}
    assert below["ginkgo"] == set(below)


def test_above_goes_from_the_inside_out(lexicon: Lexicon) -> None:
    assert [node.code for node in lexicon.above(place(lexicon, "estate-north"))] == [
        "estate-north",
        "estate",
        "ginkgo",
    ]
    assert list(lexicon.above(None)) == []


def test_near_is_within_a_kilometre_and_nearest_first(lexicon: Lexicon) -> None:
    def near(code: str) -> list[str]:
        return [lexicon.places[key].code for key in lexicon.near(place(lexicon, code))]

    assert near("tower") == ["tower", "tower-station", "ginkgo"]
    assert near("estate") == ["estate", "estate-station", "estate-north"]


def test_near_a_place_that_nobody_located_is_what_lies_in_it(lexicon: Lexicon) -> None:
    estate = place(lexicon, "estate")
    lost = replace(lexicon, places={**lexicon.places, estate: replace(lexicon.places[estate], location=None)})
    assert lost.near(estate) == lexicon.below[estate]


def test_metres() -> None:
    assert metres((31.0, 121.0), (31.0, 121.0)) == 0
    assert round(metres((31.0, 121.0), (32.0, 121.0))) == 111_195
    assert round(metres((31.0, 121.0), (31.0, 122.0))) == 95_312
    assert metres((31.0, 121.0), None) == float("inf")


def test_the_nearest_station(lexicon: Lexicon) -> None:
    def nearest(lexicon: Lexicon, *codes: str | None) -> str | None:
        station, _ = lexicon.station(*(place(lexicon, code) if code else None for code in codes))
        return station.code if station else None

    assert nearest(lexicon, "tower", "estate") == "tower-station"
    assert nearest(lexicon, None, "estate-north") == "estate-station"
    assert nearest(lexicon, None, None) == "tower-station"
    tower = place(lexicon, "tower")
    lost = replace(lexicon, places={**lexicon.places, tower: replace(lexicon.places[tower], location=None)})
    # Where a place is not known, the tree still tells what lies in it.
    assert nearest(lost, "tower", "estate") == "tower-station"
    assert nearest(lost, "tower", None) == "tower-station"
    assert lexicon.station(None, None)[1] is False
    assert lexicon.station(tower, None)[1] is True
    closed = {key: replace(node, opening=None) for key, node in lexicon.places.items()}
    assert nearest(replace(lexicon, places=closed), "tower") is None


# Titles.


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("午间瑜伽", [1, 2]),
        ("瑜伽", [1, 2]),
        ("太极", [4]),
        ("血压", [5]),
        ("黄油曲奇", [8]),
        ("桌游", [12]),
        ("消防疏散演练", []),
        ("yoga", []),
        ("", []),
        ("会", []),
    ],
)
def test_titles_are_named_by_letters_that_few_share(lexicon: Lexicon, text: str, numbers: list[int]) -> None:
    assert [title.number for title in lexicon.titled(text)] == numbers


def test_letters_that_many_titles_share_name_none(lexicon_of: Callable[[str], Lexicon]) -> None:
    activities = "".join(
        f'[[activity]]\nid = "a{nth}"\nkind = "salon"\ntitle = "{letter}{letter}体验"\nplace = "tower"\n'
        "starts = 2026-11-24T10:00:00\nends = 2026-11-24T11:00:00\n"
        for nth, letter in enumerate("甲乙丙丁戊己庚辛")
    )
    lexicon = lexicon_of('[[place]]\nid = "tower"\nkind = "building"\nname = "晨光大厦"\n' + activities)
    assert lexicon.titled("体验") == []
    assert [title.text for title in lexicon.titled("丙丙体验")] == ["丙丙体验"]


# When it is made anew.


def test_it_is_made_anew_after_a_change_and_when_a_day_begins(sqlite_engine: Engine, now: datetime) -> None:
    lexicons = Lexicons()
    with transaction(sqlite_engine) as db:
        revision = community.revision(db)
        made = lexicons.get(db, revision, now)
        assert lexicons.get(db, revision, now + timedelta(hours=14)) is made
        assert lexicons.get(db, None, now) is made
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "night").values(title="麻将夜"))
        community.touch(db)
        again = lexicons.get(db, revision + 1, now)
        assert [title.number for title in again.titled("麻将")] == [12]
        assert lexicons.get(db, revision + 1, now + timedelta(hours=15)) is not again
