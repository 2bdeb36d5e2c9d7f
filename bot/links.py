"""A sentence in a link or a code: platforms carry letters, digits, _ and -, 64 of them at most."""

import re

_PAYLOAD = re.compile(r"[a-z]+(?:_\d{1,9})?")
# A one-time code, as staff type it behind /start in a group.
_CODE = re.compile(r"[1-9]\d{8}")


def payload(says: str) -> str:
    """`show 17` as a link or a code carries it. Raises ValueError for what is no sentence of a button."""
    written = says.replace(" ", "_")
    if not _PAYLOAD.fullmatch(written):
        raise ValueError(f"{says!r} is no sentence that a code can say")
    return written


def sentence(payload: str) -> str:
    """What a link or a code says; what we never made says nothing, and opens the help."""
    if _CODE.fullmatch(payload):
        return f"join {payload}"
    return payload.replace("_", " ") if _PAYLOAD.fullmatch(payload) else "help"
