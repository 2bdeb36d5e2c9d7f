"""How opening hours are said: 周一至周五 09:00–20:00；周六 09:00–17:00."""

from datetime import date, time

from models import opening
from models.text import Several, Text, as_said

_DAYS = (Text("周一"), Text("周二"), Text("周三"), Text("周四"), Text("周五"), Text("周六"), Text("周日"))


def hours(text: str) -> Text:
    """The opening text of a pack, in words."""
    return Text("{periods}", periods=Several(tuple(_period(period) for period in opening.parse(text))))


def hours_on(text: str, day: date) -> Text | None:
    """The hours of one day; None where it is closed then."""
    spans = [
        f"{_hour(begin)}–{_hour(end)}"
        for period in opening.parse(text)
        if day.weekday() in period.days
        for begin, end in period.hours
    ]
    return as_said(" ".join(spans)) if spans else None


def _period(period: opening.Period) -> Text:
    spans = " ".join(f"{_hour(begin)}–{_hour(end)}" for begin, end in period.hours)
    return Text("{days} {hours}", days=_days(period.days), hours=as_said(spans))


def _days(days: tuple[int, ...]) -> Text:
    if len(days) > 1 and days == tuple(range(days[0], days[-1] + 1)):
        return Text("{first}至{last}", first=_DAYS[days[0]], last=_DAYS[days[-1]])
    return Text("{days}", days=Several(tuple(_DAYS[day] for day in days)))


def _hour(at: time) -> str:
    return f"{at:%H:%M}"
