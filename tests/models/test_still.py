"""What is asked before something goes out: by its name, about one key."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import pytest

from models import still
from models.database import Db
from tests.conftest import NOW


@pytest.fixture
def asked() -> Iterator[list[int]]:
    """A check of the tests, which knows of key 1 that it is over; gives the keys that it was asked about."""
    keys: list[int] = []

    @still.still("tea")
    def _is_over(_db: Db, key: int, _now: datetime) -> str | None:
        keys.append(key)
        return "cold by now" if key == 1 else None

    yield keys
    del still.CHECKS["tea"]


def test_the_check_of_this_name_is_asked_about_this_key(db: Db, asked: list[int]) -> None:
    assert still.why_not(db, "tea 1", NOW) == "cold by now"
    assert still.why_not(db, "tea 2", NOW) is None
    assert asked == [1, 2]


def test_what_nobody_can_answer_is_not_sent(db: Db) -> None:
    assert still.why_not(db, "coffee 1", NOW) == "written by another version"


def test_a_check_is_declared_once(asked: list[int]) -> None:
    with pytest.raises(ValueError, match="tea"):
        still.still("tea")(lambda _db, _key, _now: None)


def test_what_many_are_told_is_asked_for_all_of_a_batch_at_once(db: Db) -> None:
    @still.still_for("milk")
    def _have_some(_db: Db, key: str, members: Collection[int], _now: datetime) -> Mapping[int, str]:
        return {member: "has some" for member in members if member == int(key)}

    try:
        assert still.asks_each("milk 7")
        assert still.why_not_for(db, "milk 7", [6, 7, 8], NOW) == {7: "has some"}
        with pytest.raises(ValueError, match="milk"):
            still.still("milk")(lambda _db, _key, _now: None)
    finally:
        del still.CHECKS_FOR["milk"]
    assert not still.asks_each("milk 7")
    assert not still.asks_each(None)
