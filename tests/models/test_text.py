"""A text goes to JSON and comes back the same, whatever its values are."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.text import Bilingual, ByLanguage, Moment, Prose, Several, Span, Text, Value, as_said, prose

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)

names = some.sampled_from(["title", "count", "at", "lines", "who"])
moments = some.datetimes(timezones=some.just(UTC))
plain = some.text(max_size=8) | some.integers() | some.floats(allow_nan=False, allow_infinity=False)
values = (
    plain
    | some.text(max_size=8).map(Prose)
    | moments.map(Moment)
    | some.builds(Span, moments, moments)
    | some.builds(Bilingual, some.text(max_size=8), some.text(max_size=8))
)


def built(message: str, values: dict[str, "Value | Text"]) -> Text:
    return Text(message, **values)


def larger(texts: some.SearchStrategy[Text]) -> some.SearchStrategy[Text]:
    several = some.builds(Several, some.lists(texts, max_size=3).map(tuple), some.booleans())
    return some.builds(
        built, some.text(max_size=8), some.dictionaries(names, values | several | texts, max_size=3)
    )


leaves = some.builds(built, some.text(max_size=8), some.dictionaries(names, values, max_size=3))
texts = some.recursive(leaves, larger, max_leaves=6)


def exactly(value: object) -> object:
    """For comparing types too: Prose is equal to the plain words, and 1 to 1.0."""
    if isinstance(value, Text):
        return ("text", value.message, {name: exactly(inner) for name, inner in value.values.items()})
    if isinstance(value, Several):
        return ("several", value.lines, [exactly(text) for text in value.texts])
    return (type(value), value)


@given(texts)
def test_there_and_back(text: Text) -> None:
    back = Text.load(json.loads(json.dumps(text.dump())))
    assert back == text
    assert hash(back) == hash(text)
    assert exactly(back) == exactly(text)


def test_what_is_stored() -> None:
    """A conversation or a reply of an older version must still be read: the form on disk stays."""
    text = Text(
        "{title} {who} {count} {when} {at} {inner} {lines}",
        title=Prose("瑜伽"),
        who="林一",
        count=3,
        when=Span(NOON, NOON),
        at=Moment(NOON),
        inner=Text("好"),
        lines=Several((Text("一"), Text("二")), lines=True),
    )
    assert text.dump() == [
        "{title} {who} {count} {when} {at} {inner} {lines}",
        {
            "title": {"prose": "瑜伽"},
            "who": "林一",
            "count": 3,
            "when": {"span": ["2026-11-26T04:00:00+00:00", "2026-11-26T04:00:00+00:00"]},
            "at": {"moment": "2026-11-26T04:00:00+00:00"},
            "inner": {"text": ["好", {}]},
            "lines": {"several": [True, ["一", {}], ["二", {}]]},
        },
    ]


def test_equal_and_not() -> None:
    assert Text("好") == Text("好")
    assert Text("{n}", n=1) != Text("{n}", n=2)
    assert Text("好") != Text("坏")
    assert Text("好") != "好"
    assert repr(Text("{n}", n=1)) == "Text('{n}', {'n': 1})"


def test_own_words_and_prose() -> None:
    assert (as_said("軟體"), prose("软件")) == (
        Text("{words}", words="軟體"),
        Text("{words}", words=Prose("软件")),
    )
    assert type(as_said("軟體").values["words"]) is str
    assert type(prose("软件").values["words"]) is Prose


@pytest.mark.parametrize(
    ("typed", "language", "read"),
    [
        ({"zh-Hans": "停水", "en": "No water"}, "en", "No water"),
        ({"zh-Hans": "停水", "en": "No water"}, "zh-Hant", "停水"),
        ({"zh-Hant": "停電", "en": "No power"}, "zh-Hans", "停電"),
        ({"zh-Hans": "停水"}, "en", "停水"),
        ({"en": "No water"}, "zh-Hant", "No water"),
        ({}, "en", ""),
    ],
)
def test_somebodys_words_are_read_as_they_were_typed(typed: dict[str, str], language: str, read: str) -> None:
    words = Text("{words}", words=ByLanguage(typed))
    assert Text.load(json.loads(json.dumps(words.dump()))) == words
    assert ByLanguage(typed).read_in(language) == read
