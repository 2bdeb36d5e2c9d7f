"""Where lines of Chinese break: not before ，。） nor after （《, not within a number and what it counts."""

import re
from collections.abc import Iterator

from handlers.papers.fonts import Font
from handlers.words import UNBREAKABLE

_NEVER_FIRST = "，。、；：！？）》〉」』】〕”’…—～·,.;:!?)]}%％℃"
_NEVER_LAST = "（《〈「『【〔“‘([{¥￥$#第"
# What stays whole: days and hours as we say them, a number with what it counts (1266号), a word of Latin letters.
_WHOLE = re.compile(
    rf"{UNBREAKABLE.pattern}|第?\d[\d.,–~-]*(?![^\s\u2e80-\uffff])(?:小时|分钟|单元|[\u3400-\u9fff])?|"
    r"第?[一二三四五六七八九十]+[期楼层号室幢栋座届次场位个名]|[^\s\u2e80-\uffff]+|\s+|."
)
_MORE = "…"


def break_lines(
    words: str, width: float, size: float, font: Font, most: int | None = None, *, even: bool = False
) -> list[str]:
    """The lines in which the words fit into the width; of more than `most` the last ends with …

    `even`: as many lines as it takes, but of nearly the same length, as a title stands best.
    """
    pieces = list(_pieces(words, width, size, font))
    lines = _fill(pieces, width, size, font)
    if most is not None and len(lines) > most:
        return _cut(lines, most, width, size, font)
    return _evened(pieces, lines, width, size, font) if even and len(lines) > 1 else lines


def fits(words: str, width: float, size: float, font: Font, most: int) -> bool:
    """Whether they stand in so many lines."""
    return len(break_lines(words, width, size, font)) <= most


def _pieces(words: str, width: float, size: float, font: Font) -> Iterator[str]:
    """What no line tears apart; what is wider than a line comes letter by letter."""
    piece = ""
    for part in _WHOLE.findall(words.strip()):
        if piece and part[0] not in _NEVER_FIRST and piece[-1] not in _NEVER_LAST:
            yield from _torn(piece, width, size, font)
            piece = ""
        piece += part
    if piece:
        yield from _torn(piece, width, size, font)


def _torn(piece: str, width: float, size: float, font: Font) -> Iterator[str]:
    if font.measure(piece, size) <= width:
        yield piece
    else:
        yield from piece


def _fill(pieces: list[str], width: float, size: float, font: Font) -> list[str]:
    lines: list[list[str]] = [[]]
    for piece in pieces:
        line = lines[-1]
        if line and font.measure("".join([*line, piece]).strip(), size) > width:
            lines.append([piece])
        else:
            line.append(piece)
    _keep_company(lines)
    return [line for line in ("".join(line).strip() for line in lines) if line]


def _keep_company(lines: list[list[str]]) -> None:
    """A last line of one letter takes one more from the line before."""
    if len(lines) < 2 or not lines[-1]:
        return
    letters = [letter for letter in "".join(lines[-1]) if letter not in _NEVER_FIRST + " "]
    if len(letters) == 1 and len(lines[-2]) > 1:
        lines[-1].insert(0, lines[-2].pop())


def _cut(lines: list[str], most: int, width: float, size: float, font: Font) -> list[str]:
    last = lines[most - 1]
    while last and (font.measure(last + _MORE, size) > width or last[-1] in _NEVER_FIRST + _NEVER_LAST + " "):
        last = last[:-1]
    return [*lines[: most - 1], last + _MORE]


def _evened(pieces: list[str], lines: list[str], width: float, size: float, font: Font) -> list[str]:
    narrower, best = width, lines
    while narrower > width / 2:
        narrower -= size / 2
        tried = _fill(pieces, narrower, size, font)
        if len(tried) > len(lines) or any(font.measure(line, size) > width for line in tried):
            break
        best = tried
    return best
