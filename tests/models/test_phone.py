"""Phone numbers are read as people write them, masked as they know them, and taken out of sentences."""

import json

import pytest

from models import phone
from models.card import Article, Card
from models.refusal import Refusal
from models.text import Prose, Several, Text, as_said, prose
from tests.chat import VAULT


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("我的手机是13812345678。", "13812345678"),
        ("021-64331234", "02164331234"),
        ("(021)64331234", "02164331234"),
        ("0571 8888 1234", "057188881234"),
        ("0512-6543210", "05126543210"),
    ],
)
def test_it_is_read_as_people_write_it(words: str, number: str) -> None:
    assert phone.read(words) == number


@pytest.mark.parametrize(
    "words",
    [
        "",
        "没有",
        "1381234567",
        "138123456789",
        "12812345678",
        "64331234",
        "310104199001011234",
        "13812345678 或 13912345678",
        "13812345678 分机 3",
    ],
)
def test_what_is_none_is_refused(words: str) -> None:
    with pytest.raises(Refusal) as refused:
        phone.read(words)
    assert refused.value.code == "phone.unreadable"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812345678", "138****5678"), ("02164331234", "021-****1234"), ("057188881234", "0571-****1234")],
)
def test_it_is_masked(number: str, shown: str) -> None:
    assert phone.mask(number) == shown


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("我的手机号是13812345678", "我的手机号是138****5678"),
        ("打 138-1234-5678 或 021-64331234", "打 138****5678 或 021-****1234"),
        ("１３８１２３４５６７８", "138****5678"),
        ("报名 register 17，2026-11-26 12:10", "报名 register 17，2026-11-26 12:10"),
        ("编号 202611231234567", "编号 202611231234567"),
        ("身份证 310104 19900101 1234", "身份证 310104 19900101 1234"),
        ("我的手机号是138\uff0d1234\uff0d5678，谢谢！", "我的手机号是138****5678，谢谢！"),
        ("138\u30001234\u30005678", "138****5678"),
        ("138\u00a01234\u00a05678", "138****5678"),
        ("138\u20131234\u20135678", "138****5678"),
        ("138\u20111234\u20105678", "138****5678"),
        ("138.1234.5678", "138****5678"),
        ("138 - 1234 - 5678", "138****5678"),
        ("138 123 45678", "138****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
        ("1\u200b3\u200b8\u200b12345678", "138****5678"),
        ("１３８\u3000１２３４ - ５６７８　好", "138****5678　好"),
        ("+86\uff0d138 1234 5678", "138****5678"),
        ("1.13812345678，2.021—64331234", "1.138****5678，2.021-****1234"),
        ("叫我小王13812345678", "叫我小王138****5678"),
        ("座機請打（０２１）６４３３１２３４", "座機請打021-****1234"),
    ],
)
def test_it_is_taken_out_of_a_sentence(words: str, kept: str) -> None:
    assert phone.without(words) == kept
    assert (phone.find(words) is None) == (words == kept)


def test_in_a_card_only_what_somebody_said_is_masked() -> None:
    number = "13812345678"
    text = Text(
        "比如“13812345678”：{said}，{pack}，{inner}，{all}",
        said=number,
        pack=Prose(number),
        inner=as_said(number),
        all=Several((as_said(number), prose(number))),
    )
    masked = Text(
        "比如“13812345678”：{said}，{pack}，{inner}，{all}",
        said="138****5678",
        pack=Prose(number),
        inner=as_said("138****5678"),
        all=Several((as_said("138****5678"), prose(number))),
    )
    whole = Card(text, articles=(Article(text, "a:b", facts=((text, text),), body=text),), source=text)
    shown = Card(
        masked, articles=(Article(masked, "a:b", facts=((masked, masked),), body=masked),), source=masked
    )
    assert Card.load(phone.without_in_card(whole.dump())) == shown


def test_what_holds_a_number_is_sealed_and_opened_again() -> None:
    said = {"q": ["text", "妈妈 138\u30001234 5678"], "n": 13812345678, "other": "花生", "none": None}
    sealed = phone.seal_in(said, VAULT)
    assert sealed | {"q": None} == said | {"q": None}
    assert "1234" not in sealed["q"][1]
    assert phone.open_in(sealed, VAULT) == said
    assert phone.seal_in(sealed, VAULT) == sealed
    assert json.loads(phone.open_in(json.dumps(sealed), VAULT)) == said


@pytest.mark.parametrize("words", ["sealed:", "sealed:abc", 'er sagt "sealed:abc"'])
def test_what_only_looks_sealed_stays(words: str) -> None:
    assert phone.open_in(words, VAULT) == words
