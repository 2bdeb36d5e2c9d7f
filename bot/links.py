"""A sentence in a link or a code: platforms carry letters, digits, _ and -, 64 of them at most."""

import re

_PAYLOAD = re.compile(r"[a-z]+(?:_\d{1,9}|_[\w-]{16,56})?", re.ASCII)
# What a platform's link and code carry.
_MOST = 64
# Where a poster of ours leads, see bot/posting.py.
_POSTED = re.compile(r"https?://[^\s?#]+/a/(\d{1,9})/?", re.ASCII)
# A one-time code, as staff type it behind /start in a group.
_CODE = re.compile(r"[1-9]\d{8}")


def payload(says: str) -> str:
    """`show 17`, or a head and a code that we signed, as a link or a code carries it. Raises ValueError for what is no sentence of a button."""
    written = says.replace(" ", "_", 1)
    if not _PAYLOAD.fullmatch(written) or len(written) > _MOST:
        raise ValueError(f"{says!r} is no sentence that a code can say")
    return written


def sentence(payload: str) -> str:
    """What a link or a code says; what we never made says nothing, and opens the help."""
    if _CODE.fullmatch(payload):
        return f"join {payload}"
    if posted := _POSTED.fullmatch(payload):
        return f"show {posted[1]}"
    return payload.replace("_", " ", 1) if _PAYLOAD.fullmatch(payload) else "help"
