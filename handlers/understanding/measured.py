"""A figure as an operator types it: 华悦 3.2, 昨天华悦湿垃圾三吨二, 更正 华悦 0."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from handlers.understanding import amounts

if TYPE_CHECKING:
    from handlers.understanding.lexicon import Lexicon

_DAYS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "大前天": 3, "前天": 2, "today": 0, "yesterday": 1}
_DAY = re.compile(
    rf"(?P<word>{'|'.join(_DAYS)})|(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]"
    r"|(?P<numeral>\d{1,2})[-/](?P<and>\d{1,2})(?=\s)"
    r"|(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
)
_CORRECTS = re.compile(r"更正|改成|改为|改一下|\bcorrect(?:ion)?\b|改")
_AROUND = re.compile(r"记一下|上报|记录|今晚|处理点|[的是为记报量共:,，。.\s]|\b(?:is|of)\b")
_CHINESE = "零〇一二两三四五六七八九十百千"
_VALUE = re.compile(
    rf"(?P<sign>[-+负])?\s*(?P<value>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:[.,。点]\d+)?(?:e[+-]?\d+)?|nan|inf(?:inity)?"
    rf"|[{_CHINESE}]+(?:点[{_CHINESE}]+)?|半|没有|无)"
    r"\s*(?P<unit>公吨|吨|公斤|千克|kg|tons?|t|斤|[^\d\s.,!。]{1,4}?)?\s*(?P<tail>半|[一二三四五六七八九])?\s*[了。.!]*$"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MIXED = re.compile(r"(\d+)吨(\d+)(?:公斤|千克|kg)")
# In kilograms.
_MASS = {
    **dict.fromkeys(("吨", "公吨", "t", "ton", "tons"), Decimal(1000)),
    **dict.fromkeys(("公斤", "千克", "kg"), Decimal(1)),
    "斤": Decimal("0.5"),
}
_DIGITS = {word: nth for nth, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


_NOTHING = ("没有", "无")


@dataclass(frozen=True, slots=True)
class Measured:
    """The points that may be meant, each as metric and place; where none is named, all of `metric`.

    `value` and `unit` are as they were typed, the value None where it is no number that can be; `negative` ones are
    below 0.
    """

    points: tuple[tuple[int, int], ...]
    metric: int | None
    day: date
    value: Decimal | None
    unit: str | None
    negative: bool
    corrects: bool


def find(text: str, today: date, lexicon: "Lexicon") -> Measured | None:
    """None where the folded text is anything else."""
    point = _longest(lexicon.points, text)
    metric = _longest(lexicon.metrics, text)
    if point is None and metric is None:
        return None
    rest = text.replace(point or "\0", " ", 1).replace(metric or "\0", " ", 1)
    day, rest = _day(rest, today)
    corrects = _CORRECTS.search(rest) is not None
    rest = _MIXED.sub(lambda both: f"{int(both[1]) * 1000 + int(both[2])}公斤", _CORRECTS.sub(" ", rest))
    found = _VALUE.search(rest)
    if found is None and corrects and point and not _AROUND.sub("", rest):
        # What it is to be is asked for.
        return Measured(lexicon.points[point], None, day, None, None, negative=False, corrects=True)
    if (
        found is None
        or (point is None and found["value"] in _NOTHING)
        or _AROUND.sub("", rest[: found.start()])
    ):
        return None
    units = {unit for _, unit in lexicon.metrics.values()} | set(_MASS)
    if found["unit"] and found["unit"] not in units:
        return None
    return Measured(
        lexicon.points[point] if point else (),
        lexicon.metrics[metric][0] if metric else None,
        day,
        _number(found["value"], found["tail"]),
        found["unit"],
        found["sign"] in ("-", "负"),
        corrects,
    )


def value(text: str, unit: str) -> tuple[Decimal | None, str | None, bool]:
    """The value, the unit and whether it is negative, of an answer that is nothing but a figure."""
    found = _VALUE.fullmatch(text.strip())
    if found is None or (found["unit"] and found["unit"] not in {unit, *_MASS}):
        return None, None, False
    return _number(found["value"], found["tail"]), found["unit"], found["sign"] in ("-", "负")


def in_unit(number: Decimal, said: str | None, unit: str) -> Decimal | None:
    """The number in this unit; None where what was said cannot be told in it."""
    if said is None or said == unit:
        return number
    if said in _MASS and unit in _MASS:
        return number * _MASS[said] / _MASS[unit]
    return None


def _longest(names: Iterable[str], text: str) -> str | None:
    return max((name for name in names if name in text), key=len, default=None)


def _day(text: str, today: date) -> tuple[date, str]:
    found = _DAY.search(text)
    if found is None:
        return today, text
    rest = text[: found.start()] + " " + text[found.end() :]
    if found["word"]:
        return today - timedelta(_DAYS[found["word"]]), rest
    if found["weekday"]:
        monday = today - timedelta(today.weekday() + (7 if found["last"] else 0))
        meant = monday + timedelta("一二三四五六日".find(found["weekday"].replace("天", "日")))
        # 周五 on a Monday is the one that was.
        return (meant - timedelta(7) if meant > today else meant), rest
    try:
        day = date(today.year, int(found["month"] or found["numeral"]), int(found["day"] or found["and"]))
    except ValueError:
        return today, text
    # In January 12月31日 is last year's.
    return (day.replace(year=day.year - 1) if day > today + timedelta(180) else day), rest


def _number(said: str, tail: str | None) -> Decimal | None:
    """三吨二 is 3.2, 三吨半 is 3.5, 没有 is 0; 1,200 has a thousand in it, 3,2 and 3点2 a point."""
    if said == "半" or said in _NOTHING:
        number = Decimal("0.5") if said == "半" else Decimal(0)
    elif said[0] in _CHINESE:
        whole, _, part = said.partition("点")
        first = amounts.read(whole) if set(whole) - set("零〇") else 0
        if first is None or any(digit not in _DIGITS for digit in part):
            return None
        number = Decimal(f"{first}.{''.join(str(_DIGITS[digit]) for digit in part) or 0}")
    else:
        number = Decimal(re.sub("[,。点]", ".", _THOUSANDS.sub("", said)))
        if not number.is_finite():
            return None
    if tail:
        number += Decimal("0.5") if tail == "半" else Decimal(_DIGITS[tail]) / 10
    return number
