"""XML is read within limits, and nothing of it is more than words and elements."""

import pytest
from wechatpy import parse_message

from bot.channels.wechat import elements, reading
from bot.channels.wechat.elements import Unreadable
from tests.bot.wechat.bodies import TOO_LARGE, UNREADABLE
from tests.bot.wechat.payloads import PAYLOADS


def test_words_elements_and_lists_of_them() -> None:
    read = elements.read("<xml><a>1</a><b><c> x </c></b><d>1</d><d><e/></d><d>3</d></xml>")
    assert read == {"a": "1", "b": {"c": " x "}, "d": ["1", {"e": ""}, "3"]}


@pytest.mark.parametrize(("body", "field"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_no_platform_sends_is_refused_by_name(body: bytes, field: str) -> None:
    with pytest.raises(Unreadable) as caught:
        reading.read(elements.read(body))
    assert caught.value.field == field


@pytest.mark.parametrize("body", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_the_door_keeps_out_would_be_refused_too(body: bytes) -> None:
    with pytest.raises(Unreadable):
        elements.read(body)


@pytest.mark.parametrize("encoding", ["none-such", "hex"])
def test_an_encoding_that_nobody_knows_is_refused(encoding: str) -> None:
    """In the plain mode bytes arrive, and say themselves how they are to be read."""
    with pytest.raises(Unreadable):
        elements.read(f'<?xml version="1.0" encoding="{encoding}"?><xml><a>1</a></xml>'.encode())


def test_a_name_that_we_do_not_know_is_not_kept_whole() -> None:
    with pytest.raises(Unreadable) as caught:
        elements.read(f'<xml><{"secret" * 50} a="1"/></xml>')
    assert caught.value.field == f"{'secret' * 6}secr: has attributes"


def test_wechatpy_reads_the_same() -> None:
    """Its own parser chooses the same class, and finds the same words in it."""
    # To us a product's code means no more than that somebody follows.
    readable = [xml for name, xml, means in PAYLOADS if not isinstance(means, str) and "product" not in name]
    for xml in readable:
        _, ours = reading._typed(elements.read(xml))
        theirs = parse_message(xml)
        assert type(ours) is type(theirs), xml
        assert ours.source == theirs.source
        assert getattr(ours, "content", None) in (getattr(theirs, "content", None), "")
        assert ours.create_time == theirs.create_time


def test_wechatpy_alone_fails_on_what_is_refused_here() -> None:
    """The twin: what a plain handler would answer with an error, which shows one to the person."""
    failed = 0
    for body, _ in UNREADABLE.values():
        try:
            parsed = parse_message(body)
            failed += parsed is None or not isinstance(parsed.source, str) or not parsed.time
        except Exception:
            failed += 1
    assert failed == 10
