"""Each payload of the platform is heard as what it means, or is set aside by the name of the field."""

from dataclasses import replace

import pytest

from bot.channels.wechat import elements, reading
from bot.channels.wechat.elements import Unreadable
from bot.channels.wechat.reading import Call, Consent
from bot.inbound import Inbound
from tests.bot.wechat.payloads import ACCOUNT, KEY, NUMBER, PAYLOADS, SENDER, event, of_kind

Meant = Inbound | Consent | None


def read(xml: str) -> Call:
    return reading.read(elements.read(xml))


def meant(xml: str) -> Meant | str:
    """What it means; the field where it cannot be read; a key shortened to its start, a place to the metre."""
    try:
        means = read(xml).means
    except Unreadable as error:
        return error.field
    if isinstance(means, Consent):
        return replace(means, event=means.event[: len(KEY)])
    if means is not None and means.location:
        latitude, longitude = means.location
        means = replace(means, location=(round(latitude, 4), round(longitude, 4)))
    if means is not None and means.message and means.message.startswith(KEY):
        return replace(means, message=KEY)
    return means


@pytest.mark.parametrize(("xml", "means"), [pytest.param(*each[1:], id=each[0]) for each in PAYLOADS])
def test_a_payload_is_heard(xml: str, means: Meant | str) -> None:
    assert meant(xml) == means


def test_the_names_of_both_sides_are_read() -> None:
    call = read(event("hologram_opened"))
    assert (call.sender, call.account) == (SENDER, ACCOUNT)


def test_what_cannot_be_read_tells_its_number() -> None:
    with pytest.raises(Unreadable) as caught:
        read(of_kind("text", ""))
    assert (caught.value.field, caught.value.message) == ("Content", NUMBER)


def key_of(xml: str) -> str | None:
    means = read(xml).means
    assert isinstance(means, Inbound)
    return means.message


def test_an_event_is_told_by_all_that_it_is() -> None:
    """Two of the same second differ by their keys; a repeat has the same; nobody's name stands in it."""
    follow, scan = event("subscribe", "<EventKey></EventKey>"), event("SCAN", "<EventKey>show_17</EventKey>")
    other, later = scan.replace("show_17", "show_18"), scan.replace("1795396200", "1795396201")
    somebody = scan.replace(SENDER, "oHe")
    keys = [key_of(each) for each in (follow, scan, other, later, somebody)]
    assert len(set(keys)) == 5
    assert key_of(scan) == keys[1]
    assert all(SENDER not in str(each) for each in keys)
