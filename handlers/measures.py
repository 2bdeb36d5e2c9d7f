"""What is measured at the community's points: a figure in one line, and its correction."""

from datetime import date, timedelta
from decimal import Decimal

from handlers import checks, measure_figures
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import measured
from handlers.understanding.reading import Reading
from models import duty, measure, metric
from models.card import Card, Choice
from models.metric import Point
from models.refusal import Refusal
from models.text import Text, as_said, prose

# So far back who measures still enters a figure; staff go back further.
_LATE = timedelta(days=62)
_YES = Option("yes", Text("记下"), ("对", "是", "是的", "确认", "好", "yes", "ok"))
_NO = Option("no", Text("不记"), ("不", "不对", "算了", "no"))
_ENTER = (Phrase(r".", weight=8, needs="measured"),)


def _said(reading: Reading) -> Arguments:
    found = reading.measured
    assert found is not None
    return {
        "points": [list(each) for each in found.points],
        "metric_id": found.metric,
        "day": found.day.isoformat(),
        "value": None if found.value is None else str(found.value),
        "unit": found.unit,
        "negative": found.negative,
        "corrects": found.corrects,
    }


@on("measure.enter", head="measure", allow=anybody, private=True, phrases=_ENTER, reads=_said)
def enter(
    talk: Talk,
    number: int | None = None,
    points: list[list[int]] | None = None,
    metric_id: int | None = None,
    day: str | None = None,
    value: str | None = None,
    unit: str | None = None,
    negative: bool = False,
    corrects: bool = False,
) -> Card:
    """One line, `华悦 3.2`: what is there already, or is far from usual, asks first. `number` is a point's place."""
    point = _which(talk, number, points or [], metric_id)
    measure.check(talk.db, talk.person.id, point)
    on_day = date.fromisoformat(day) if day else measure_figures.today(talk)
    _check_day(talk, point, on_day)
    if points is None and metric_id is None:
        amount = _asked(talk, point)
    else:
        amount = _amount(point, None if value is None else Decimal(value), unit, negative=negative)
    known = measure.of_day(talk.db, point, on_day)
    if known is not None and known.amount == amount:
        return _done(talk, Text("已经是这个数了，不用再记。"), point, on_day, amount)
    if not _is_meant(talk, point, on_day, amount, known.amount if known and not corrects else None):
        return Card(Text("好的，没有记。"), choices=_look(talk, point))
    duty.check_real(talk.db, talk.person.id)
    measure.enter(talk.db, point, on_day, amount, talk.person.id, talk.now, known.id if known else None)
    lead = Text("更正好了，原来的数也留着。") if known else Text("记下了。")
    return _done(talk, lead, point, on_day, amount)


def _which(talk: Talk, place: int | None, points: list[list[int]], of: int | None) -> Point:
    """The point that is named; where none is, the only one that this person has, or he chooses."""
    known = metric.points(talk.db)
    if points or place is not None:
        named = [each for each in known if [each.metric, each.place] in points or each.place == place]
        found = [each for each in named if of in (None, each.metric)]
    else:
        found = [each for each in known if of in (None, each.metric)]
        found = [each for each in found if measure.may(talk.db, talk.person.id, each)]
    if not found:
        talk.leave(Refusal("measure.point", Text("请到服务站问一问，这里没有您能记的点位。")), *menu())
    if len(found) == 1:
        return found[0]
    options = [
        Option(nth, Text("{point}：{metric}", point=as_said(each.name), metric=prose(each.of)))
        for nth, each in enumerate(found)
    ]
    return found[talk.ask("point", Text("记哪一个？"), *options)]


def _check_day(talk: Talk, point: Point, on_day: date) -> None:
    if on_day > measure_figures.today(talk):
        raise Refusal("measure.early", Text("请到那一天再记，现在只能记今天和以前的。"))
    long_ago = on_day < measure_figures.today(talk) - _LATE
    if long_ago and not duty.covers(talk.db, talk.person.id, point.place):
        raise Refusal("measure.late", Text("请找工作人员，超过{count}天的数要他们来改。", count=_LATE.days))


def _asked(talk: Talk, point: Point) -> int:
    question = Text(
        "{point}今天{metric}多少{unit}？比如“3.2”，没有就发0。",
        point=as_said(point.name),
        metric=prose(point.of),
        unit=prose(point.unit),
    )
    return talk.ask("value", question, check=_Figure(point))


class _Figure:
    """A figure alone, in thousandths of the point's unit."""

    wants = "number"

    def __init__(self, point: Point) -> None:
        self._point = point

    def __call__(self, said: str) -> int:
        number, unit, negative = measured.value(checks.bare(said), self._point.unit)
        return _amount(self._point, number, unit, negative=negative)


def _amount(point: Point, number: Decimal | None, unit: str | None, *, negative: bool) -> int:
    """In thousandths. Raises Refusal."""
    example = Text("{point} 3.2", point=as_said(point.name))
    if number is None:
        raise Refusal("measure.number", Text("请发一个数字，比如“{example}”。", example=example))
    if negative:
        raise Refusal("measure.negative", Text("请发0或更大的数，比如“{example}”。", example=example))
    told = measured.in_unit(number, unit, point.unit)
    if told is None:
        raise Refusal(
            "measure.unit",
            Text("请用{unit}来记，比如“{example}”。", unit=prose(point.unit), example=example),
        )
    if told * measure.PARTS > measure.MOST:
        raise Refusal(
            "measure.huge",
            Text(
                "请再看看这个数，一天最多记{count}{unit}。",
                count=measure.MOST // measure.PARTS,
                unit=prose(point.unit),
            ),
        )
    parts = told * measure.PARTS
    if parts != int(parts):
        raise Refusal("measure.fine", Text("请少写几位，最多三位小数。"))
    return int(parts)


def _is_meant(talk: Talk, point: Point, on_day: date, amount: int, known: int | None) -> bool:
    """Asked once where something stands there already, or where it is far from usual."""
    odd = measure.is_odd(talk.db, point, on_day, amount)
    if known is None and not odd:
        return True
    name, day, unit = as_said(point.name), _day(talk, on_day), prose(point.unit)
    value = measure.spoken(amount)
    question = Text(
        "{point}{day}是{value}{unit}，对吗？比平时多了好几倍。", point=name, day=day, value=value, unit=unit
    )
    if known is not None:
        question = Text(
            "{point}{day}已经记了{known}{unit}，改成{value}{unit}吗？",
            point=name,
            day=day,
            known=measure.spoken(known),
            value=value,
            unit=unit,
        )
    return bool(talk.ask("sure", question, _YES, _NO) == "yes")


def _day(talk: Talk, on_day: date) -> Text:
    return Text("{month}月{day}日", month=on_day.month, day=on_day.day)


def _done(talk: Talk, lead: Text, point: Point, on_day: date, amount: int) -> Card:
    """Point, date, and the sum so far, so that a slip is seen at once."""
    so_far = measure.so_far(talk.db, point, on_day)
    text = Text(
        "{lead}\n{point} {day}：{value}{unit}\n{month}月到这天共{total}{unit}。要改就发“更正 {point} 数字”。",
        lead=lead,
        point=as_said(point.name),
        day=_day(talk, on_day),
        value=measure.spoken(amount),
        unit=prose(point.unit),
        month=on_day.month,
        total=measure.spoken(so_far),
    )
    return Card(text, choices=_look(talk, point), tone="done")


def _look(talk: Talk, point: Point) -> tuple[Choice, ...]:
    this_month = measure_figures.of_month(point.metric, measure_figures.today(talk))
    return (Choice(Text("看本月"), press("figures", this_month)),)
