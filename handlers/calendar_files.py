"""Activities and booked slots in the form of calendars (RFC 5545), as a file and as what is subscribed to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from handlers.recipes import Content, Maker, Making, recipe
from handlers.words import Reader, say
from models import booking_calendar, calendar, community
from models.activity import Listing
from models.calendar import Event
from models.card import Attachment
from models.database import Db
from models.text import Text, as_said, prose
from models.vault import Vault

if TYPE_CHECKING:
    from icalendar import Calendar

_FILE = "activity.calendar"
_SLOT_FILE = "booking.calendar"
ADD = Text("{name}.ics", name=Text("加到日历"))
CHANGE = Text("{name}.ics", name=Text("更新日历"))
TAKE_OUT = Text("{name}.ics", name=Text("从日历移除"))
MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//Linli//Linli//ZH"
# How often a program that subscribes looks for what is new.
_EVERY = timedelta(hours=1)


def attached(wanted: Listing, name: Text = ADD, *, spare: bool = True) -> Attachment:
    """The file of one activity; opened, it adds to a calendar what is new, and changes what is there."""
    return Attachment("file", name, _FILE, (wanted.number,), spare=spare)


def attached_slot(number: int, name: Text = ADD) -> Attachment:
    """The file of one's booking."""
    return Attachment("file", name, _SLOT_FILE, (number,), spare=True)


@recipe(_SLOT_FILE)
def slot(db: Db, maker: Maker, number: int) -> Making:
    """One's own booking as it stands when the file is made."""
    event = booking_calendar.event(db, number, maker.person.id, maker.now)
    return _of_one(event, maker)


@recipe(_FILE)
def one(db: Db, maker: Maker, number: int) -> Making:
    """One activity as it stands when the file is made: a later one replaces an earlier one."""
    return _of_one(calendar.event(db, number, maker.now), maker)


def _of_one(event: Event | None, maker: Maker) -> Making:
    found = [event] if event else []
    method = "CANCEL" if event and event.off else "PUBLISH"
    return partial(_content, found, maker.reader, maker.vault, method=method, made=maker.now)


def feed(db: Db, maker: Maker) -> Making:
    """Everything that the one it is made for goes to. As long as nothing of it changes, the bytes are the same."""
    found = calendar.events(db, maker.person.id, maker.now)
    found += booking_calendar.events(db, maker.person.id, maker.now)
    found.sort(key=lambda each: each.starts)
    name = community.name(db) or ""
    return partial(_content, found, maker.reader, maker.vault, name=name)


def _content(
    events: Sequence[Event],
    reader: Reader,
    vault: Vault,
    *,
    method: str | None = None,
    made: datetime | None = None,
    name: str | None = None,
) -> Content:
    from icalendar import Calendar

    written = Calendar()
    written.add("prodid", _PRODUCT)
    written.add("version", "2.0")
    written.add("calscale", "GREGORIAN")
    if method:
        written.add("method", method)
    if name is not None:
        written.add("x-wr-calname", say(Text("我的活动 · {community}", community=as_said(name)), reader))
        written.add("refresh-interval", _EVERY, parameters={"VALUE": "DURATION"})
        written.add("x-published-ttl", "PT1H")
    for each in events:
        _add(written, each, reader, vault, made)
    if events:
        first, last = min(each.starts for each in events).year, max(each.ends for each in events).year
        written.add_missing_timezones(date(first - 1, 1, 1), date(last + 1, 12, 31))
    return Content(MEDIA_TYPE, written.to_ical())


def _add(written: "Calendar", event: Event, reader: Reader, vault: Vault, made: datetime | None) -> None:
    """No alarm, since the bot reminds; no organizer, since programs would write to him; no link that is anybody's own."""
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", calendar.uid(vault, event))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", (made or event.modified).astimezone(UTC))
    entry.add("last-modified", event.modified.astimezone(UTC))
    entry.add("dtstart", event.starts.astimezone(reader.zone))
    entry.add("dtend", event.ends.astimezone(reader.zone))
    entry.add("summary", say(prose(event.title), reader))
    if event.summary:
        entry.add("description", say(prose(event.summary), reader))
    entry.add("location", _where(event))
    if event.location:
        entry.add("geo", event.location)
    entry.add("status", "CANCELLED" if event.off else "CONFIRMED")
    written.add_component(entry)


def _where(event: Event) -> str:
    if event.address and event.address not in event.place:
        return f"{event.place}, {event.address}"
    return event.place
