"""Finds what a sentence says about time, by a small closed grammar."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class When:
    """What a sentence says about time: days in the community's zone, both ends included, and hours of the day.

    None is open. The end of the day is written as its last minute.
    """

    first: date | None = None
    last: date | None = None
    after: time | None = None  # activities that start at or after this hour of the day
    before: time | None = None  # ... and before this one
    without: tuple[tuple[time, time], ...] = ()  # parts of the day not wanted, start included, end not
    without_days: frozenset[date] = frozenset()  # days not wanted, within the coming 60 days
    clock: time | None = None  # a clock time that was named exactly
    until: time | None = None  # its end, in "18:30到20:00"


_DAYS = {
    "今天": 0,
    "今日": 0,
    "今朝": 0,
    "today": 0,
    "明天": 1,
    "明朝": 1,
    "明儿": 1,
    "tomorrow": 1,
    "后天": 2,
    "后儿": 2,
}
_PARTS: dict[str, tuple[time | None, time | None]] = {
    "上午": (None, time(12)), "早上": (None, time(12)), "中午": (time(11, 30), time(13, 30)),
    "下午": (time(12), time(18)), "晚上": (time(18), None), "夜里": (time(18), None), "morning": (None, time(12)),
    "afternoon": (time(12), time(18)), "evening": (time(18), None),
}  # fmt: skip
_DAY = re.compile("|".join(_DAYS) + r"|(?P<which>这个?|本|下个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_PART = re.compile("|".join(_PARTS))


def _day(found: re.Match[str], today: date) -> date:
    if found[0] in _DAYS:
        return today + timedelta(_DAYS[found[0]])
    ahead = "一二三四五六日".index(found["day"].replace("天", "日")) - today.weekday()
    if found["which"] is None:
        return today + timedelta(ahead % 7)
    return today + timedelta(ahead + (7 if found["which"].startswith("下") else 0))


def find(text: str, now: datetime) -> tuple[When | None, str]:
    """The time that `text` names, and the text with the words of time cut out (each replaced by one blank).

    `now` is aware, in the community's zone. None where no time is named.
    """
    days = [_day(found, now.date()) for found in _DAY.finditer(text)]
    parts = [_PARTS[found[0]] for found in _PART.finditer(text)]
    if not days and not parts:
        return None, text
    after, before = parts[0] if parts else (None, None)
    when = When(min(days, default=None), max(days, default=None), after, before)
    return when, _PART.sub(" ", _DAY.sub(" ", text))
