"""How opening hours are said: 周一至周五 09:00–20:00、周六 09:00–17:00; 现在开着，18:00关门."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from models import office_hours, opening
from models.database import Db
from models.office_hours import Span, Standing
from models.text import Moment, Several, Text, as_said

DAYS = (Text("周一"), Text("周二"), Text("周三"), Text("周四"), Text("周五"), Text("周六"), Text("周日"))
_WEEK = 7
_DAY = 24 * 60


def hours(text: str) -> Text:
    """The opening text of a pack, in words."""
    return Text("{periods}", periods=Several(tuple(_period(period) for period in opening.parse(text))))


def hours_on(db: Db, place: Row[Any], day: date, zone: ZoneInfo) -> Text | None:
    """The hours of a place (id, opening) on one day, with holidays and closures; None where it is closed then."""
    spans = office_hours.of_day(db, place, day, zone)
    return spans_said(spans, zone) if spans else None


def spans_said(spans: list[Span], zone: ZoneInfo) -> Text:
    """`09:00–12:00 13:30–18:00`, spans of one day."""
    shown = [(begin.astimezone(zone), end.astimezone(zone)) for begin, end in spans]
    return as_said(" ".join(f"{begin:%H:%M}–{_end(begin, end)}" for begin, end in shown))


def _end(begin: datetime, end: datetime) -> str:
    return "24:00" if end.date() != begin.date() and end.time().isoformat() == "00:00:00" else f"{end:%H:%M}"


def now(db: Db, place: Row[Any], at: datetime, zone: ZoneInfo) -> Text:
    """How a place (id, opening) stands now, and what is next, in one line."""
    return said(office_hours.standing(db, place, at, zone), at, zone)


def said(standing: Standing, at: datetime, zone: ZoneInfo) -> Text:
    """现在开着，18:00关门; 现在休息，周一09:00开门（停电）."""
    if standing.open:
        return _until(standing.until, at, zone)
    text = _opens(standing.until, at, zone)
    if standing.reason:
        return Text("{text}（{reason}）", text=text, reason=as_said(standing.reason))
    return text


def _until(until: datetime | None, at: datetime, zone: ZoneInfo) -> Text:
    if until is None:
        return Text("现在开着，不关门")
    here, ends = at.astimezone(zone), until.astimezone(zone)
    if ends.date() == here.date():
        return Text("现在开着，{hour}关门", hour=f"{ends:%H:%M}")
    if ends.date() == here.date() + timedelta(days=1):
        midnight = f"{ends:%H:%M}" == "00:00"
        text = Text("现在开着，{hour}关门", hour="24:00")
        return text if midnight else Text("现在开着，次日{hour}关门", hour=f"{ends:%H:%M}")
    return Text("现在开着，{when}关门", when=Moment(until))


def _opens(until: datetime | None, at: datetime, zone: ZoneInfo) -> Text:
    if until is None:
        return Text("现在休息，一个月里都没有开门的时间")
    begins = until.astimezone(zone)
    days = (begins.date() - at.astimezone(zone).date()).days
    hour = f"{begins:%H:%M}"
    if days == 0:
        return Text("现在休息，今天{hour}开门", hour=hour)
    if days == 1:
        return Text("现在休息，明天{hour}开门", hour=hour)
    if days < _WEEK:
        return Text("现在休息，{day}{hour}开门", day=DAYS[begins.weekday()], hour=hour)
    return Text("现在休息，{when}开门", when=Moment(until))


def _period(period: opening.Period) -> Text:
    if not period.hours:
        return Text("{days}休息", days=_days(period))
    if period.hours == ((0, _DAY),):
        return Text("{days} 24小时", days=_days(period))
    spans = " ".join(f"{_hour(begin)}–{_hour(end)}" for begin, end in period.hours)
    return Text("{days} {hours}", days=_days(period), hours=as_said(spans))


def _days(period: opening.Period) -> Text:
    days = tuple(dict.fromkeys(period.days))
    names: list[Text] = []
    if days == tuple(range(_WEEK)):
        names.append(Text("每天"))
    elif len(days) > 1 and days == tuple(range(days[0], days[-1] + 1)):
        names.append(Text("{first}至{last}", first=DAYS[days[0]], last=DAYS[days[-1]]))
    else:
        names += [DAYS[day] for day in days]
    if period.holidays and period != opening.parse(opening.ALWAYS)[0]:
        names.append(Text("节假日"))
    names += [_date(first) if first == last else _dates(first, last) for first, last in period.dates]
    return names[0] if len(names) == 1 else Text("{days}", days=Several(tuple(names)))


def day_said(day: date) -> Text:
    """A day with its weekday."""
    return Text("{month}月{day}日 {weekday}", month=day.month, day=day.day, weekday=DAYS[day.weekday()])


def _dates(first: date, last: date) -> Text:
    return Text("{first}至{last}", first=_date(first), last=_date(last))


def _date(day: date) -> Text:
    return Text("{month}月{day}日", month=day.month, day=day.day)


def _hour(minute: int) -> str:
    """Past midnight as clocks show it then."""
    minute = minute if minute <= _DAY else minute - _DAY
    return f"{minute // 60:02}:{minute % 60:02}"
