"""The matcher: known words in a sentence, the longest at each place, Latin ones as whole words."""

import pytest

from handlers.understanding.matcher import Matcher, without

WORDS = Matcher(
    [
        ("瑜伽", "yoga"),
        ("午间瑜伽", "noon yoga"),
        ("云杉", "tower"),
        ("云杉大厦", "tower"),
        ("大厦服务站", "station"),
        ("ai", "ai"),
        ("art", "art"),
        ("art class", "art class"),
        ("3d", "3d"),
        ("瑜伽", "another yoga"),
        ("", "nothing"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("没有认识的词", []),
        ("有瑜伽吗", ["yoga"]),
        ("午间瑜伽", ["noon yoga"]),
        ("午间的瑜伽", ["yoga"]),
        ("瑜伽和瑜伽", ["yoga", "yoga"]),
        ("云杉大厦的瑜伽", ["tower", "yoga"]),
        ("云杉大厦服务站", ["tower"]),
        ("学ai", ["ai"]),
        ("ai课", ["ai"]),
        ("learn ai today", ["ai"]),
        ("daily", []),
        ("said", []),
        ("party", []),
        ("an art class", ["art class"]),
        ("an art classic", ["art"]),
        ("3d打印", ["3d"]),
        ("13d", []),
        ("ai art", ["ai", "art"]),
    ],
)
def test_words_are_found_from_left_to_right(text: str, found: list[str]) -> None:
    assert [match.found for match in WORDS.find(text)] == found


def test_a_match_tells_where_it_is() -> None:
    (match,) = WORDS.find("有午间瑜伽吗")
    assert (match.begin, match.end) == (1, 5)


@pytest.mark.parametrize(
    ("text", "rest"),
    [("", ""), ("有瑜伽吗", "有 吗"), ("瑜伽瑜伽", "  "), ("ai art", "   "), ("什么都没有", "什么都没有")],
)
def test_what_is_found_can_be_cut_out(text: str, rest: str) -> None:
    assert without(text, WORDS.find(text)) == rest
