"""The sums of what is measured: a month of each point and group for everybody, the days for who enters them."""

import re
from datetime import date, timedelta

from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import measure, metric
from models.card import Attachment, Card, Choice
from models.metric import Point
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

FILE = "measures"
_SUMS = (
    r"多少|汇总|合计|总量|数据|统计|报表|表格|本月|这个月|上个?月|每月|月报|\btotals?\b|\bfigures\b|how much"
)
_FIGURES = (
    Phrase(_SUMS, weight=6, needs="metric"),
    Phrase(r"^.{1,12}$", weight=2, needs="metric"),
)
# A metric and a month stand in one number, as 1202611.
_MONTHS = 1_000_000


def today(talk: Talk) -> date:
    """The day of the community."""
    return talk.now.astimezone(talk.zone).date()


def of_month(of: int, month: date) -> int:
    return of * _MONTHS + month.year * 100 + month.month


def _asks(reading: Reading) -> Arguments:
    last = re.search(r"上个?月|last month", reading.text)
    named = re.search(r"(?:(\d{4})年)?(\d{1,2})月(?!\d)", reading.text)
    return {
        "of": reading.metric,
        "ago": 1 if last else 0,
        "year": int(named[1]) if named and named[1] else None,
        "month": int(named[2]) if named else None,
    }


@on(
    "measure.show",
    head="figures",
    allow=anybody,
    phrases=_FIGURES,
    reads=_asks,
)
def figures(
    talk: Talk,
    number: int | None = None,
    of: int | None = None,
    ago: int = 0,
    year: int | None = None,
    month: int | None = None,
) -> Card:
    """A month's sums of each point and group, for everybody; its operators and staff see the days too."""
    of, first = _month(talk, number, of, ago, year, month)
    row = metric.find(talk.db, of)
    if row is None:
        talk.leave(Refusal("measure.unknown", Text("请到服务站问一问，这里没有这一项的数。")), *menu())
    points = metric.points(talk.db, row.id)
    found = measure.month(talk.db, points, first)
    lines = [
        Text(
            "{metric} {year}年{month}月共{total}{unit}。",
            metric=prose(row.name),
            year=str(first.year),
            month=first.month,
            total=measure.spoken(found.total),
            unit=prose(row.unit),
        ),
        *(_line(each.name, amount, row.unit) for each, amount in found.points),
    ]
    if len(found.groups) < len(found.points):
        lines += [Text("其中："), *(_line(name, amount, row.unit) for name, amount in found.groups)]
    own = [each for each in points if measure.may(talk.db, talk.person.id, each)]
    files: tuple[Attachment, ...] = ()
    if own:
        missing = _missing(talk, own, first)
        lines += missing
        file = Text(
            "{name}.xlsx", name=Text("{metric}-{month}", metric=prose(row.name), month=f"{first:%Y-%m}")
        )
        files = (Attachment("file", file, FILE, (row.id, first.year * 100 + first.month)),)
    earlier = (first - timedelta(days=1)).replace(day=1)
    choices = [Choice(Text("看上个月"), press("figures", of_month(row.id, earlier)))]
    choices += [enter(each) for each in own[:5]]
    return Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=tuple(choices), attachments=files
    )


def enter(point: Point) -> Choice:
    return Choice(Text("记录{point}", point=as_said(point.name)), press("measure", point.place))


def _month(
    talk: Talk, number: int | None, of: int | None, ago: int, year: int | None, month: int | None
) -> tuple[int, date]:
    this = today(talk).replace(day=1)
    if number is not None:
        of, rest = divmod(number, _MONTHS)
        year, month = divmod(rest, 100)
    if month is not None and 1 <= month <= 12 and (year is None or 2000 <= year < 2100):
        first = date(year or this.year, month, 1)
        # Of a month to come last year's is meant.
        return of or 0, first.replace(year=first.year - 1) if first > this and year is None else first
    return of or 0, (this - timedelta(days=1)).replace(day=1) if ago else this


def _line(name: str, amount: int, unit: str) -> Text:
    return Text("· {name}：{value}{unit}", name=as_said(name), value=measure.spoken(amount), unit=prose(unit))


def _missing(talk: Talk, own: list[Point], first: date) -> list[Text]:
    """The days without a figure, for who enters them."""
    month = measure.month(talk.db, own, first)
    end = today(talk)
    lines = []
    for point in own:
        there = {row.day for row in month.days if row.counts and row.place_id == point.place}
        # Before its first figure nothing is missing.
        day, gone = min(there, default=end), []
        while day < end and day.month == first.month:
            if day not in there:
                gone.append(Text("{day}日", day=day.day))
            day += timedelta(days=1)
        if gone:
            days = Several(tuple(gone))
            lines.append(Text("{point}还没记：{days}", point=as_said(point.name), days=days))
    return lines
