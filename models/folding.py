"""Brings words to one form for comparing: Simplified, lower case, half-width, without decoration."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

_UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_BLANKS = re.compile(r"[ \t\u3000]+")
# What phones type for the marks of a keyboard.
_TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_DECORATION = re.compile(r"[\u2600-\u27bf\ufe0e\ufe0f\U0001f000-\U0001faff]+")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def clean(text: str) -> str:
    """What somebody typed without what cannot be seen: control, zero-width and direction marks."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).strip()


# The same labels and titles are compared with every message.
@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The form in which words are compared."""
    plain = unicodedata.normalize("NFKC", _DECORATION.sub(" ", text)).translate(_TYPED)
    if not plain.isascii():
        plain = _to_simplified().convert(plain)
    return _BLANKS.sub(" ", _UNSEEN.sub("", plain).lower()).strip()


def is_traditional(text: str) -> bool:
    """Whether the text has characters that only Traditional Chinese writes."""
    return not text.isascii() and _to_simplified().convert(text) != text
