"""A drawing as a picture: our own SVG, painted by resvg with our own font and no other."""

from html import escape

import resvg_py

from handlers.papers.fonts import drawable, font
from handlers.papers.sheet import BOLD, WIDTH, Box, Code, Item, Sheet, Words


def png(sheet: Sheet, width: int = WIDTH) -> bytes:
    """The page as PNG, so many pixels wide."""
    # What was escaped stays so: nobody's words become anything else than words.
    drawn = "".join(_drawn(item) for item in sheet.items)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {sheet.height}" width="{WIDTH}" '
        f'height="{sheet.height}">{_box(Box(0, 0, WIDTH, sheet.height, sheet.paper))}{drawn}</svg>'
    )
    faces = {item.face for item in sheet.items if isinstance(item, Words)}
    painted: bytes = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        skip_system_fonts=True,
        font_files=[str(font(each).path) for each in faces],
    )
    return painted


def _drawn(item: Item) -> str:
    if isinstance(item, Words):
        return _words(item)
    return _box(item) if isinstance(item, Box) else _code(item)


def _words(item: Words) -> str:
    words = drawable(item.words, item.face)
    bold = f' stroke="{item.colour}" stroke-width="{item.size * BOLD:.2f}"' if item.bold else ""
    return (
        f'<text x="{item.left:.2f}" y="{item.y:.2f}" font-family="{font(item.face).family}" '
        f'font-size="{item.size:.2f}" fill="{item.colour}"{bold} xml:space="preserve">{escape(words)}</text>'
    )


def _box(item: Box) -> str:
    return (
        f'<rect x="{item.x:.3f}" y="{item.y:.3f}" width="{item.width:.3f}" height="{item.height:.3f}" '
        f'fill="{item.colour}"/>'
    )


def _code(item: Code) -> str:
    plate, *modules = item.boxes()
    path = "".join(
        f"M{each.x:.3f} {each.y:.3f}h{each.width:.3f}v{each.height:.3f}h-{each.width:.3f}z"
        for each in modules
    )
    # Smoothed edges between two rows would leave light lines in the dark.
    return f'{_box(plate)}<path d="{path}" fill="#000000" shape-rendering="crispEdges"/>'
