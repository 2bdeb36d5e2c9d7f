"""What staff say of hours beyond the usual ones: which place, from when to when, and why."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.talk import Arguments, Phrase
from handlers.understanding.reading import Reading, read
from handlers.understanding.times import When
from models.folding import clean

# A list of days is not longer than that.
MOST_DAYS = 31
_COUNT = r"[一二两三四五六七八九十]|\d{1,2}"
_SHUT = (
    r"关门|关站|关馆|闭馆|闭站|歇业|停业|不开门|不开放|不营业|停止开放|暂停开放|暂停服务|停止服务|临时关闭|提前下班|"
    rf"休息[一半]天|关(?:{_COUNT})个?天|(?:[天日号点半分午晚]|\d|提前|早点)(?:就|要)?关(?=[,，。；;\s]|$)|\b(?:shut|closes?|closed|closing)\b"
)
_OPEN = rf"加开|开门|开放|开到|延长到|开(?:{_COUNT}|半)个?天|营业|照常开|加班|\b(?:opens?|opened|opening)\b"
_ASKS = (
    # What is told to people is a broadcast.
    r"^(?:请|帮我)?(?:通知|群发|广播|转告|告诉|告知)|^(?:notify|tell|inform)\b|"
    r"吗|嘛|么|伐|几点|什么|啥|怎么|为何|何时|是不是|有没有|是否|没$|\?|多久|哪|谁|能不能|可不可以|可以|总是|老是|一直|经常|每次|"
    r"太早|太晚|太吵|没人|投诉|反映|建议|希望|能否|早点|晚点|撤销|取消|恢复|签到|预约|订阅|"
    r"开不开|关不关|还开|(?:开门|开放|营业|关门)时间[是呢]?[.。!]*$|\bhours[.!]*$|^(?:is|are|does|do|did|can|could)\b|\b(?:when|what|why|how|cancel|undo)\b"
)
_STATION = (
    r"本站|我们站|我站|站里|站点|服务站|服务中心|\b(?:the|our|my) (?:service )?(?:station|centre|center)\b"
)
# Busy officers name no place: nothing but a time and what happens then, and perhaps why.
_TIMES = (
    r"(?:本|这|下|下下)?个?(?:周|星期|礼拜)[一二三四五六日天末\d]|[今明后]天|大后天|今晚|明晚|今儿|明儿|[上下]午|中午|晚上|早上|全天|半天|"
    r"国庆|元旦|春节|清明|五一|劳动|端午|中秋|节|长?假期?|放假|"
    rf"(?:{_COUNT}|十[一二])(?:年|月|号|日|天|点|时|分)|[\d:.半整]+|[到至~—–-]|"
    r"我们|咱们|站里|提前|推迟|延长|延后|临时|都|要|会|也|就|起|开始|从|[ ]"
)
_ALONE_SHUT = rf"^(?:{_TIMES}){{1,14}}(?:{_SHUT})(?:[,，。;；\s]|$)"
# With a reason: without one it is a question of who stands before the door.
_AT_ONCE = rf"(?:{_STATION})(?:现在|马上|立即|立刻|即刻|这就)就?要?(?:{_SHUT})"
_ALONE_OPEN = rf"^(?:{_TIMES}){{1,14}}(?:加开|加班|照常开|开到|开门到|延长到|开(?:{_COUNT}|半)个?天)(?:门|放)?(?:{_TIMES})*(?:[,，。;；\s]|$)"
SHUT = (
    Phrase(_ALONE_SHUT, weight=6, needs="when", unless=_ASKS),
    Phrase(_SHUT, weight=6, needs="stations", unless=_ASKS),
    Phrase(rf"{_AT_ONCE}[,，。;；\s]+\w|\w[,，。;；\s]+{_AT_ONCE}$", weight=6, unless=_ASKS),
    Phrase(rf"(?:{_STATION}).{{0,24}}(?:{_SHUT})|(?:{_SHUT}).{{0,8}}(?:{_STATION})", weight=5, needs="when", unless=_ASKS),
)  # fmt: skip
_NOT_OPEN = rf"{_ASKS}|{_SHUT}|活动|报名|沙龙|讲座|登记|名额"
OPEN = (
    Phrase(_ALONE_OPEN, weight=6, needs="when", unless=_NOT_OPEN),
    Phrase(rf"(?:{_OPEN}).{{0,40}}$", weight=6, needs="stations", unless=_NOT_OPEN),
    Phrase(rf"(?:{_STATION}).{{0,24}}(?:{_OPEN}).{{0,40}}$", weight=5, needs="when", unless=_NOT_OPEN),
)
UNDO = (
    Phrase(
        r"不关(?:门|站)?了|不闭馆了|不用关(?:门)?了|(?:撤销|取消|撤掉|不要|恢复).{0,16}(?:关门|闭馆|关站|临时关闭|开门安排|开关门)|(?:关门|闭馆|开门|开关门)(?:的)?(?:安排|记录).{0,4}$|"
        r"恢复(?:正常)?(?:开门|开放|营业)|\b(?:undo|cancel|withdraw)\b.{0,12}\b(?:closing|closure|opening hours)\b|^closures$",
        weight=8,
        unless=r"报名|活动|沙龙|\?|吗|投诉",
    ),
)
# A service for a while: also what its own phrases say.
STOPS = r"停(?:一次|一天|半天|一场|一期|诊|约|预约|号)|不接待|不坐班|不值班|停止接待|\b(?:no|cancel) (?:the )?slots\b"
_VERB = re.compile(rf"{_SHUT}|{_OPEN}|{STOPS}", re.IGNORECASE)
_NOW = re.compile(r"现在|马上|立即|立刻|即刻|这就|\b(?:now|right away|immediately)\b", re.IGNORECASE)
_ENDS_THEN = re.compile(r"关|闭馆|下班|\bcloses?\b|\bclosing\b", re.IGNORECASE)
_DAYS = re.compile(rf"(?P<many>{_COUNT})个?天")
_NUMERALS = "零一二三四五六七八九十"
_CLAUSE = re.compile(r"[,，;；。\n]+")
_WHY = re.compile(r"^\s*(?:因为|由于|因|原因是?|理由是?|because(?: of)?|due to)\s*[:：]?\s*", re.IGNORECASE)
_WHY_INSIDE = re.compile(
    r"(?:因为|由于|原因是?|because of|because|due to)\s*[:：]?(?P<why>.+)$", re.IGNORECASE
)
_LAST_MINUTE, _MIDNIGHT = time(23, 59), time()
# From and to in the clock time of the place, as ISO texts.
Spans = list[tuple[str, str]]


def wished(reading: Reading) -> Arguments:
    """`云杉服务站明天下午关门，停电`, as far as it goes."""
    facts, why = _parted(reading)
    said = read(facts, reading.now, reading.person, reading.lexicon)
    found: dict[str, Any] = {"numbers": list(said.stations or reading.stations), "reason": why}
    found["spans"] = spans(said, reading.now, reading.lexicon.zone)
    # 现在关门: until it would have closed.
    found["from_now"] = not found["spans"] and bool(_NOW.search(facts))
    found["until"] = bool(re.search(r"开到|延长到|\buntil\b", facts))
    return found


def _parted(reading: Reading) -> tuple[str, str | None]:
    """What says where and when, and what says why: a part without verb, place and time."""
    facts, why = [], []
    for part in _CLAUSE.split(clean(reading.said)):
        inside = _WHY_INSIDE.search(part)
        if _WHY.match(part) and not _VERB.search(part):
            why.append(_WHY.sub("", part))
        elif inside and _VERB.search(part[: inside.start()]):
            facts.append(part[: inside.start()])
            why.append(inside["why"])
        elif _VERB.search(part) or _says(part, reading):
            facts.append(part)
        elif part.strip():
            why.append(part)
    return " ".join(facts), "，".join(each.strip(" .!！") for each in why) or None


def _says(part: str, reading: Reading) -> bool:
    said = read(part, reading.now, reading.person, reading.lexicon)
    return said.when is not None or bool(said.named_places) or bool(_NOW.search(part))


def spans(said: Reading, now: datetime, zone: ZoneInfo) -> Spans:
    """The times that a sentence names, one for each day where it names hours; none where it names no time."""
    when = said.when
    if when is None:
        return []
    today = now.astimezone(zone).date()
    first = when.first or today
    last = when.last or first
    if counted := _DAYS.search(said.text):
        # 国庆关三天: of a whole week's holidays the first three.
        last = first + timedelta(days=_many(counted["many"]) - 1)
    begins, ends = _clocks(when, said.text)
    if begins == _MIDNIGHT and ends is None:
        return [_span(first, begins, last, None)]
    days = [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
    # So long a list of hours is asked for again, in parts.
    return [_span(day, begins, day, ends) for day in days] if len(days) <= MOST_DAYS else []


def _many(said: str) -> int:
    return int(said) if said.isdigit() else _NUMERALS.index(said.replace("两", "二"))


def _clocks(when: When, text: str) -> tuple[time, time | None]:
    """From and to; None is the end of the day."""
    if when.clock is None:
        return when.after or _MIDNIGHT, _end(when.before)
    if when.until is not None:
        return when.clock, _end(when.until)
    if _ENDS_THEN.search(text):
        return when.clock, None
    # 开到20点, 10点开门: the other end is the place's own.
    return when.clock, when.clock


def _end(at: time | None) -> time | None:
    return None if at in (None, _LAST_MINUTE, _MIDNIGHT) else at


def _span(first: date, begins: time, last: date, ends: time | None) -> tuple[str, str]:
    end = datetime.combine(last + timedelta(days=1), time()) if ends is None else datetime.combine(last, ends)
    return datetime.combine(first, begins).isoformat(), end.isoformat()
