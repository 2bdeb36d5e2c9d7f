"""The team of a project: who invited whom by a code, who leads it, and who belongs to it."""

import base64
import binascii
import hmac
import struct
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import change, project_claim
from models.database import Db
from models.project import PROJECT
from models.project_claim import CLAIM, TAKEN
from models.vault import Vault

# A claim's key, then so many bytes that nobody makes without ours: 24 characters.
_HEAD = struct.Struct(">I")
_MAC_BYTES, _LENGTH = 14, 24
_PURPOSE = "team"
# Who may invite: what he gives is asked for, or promised.
INVITES = ("offered", "accepted", "delivered", "confirmed")
_CHECK = (PROJECT.c.id == bindparam("project"), PROJECT.c.lead_id.is_not_distinct_from(bindparam("before")))
_SET_LEAD = update(PROJECT).where(*_CHECK).values(lead_id=bindparam("lead"))
_ORGANIZATIONS = (
    select(CLAIM.c.organization_id)
    .where(
        CLAIM.c.project_id == bindparam("project"),
        CLAIM.c.organization_id.is_not(None),
        CLAIM.c.state.in_(TAKEN),
    )
    .order_by(CLAIM.c.id)
)


def sign(vault: Vault, claim: int) -> str:
    """The code by which the partners of this claim come: letters, digits, - and _."""
    head = _HEAD.pack(claim)
    return base64.urlsafe_b64encode(head + _mac(vault, head)).decode()


def read(vault: Vault, token: str) -> int | None:
    """The claim of a code; None where we did not make it."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(token)
    except binascii.Error:
        return None
    # What is no character of ours is left out by the decoder, as if it were not there.
    if base64.urlsafe_b64encode(data).decode() != token:
        return None
    head, mac = data[: _HEAD.size], data[_HEAD.size :]
    return int(_HEAD.unpack(head)[0]) if hmac.compare_digest(mac, _mac(vault, head)) else None


def _mac(vault: Vault, head: bytes) -> bytes:
    return hmac.digest(vault.signing_key(_PURPOSE), head, sha256)[:_MAC_BYTES]


def organizations(db: Db, project: int) -> list[int]:
    """Those that give something, the first one first."""
    return list(dict.fromkeys(row.organization_id for row in db.rows(_ORGANIZATIONS, project=project)))


def inviter(db: Db, claim: Row[Any]) -> Row[Any] | None:
    """The claim by whose invitation this one came; None where it came by itself."""
    return project_claim.find(db, claim.invited_by_id) if claim.invited_by_id is not None else None


def set_lead(db: Db, one: Row[Any], lead: int, actor: int, now: datetime) -> bool:
    """This organization leads the team from now on; False where somebody set another one meanwhile."""
    if not db.run(_SET_LEAD, project=one.id, before=one.lead_id, lead=lead):
        return False
    change.record(db, "team", one.id, None, "lead set", actor, now, detail={"organization": lead})
    return True
