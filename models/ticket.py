"""The ticket of a booking: a signed code that staff scan; a booking that was moved has another one."""

from typing import Any

from sqlalchemy import Row

from models import booking, checkin_code
from models.checkin_code import Code
from models.database import Db
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault


def sign(vault: Vault, one: Row[Any]) -> str:
    """What its QR code says behind the head `admitticket`."""
    return checkin_code.sign(vault, Code("ticket", one.id, one.moved))


def read(db: Db, vault: Vault, token: str) -> Row[Any] | None:
    """The booking whose ticket this is; None where we did not make it. Raises Refusal where it is an old one."""
    code = checkin_code.read(vault, token)
    one = booking.find(db, code.key) if code is not None and code.kind == "ticket" else None
    if code is None or one is None:
        return None
    if code.slot != one.moved:
        sentence = Text("请对方打开新的凭证：改过时间，这张已经换掉了。")
        raise Refusal("ticket.old", sentence, booking.ref(one.id))
    return one
