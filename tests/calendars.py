"""Reads calendars with two parsers that know nothing of us or of each other."""

from typing import Any

import icalendar
import vobject


def read(body: bytes) -> Any:
    """The calendar as icalendar reads it; vobject must read the same events."""
    found: Any = icalendar.Calendar.from_ical(body)
    other = vobject.readOne(body.decode()).contents.get("vevent", [])
    assert [(each.summary.value, each.dtstart.value, each.dtend.value) for each in other] == [
        (str(each["summary"]), each["dtstart"].dt, each["dtend"].dt) for each in found.walk("VEVENT")
    ]
    return found
