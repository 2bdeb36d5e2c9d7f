"""A drawing as a PDF of A4: words that can be selected and found, fonts with the letters that are used."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.papers.fonts import drawable, font
from handlers.papers.sheet import BOLD, HEIGHT, WIDTH, Box, Code, Item, Sheet, Words

if TYPE_CHECKING:
    from fpdf import FPDF

# Millimetres of a unit, and points of a millimetre.
_MM = 210 / WIDTH
_POINTS = 72 / 25.4


def pdf(sheets: Sequence[Sheet], now: datetime) -> bytes:
    """The pages in one file, made `now`."""
    # It takes a quarter of a second, which only who wants a PDF waits for.
    from fpdf import FPDF

    made = FPDF(unit="mm", format="A4")
    made.set_creation_date(now)
    made.set_title(sheets[0].title)
    made.set_lang(sheets[0].language)
    made.set_auto_page_break(auto=False)
    for face in {item.face for sheet in sheets for item in sheet.items if isinstance(item, Words)}:
        made.add_font(face, fname=font(face).path)
    for sheet in sheets:
        made.add_page()
        _box(made, Box(0, 0, WIDTH, HEIGHT + 1, sheet.paper))
        for item in sheet.items:
            _draw(made, item)
    return bytes(made.output())


def _draw(made: "FPDF", item: Item) -> None:
    if isinstance(item, Words):
        _words(made, item)
    elif isinstance(item, Box):
        _box(made, item)
    else:
        _code(made, item)


def _words(made: "FPDF", item: Words) -> None:
    from fpdf.enums import TextMode

    made.set_font(item.face, size=item.size * _MM * _POINTS)
    made.set_text_color(item.colour)
    made.set_draw_color(item.colour)
    # In points and not in millimetres: fpdf writes this number before such words as it stands.
    made.text_mode = TextMode.FILL_STROKE if item.bold else TextMode.FILL
    if item.bold:
        made.set_line_width(item.size * BOLD * _MM * _POINTS)
    made.text(item.left * _MM, item.y * _MM, drawable(item.words, item.face))


def _box(made: "FPDF", item: Box) -> None:
    made.set_fill_color(item.colour)
    made.rect(item.x * _MM, item.y * _MM, item.width * _MM, item.height * _MM, style="F")


def _code(made: "FPDF", item: Code) -> None:
    for box in item.boxes():
        _box(made, box)
