"""How long what somebody made sure of counts as sure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# After so many days what a card says may be wrong.
STALE = timedelta(days=180)
# The officer is told of it on a Tuesday morning, once a month.
DAY, HOUR = 1, time(9, 30)


def is_stale(checked: date | None, today: date) -> bool:
    """Whether nobody made sure for so long that it may be wrong."""
    return checked is None or checked < today - STALE


def look_at(checked: date, now: datetime | None, zone: ZoneInfo) -> datetime:
    """When the officer is told that it is to be checked again."""
    first = datetime.combine(checked + STALE + timedelta(days=1), HOUR, zone)
    first = max(first, now.astimezone(zone)) if now else first
    day = first.date() + timedelta(days=(DAY - first.weekday()) % 7)
    moment = datetime.combine(day, HOUR, zone)
    return moment if moment >= first and moment != now else moment + timedelta(days=7)
