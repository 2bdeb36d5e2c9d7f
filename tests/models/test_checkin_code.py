"""Codes at the door: signed to the last bit, good for their slot and one more, of their own place alone."""

from datetime import timedelta
from itertools import product

import pytest

from models import checkin_code
from models.checkin_code import Code, Kind
from models.vault import Vault
from tests.chat import VAULT
from tests.conftest import NOW

KINDS: tuple[Kind, ...] = ("screen", "picture", "personal", "door")
TOKEN = checkin_code.sign(VAULT, Code("screen", 3, 59_000_000))


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_says_what_was_signed(kind: Kind) -> None:
    code = Code(kind, 2**32 - 1, 2**32 - 1)
    token = checkin_code.sign(VAULT, code)
    assert (checkin_code.read(VAULT, token), len(token)) == (code, 36)


def flips(token: str) -> list[str]:
    """The token with each of its bits changed in turn."""
    data = token.encode()
    changed = [
        bytes(byte ^ (1 << bit) if at == nth else byte for at, byte in enumerate(data))
        for nth, bit in product(range(len(data)), range(8))
    ]
    return [each.decode("latin-1") for each in changed]


def test_a_flipped_bit_is_refused() -> None:
    tokens = flips(TOKEN)
    assert len(set(tokens) - {TOKEN}) == 8 * 36
    assert [each for each in tokens if checkin_code.read(VAULT, each) is not None] == []
    others = [TOKEN[:-1], TOKEN + "A", TOKEN[1:] + "=", "+" + TOKEN[1:], "", "x" * 36, TOKEN.swapcase()]
    assert [each for each in others if checkin_code.read(VAULT, each) is not None] == []
    assert checkin_code.read(Vault(b"another key than that of the tests"), TOKEN) is None


def test_without_the_signature_most_flips_would_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmac.compare_digest", lambda _one, _other: True)
    taken = [each for each in flips(TOKEN) if _is_read(each)]
    assert len(taken) > 100


def _is_read(token: str) -> bool:
    try:
        return checkin_code.read(VAULT, token) is not None
    except IndexError:
        return True  # even a kind that there is not


def test_a_screen_code_is_good_for_its_slot_and_one_more() -> None:
    shown = checkin_code.read(VAULT, checkin_code.on_screen(VAULT, 3, NOW))
    assert shown is not None
    slot = NOW  # 09:10:00, the beginning of a slot
    fresh = {
        after: checkin_code.is_fresh(shown, slot + timedelta(seconds=after)) for after in range(-31, 120)
    }
    assert {after for after, is_fresh in fresh.items() if is_fresh} == set(range(60))
    # Scanned at the end of its slot it is 91 s old as well.
    assert not any(fresh[after] for after in (61, 90, 91))


def test_digits_change_each_minute_and_are_of_one_place() -> None:
    now = checkin_code.digits(VAULT, 3, NOW)
    assert (len(now), now.isdecimal()) == (6, True)
    good = {
        minutes: checkin_code.are_digits_of(VAULT, 3, now, NOW + timedelta(minutes=minutes))
        for minutes in range(-2, 4)
    }
    assert good == {-2: False, -1: False, 0: True, 1: True, 2: False, 3: False}
    assert not checkin_code.are_digits_of(VAULT, 4, now, NOW)
    assert not checkin_code.are_digits_of(VAULT, 3, "１２３４５６", NOW)
    several = {checkin_code.digits(VAULT, place, NOW) for place in range(1, 400)}
    assert len(several) > 395
