"""Festivals and other named days, and when they come next."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from handlers.understanding.times.days import Days, Expression, read_year
from handlers.understanding.times.numerals import ORDINAL, number
from models.days_off import lunar_day, term_day

DayOfYear = Callable[[int], date]


def _fixed(month: int, day: int) -> DayOfYear:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> DayOfYear:
    """A day of the lunar year that begins in the given year; day 30 is its month's last."""
    return lambda year: lunar_day(year, month, day)


def _term(index: int) -> DayOfYear:
    """A solar term, counted from the winter solstice before the year."""
    return lambda year: term_day(year, index)


def _nth(month: int, weekday: int, count: int) -> DayOfYear:
    """The second Sunday of May and its like."""

    def when(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (count - 1))

    return when


# 五一 and 六一 are also ends of longer numbers, and in 六一起 the 一 belongs to the next word.
_LONE = r"(?<![0-9一二三四五六七八九十初周期拜])"
_ALONE = r"(?![0-9一二三四五六七八九十路号栋楼室个起样百千万点直下共])"

# What a day is called in Chinese and in English; longer names before shorter ones.
_NAMED: tuple[tuple[str, str, DayOfYear], ...] = (
    ("元旦节?", "new year'?s day|new year(?!'?s eve)", _fixed(1, 1)),
    ("除夕夜?|大年夜|(?:大年|年)三十", "(?:chinese|lunar) new year'?s eve", _lunar(12, 30)),
    ("春节|(?:大年|年)初一", "(?:chinese|lunar) new year(?:'?s day)?|spring festival", _lunar(1, 1)),
    ("(?<![包吃做煮搓滚])元宵节?|正月半", "lantern festival", _lunar(1, 15)),
    ("清明节?(?![上粿果团])", "tomb[ -]sweeping day|qingming(?: festival)?", _term(7)),
    (f"劳动节|{_LONE}五一{_ALONE}节?", "labou?r day|may day", _fixed(5, 1)),
    ("端午节?", "dragon boat (?:festival|day)", _lunar(5, 5)),
    ("中秋节?|八月半", "mid-?[ ]?autumn(?: festival| day)?|moon festival", _lunar(8, 15)),
    ("中元节|七月半", "ghost festival", _lunar(7, 15)),
    ("国庆节?|十一(?=长假|黄金周|假期|小长假)", "national day", _fixed(10, 1)),
    ("冬至节?", "winter solstice", _term(24)),
    ("立春", "beginning of spring", _term(3)),
    ("立夏", "beginning of summer", _term(9)),
    ("夏至", "summer solstice", _term(12)),
    ("立秋", "beginning of autumn", _term(15)),
    ("立冬", "beginning of winter", _term(21)),
    ("平安夜|圣诞前?夜", "(?:christmas|xmas) eve", _fixed(12, 24)),
    ("圣诞节?(?!老人|树|帽|贺?卡|袜|花环)", "(?:christmas|xmas)(?: day)?(?! eve)", _fixed(12, 25)),
    ("跨年夜?(?!度)", "new year'?s eve", _fixed(12, 31)),
    ("腊八节?(?![粥蒜])", "laba(?: festival)?", _lunar(12, 8)),
    ("重阳节?(?!糕)", "(?:double ninth|chongyang)(?: festival)?", _lunar(9, 9)),
    ("七夕节?", "qixi(?: festival)?", _lunar(7, 7)),
    ("三八(?:妇女)?节|妇女节", "(?:international )?women'?s'? day", _fixed(3, 8)),
    (f"儿童节|{_LONE}六一{_ALONE}节?", "(?:international )?children'?s'? day", _fixed(6, 1)),
    ("植树节", "arbou?r day", _fixed(3, 12)),
    ("教师节", "teachers?'?s?'? day", _fixed(9, 10)),
    ("情人节", "valentine'?s?(?: day)?", _fixed(2, 14)),
    ("母亲节", "mother'?s'? day", _nth(5, 6, 2)),
    ("父亲节", "father'?s'? day", _nth(6, 6, 3)),
    ("感恩节", "thanksgiving(?: day)?", _nth(11, 3, 4)),
    ("万圣节", "halloween", _fixed(10, 31)),
)
_CHINESE = "|".join(name for name, _, _ in _NAMED)
_ENGLISH = "|".join(name for _, name, _ in _NAMED)
_DAY_OF = tuple((re.compile(f"{chinese}|(?:{english})(?![a-z])"), when) for chinese, english, when in _NAMED)
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_HOLIDAYS = {"国庆": 7, "十一": 7, "nati": 7, "春节": 7}


def _next(when: DayOfYear, length: int, base: date) -> Days | None:
    """The next time from the base day on; a lunar year begins and ends a little later than the calendar's."""
    for year in (base.year - 1, base.year, base.year + 1):
        first = when(year)
        last = first + timedelta(length - 1)
        if last >= base:
            return Days(max(first, base), last)
    return None


def _festival(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    begin = found.start("name")
    when = next(when for pattern, when in _DAY_OF if pattern.match(found.string, begin))
    holidays = next((days for name, days in _HOLIDAYS.items() if parts["name"].startswith(name)), 3)
    goes_on = parts.get("off") or parts["name"].startswith(("国庆", "national"))
    year = read_year(parts, today)
    return _next(when, holidays if goes_on else 1, date(year, 1, 1) if year else base)


def _lunar_date(found: re.Match[str], base: date, today: date) -> Days | None:
    name = found["month"] or "正"
    month, day = _LUNAR_MONTHS.get(name) or number(name), number(found["day"])
    return _next(_lunar(month, day), 1, base) if 1 <= month <= 12 and 1 <= day <= 30 else None


WORDS = (
    Expression(
        "lunar",
        rf"(?:农历|阴历|(?=[正腊]))(?P<month>[正冬腊]|{ORDINAL})月初?(?P<day>{ORDINAL})[日号]?(?![个月])",
        _lunar_date,
        exact=True,
    ),
    Expression("new_year", rf"大年初(?P<month>)(?P<day>{ORDINAL})", _lunar_date, exact=True),
    Expression(
        "festival",
        rf"(?:(?P<year_word>[今明后去]年)的?)?(?P<name>{_CHINESE})(?P<off>期间|假期|小?长假)?",
        _festival,
    ),
)
ENGLISH_WORDS = (Expression("festival_english", f"(?P<name>{_ENGLISH})", _festival),)
