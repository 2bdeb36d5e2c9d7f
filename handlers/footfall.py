"""How many came to a station in a day, a week or a month, by what they came for, told to its staff."""

import re
from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers import station_checkins
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import duty, footfall, station_visit
from models.card import Card, Choice
from models.footfall import Footfall, Length
from models.refusal import Refusal
from models.text import Several, Text, as_said

_OTHER = r"活动|系列|主题|多少场|几场|沙龙|讲座|班|课|报名|志愿"
_ASKED = (
    Phrase(
        r"人流|客流|人次|来访(?:量|人数|统计)|到访(?:量|人数|统计)|(?:服务站|站里|站|中心).{0,12}(?:来了?|到了?|签到了?|有)(?:多少|几)(?:个|位)?人|"
        r"(?:来了?|签到了?)(?:多少|几)(?:个|位)?人.{0,8}(?:服务站|站里)|\bfootfall\b|\bhow many (?:people |visitors )?(?:came|visited|checked in)\b.{0,20}\b(?:station|centre|center)",
        weight=8,
        unless=_OTHER,
    ),
    # Where nobody else is meant it is the station of who asks.
    Phrase(
        r"^(?:今天|昨天|[本这上]个?(?:周|星期|礼拜|月))(?:一共|总共|到现在)?(?:来了?|签到了?)(?:多少|几)(?:个|位)?人[了啊呢]?$",
        weight=7,
        unless=_OTHER,
    ),
)
_LENGTHS: tuple[Length, ...] = ("day", "week", "month")
_LABELS = {"day": Text("看当天"), "week": Text("看这一周"), "month": Text("看这个月")}
# A station and a length stand in one number, as 171.
_EACH = 10
Shown = tuple[date, date]


def _asks(reading: Reading) -> Arguments:
    text, today = reading.text, reading.now.astimezone(reading.lexicon.zone).date()
    first = reading.when.first if reading.when else None
    last = reading.when.last if reading.when else None
    length: Length = "day"
    if re.search(r"月|month", text) and not re.search(r"\d[日号]", text):
        length = "month"
    elif re.search(
        r"周(?![一二三四五六日天末])|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])|\bweek\b", text
    ):
        length = "week"
    # Of the year to come nobody asks yet: a month that lies ahead is last year's.
    day = _meant(text, first, length, today)
    if first and last and length == "day" and first != last:
        length = "week"
    return {"stations": list(reading.stations), "length": length, "day": day.isoformat()}


def _meant(text: str, first: date | None, length: Length, today: date) -> date:
    if re.search(r"上个?月|last month", text):
        return footfall.before("month", today)
    if re.search(r"上个?(?:周|星期|礼拜)(?![一二三四五六日天])|last week", text):
        return footfall.before("week", today)
    if re.search(r"昨天|昨日|yesterday", text):
        return footfall.before("day", today)
    if length == "month" and (named := re.search(r"(?<!\d)(\d{1,2})月", text)) and 1 <= int(named[1]) <= 12:
        found = date(today.year, int(named[1]), 1)
        return found.replace(year=found.year - 1) if found > today else found
    return first if first is not None and first <= today else today


@on(
    "staff.report",
    head="footfall",
    example=Text("服务站这周客流"),
    for_staff=True,
    rank=121,
    allow=anybody,
    private=True,
    phrases=_ASKED,
    reads=_asks,
)
def show(
    talk: Talk,
    number: int | None = None,
    stations: list[int] | None = None,
    length: Length = "day",
    day: str | None = None,
) -> Card:
    """Visits by purpose, the weak ones apart; of several stations a line each."""
    on_day = date.fromisoformat(day) if day else talk.now.astimezone(talk.zone).date()
    if number is not None:
        key, nth = divmod(number, _EACH)
        stations, length = [key], _LENGTHS[min(nth, len(_LENGTHS) - 1)]
    own = _own(talk, stations)
    first, last = footfall.days(length, on_day)
    found = footfall.of(talk.db, [each.id for each in own], *footfall.instants(first, last, talk.zone))
    if len(own) == 1:
        return _one(own[0], found[0], (first, last), length)
    lines = [_sum(own_one, each) for own_one, each in zip(own, found, strict=True)]
    people, weak = sum(each.people for each in found), sum(each.weak for each in found)
    total = Text(
        "{span}，{stations}个站共{count}人次", span=_span((first, last)), stations=len(own), count=people
    )
    text = Text("{lines}", lines=Several((_with_weak(total, weak), *lines), lines=True))
    choices = tuple(
        Choice(as_said(each.name), press("footfall", _as_number(each.id, length))) for each in own
    )
    return Card(text, choices=choices, refs=tuple(f"place:{each.code}" for each in own))


def _own(talk: Talk, stations: list[int] | None) -> list[Row[Any]]:
    """The stations that are asked for, of those that he is staff of. Raises Refusal."""
    there = station_visit.stations(talk.db)
    asked = [each for each in there if each.id in stations] if stations else there
    own = [each for each in asked if duty.covers(talk.db, talk.person.id, each.id)]
    if asked and not own:
        try:
            duty.check(talk.db, talk.person.id, asked[0].id, station_checkins.ref(asked[0]))
        except Refusal as refusal:
            talk.leave(refusal, Choice(Text("看看这个站"), press("station", asked[0].id)))
    if not own:
        raise Refusal("station.none", Text("请说站的名字，这里没有这个服务站。"))
    return own


def _one(station: Row[Any], found: Footfall, days: Shown, length: Length) -> Card:
    total = Text(
        "{place}，{span}：{count}人次", place=as_said(station.name), span=_span(days), count=found.people
    )
    lines = [_with_weak(total, found.weak)]
    for each in found.lines:
        name = station_checkins.purpose(each.purpose) if each.purpose else Text("没说来做什么")
        line = Text("· {purpose}：{people}", purpose=name, people=each.people)
        lines.append(_with_weak(line, each.weak))
    if found.at_activities:
        lines.append(Text("另有{count}位签到了这里的活动，不算在内。", count=found.at_activities))
    others = [each for each in _LENGTHS if each != length]
    choices = tuple(Choice(_LABELS[each], press("footfall", _as_number(station.id, each))) for each in others)
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return Card(text, choices=choices, refs=(station_checkins.ref(station),))


def _sum(station: Row[Any], found: Footfall) -> Text:
    line = Text("· {purpose}：{people}", purpose=as_said(station.name), people=found.people)
    return _with_weak(line, found.weak)


def _with_weak(line: Text, weak: int) -> Text:
    return Text("{line}（打印码{weak}）", line=line, weak=weak) if weak else line


def _span(days: Shown) -> Text:
    first, last = days
    if first == last:
        return as_said(f"{first:%Y-%m-%d}")
    return as_said(f"{first:%Y-%m-%d}–{last:%m-%d}")


def _as_number(station: int, length: Length) -> int:
    return station * _EACH + _LENGTHS.index(length)
