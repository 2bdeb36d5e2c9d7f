"""The figures of a week as a picture: what people came for as bars, everything else as a table."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from handlers import week_cards
from handlers.papers.fonts import Font, drawable, font
from handlers.papers.lines import break_lines
from handlers.papers.picture import png
from handlers.papers.sheet import BRAND, SOFT, TEXT, WIDTH, Box, Item, Sheet, Words
from handlers.recipes import Apart, Content, Maker, Making, recipe
from handlers.week_cards import Board
from handlers.words import say
from models import community, duty, station_visit
from models.card import Attachment
from models.database import Db
from models.text import Moment, Text, as_said

_PICTURE = "week.picture"
_MARGIN, _BAND = 72, 16
_INNER = WIDTH - 2 * _MARGIN
_HEADLINE, _UNDER, _LABEL, _SOURCE = 60, 36, 40, 30
_ROW, _BAR = 76, 44
_LIGHT, _RULE = "#7fb59f", "#c9d3cd"
# How much of the width names take before a bar, and what lies between it and its numbers.
_NAMES, _GAP = 300, 20
_FIRST_COLUMN = 320


@dataclass(frozen=True, slots=True)
class Chart:
    """The words on it in one language, and the bars: a name, this week's number and the one before."""

    finding: str
    under: str
    bars: tuple[tuple[str, int, int], ...]
    rows: tuple[tuple[str, str, str], ...]
    heads: tuple[str, str]
    before: str
    source: str
    language: str


def attached(week: int, places: tuple[int, ...], found: Board) -> Attachment:
    """What it says stands in the text above it too."""
    name = Text("{place}周报{day}.png", place=found.place, day=as_said(f"{found.first:%Y-%m-%d}"))
    return Attachment("image", name, _PICTURE, (week, *places))


@recipe(_PICTURE)
def picture(db: Db, maker: Maker, week: int, *places: int) -> Making:
    """Asked again whether its reader may see it."""
    own = [each for each in station_visit.stations(db) if each.id in places]
    if not own or not all(duty.covers(db, maker.person.id, each.id) for each in own):
        raise KeyError("duty.other")
    found = week_cards.board(db, own, week, maker.now, maker.zone)
    return Apart(partial(_paint, _read(found, maker, community.name(db) or "")))


def _paint(chart: Chart) -> Content:
    return Content("image/png", png(draw(chart)))


def _read(found: Board, maker: Maker, name: str) -> Chart:
    # It is passed on: neither 今天 nor 明天 is true on it for long.
    reader = replace(maker.reader, now=maker.now - timedelta(days=3))

    def said(text: Text) -> str:
        return drawable(say(text, reader))

    return Chart(
        finding=said(week_cards.finding(found)),
        under=said(Text("{place} · {days}", place=found.place, days=week_cards.days(found))),
        bars=tuple((said(purpose), now, before) for purpose, now, before in week_cards.purposes(found)),
        rows=tuple((said(each.name), said(each.now), said(each.before)) for each in week_cards.counts(found)),
        heads=(said(Text("这一周")), said(Text("前一周"))),
        before=said(Text("前一周")),
        source=said(_source(found, maker, name)),
        language=reader.language,
    )


def _source(found: Board, maker: Maker, name: str) -> Text:
    """Where the numbers are from, and up to when they count."""
    until = found.until or maker.now
    return Text("{name}的签到、预约和取号记录，数到{at}", name=as_said(name), at=Moment(until))


def draw(chart: Chart) -> Sheet:
    """From top to bottom; it is as high as it needs."""
    sans = font("sans")
    items: list[Item] = [Box(0, 0, WIDTH, _BAND, BRAND)]
    y = 60.0
    for line in break_lines(chart.finding, _INNER, _HEADLINE, sans, 2, even=True):
        y += _HEADLINE * 1.25
        items.append(Words(_MARGIN, y, line, _HEADLINE, bold=True))
    for line in break_lines(chart.under, _INNER, _UNDER, sans, 2):
        y += _UNDER * 1.6
        items.append(Words(_MARGIN, y, line, _UNDER, SOFT))
    y += 48
    y = _bars(chart, items, y, sans)
    y = _table(chart, items, y + 20, sans)
    y += 30
    for line in break_lines(chart.source, _INNER, _SOURCE, sans, 2):
        y += _SOURCE * 1.5
        items.append(Words(_MARGIN, y, line, _SOURCE, SOFT))
    return Sheet(tuple(items), chart.finding, chart.language, height=int(y + 56))


def _bars(chart: Chart, items: list[Item], y: float, sans: Font) -> float:
    """The first in full colour, the rest lighter; the number stands behind its bar."""
    most = max((now for _, now, _ in chart.bars), default=0)
    beside = [_numbers(chart, each, sans) for each in chart.bars]
    room = _INNER - _NAMES - max(beside, default=0.0)
    for nth, (name, now, before) in enumerate(chart.bars):
        base = y + _BAR * 0.78
        items += _name(name, y, sans)
        width = room * now / most if most else 0.0
        if width:
            items.append(Box(_MARGIN + _NAMES, y, max(width, 4.0), _BAR, BRAND if nth == 0 else _LIGHT))
        left = _MARGIN + _NAMES + width + _GAP
        items.append(Words(left, base, f"{now}", _LABEL, bold=True))
        left += sans.measure(f"{now}", _LABEL) + _GAP
        items.append(Words(left, base, f"{chart.before} {before}", _SOURCE, SOFT))
        y += _ROW
    return y


def _name(name: str, y: float, sans: Font) -> list[Item]:
    """What is too long stands smaller on two lines: cut off after six letters one is like another."""
    room = _NAMES - 24
    if sans.measure(name, _LABEL) <= room:
        return [Words(_MARGIN, y + _BAR * 0.78, name, _LABEL)]
    first, *rest = break_lines(name, room, _SOURCE, sans, 2)
    top = y + _BAR * 0.4 if rest else y + _BAR * 0.74
    return [
        Words(_MARGIN, top + nth * _SOURCE * 1.2, line, _SOURCE) for nth, line in enumerate((first, *rest))
    ]


def _numbers(chart: Chart, bar: tuple[str, int, int], sans: Font) -> float:
    """How much the numbers behind a bar take."""
    _, now, before = bar
    return (
        2 * _GAP + sans.measure(f"{now}", _LABEL) * 1.05 + sans.measure(f"{chart.before} {before}", _SOURCE)
    )


def _table(chart: Chart, items: list[Item], y: float, sans: Font) -> float:
    """A name, this week's number and the one before, the numbers right-aligned."""
    items.append(Box(_MARGIN, y, _INNER, 2, _RULE))
    y += _SOURCE * 1.7
    for head, right in zip(chart.heads, _columns(), strict=True):
        items.append(Words(right, y, head, _SOURCE, SOFT, stands="right"))
    for name, now, before in chart.rows:
        y += _LABEL * 1.55
        (label,) = break_lines(name, _FIRST_COLUMN, _LABEL, sans, 1)
        items.append(Words(_MARGIN, y, label, _LABEL))
        for words, right, bold in zip((now, before), _columns(), (True, False), strict=True):
            items.append(Words(right, y, words, _LABEL, TEXT if bold else SOFT, bold, stands="right"))
    return y


def _columns() -> tuple[float, float]:
    return _MARGIN + _INNER * 0.66, float(_MARGIN + _INNER)
