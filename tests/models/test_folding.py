"""Words that people write in many ways are brought to one form for comparing."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.folding import clean, fold, is_traditional

FOLDED = {
    "": "",
    "瑜伽": "瑜伽",
    "這週六有什麼講座": "这周六有什么讲座",
    "臺灣": "台湾",
    "ＡＩ　课程": "ai 课程",
    "Daily  English\t角": "daily english 角",
    "１２：３０": "12:30",
    "①": "1",
    "½": "1⁄2",
    "㈱": "(株)",
    "🧘瑜伽🧘\u200d♀️": "瑜伽",
    "早☀午": "早 午",
    "瑜\u200b伽": "瑜伽",
    "\ufeff瑜伽\u202e": "瑜伽",
    "瑜伽\n太极": "瑜伽\n太极",
    " 瑜伽 ": "瑜伽",
    "Ça": "ça",
}


@pytest.mark.parametrize("text", FOLDED)
def test_folded(text: str) -> None:
    assert fold(text) == FOLDED[text]


CLEANED = {
    "  报名 \n": "报名",
    "第一行\n第二行": "第一行\n第二行",
    "a\tb": "a\tb",
    "报\u200b名\x00\x1b": "报名",
    "ＡＩ这週": "ＡＩ这週",
    "e\u0301": "é",
    "\u200f": "",
}


@pytest.mark.parametrize("text", CLEANED)
def test_cleaned(text: str) -> None:
    assert clean(text) == CLEANED[text]


@pytest.mark.parametrize(
    ("text", "traditional"),
    [
        ("這週六", True),
        ("活動", True),
        ("这周六", False),
        ("活动", False),
        ("hello", False),
        ("", False),
        ("瑜伽", False),
    ],
)
def test_traditional_is_told(text: str, traditional: bool) -> None:
    assert is_traditional(text) is traditional


@given(some.text())
def test_what_cannot_be_seen_is_gone(text: str) -> None:
    for brought in (fold(text), clean(text)):
        assert brought == brought.strip()
        assert not set(brought) & set("\0\x1b\u200b\u202e\ufeff")


@given(some.text(alphabet="瑜伽太极這週六AbＡ 　\t①🧘\u200b"))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)
