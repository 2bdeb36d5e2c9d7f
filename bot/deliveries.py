"""What `linli deliveries` says: what waits and what was not sent, or one's whole story, without names or words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from bot.inviting import open_current
from models import community, outbox
from models.database import transaction
from models.delivery import NAMES, NEVER

# So many of each are listed.
MOST = 20


def report(settings: Configuration, number: int | None) -> list[str]:
    """The lines that tell it. Raises ConfigurationError."""
    engine = open_current(settings.database.url)
    try:
        with transaction(engine) as db:
            zone = community.zone(db) or ZoneInfo("UTC")
            if number is None:
                lines = [_line(row, zone) for row in outbox.newest(db, SystemClock().now(), MOST)]
                return lines or ["Nothing waits, and nothing failed."]
            found = outbox.story(db, number)
    finally:
        engine.dispose()
    if found is None:
        raise ConfigurationError(
            f"NUMBER: there is no delivery {number}; run `linli deliveries` for those there are"
        )
    return _story(*found, zone)


def _line(row: Row[Any], zone: ZoneInfo) -> str:
    reader = f"member {row.member_id}" if row.member_id else "an address"
    ended = row.settled is not None
    when = _time(row.settled if ended else row.due, zone)
    words = [f"{row.id}:", row.state, when, NAMES[row.lane], row.via or "no channel", "to", reader]
    why = row.reason or ("" if ended else "waits for its turn")
    return " ".join([*words, *(["-", why] if why else [])])


def _story(row: Row[Any], attempts: list[Row[Any]], zone: ZoneInfo) -> list[str]:
    reader = f"member {row.member_id}" if row.member_id else "an address"
    lines = [
        f"delivery {row.id} to {reader}: {row.kind or 'answer'}, lane {NAMES[row.lane]}, via {row.via or 'nothing'}",
        f"{_time(row.at, zone)} written"
        + (f", of use until {_time(row.expires, zone)}" if row.expires else ""),
    ]
    for each in attempts:
        reason = f": {each.reason}" if each.reason else ""
        lines.append(
            f"{_time(each.at, zone)} {each.outcome}, at {each.channel or 'an address that is gone'}{reason}"
        )
    if row.settled is not None:
        lines.append(f"{_time(row.settled, zone)} {row.state}" + (f": {row.reason}" if row.reason else ""))
    else:
        until = "when its reader writes" if row.due >= NEVER else f"since or from {_time(row.due, zone)}"
        paused = "; its notice is paused" if row.halt in ("pausing", "paused") else ""
        lines.append(f"{row.state} {until}{paused}")
    lines.append(f"claimed {row.attempts} times, {row.failures} failures, {row.doubts} times nobody knew")
    return lines


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at < NEVER else "when its reader writes"
