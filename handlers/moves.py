"""What a sentence says of another time or place for something that has one: absolute, or from where it is now."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.checks import DIGITS
from handlers.understanding.reading import Reading, read
from models.activity import Listing
from models.activity_change import Slot

# What follows is the new time or place, what stands before names the activity.
_TO = re.compile(
    r"(?:改期|改|换|挪|移|调整?|搬|推迟|延期|延后|提前|顺延)(?:时间|地点|场地|一下)?(?:到|至|成|在|为)|"
    r"改(?=周|星期|礼拜|下|[今明后]天|上午|中午|晚上|\d)|"
    r"\b(?:move|reschedule|postpone|shift|change|push|bring)\b.*?\b(?:to|until|till)\b"
)
_REASON = re.compile(
    r"[\s,，.。;；:：(（]*(?:因为|由于|原因是?\s*[:：]?|理由是?\s*[:：]?|\bbecause(?: of)?\b|\bdue to\b)\s*[:：,，]?\s*(?P<why>.+?)[)）。.!！\s]*$",
    re.IGNORECASE,
)
_OVER_MIDNIGHT = re.compile(
    r"(?:到|至|\bto\b|[-–~])\s*(?:次日|第二天|凌晨)*\s*(?P<hour>0?\d|1\d|2[0-3])(?::(?P<minute>[0-5]\d)|点(?:整|(?P<half>半))?)\s*$"
)
_NUMBERS = {
    **DIGITS,
    "半": 0.5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_MANY = r"(?P<many>\d{1,3}|[半一两二三四五六七八九十]|an?|half an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty)"
_UNIT = r"(?P<unit>小时|钟头|刻钟|分钟|天|周|星期|hours?|minutes?|mins?|days?|weeks?)"
_FAR = re.compile(rf"(?:\bby\s+)?{_MANY}\s*(?:个半|个)?\s*{_UNIT}")
_LATER = re.compile(
    rf"(?:推迟|延后|延迟|延期|顺延|延长|晚|往?后(?:推|延|挪|移|调)|postpone.*\bby|push.*\bback.*\bby|delay.*\bby)(?:了)?\s*{_MANY}\s*(?P<half>个半|个)?\s*{_UNIT}"
)
_EARLIER = re.compile(
    rf"(?:提前|提早|缩短|早|往?前(?:提|挪|移|调)|bring.*\bforward.*\bby)(?:了)?\s*{_MANY}\s*(?P<half>个半|个)?\s*{_UNIT}"
)
# It begins as it did, and ends at another time.
_ITS_END = re.compile(r"结束|延长|缩短|\b(?:end|finish)(?:s|ing)?\b")
_MINUTES = {"小时": 60, "钟头": 60, "刻钟": 15, "分钟": 1, "天": 1440, "周": 10080, "星期": 10080}
# An end before the start is meant past midnight until then, and else a mistake.
_SMALL_HOURS = 6
_ENGLISH = {"h": 60, "m": 1, "d": 1440, "w": 10080}

Wish = dict[str, Any]


def wish(reading: Reading) -> tuple[Reading, Wish, str | None]:
    """The part that names what is moved, where to, and why, as far as that is said."""
    text, why = without_reason(reading.text), reason(reading.said)
    marked = _TO.search(text)
    # How far it moves is no part of its name: 一小时 may stand in another title.
    named = text[: marked.start()] if marked else _FAR.sub(" ", text)
    before = read(named, reading.now, reading.person, reading.lexicon)
    if marked and not (before.titles or before.topic):
        # In English the name stands after the verb.
        before = read(marked[0], reading.now, reading.person, reading.lexicon)
    if marked:
        said = told(read(text[marked.end() :], reading.now, reading.person, reading.lexicon))
        return before, said | _end(text, said), why
    shift = _shift(text)
    return before, shift | _end(text, shift), why


def _end(text: str, said: Wish) -> Wish:
    """结束时间改到13:30, 延长半小时: what is said is of the end alone."""
    return {"end": True} if said.keys() & {"clock", "shift"} and _ITS_END.search(text) else {}


def told(after: Reading) -> Wish:
    """The new time and place in a part of a sentence that names nothing else; empty where it says none.

    周五下午 is `vague`: the hour is still to be asked. A stretch of days is no time at all.
    """
    said: Wish = {}
    when = after.when
    if when is not None:
        one_day = when.first is not None and when.first == when.last
        if (when.first or when.last) and not one_day:
            return {}
        if when.clock is None and (when.after or when.before):
            said["vague"] = True
        if one_day and when.first:
            said["day"] = when.first.isoformat()
        if when.clock:
            said["clock"] = when.clock.isoformat()
            if until := when.until or _past_midnight(after.text):
                said["until"] = until.isoformat()
    if after.named_places:
        said["place"] = after.named_places[-1]
    return said | _shift(after.text)


def _past_midnight(text: str) -> time | None:
    """22:30到0:30, which is no stretch of one day."""
    found = _OVER_MIDNIGHT.search(text)
    return time(int(found["hour"]), int(found["minute"] or (30 if found["half"] else 0))) if found else None


def _shift(text: str) -> Wish:
    """推迟半小时, 提前一天: from where it is now."""
    for pattern, sign in ((_LATER, 1), (_EARLIER, -1)):
        if found := pattern.search(text):
            many = found["many"]
            number = (
                float(many) if many.isdigit() else _NUMBERS.get(many, 0.5 if many.startswith("half") else 1)
            )
            number += 0.5 if found["half"] == "个半" else 0
            unit = _MINUTES.get(found["unit"]) or _ENGLISH[found["unit"][0]]
            return {"shift": sign * int(number * unit)}
    return {}


def slot(said: Wish, wanted: Listing, zone: ZoneInfo) -> Slot | None:
    """When and where that is, for this activity; None where not enough was said. What is not said stays."""
    if not said or "vague" in said:
        return None
    place = said.get("place", wanted.place_id)
    length = wanted.ends - wanted.starts
    if "end" in said:
        return _other_end(said, wanted, zone, place)
    if "shift" in said:
        starts = wanted.starts + timedelta(minutes=said["shift"])
        return Slot(starts, starts + length, place)
    if not {"day", "clock"} & said.keys():
        return Slot(wanted.starts, wanted.ends, place)
    begins = wanted.starts.astimezone(zone)
    day = date.fromisoformat(said["day"]) if "day" in said else begins.date()
    clock = time.fromisoformat(said["clock"]) if "clock" in said else begins.time()
    starts = datetime.combine(day, clock, zone)
    if "until" not in said:
        return Slot(starts, (starts.astimezone(wanted.starts.tzinfo) + length), place)
    ends = datetime.combine(day, time.fromisoformat(said["until"]), zone)
    return Slot(starts, ends if ends > starts else ends + timedelta(days=1), place)


def _other_end(said: Wish, wanted: Listing, zone: ZoneInfo, place: int) -> Slot:
    if "shift" in said:
        return Slot(wanted.starts, wanted.ends + timedelta(minutes=said["shift"]), place)
    begins = wanted.starts.astimezone(zone)
    ends = datetime.combine(begins.date(), time.fromisoformat(said["clock"]), zone)
    over_midnight = ends <= begins and ends.hour < _SMALL_HOURS
    return Slot(wanted.starts, ends + timedelta(days=over_midnight), place)


def reason(said: str) -> str | None:
    """Why, in the words of who said it."""
    found = _REASON.search(said.strip())
    return found["why"].strip() if found else None


def without_reason(text: str) -> str:
    """The sentence alone: a reason may name times and things of its own."""
    return _REASON.sub("", text)
