"""A drawing: words, boxes and codes at places of a page, for the picture and for the PDF alike."""

from dataclasses import dataclass

import segno

from handlers.papers.fonts import Face, font

# A page of A4, in units of its own: everything is placed in these.
WIDTH, HEIGHT = 1080, 1527
TEXT, SOFT, BRAND, PAPER, WHITE = "#17211c", "#55625b", "#0b6b4a", "#f6f8f6", "#ffffff"
# There is no bold Chinese font: letters are drawn with a line around them, as wide as this share of the size.
BOLD = 0.025
# What a code needs around it to be read.
_MARGIN = 4


@dataclass(frozen=True, slots=True)
class Words:
    """One line: `x` is where it begins, or ends where it stands `right`, or its middle; `y` is its base line."""

    x: float
    y: float
    words: str
    size: float
    colour: str = TEXT
    bold: bool = False
    face: Face = "sans"
    stands: str = "left"

    @property
    def left(self) -> float:
        if self.stands == "left":
            return self.x
        width = font(self.face).measure(self.words, self.size)
        return self.x - (width if self.stands == "right" else width / 2)


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code on white, black in every colouring, with the margin that it needs within its side."""

    x: float
    y: float
    side: float
    says: str

    def boxes(self) -> list[Box]:
        """The code as boxes: those that touch in a row are one."""
        rows = _matrix(self.says)
        step = self.side / (len(rows) + 2 * _MARGIN)
        drawn = [Box(self.x, self.y, self.side, self.side, WHITE)]
        for down, row in enumerate(rows, _MARGIN):
            across = 0
            while across < len(row):
                end = across
                while end < len(row) and row[end]:
                    end += 1
                if end > across:
                    x, y = self.x + (across + _MARGIN) * step, self.y + down * step
                    drawn.append(Box(x, y, (end - across) * step, step, "#000000"))
                across = end + 1
        return drawn


Item = Words | Box | Code


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page; `title` and `language` go into the file. A picture that is no page may be less high."""

    items: tuple[Item, ...]
    title: str
    language: str
    paper: str = PAPER
    height: int = HEIGHT


def _matrix(says: str) -> tuple[bytearray, ...]:
    return tuple(segno.make_qr(says, error="q", boost_error=False).matrix)
