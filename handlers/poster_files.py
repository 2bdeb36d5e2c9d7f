"""The poster of an activity: one layout, as a picture for phones and as a PDF for paper."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from handlers import activity_cards
from handlers.papers.fonts import Font, drawable, font
from handlers.papers.lines import break_lines, fits
from handlers.papers.pdf import pdf
from handlers.papers.picture import png
from handlers.papers.sheet import BRAND, HEIGHT, SOFT, WIDTH, Box, Code, Item, Sheet, Words
from handlers.recipes import Apart, Content, Maker, Making, recipe
from handlers.talk import press
from handlers.words import Reader, say
from models import activity, eligibility
from models.activity import Listing
from models.card import Attachment
from models.database import Db
from models.refusal import Refusal
from models.text import Text, as_said, prose

_PICTURE, _PAPER = "poster.picture", "poster.paper"
# All in units of the page, see papers/sheet.py; on a phone 36 of them are the smallest that is read.
MARGIN, BAND = 96, 20
_INNER = WIDTH - 2 * MARGIN
_SERIES, _SUMMARY, _LABEL, _VALUE, _SCAN, _SMALL = 40, 38, 40, 44, 52, 36
_HOST = 32
# The title: in the first size that takes it in so many lines.
_TITLES = ((120, 1), (88, 2), (72, 2), (60, 2))
# So wide is seven times the largest letter: a longer title is not that large, even where it fits.
_LARGEST_TITLE = 7 * 120
_COLUMN, _CODE = 140, 300
_RULE = "#c9d3cd"


@dataclass(frozen=True, slots=True)
class Poster:
    """The words on it, in one language; `opens` is what the code says."""

    series: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    scan: str
    send: str
    host: str
    opens: str
    language: str


def attached(wanted: Listing) -> tuple[Attachment, Attachment]:
    """The poster for phones and for paper; where a file cannot be sent, the picture says the same."""
    says, name = press("show", wanted.number), Text("{title}海报", title=prose(wanted.title))
    return (
        Attachment("image", Text("{name}.png", name=name), _PICTURE, (wanted.number,), says),
        Attachment("file", Text("{name}.pdf", name=name), _PAPER, (wanted.number,), says, spare=True),
    )


@recipe(_PICTURE)
def picture(db: Db, maker: Maker, number: int) -> Making:
    return Apart(partial(_paint, _read(db, maker, number)))


@recipe(_PAPER)
def paper(db: Db, maker: Maker, number: int) -> Making:
    return Apart(partial(_print, _read(db, maker, number), maker.now))


def _paint(poster: Poster) -> Content:
    return Content("image/png", png(draw(poster)))


def _print(poster: Poster, now: datetime) -> Content:
    return Content("application/pdf", pdf([draw(poster)], now))


def _read(db: Db, maker: Maker, number: int) -> Poster:
    """What everybody may know of it, as it stands when the poster is made."""
    try:
        wanted = activity.find(db, number)
    except Refusal as refusal:
        raise KeyError(refusal.code) from None
    # Paper hangs for days: neither 今天 nor 明天 is true on it for long.
    reader = replace(maker.reader, now=wanted.starts - timedelta(days=3))
    title = say(prose(wanted.title), reader)
    return Poster(
        series=say(as_said(wanted.series or ""), reader),
        title=title,
        summary=say(prose(wanted.summary or ""), reader),
        facts=tuple((say(name, reader), say(value, reader)) for name, value in _facts(db, wanted, reader)),
        scan=say(Text("扫码报名"), reader),
        send=say(Text("或发一句：报名{title}", title=as_said(title)), reader),
        host=say(Text("主办：{host}", host=as_said(wanted.host)), reader) if wanted.host else "",
        opens=maker.code or press("show", number),
        language=reader.language,
    )


def _facts(db: Db, wanted: Listing, reader: Reader) -> list[tuple[Text, Text]]:
    """When, where, for whom where not for everybody, for how much: what matters most comes first."""
    found = {name.message: (name, value) for name, value in activity_cards.facts(wanted, reader.now)}
    names = eligibility.names(db, wanted)
    if names:
        found["面向"] = (Text("面向"), names)
    return [found[name] for name in ("时间", "地点", "面向", "费用", "报名截止", "志愿时长") if name in found]


def draw(poster: Poster) -> Sheet:
    """From top to bottom; what is long takes the room of what is less."""
    sans = font("sans")
    items: list[Item] = [Box(0, 0, WIDTH, BAND, BRAND)]
    y = 150.0
    if series := drawable(poster.series):
        (line,) = break_lines(series, _INNER, _SERIES, sans, 1)
        items.append(Words(MARGIN, y, line, _SERIES, BRAND))
        y += 40
    size, lines = _title(drawable(poster.title), sans)
    for line in lines:
        y += size * 1.18
        items.append(Words(MARGIN, y, line, size, bold=True))
    items += _middle(poster, y + 46, sans)
    items += _bottom(poster, sans)
    return Sheet(tuple(items), drawable(poster.title), poster.language)


def _middle(poster: Poster, top: float, sans: Font) -> list[Item]:
    """What it is, and the facts; the former gives way to the latter."""
    items: list[Item] = []
    for most in (3, 2, 1):
        items, y = [], top
        for line in break_lines(drawable(poster.summary), _INNER, _SUMMARY, sans, most):
            y += _SUMMARY * 1.5
            items.append(Words(MARGIN, y, line, _SUMMARY, SOFT))
        items.append(Box(MARGIN, y + 56, _INNER, 2, _RULE))
        table, whole = _table(poster, y + 84, sans)
        items += table
        if whole:
            break
    return items


def _title(title: str, sans: Font) -> tuple[float, list[str]]:
    for size, most in _TITLES:
        width = min(_INNER, _LARGEST_TITLE) if most == 1 else _INNER
        if fits(title, width, size, sans, most):
            return size, break_lines(title, width, size, sans, most, even=True)
    size, most = _TITLES[-1]
    return size, break_lines(title, _INNER, size, sans, most)


def _table(poster: Poster, y: float, sans: Font) -> tuple[list[Item], bool]:
    """A label and its value on a line, as far as the room above the code goes; and whether all have room."""
    ends = HEIGHT - MARGIN - _CODE - 40
    column = max(_COLUMN, *(sans.measure(drawable(label), _LABEL) + 36 for label, _ in poster.facts))
    items: list[Item] = []
    for label, value in poster.facts:
        lines = break_lines(drawable(value), _INNER - column, _VALUE, sans, 3)
        if y + len(lines) * _VALUE * 1.4 > ends:
            return items, False
        items.append(Words(MARGIN, y + _VALUE * 1.2, drawable(label), _LABEL, SOFT))
        for line in lines:
            y += _VALUE * 1.4
            items.append(Words(MARGIN + column, y - _VALUE * 0.2, line, _VALUE))
        y += 16
    return items, True


def _bottom(poster: Poster, sans: Font) -> list[Item]:
    top, left = HEIGHT - MARGIN - _CODE, WIDTH - MARGIN - _CODE
    room = left - MARGIN - 40
    items: list[Item] = [Code(left, top, _CODE, poster.opens)]
    items.append(Words(MARGIN, top + 70, drawable(poster.scan), _SCAN, BRAND, bold=True))
    y = top + 70 + 20.0
    for line in break_lines(drawable(poster.send), room, _SMALL, sans, 2):
        y += _SMALL * 1.4
        items.append(Words(MARGIN, y, line, _SMALL))
    if poster.host:
        y = HEIGHT - MARGIN - 12.0
        lines = break_lines(drawable(poster.host), room, _HOST, sans, 2)
        for nth, line in enumerate(reversed(lines)):
            items.append(Words(MARGIN, y - nth * _HOST * 1.4, line, _HOST, SOFT))
    return items
