"""The letters that can be drawn: which there are, how wide they are, and what is left out."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Face = Literal["sans", "serif"]
# What joins or colours emoji and draws nothing itself.
_JOINS = frozenset("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")
# Every letter of these is in both fonts, which need not be opened to know it.
_COMMON = "gbk"


@dataclass(frozen=True, slots=True)
class Font:
    """`advances` are the widths of its letters, by code point, as shares of the size."""

    path: Path
    family: str
    advances: dict[int, float]

    def measure(self, words: str, size: float) -> float:
        """How wide a line is that stands in this size."""
        return size * sum(self.advances.get(ord(letter), 0.0) for letter in words)


@cache
def font(face: Face) -> Font:
    """Opened once: it takes a tenth of a second."""
    import pylopdf_fonts_zh_cn
    from fontTools.ttLib import TTFont

    path = pylopdf_fonts_zh_cn.sans_path() if face == "sans" else pylopdf_fonts_zh_cn.serif_path()
    with TTFont(str(path), lazy=True) as opened:
        widths, whole = opened["hmtx"].metrics, opened["head"].unitsPerEm
        advances = {code: widths[name][0] / whole for code, name in opened.getBestCmap().items()}
        return Font(path, str(opened["name"].getDebugName(1)), advances)


def drawable(words: str, face: Face = "sans") -> str:
    """The words without what the font has no letter for, which would stand there as empty boxes.

    Emoji go without a trace; whose name has a letter that is `missing` is to be told.
    """
    known = font(face).advances
    plain = unicodedata.normalize("NFC", words)
    spaced = "".join(" " if letter.isspace() or letter < " " else letter for letter in plain)
    kept = "".join(letter for letter in spaced if ord(letter) in known)
    return kept if kept == plain else " ".join(kept.split())


def missing(words: str, face: Face = "sans") -> str:
    """The letters, not the emoji, that cannot be drawn, each once; nearly always none."""
    rare = [letter for letter in unicodedata.normalize("NFC", words) if _is_rare(letter)]
    return "".join(dict.fromkeys(letter for letter in rare if ord(letter) not in font(face).advances))


def _is_rare(letter: str) -> bool:
    if letter in _JOINS or unicodedata.category(letter)[0] not in "LN":
        return False
    try:
        letter.encode(_COMMON)
    except UnicodeEncodeError:
        return True
    return False
