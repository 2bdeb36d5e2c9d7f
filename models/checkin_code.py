"""Signed codes that show that somebody is there: on a screen, read aloud, on a picture, or somebody's own."""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from models.vault import Vault

# What a code is, and what its key is the key of: a place, an activity, a registration, an activity's page; a place as
# it is printed for its door, the page of a place, a booking.
Kind = Literal["screen", "picture", "personal", "door", "printed", "entrance", "ticket"]
_KINDS: tuple[Kind, ...] = ("screen", "picture", "personal", "door", "printed", "entrance", "ticket")
# A screen shows a new code after each slot; the one before it is good for one slot more, so that who scanned at
# its very end still comes in: no code is older than 60 s when it is taken.
SCREEN_SLOT = timedelta(seconds=30)
# Digits are typed, which takes longer than a scan.
DIGITS_SLOT = timedelta(seconds=60)
DIGITS = 6
_GRACE = 1
# The page of a place's screen stays; whoever got its address by chance does not have it for ever.
ENTRANCE_SLOT = timedelta(days=1)
ENTRANCE_DAYS = 180
# Kind, key and slot, then 136 bits that nobody makes without our key: 27 bytes, so that each of the 36 characters
# carries six bits that count, and no changed character means the same.
_HEAD = struct.Struct(">BIxI")
_MAC_BYTES = 17
_LENGTH = 36
_PURPOSE = "check-in"


@dataclass(frozen=True, slots=True)
class Code:
    """What a genuine code says; the slot is when a screen showed it, and 0 where it does not change."""

    kind: Kind
    key: int
    slot: int = 0


def sign(vault: Vault, code: Code) -> str:
    """The code as a token of 36 letters, digits, - and _."""
    head = _HEAD.pack(_KINDS.index(code.kind), code.key, code.slot)
    return base64.urlsafe_b64encode(head + _mac(vault, head)).decode()


def read(vault: Vault, token: str) -> Code | None:
    """What a token says; None where we did not make it, to the last bit."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(token)
    except binascii.Error:
        return None
    # What is no character of ours is left out by the decoder, as if it were not there.
    if len(data) != _HEAD.size + _MAC_BYTES or base64.urlsafe_b64encode(data).decode() != token:
        return None
    head, mac = data[: _HEAD.size], data[_HEAD.size :]
    if not hmac.compare_digest(mac, _mac(vault, head)):
        return None
    kind, key, slot = _HEAD.unpack(head)
    return Code(_KINDS[kind], key, slot)


def _mac(vault: Vault, head: bytes) -> bytes:
    return hmac.digest(vault.signing_key(_PURPOSE), head, sha256)[:_MAC_BYTES]


def on_screen(vault: Vault, place: int, now: datetime) -> str:
    """The token that the screens of a place show now."""
    return sign(vault, Code("screen", place, _slot(now, SCREEN_SLOT)))


def is_fresh(code: Code, now: datetime) -> bool:
    """Whether what a screen showed is still good: it shows it, or showed it just before."""
    return code.slot <= _slot(now, SCREEN_SLOT) <= code.slot + _GRACE


def entrance(vault: Vault, place: int, now: datetime) -> str:
    """The token of the page that the screen of a place shows, from today on."""
    return sign(vault, Code("entrance", place, _slot(now, ENTRANCE_SLOT)))


def is_open_entrance(code: Code, now: datetime) -> bool:
    """Whether the page of a place's screen is still shown."""
    return code.slot <= _slot(now, ENTRANCE_SLOT) <= code.slot + ENTRANCE_DAYS


def digits(vault: Vault, place: int, now: datetime) -> str:
    """The six digits that are read aloud at a place now."""
    return _digits(vault, place, _slot(now, DIGITS_SLOT))


def are_digits_of(vault: Vault, place: int, said: str, now: datetime) -> bool:
    """Whether these six digits are those of the place, now or just before."""
    slot = _slot(now, DIGITS_SLOT)
    known = [_digits(vault, place, slot - ago) for ago in range(_GRACE + 1)]
    return said.isascii() and any(hmac.compare_digest(each, said) for each in known)


def _digits(vault: Vault, place: int, slot: int) -> str:
    drawn = hmac.digest(vault.signing_key(f"{_PURPOSE} digits"), f"{place} {slot}".encode(), sha256)
    return f"{int.from_bytes(drawn) % 10**DIGITS:0{DIGITS}}"


def _slot(now: datetime, span: timedelta) -> int:
    return int(now.timestamp() // span.total_seconds())


def changes(now: datetime) -> timedelta:
    """How long the screen's code stands from now on."""
    span = SCREEN_SLOT.total_seconds()
    return timedelta(seconds=span - now.timestamp() % span)
