"""Intents: the heaviest phrase that fits decides, and whether it can be an answer to something else."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine

from handlers.talk import ACTIONS, Action, Phrase, anybody
from handlers.understanding.intents import CERTAIN, understand
from handlers.understanding.lexicon import Lexicon, build
from handlers.understanding.reading import Reading
from models.card import Card
from models.database import transaction
from models.member import Person
from models.text import Text


@pytest.fixture
def lexicon(sqlite_engine: Engine, now: datetime) -> Lexicon:
    with transaction(sqlite_engine) as db:
        return build(db, now)


@pytest.fixture
def read(lexicon: Lexicon, now: datetime) -> Callable[[str], Reading]:
    return lambda said: Reading(said, now, Person(1, "zh-Hans", None, None), lexicon)


def action(name: str, *phrases: Phrase) -> Action:
    def handler() -> Card:
        return Card(Text(name))

    return Action(
        name=name,
        head=name,
        handler=handler,
        allow=anybody,
        menu=None,
        example=None,
        for_staff=False,
        rank=1,
        private=False,
        scans=False,
        in_group=None,
        version=1,
        numbered=False,
        signed=False,
        phrases=phrases,
        reads=lambda reading: {"said": reading.text},
    )


def actions(*declared: Action) -> dict[str, Action]:
    return {each.head: each for each in declared}


def test_the_heaviest_phrase_that_fits_decides(read: Callable[[str], Reading]) -> None:
    known = actions(
        action("light", Phrase("茶", weight=1)),
        action("heavy", Phrase("喝", weight=1), Phrase("喝茶", weight=3)),
        action("other", Phrase("喝茶", weight=2)),
    )
    intent = understand(read("我想喝茶"), known)
    assert intent is not None
    assert intent.action.name == "heavy"
    assert intent.arguments == {"said": "我想喝茶"}


def test_among_equals_the_one_declared_first(read: Callable[[str], Reading]) -> None:
    first, second = action("first", Phrase("茶")), action("second", Phrase("茶"))
    for known, name in ((actions(first, second), "first"), (actions(second, first), "second")):
        intent = understand(read("茶"), known)
        assert intent is not None
        assert intent.action.name == name


def test_nothing_that_fits_is_not_understood(read: Callable[[str], Reading]) -> None:
    assert understand(read("咖啡"), actions(action("tea", Phrase("茶")))) is None
    assert understand(read("茶"), {}) is None


def test_a_phrase_may_refuse(read: Callable[[str], Reading]) -> None:
    known = actions(action("tea", Phrase("茶", unless="不|没")))
    assert understand(read("喝茶"), known) is not None
    assert understand(read("不喝茶"), known) is None


@pytest.mark.parametrize(
    ("needs", "said", "fits"),
    [
        ("topic", "瑜伽吗", True),
        ("topic", "周六吗", False),
        ("title", "太极吗", True),
        ("title", "讲座吗", False),
        ("subject", "周六", True),
        ("subject", "周六飞碟降落吗", False),
        ("when", "周六吗", True),
        ("places", "云杉大厦吗", True),
        ("places", "飞碟吗", False),
    ],
)
def test_a_phrase_may_need_what_the_sentence_holds(
    read: Callable[[str], Reading], needs: str, said: str, fits: bool
) -> None:
    intent = understand(read(said), actions(action("any", Phrase("", needs=needs))))
    assert (intent is not None) is fits


@pytest.mark.parametrize(
    ("weight", "said", "certain"),
    [
        (CERTAIN, "飞碟", True),
        (CERTAIN - 1, "飞碟", False),
        (2, "飞碟", False),
        (2, "周六的飞碟", True),
        (2, "云杉大厦的飞碟", True),
        (2, "太极飞碟", True),
        (2, "讲座飞碟", False),
        (1, "周六的飞碟", False),
    ],
)
def test_certain_is_what_says_much_or_names_what_the_database_knows(
    read: Callable[[str], Reading], weight: int, said: str, certain: bool
) -> None:
    intent = understand(read(said), actions(action("any", Phrase("飞碟", weight=weight))))
    assert intent is not None
    assert intent.certain is certain


def test_patterns_look_at_the_folded_text(read: Callable[[str], Reading]) -> None:
    known = actions(action("tea", Phrase("喝茶|tea time")))
    for said in ("我要喝茶！", "ＴＥＡ　ＴＩＭＥ", "Tea Time?"):
        assert understand(read(said), known) is not None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("周六有什么活动", "activity.search"),
        ("附近的讲座", "activity.search"),
        ("太极几点开始", "activity.show"),
        ("报名太极", "activity.register"),
        ("太极去不了了", "activity.cancel"),
        ("我报了什么", "registration.list"),
        ("用英文", "language.set"),
        ("你能做什么", "help"),
        ("谢谢", "smalltalk"),
        ("what's on tomorrow", "activity.search"),
        ("cancel my yoga", "activity.cancel"),
        ("my registrations", "registration.list"),
    ],
)
def test_what_is_declared_is_understood(read: Callable[[str], Reading], said: str, name: str) -> None:
    intent = understand(read(said), ACTIONS)
    assert intent is not None
    assert intent.action.name == name


@pytest.mark.parametrize("said", ["呜哩哇啦", "我要投票", "42", ""])
def test_what_nothing_is_declared_for_is_not_taken_for_something_else(
    read: Callable[[str], Reading], said: str
) -> None:
    assert understand(read(said), ACTIONS) is None
