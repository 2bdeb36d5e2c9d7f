"""The signed code by which a unit comes into a team: whoever has it was given it by the team."""

import base64
import binascii
import hmac
import struct
from hashlib import sha256

from models.vault import Vault

_HEAD = struct.Struct(">I")
_MAC_BYTES = 17
_LENGTH = 28
_PURPOSE = "contest team"


def sign(vault: Vault, project: int) -> str:
    """The code of this entry, as a token of 28 letters, digits, - and _."""
    head = _HEAD.pack(project)
    return base64.urlsafe_b64encode(head + _mac(vault, head)).decode()


def read(vault: Vault, token: str) -> int | None:
    """The entry that a token is for; None where we did not make it, to the last bit."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(token)
    except binascii.Error:
        return None
    if len(data) != _HEAD.size + _MAC_BYTES or base64.urlsafe_b64encode(data).decode() != token:
        return None
    head, mac = data[: _HEAD.size], data[_HEAD.size :]
    if not hmac.compare_digest(mac, _mac(vault, head)):
        return None
    (project,) = _HEAD.unpack(head)
    return int(project)


def _mac(vault: Vault, head: bytes) -> bytes:
    return hmac.digest(vault.signing_key(_PURPOSE), head, sha256)[:_MAC_BYTES]
