"""What is sealed: nobody reads it without the key, and what one purpose signs another does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import Vault

PHONE = "13912345678"
VAULT = Vault(b"a key of thirty-two characters..")
OTHER = Vault(b"a key of thirty-two characters.!")


@given(st.text(max_size=200))
def test_what_is_sealed_can_be_opened(words: str) -> None:
    assert VAULT.open(VAULT.seal(words)) == words


@given(st.text(min_size=4, max_size=40))
def test_the_words_are_not_in_it(words: str) -> None:
    assert words not in VAULT.seal(words) + VAULT.digest(words)


def test_the_same_words_are_sealed_differently_each_time() -> None:
    assert VAULT.seal(PHONE) != VAULT.seal(PHONE)


def test_with_another_key_it_stays_closed() -> None:
    assert OTHER.open(VAULT.seal(PHONE)) is None


@pytest.mark.parametrize("nth", range(0, 100, 7))
def test_what_was_changed_stays_closed(nth: int) -> None:
    sealed = VAULT.seal(PHONE)
    changed = sealed[:nth] + ("A" if sealed[nth] != "A" else "B") + sealed[nth + 1 :]
    assert VAULT.open(changed) is None


@pytest.mark.parametrize("sealed", ["", PHONE, "x" * 100, "密", "gAAAA"])
def test_what_was_never_sealed_is_not_opened(sealed: str) -> None:
    assert VAULT.open(sealed) is None


def test_a_digest_finds_the_same_words_again_and_no_others() -> None:
    again = Vault(b"a key of thirty-two characters..")
    assert VAULT.digest(PHONE) == again.digest(PHONE)
    assert len({VAULT.digest(PHONE), VAULT.digest("13912345679"), OTHER.digest(PHONE)}) == 3


def test_keys_are_told_apart_by_their_fingerprints() -> None:
    assert VAULT.fingerprint == Vault(b"a key of thirty-two characters..").fingerprint
    assert VAULT.fingerprint != OTHER.fingerprint
    assert len(VAULT.fingerprint) == 16


def test_each_purpose_has_a_key_of_its_own() -> None:
    derived = [VAULT.signing_key("cookie"), VAULT.signing_key("link"), OTHER.signing_key("cookie")]
    assert len({*derived, b"a key of thirty-two characters.."}) == 4
    assert {len(each) for each in derived} == {32}
    assert VAULT.fingerprint not in {each.hex()[:16] for each in derived}
