"""The expressions that name hours: parts of the day, and clock times."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from handlers.understanding.times.days import Days
from handlers.understanding.times.numerals import ENGLISH_RANGE, NOT_IN_NUMBER, NUMBER, RANGE, number

NOON, MIDNIGHT = 12 * 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day in minutes; its clock times that are `turned` belong to the second half of the day.

    `pivot` is the minute that is meant by before it or after it.
    """

    begin: int | None
    end: int | None
    turned: range
    pivot: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as it was said; `sure` where its half of the day was said with it, `padded` as in 03:30."""

    minute: int
    until: int | None = None
    sure: bool = False
    padded: bool = False


_PARTS = {
    "dawn": Part(None, 9 * 60, range(0), 9 * 60),
    "morning": Part(None, NOON, range(0), NOON),
    "small_hours": Part(None, 6 * 60, range(0), 6 * 60),
    "noon": Part(11 * 60 + 30, 13 * 60 + 30, range(1, 4), NOON),
    "afternoon": Part(NOON, 18 * 60, range(1, 12), NOON),
    "dusk": Part(17 * 60, 19 * 60, range(1, 12), 17 * 60),
    "evening": Part(18 * 60, None, range(5, 13), 18 * 60),
    "after_work": Part(17 * 60 + 30, None, range(1, 12), 17 * 60 + 30),
    "late": Part(22 * 60, None, range(6, 13), 22 * 60),
    "daytime": Part(None, 18 * 60, range(1, 6), 18 * 60),
}
_PARTS |= {"bare_morning": _PARTS["morning"], "bare_evening": _PARTS["evening"], "night": _PARTS["evening"]}
# Which clock times are in the second half of the day where no part of it is said. Nothing starts between one
# and six in the morning; and who asks for what begins after seven, or refuses what begins after eight, means the
# evening.
UNSAID, AT_LEAST, NOT_AFTER = range(1, 6), range(1, 8), range(1, 10)
_ZERO = ("0", "00", "零")
_MERIDIEM = {"a": 0, "p": 12}


def at(minute: int | None) -> time | None:
    """The time of a minute of the day; the end of the day is written as its last minute."""
    if minute is None:
        return None
    return time(minute // 60, minute % 60) if minute < MIDNIGHT else time(23, 59)


def settle(clock: Clock, part: Part | None, unsaid: range) -> tuple[int, int | None]:
    """The minutes of the day that a clock time means beside a part of the day."""
    turned = part.turned if part else range(0) if clock.padded else unsaid
    begin = _turn(clock.minute, turned, clock.sure)
    return begin, None if clock.until is None else later(begin, _turn(clock.until, turned, clock.sure))


def _turn(minute: int, turned: range, sure: bool) -> int:
    return minute if sure or minute // 60 not in turned else min(minute + NOON, MIDNIGHT)


def later(begin: int, end: int) -> int | None:
    """The end of something that begins before it: 9点到5点 ends in the afternoon."""
    return next((minute for minute in (end, end + NOON) if begin < minute <= MIDNIGHT), None)


def read(kind: str, found: re.Match[str]) -> Part | Clock | None:
    """What an expression of this kind means; None where there is no such time."""
    return _PARTS.get(kind.removesuffix("_english")) or _clock(found)


def _clock(found: re.Match[str]) -> Clock | None:
    parts = found.groupdict()
    hour, minute = number(parts["hour"]), _minute(parts)
    if parts.get("relation") == "quarter to":
        hour -= 1
    if not 0 <= hour * 60 + minute <= MIDNIGHT or minute > 59 or (hour == 0 and parts["hour"] not in _ZERO):
        return None
    sure = bool(parts.get("meridiem") or parts.get("short"))
    begin = _in_half(hour * 60 + minute, parts)
    if parts.get("till"):
        return Clock(begin, number(parts["till"]) * 60, sure)
    return (
        _from(begin, parts, sure) if parts.get("from") else Clock(begin, None, sure, parts["hour"][0] == "0")
    )


def _from(end: int, parts: dict[str, Any], sure: bool) -> Clock | None:
    """9到11点, 7-9pm: the half of the day is said once; 11-1pm begins in the other."""
    start = number(parts["from"]) * 60 + (
        30 if parts.get("from_half") else number(parts.get("from_minute") or "零")
    )
    half = _in_half(start, parts)
    return Clock(half if half < end else start, end, sure) if start < MIDNIGHT else None


def _in_half(minute: int, parts: dict[str, Any]) -> int:
    """The minute of the day, where the expression itself says morning or evening."""
    if parts.get("short") == "晚":
        return _turn(minute, _PARTS["evening"].turned, sure=False)
    if half := parts.get("meridiem"):
        return minute if minute >= 13 * 60 else minute % NOON + 60 * _MERIDIEM[half]
    return minute


def _minute(parts: dict[str, Any]) -> int:
    if parts.get("half") or parts.get("relation") == "half past":
        return 30
    if quarter := parts.get("quarter") or parts.get("relation"):
        return {"一": 15, "1": 15, "三": 45, "3": 45, "quarter past": 15, "quarter to": 45}[quarter]
    return number(parts.get("minute") or "零")


def believable(kind: str, text: str, begin: int, end: int, beside: type | None) -> bool:
    """Whether a word that is often part of another one stands for a time; `beside`: the sort of time before it."""
    if kind in BARE:
        return beside is Days or _CLOCK_NEXT.match(text, end) is not None
    if kind == "night_english":
        return (
            beside is Days
            or text[end - 1] == "s"
            or _BEFORE_NIGHT.search(text[max(0, begin - 8) : begin]) is not None
        )
    if kind == "clock" and _A_BIT.match(text, begin, end):
        return beside is Part or _BOUND.match(text, end) is not None
    return True


_CLOCK_NEXT = re.compile(r"\s?[0-9]{1,2}[:点时]")
# 一点 is most often a little of something.
_A_BIT = re.compile("一点$")
_BOUND = re.compile("以[前后]|之[前后]|前|后|起")
_BEFORE_NIGHT = re.compile(r"(?:^|(?<![a-z])(?:at|the|by|in the|any|no|not|every|each|this|that|on)\s)$")

# 早上好 greets.
_NO_GREETING = r"(?!好(?![玩看听吃几多的像]))"
# Before these 夜里 and 夜到 are parts of another word, as in 桌游夜里.
_NO_NIGHT_OF = r"(?<![游影读唱乐谈聊会诗剧棋歌舞玩术茶])"
_POINT = r"\s?点(?!心(?![理灵肺])|赞|评(?!弹)|击|建议|要求|意见|水)"
_MINUTES = (
    r"(?P<minute>[0-9]{2}(?![0-9]|\s?[人个元岁号楼])|[0-9]{1,2}(?=分)|"
    r"[二三四五]?十[一二三四五六七八九]?(?![个人元岁号楼多几])|[零〇][一二三四五六七八九]|[一二三四五六七八九](?=分))分?"
)
_BARE_WORDS = r"(?:[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HOUR_WORDS = rf"(?:{_BARE_WORDS}|one)"
_AFTER_BARE = (
    r"(?=\s*(?:$|[,.?!;)]|(?:on|in the|tomorrow|today|tonight|this|next|please|until|till)(?![a-z])|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)))"
)
_BEFORE_BARE = (
    "(?:(?<=at )|(?<=after )|(?<=before )|(?<=around )|(?<=until )|(?<=till )|(?<=from )|(?<=between ))"
)

WORDS = {
    "dawn": r"一?大?清[早晨]|(?<![统唯第之])一大?早(?![餐点饭茶])上?",
    "morning": rf"(?:上午|早[上晨]){_NO_GREETING}|上半[天日]|午前|[前头]晌|早浪向?",
    "small_hours": "凌晨",
    "noon": rf"(?:中午|正午|晌午){_NO_GREETING}|中浪向?|午[饭餐]时间",
    "afternoon": rf"下午{_NO_GREETING}(?!茶)|下半[天日]|午后|后晌",
    "dusk": "傍[晚黑]|夜快(?![乐餐车递闪])头?|黄昏|擦黑",
    "evening": rf"每晚|晚上{_NO_GREETING}|晚间|夜晚|{_NO_NIGHT_OF}夜(?:里向?|头|到(?![几底时现哪多0-9]|.点))",
    "after_work": "下了班(?:以后|之后|后)?|下班(?:以后|之后|后)",
    "late": "三更半夜|半夜(?:三更|里)?|深夜(?!食堂)|午夜(?!场)",
    "daytime": "大?白天(?!鹅)",
}
ENGLISH_WORDS = {
    "dawn_english": "early (?:in the )?mornings?|first thing in the morning",
    "morning_english": "(?<!good )mornings?|forenoon",
    "noon_english": "noon|mid-?day|lunch ?time|lunch hour|(?:(?<=at )|(?<=before )|(?<=after )|(?<=during )|(?<=over ))lunch",
    "afternoon_english": "(?<!good )afternoons?(?! tea)",
    "dusk_english": "early evening|dusk",
    "evening_english": "(?<!good )evenings?",
    "after_work_english": "after[ -]work|after office hours",
    "late_english": "late at night|late night|midnight",
    "daytime_english": "(?:in the |during the )?daytime|during the day",
    "night_english": "nights?(?![ -](?:run|walk|market|owl|school|shift|club|view|ride))",
    "past": rf"(?P<relation>half past|quarter past|quarter to) (?P<hour>{_HOUR_WORDS})",
}
# May begin with a digit, or with the word for one.
NUMBERED = {
    "clock": rf"(?P<short>[早晚](?=[0-9二两三四五六七八九十]))?{NOT_IN_NUMBER}"
    rf"(?:(?P<from>{NUMBER})点?(?P<from_half>半)?{RANGE})?"
    rf"(?P<hour>{NUMBER}|零){_POINT}(?!半(?:课堂|学堂|学校|托管|班))钟?(?:(?P<half>半)|(?P<quarter>[一三13])刻|{_MINUTES}|整)?",
}
ENGLISH_NUMBERED = {
    "o_clock": rf"(?P<hour>{_HOUR_WORDS})\s?o'?\s?clock(?![a-z])",
    "of_part": rf"(?<![0-9:.])(?P<hour>{_HOUR_WORDS})(?= in the (?:morning|afternoon|evening)| at night)",
    "bare_hour": rf"{_BEFORE_BARE}(?P<hour>{_BARE_WORDS})(?:(?:{ENGLISH_RANGE}| and )(?P<till>[0-9]{{1,2}}))?{_AFTER_BARE}",
}
NUMERIC = {
    "formal": r"(?<![0-9.])(?P<hour>[0-9]{1,2})时(?![间候段长尚光代装])(?:(?P<minute>[0-9]{1,2})分)?",
    "meridiem": rf"(?<![0-9.:])(?:(?P<from>[0-9]{{1,2}})(?:[:.](?P<from_minute>[0-5][0-9]))?(?:{ENGLISH_RANGE}|\sand\s))?"
    r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-5][0-9]))?\s?(?P<meridiem>[ap])\.?m(?:\.(?![a-z])|(?![a-z]))"
    rf"(?:{ENGLISH_RANGE}(?P<till>[0-9]{{1,2}})(?![0-9:.]|\s?[a-z个人]))?",
    "colon": r"(?<![0-9])(?<![0-9]:)(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])(?![0-9:])",
}
# Only right after a day: 今早, 周五晚. Tried last, because other words begin so.
BARE = {
    "bare_morning": "早(?![点餐饭茶教操市上]|一点)|晨",
    "bare_evening": "晚(?![点会饭餐报年安]|一点)|夜(?![跑场市宵游骑读])",
}
