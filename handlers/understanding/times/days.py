"""Which days an expression means, however it is written."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.understanding.times.numerals import month_number, number


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


def _which(found: re.Match[str]) -> str | None:
    parts = found.groupdict()
    return (parts.get("which") or "") + (parts.get("after") or "") or None


def _to(first: date, last: date, today: date) -> Days:
    """A stretch that has begun counts from today; one that is over stays as it is."""
    return Days(max(first, today) if last >= today else first, last)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Dates.


def read_date(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    month, day = month_number(parts["month"]), number(parts["day"])
    if year := read_year(parts, today):
        first = _valid(year, month, day)
    else:
        # Nine years, because 29 February may be that far away.
        dates = (_valid(base.year + years, month, day) for years in range(9))
        first = next((one for one in dates if one and one >= base), None)
    return _until_day(first, parts["till"]) if first else None


def read_year(parts: dict[str, str | None], today: date) -> int | None:
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


def read_day_of_month(found: re.Match[str], base: date, today: date) -> Days | None:
    parts = found.groupdict()
    if which := parts.get("which"):
        month = add_months(today, _ahead(which))
        first = _valid(month.year, month.month, number(parts["day"]))
    else:
        first = _on_day_of_month(number(parts["day"]), base)
    return _until_day(first, parts["till"]) if first else None


# Weeks.


_WEEKDAYS = {"一": 0, "二": 1, "两": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


def _index(word: str) -> int:
    """The weekday that a word or a digit names."""
    if word[0] in "mtwfs":
        return ("mo", "tu", "we", "th", "fr", "sa", "su").index(word[:2])
    return int(word) - 1 if word.isdecimal() else _WEEKDAYS[word]


def read_weekday(found: re.Match[str], base: date, today: date) -> Days:
    parts = found.groupdict()
    several = parts.get("several")
    day = _index(several[0] if several else parts["day"])
    till = several[-1] if several else parts.get("till") or parts.get("pair")
    length = (_index(till) - day) % 7 if till else 0
    which = parts.get("which")
    if which and "coming" not in which:
        first = monday(today, which) + timedelta(day)
        return Days(first, first + timedelta(length))
    first = base + timedelta((day - base.weekday()) % 7)
    named = (
        {_index(one) for one in several if one != "、"}
        if several
        else {(day + more) % 7 for more in range(length + 1)}
    )
    return Days(first, first + timedelta(length), frozenset(named))


def read_weekend(found: re.Match[str], base: date, today: date) -> Days:
    which = _which(found)
    start = today if which else base
    saturday = monday(start, which) + timedelta(5)
    first = max(saturday, start) if _ahead(which) == 0 else saturday
    return Days(first, saturday + timedelta(1), frozenset() if which else frozenset({5, 6}))


def read_week(found: re.Match[str], base: date, today: date) -> Days:
    first = monday(today, _which(found))
    return _to(first, first + timedelta(6), today)


def read_every(found: re.Match[str], base: date, today: date) -> Days:
    """All such weekdays, not only the next."""
    parts = found.groupdict()
    if parts.get("day") or parts.get("several"):
        return read_weekday(found, today, today)
    weekend = "周末" in found[0] or "weekend" in found[0]
    return Days(today, today, frozenset({5, 6} if weekend else range(5)))


# Stretches counted from today, and single days around it.


def read_within(found: re.Match[str], base: date, today: date) -> Days | None:
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


def read_later(found: re.Match[str], base: date, today: date) -> Days:
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


def read_relative(found: re.Match[str], base: date, today: date) -> Days:
    away = next(days for start, days in _RELATIVE if found[0].startswith(start))
    return Days(today + timedelta(away), today + timedelta(away))


def read_two_days(found: re.Match[str], base: date, today: date) -> Days:
    """今明两天, 明后天."""
    first, last = ("今明后".index(found[name]) for name in ("day", "till"))
    return Days(today + timedelta(first), today + timedelta(last))


# Months and years.


def read_month(found: re.Match[str], base: date, today: date) -> Days | None:
    """A whole month or a third of it; of two that are possible the one that is not over."""
    parts = found.groupdict()
    name, which = parts.get("month"), parts.get("which")
    if name is None:
        first = add_months(today, _ahead(which))
        choices = [first] if which else [first, add_months(first, 1)]
    elif year := read_year(parts, today):
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


def read_year_end(found: re.Match[str], base: date, today: date) -> Days:
    return _to(date(today.year, 12, 1), date(today.year, 12, 31), today)


def read_whole_year(found: re.Match[str], base: date, today: date) -> Days:
    year = today.year + {"今": 0, "明": 1, "去": -1, "后": 2, "t": 0, "n": 1, "l": -1}[found[0][0]]
    return _to(date(year, 1, 1), date(year, 12, 31), today)
