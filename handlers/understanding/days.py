"""The expressions that name days: how each is written, and which days it means."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.understanding.numerals import (
    COUNT,
    ENGLISH_RANGE,
    MONTH_NAMES,
    MONTH_WORDS,
    NOT_IN_NUMBER,
    NUMBER,
    ORDINAL,
    RANGE,
    month_number,
    number,
)


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row; `weekdays` (0 is Monday) where nothing more exact was said than 周六 or 周末."""

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()


# What was found, the day to count from, and today: the two differ where a range goes on from its first day.
Reader = Callable[[re.Match[str], date, date], Days | None]


@dataclass(frozen=True, slots=True)
class Expression:
    """One way to name days. `exact`: a date, which a weekday or a festival beside it only repeats."""

    kind: str
    pattern: str
    read: Reader
    exact: bool = False


def add_months(day: date, count: int) -> date:
    """The first day of the month that lies `count` months from the day's."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def monday(today: date, which: str | None) -> date:
    return today + timedelta(7 * _ahead(which) - today.weekday())


def _ahead(which: str | None) -> int:
    """How many weeks or months ahead: 下 and next one, 下下 two, 上 and last one back."""
    which = which or ""
    after = "after" in which or which == "next next"
    return after + which.count("下") + ("next" in which) - which.count("上") - ("last" in which)


def _to(first: date, last: date, today: date) -> Days:
    """A stretch that has begun counts from today; one that is over stays as it is."""
    return Days(max(first, today) if last >= today else first, last)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Dates.


def _date(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    month, day = month_number(parts["month"]), number(parts["day"])
    if year := _year(parts, today):
        first = _valid(year, month, day)
    else:
        # Nine years, because 29 February may be that far away.
        dates = (_valid(base.year + years, month, day) for years in range(9))
        first = next((one for one in dates if one and one >= base), None)
    return _until_day(first, parts["till"]) if first else None


def _year(parts: dict[str, str | None], today: date) -> int | None:
    if year := parts.get("year"):
        return int(year)
    word = parts.get("year_word")
    return today.year + {"去年": -1, "今年": 0, "明年": 1, "后年": 2}[word] if word else None


def _until_day(first: date, till: str | None) -> Days | None:
    last = _on_day_of_month(number(till), first) if till else first
    return Days(first, last) if last else None


def _on_day_of_month(day: int, base: date) -> date | None:
    """The next such day: this month's if not past yet; a 31st may be two months away."""
    months = (add_months(base, count) for count in range(3))
    dates = (_valid(month.year, month.month, day) for month in months)
    return next((one for one in dates if one and one >= base), None)


def _day_of_month(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    if which := parts.get("which"):
        month = add_months(today, _ahead(which))
        first = _valid(month.year, month.month, number(parts["day"]))
    else:
        first = _on_day_of_month(number(parts["day"]), base)
    return _until_day(first, parts["till"]) if first else None


# Weeks.


def _index(word: str) -> int:
    """The weekday that a word or a digit names."""
    if word[0] in "mtwfs":
        return ("mo", "tu", "we", "th", "fr", "sa", "su").index(word[:2])
    return (
        "天一二三四五六日".index(word) - 1
        if word in "一二三四五六日"
        else 6
        if word == "天"
        else int(word) - 1
    )


def _weekday(found: re.Match[str], base: date, today: date) -> Days:
    parts = found.groupdict()
    day, till = _index(parts["day"]), parts.get("till") or parts.get("pair")
    length = (_index(till) - day) % 7 if till else 0
    which = parts.get("which")
    if which and "coming" not in which:
        first = monday(today, which) + timedelta(day)
        return Days(first, first + timedelta(length))
    first = base + timedelta((day - base.weekday()) % 7)
    return Days(first, first + timedelta(length), frozenset((day + more) % 7 for more in range(length + 1)))


def _weekend(found: re.Match[str], base: date, today: date) -> Days:
    which = found.groupdict().get("which")
    start = today if which else base
    saturday = monday(start, which) + timedelta(5)
    first = max(saturday, start) if _ahead(which) == 0 else saturday
    return Days(first, saturday + timedelta(1), frozenset() if which else frozenset({5, 6}))


def _week(found: re.Match[str], base: date, today: date) -> Days:
    first = monday(today, found["which"])
    return _to(first, first + timedelta(6), today)


def _every(found: re.Match[str], base: date, today: date) -> Days:
    """All such weekdays, not only the next."""
    if found.groupdict().get("day"):
        return _weekday(found, today, today)
    weekend = "周末" in found[0] or "weekend" in found[0]
    return Days(today, today, frozenset({5, 6} if weekend else range(5)))


# Stretches counted from today, and single days around it.


def _within(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    count, unit = parts.get("count") or "一", parts["unit"]
    if count == "半":
        return Days(today, today + timedelta(14)) if unit == "月" else None
    length = number(count.strip())
    if unit in ("月", "month"):
        after = add_months(today, length)
        last = min(after + timedelta(today.day - 1), month_end(after)) - timedelta(1)
    else:
        last = today + timedelta(length * (1 if unit in ("天", "日", "day") else 7) - 1)
    return Days(today, last) if last >= today else None


def _later(found: re.Match[str], base: date, today: date) -> Days:
    count, unit = number(found["count"].strip()), found["unit"]
    if unit in ("月", "month"):
        first = add_months(today, count)
        return Days(first, month_end(first))
    if unit in ("天", "日", "day"):
        return Days(today + timedelta(count), today + timedelta(count))
    first = monday(today, None) + timedelta(7 * count)
    return Days(first, first + timedelta(6))


_RELATIVE = (
    ("大后", 3), ("大前", -3), ("今", 0), ("明", 1), ("后", 2), ("昨", -1), ("前", -2),
    ("the day after", 2), ("day after", 2), ("the day before", -2), ("day before", -2),
    ("tom", 1), ("tm", 1), ("to", 0), ("this", 0), ("yes", -1),
)  # fmt: skip


def _relative(found: re.Match[str], base: date, today: date) -> Days:
    away = next(days for start, days in _RELATIVE if found[0].startswith(start))
    return Days(today + timedelta(away), today + timedelta(away))


# Months and years.


def _month(found: re.Match[str], base: date, today: date) -> Days | None:
    """A whole month or a third of it; of two that are possible the one that is not over."""
    parts = found.groupdict()
    name, which = parts.get("month"), parts.get("which")
    if name is None:
        first = add_months(today, _ahead(which))
        choices = [first] if which else [first, add_months(first, 1)]
    elif year := _year(parts, today):
        choices = [month] if (month := _valid(year, month_number(name), 1)) else []
    else:
        months = (_valid(base.year + years, month_number(name), 1) for years in (0, 1))
        choices = [month for month in months if month]
    stretches = [_third(month, parts["third"] or "") for month in choices]
    found_days = next((days for days in stretches if days.last >= base), stretches[-1] if stretches else None)
    return found_days and _to(found_days.first, found_days.last, base if name else today)


def _third(month: date, third: str) -> Days:
    last = month_end(month)
    if third.endswith(("初", "头")) or third.startswith(("beginning", "the beginning", "start", "the start")):
        return Days(month, month.replace(day=7))
    if third.endswith("上旬") or third.startswith("early"):
        return Days(month, month.replace(day=10))
    if third.endswith(("中", "中旬")) or third.startswith(("mid", "the mid")):
        return Days(month.replace(day=11), month.replace(day=20))
    if third.endswith("下旬") or third.startswith("late"):
        return Days(month.replace(day=21), last)
    return Days(last - timedelta(6) if third else month, last)


def _year_end(found: re.Match[str], base: date, today: date) -> Days:
    return _to(date(today.year, 12, 1), date(today.year, 12, 31), today)


def _whole_year(found: re.Match[str], base: date, today: date) -> Days:
    year = today.year + {"今": 0, "明": 1, "去": -1, "后": 2, "t": 0, "n": 1, "l": -1}[found[0][0]]
    return _to(date(year, 1, 1), date(year, 12, 31), today)


# How they are written.

# 号 and 日 that end no date: 3号楼, 1号线, 日语, 三日游.
_MARK = (
    r"(?:号(?![楼线房门院桌机厅口馆店仓库码段棚厂]|会议|地块|教室)|日(?![语元游报常式料间]|本[人语料菜动]))"
)
_NO_ADDRESS = r"(?<![0-9./:\-一二三四五六七八九十廿卅第路弄街巷栋幢])(?<!大道)"
_WHICH = (
    r"(?:这一?个?|[搿迭格葛]个|本|(?<!一)下下?一?个?|(?<=一下)下一?个?|(?<![线网早晚楼身路以])上上?一?个?)"
)
_WEEK = r"(?:周|星期|礼拜)"
# 周六天气, 周日语文 and 周日本料理 begin another word.
_DAY_OF_WEEK = r"(?:[一二三四五六]|日(?!语|本[人语料菜动])|天(?![气天]))"
_SPOKEN_DAY = rf"(?P<day>{_DAY_OF_WEEK}|[1-6](?![0-9点:.]))(?!次(?!数)|回|期|遍|顿|[个位](?!人))"
_TAIL = rf"(?:{RANGE}(?P<till>{_DAY_OF_WEEK})(?![一二三四五六七八九十点号月个])|(?<=六)[、和]?(?P<pair>[日天])(?![语本气报常天]))?"
_ENGLISH_DAY = (
    r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|weds?|wednesdays?|thu(?:rs?(?:days?)?)?|fri(?:days?)?|saturdays?|sundays?|"
    r"(?<!i )(?<!we )sat(?! down)|(?<!the )(?<!mr )(?<!ms )sun(?! yat))"
)
_YEAR = r"(?:(?:(?P<year>20[0-9]{2})\s?年|(?P<year_word>今年|明年|后年|去年))\s?的?)?"
_UNIT = r"个?(?P<unit>天|日|周|星期|礼拜|月)"
_THIRD = r"(?:中旬|上旬|下旬|初|底|末|头(?![像条])|尾|中(?![心国秋医文午外学小间层]))"
_MONTH_OF = r"(?P<which>这一?个?|本|当|今|(?<!一)下下?一?个?|上上?一?个?)(?:月|号头)"
_TH = r"(?:st|nd|rd|th)"
_NO_COUNT = r"(?![0-9:a-z]|\s?(?:am|pm|people|persons?|of us|kids|children|friends|guests|adults|seats|spots|places)(?![a-z]))"
_TILL = rf"(?:(?:{ENGLISH_RANGE}|\s?(?:and|or|&)\s)(?:the )?(?P<till>[0-9]{{1,2}}){_TH}?)?"
_IN_YEAR = r"(?:,?\s(?P<year>20[0-9]{2}))?"
_NO_ORDINAL = (
    r"(?!\s(?:floor|building|tower|street|road|avenue|century|session|time|class|edition|anniversary|phase|block|"
    r"birthday|person|place|prize|lesson|meeting|round|annual|grade))"
)
_THIRD_EN = r"(?:(?:the )?(?:beginning|start|end|middle) of(?: the)?|early|mid|late)[\s\-]"
_ANY_MONTH = rf"(?:{MONTH_NAMES}|{MONTH_WORDS})"
# Where March and May can be nothing but months.
_CLEAR_MONTH = rf"(?:{MONTH_NAMES}|(?:(?<=in )|(?<=this )|(?<=next )|(?<=of )|(?<=early )|(?<=late )|(?<=mid )|(?<=mid-)){MONTH_WORDS})"


def word(pattern: str) -> str:
    """An English expression, not inside a longer word; other scripts may touch it."""
    return rf"(?<![a-z])(?:{pattern})(?![a-z])"


EXPRESSIONS = (
    Expression(
        "iso",
        r"(?<![0-9])(?P<year>20[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?P<till>)(?![0-9])",
        _date,
        exact=True,
    ),
    Expression(
        "date",
        rf"{_YEAR}{NOT_IN_NUMBER}(?P<month>{ORDINAL})\s?月\s?(?P<day>{ORDINAL})"
        rf"(?:\s?{_MARK}?(?:{RANGE}|[、和])(?P<till>{ORDINAL})\s?{_MARK}|\s?{_MARK}|(?P<bare>(?=\s?(?:[-~到至,。.!?(]|$|{_WEEK}|[上下中早晚]))))",
        _date,
        exact=True,
    ),
    Expression(
        "slash",
        r"(?<![0-9/.])(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})(?:/(?P<year>20[0-9]{2}))?(?P<till>)(?![0-9/元]|\s?[个人])",
        _date,
        exact=True,
    ),
    Expression(
        "month_first",
        rf"(?<![a-z])(?P<month>{_ANY_MONTH})\.?\s(?:the )?(?P<day>[0-9]{{1,2}}){_TH}?{_TILL}{_IN_YEAR}{_NO_COUNT}",
        _date,
        exact=True,
    ),
    Expression(
        "day_first",
        rf"(?<![0-9.:a-z])(?:the )?(?P<day>[0-9]{{1,2}}){_TH}?{_TILL}\s(?:of )?(?P<month>{_ANY_MONTH})(?! i\b| be\b| have\b| not\b)"
        rf"{_IN_YEAR}(?![a-z])",
        _date,
        exact=True,
    ),
    Expression(
        "of_month",
        rf"{_MONTH_OF}\s?的?(?P<day>{ORDINAL})(?:\s?{_MARK}?(?:{RANGE}|[、和])(?P<till>{ORDINAL}))?\s?{_MARK}",
        _day_of_month,
        exact=True,
    ),
    Expression(
        "within",
        rf"(?:未来|接下来|接下去|今后|往后|最近|近|后面|下面|这(?!一))的?\s?(?P<count>{NUMBER}|半){_UNIT}(?![年边围])(?:之内|以内|内)?",
        _within,
    ),
    Expression(
        "within_plain",
        rf"{NOT_IN_NUMBER}(?P<count>{NUMBER}|半){_UNIT}(?:之内|以内|内(?![容部外心向]))",
        _within,
    ),
    Expression(
        "later", rf"{NOT_IN_NUMBER}(?P<count>{NUMBER}){_UNIT}(?:(?=以后|之后)|后(?![面天台续期]))", _later
    ),
    Expression(
        "within_english",
        word(rf"within (?P<count>{COUNT})\s?(?P<unit>day|week|month)s?"),
        _within,
    ),
    Expression(
        "next_english",
        word(
            rf"(?:(?:in|over|for|during) )?(?:the )?(?:next|coming|following) (?P<count>{COUNT})\s?(?P<unit>day|week|month)s?"
        ),
        _within,
    ),
    Expression(
        "coming_english",
        word(r"(?:(?:in|over|within|for|during) the next|the coming) (?P<unit>week|month)"),
        _within,
    ),
    Expression(
        "later_english", word(rf"in (?P<count>{COUNT})\s?(?P<unit>day|week|month)s?(?:'s? time)?"), _later
    ),
    Expression(
        "day_of_month",
        rf"{_NO_ADDRESS}(?P<day>{ORDINAL})(?:\s?{_MARK}?(?:{RANGE}|[、和])(?P<till>{ORDINAL}))?\s?(?<!一(?=日)){_MARK}",
        _day_of_month,
        exact=True,
    ),
    Expression(
        "ordinal",
        rf"(?<![0-9.:a-z])(?:the )?(?P<day>[0-9]{{1,2}}){_TH}{_TILL}(?: of (?P<which>this|next) month)?(?![a-z]){_NO_ORDINAL}",
        _day_of_month,
        exact=True,
    ),
    Expression(
        "every",
        rf"每个?{_WEEK}(?:末|{_SPOKEN_DAY}{_TAIL.replace('(?P<till>', f'{_WEEK}?(?P<till>')})|工作日|平日(?!里的)",
        _every,
    ),
    Expression(
        "every_english",
        word(rf"every (?:weekend|(?P<day>{_ENGLISH_DAY}))|weekdays?|workdays?|working days?"),
        _every,
    ),
    Expression("day_of_week", rf"(?P<which>{_WHICH}){_WEEK}{_SPOKEN_DAY}{_TAIL}", _weekday),
    Expression("weekday", rf"{_WEEK}{_SPOKEN_DAY}{_TAIL}", _weekday),
    Expression(
        "weekday_english",
        word(rf"(?:(?P<which>this coming|coming|this|next|last)\s)?(?P<day>{_ENGLISH_DAY})"),
        _weekday,
    ),
    Expression("weekend", rf"(?P<which>{_WHICH})?(?:{_WEEK}末|双休日)", _weekend),
    Expression(
        "weekend_english",
        word(r"(?:the )?(?:(?P<which>this|next|last|next next) )?weekends?(?P<after> after next)?"),
        _weekend,
    ),
    Expression("week", rf"(?P<which>{_WHICH}){_WEEK}(?![年边围岁期])(?:之内|以内|内(?!容))?", _week),
    Expression(
        "week_english",
        word(r"(?P<which>this|next next|next|last|the) week(?P<after> after next)?"),
        _week,
    ),
    Expression(
        "relative",
        r"今(?:[天日朝]|儿个?(?![子童科])|(?=[晚早夜晨]))|"
        r"(?<![文说声证分小])明(?:[天日]|朝(?!历史|时|代|那|皇|文化|人)|儿个?(?![子童科])|(?=[晚早夜晨](?![饭餐])))|"
        r"(?:大|(?<![以之天年周日午月最然班饭课今]))后(?:天(?![气天])|日(?!子)|儿个?(?![子童科]))|"
        r"昨(?:[天日儿]|(?=[晚夜]))|(?:大|(?<![以之天周月提]))前(?:天(?!气)|儿)",
        _relative,
    ),
    Expression(
        "relative_english",
        r"(?<![a-z])(?:to(?=night|nite)|(?:this(?= morning| afternoon| evening| noon)|today|tomm?orr?ow|tmrw?|tmw|"
        r"(?:the )?day after tomorrow|yesterday|(?:the )?day before yesterday)(?![a-z]))",
        _relative,
    ),
    Expression(
        "month",
        rf"(?:{_YEAR}{NOT_IN_NUMBER}(?P<month>{ORDINAL})月份?(?![子嫂龄大饼卡票亮光经])|{_MONTH_OF})的?(?P<third>{_THIRD})?",
        _month,
    ),
    Expression("third", r"(?P<third>月(?:初|底|末|头|尾|中(?![心国秋医文午外学小间层]))|[上中下]旬)", _month),
    Expression(
        "month_english",
        word(
            rf"(?P<third>{_THIRD_EN})?(?:(?:this |next )?(?P<month>{_CLEAR_MONTH}){_IN_YEAR}|(?P<which>this|next|last) month)"
        ),
        _month,
    ),
    Expression(
        "third_english", word(r"(?P<third>(?:the )?(?:beginning|start|end|middle) of the) month"), _month
    ),
    Expression("year_end", r"(?:今年|本)?年[底末]|" + word("(?:the )?end of (?:the|this) year"), _year_end),
    Expression("year", r"[今明去]年|(?<![以之])后年(?!级)|" + word("(?:this|next|last) year"), _whole_year),
)
