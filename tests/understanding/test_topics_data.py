"""The topics file: its form, and that every word of it can be met in a normalized sentence and asks for one topic."""

import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from opencc import OpenCC

import handlers

PATH = Path(handlers.__path__[0]) / "understanding" / "topics.toml"
KEYS = {"name", "tags", "says", "narrower"}
KINDS = {"沙龙", "讲座", "课程", "俱乐部", "志愿活动", "会议", "培训班", "社团", "workshop"}


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def topics(data: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data["topic"]
    return found


@pytest.fixture(scope="module")
def words(topics: list[dict[str, Any]]) -> list[str]:
    return [word for topic in topics for word in [*topic["tags"], *topic["says"]]]


def test_the_first_line_says_what_the_file_is_for() -> None:
    assert PATH.read_text(encoding="utf-8").startswith("# ")


def test_the_form(data: dict[str, Any], topics: list[dict[str, Any]]) -> None:
    assert set(data) == {"topic"}
    for topic in topics:
        assert {"name", "tags", "says"} <= set(topic) <= KEYS, topic
        assert isinstance(topic["name"], str), topic
        for key in KEYS & set(topic) - {"name"}:
            assert isinstance(topic[key], list), topic["name"]
            assert topic[key], (topic["name"], key)
            assert all(isinstance(word, str) for word in topic[key]), (topic["name"], key)


def test_there_are_enough_topics_and_no_name_twice(topics: list[dict[str, Any]]) -> None:
    assert len(topics) >= 90
    assert [name for name, count in Counter(t["name"] for t in topics).items() if count > 1] == []


def test_a_name_is_one_of_its_own_tags(topics: list[dict[str, Any]]) -> None:
    assert [t["name"] for t in topics if t["name"].lower() not in t["tags"]] == []


def test_every_word_asks_for_one_topic(words: list[str]) -> None:
    assert [word for word, count in Counter(words).items() if count > 1] == []


def test_words_are_normalized(words: list[str]) -> None:
    simplified = OpenCC("t2s")
    for word in words:
        assert word == " ".join(word.split()), word
        assert word == word.lower(), word
        assert word == unicodedata.normalize("NFKC", word), word
        assert word == simplified.convert(word), word


def test_words_are_long_enough_to_be_looked_for(words: list[str]) -> None:
    assert [word for word in words if len(word) < 2] == []


def test_kinds_of_activities_are_no_topics(words: list[str]) -> None:
    assert KINDS & set(words) == set()


def test_narrower_topics_exist_and_lead_nowhere_back(topics: list[dict[str, Any]]) -> None:
    below: dict[str, list[str]] = {t["name"]: t.get("narrower", []) for t in topics}
    for name, names in below.items():
        assert set(names) <= set(below), name
        assert len(names) == len(set(names)), name

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, (*path, name)
        for narrower in below[name]:
            walk(narrower, (*path, name))

    for name in below:
        walk(name, ())
