"""A year or a month in numbers, for staff: how many activities and people, by series, topic, host or kind."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import get_args

from handlers.subscriptions import KINDS
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import counts, duty
from models.card import Card, Choice
from models.counts import By, Line
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_WAYS: dict[By, Text] = {
    "series": Text("按系列"),
    "topic": Text("按主题"),
    "host": Text("按主办方"),
    "kind": Text("按类型"),
}
_NAMELESS: dict[By, Text] = {
    "series": Text("不属于系列的"),
    "topic": Text("没有主题的"),
    "host": Text("没有写主办方的"),
    "kind": Text("其他"),
}
_WORDS: dict[By, str] = {
    "topic": r"主题|话题|标签|\btopics?\b",
    "host": r"主办|单位|企业|公司|\bhosts?\b|compan",
    "kind": r"类型|类别|种类|\bkinds?\b|\btypes?\b",
    "series": "",
}
_MOST = 20
# What is larger is a month: a year and two digits.
_LAST_YEAR = 9999
_FAR = 20
_YEAR = r"上个?月|[这本]个?月|今年|去年|前年|本年度?|上年度?|年度|全年|一年|20\d\d\s*年?"
_COUNT = (
    Phrase(
        rf"(?:{_YEAR}).*(?:多少场|几场|场次|多少人次|人次|活动数量|办了多少)"
        rf"|(?:{_YEAR}).*(?:按|各|每个)(?:系列|主题|主办|类型|单位|企业).*(?:统计|数量|场)"
        r"|年度(?:活动)?(?:统计|汇总|数据)|活动(?:的|年度|全年|数据)*(?:统计|汇总)",
        weight=6,
        unless="我(?:的|参加|去|来|报)|时长|出勤",
    ),
    Phrase(
        r"^(?:how many activities .*\b(?:this|last) year|(?:yearly|annual) (?:counts?|figures|report))\b",
        weight=6,
    ),
)
_FOUND = re.compile(r"20\d\d")


def _said(reading: Reading) -> Arguments:
    text = reading.text
    today = reading.now.astimezone(reading.lexicon.zone).date()
    by = next(way for way, words in _WORDS.items() if re.search(words, text))
    return {"period": _period(text, today), "by": by}


def _period(text: str, today: date) -> int:
    """A year as 2026, a month as 202611; what is not said is this year."""
    if re.search(r"上个?月|last month", text):
        before = today.replace(day=1) - timedelta(days=1)
        return before.year * 100 + before.month
    if re.search(r"[这本]个?月|this month", text):
        return today.year * 100 + today.month
    if found := _FOUND.search(text):
        return int(found[0])
    back = 1 if re.search(r"去年|上年|last year", text) else 2 if "前年" in text else 0
    return today.year - back


@on(
    "staff.report",
    head="yearly",
    example=Text("今年各系列办了多少场、多少人次"),
    for_staff=True,
    rank=130,
    allow=anybody,
    private=True,
    phrases=_COUNT,
    reads=_said,
)
def yearly(talk: Talk, number: int | None = None, period: int | None = None, by: By = "series") -> Card:
    """`number` is the period and behind it the way to count, as its buttons say it."""
    ways = get_args(By)
    if number is not None:
        period, nth = divmod(number, 10)
        by = ways[nth - 1] if 1 <= nth <= len(ways) else "series"
    today = talk.now.astimezone(talk.zone).date()
    period = period if period is not None and _is_known(period, today) else today.year
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        text = Text("请找服务站的工作人员，活动统计只有工作人员看。")
        talk.leave(Refusal("duty.other", text), *menu())
    lines = counts.of_days(talk.db, by, *_days(period), places, talk.now)
    choices = [
        Choice(_WAYS[way], press("yearly", 10 * period + nth)) for nth, way in enumerate(ways, 1) if way != by
    ]
    before = _before(period)
    choices.append(Choice(_named(before), press("yearly", 10 * before + ways.index(by) + 1)))
    if not lines:
        return Card(Text("{period}没有办活动。", period=_named(period)), choices=tuple(choices))
    held = tuple(_line(by, line) for line in lines[:_MOST])
    lead = Text("{period}，{way}：", period=_named(period), way=_WAYS[by])
    rest = (Text("还有{count}项没有列出。", count=len(lines) - _MOST),) if len(lines) > _MOST else ()
    text = Text("{lines}", lines=Several((lead, *held, *rest), lines=True))
    return Card(text, choices=tuple(choices))


def _is_known(period: int, today: date) -> bool:
    """A year, or a month of a year, that is not too far off."""
    year, month = divmod(period, 100) if period > _LAST_YEAR else (period, 1)
    return today.year - _FAR <= year <= today.year and 1 <= month <= 12


def _days(period: int) -> tuple[date, date]:
    """The first day and the last."""
    if period <= _LAST_YEAR:
        return date(period, 1, 1), date(period, 12, 31)
    year, month = divmod(period, 100)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _before(period: int) -> int:
    """The year or the month before."""
    return period - 89 if period > _LAST_YEAR and period % 100 == 1 else period - 1


def _named(period: int) -> Text:
    if period <= _LAST_YEAR:
        return Text("{year}年", year=str(period))
    year, month = divmod(period, 100)
    return Text("{year}年{month}月", year=str(year), month=month)


def _line(by: By, line: Line) -> Text:
    return Text(
        "{name}：{count}场，报名{registered}人次，到场{came}人次",
        name=_name(by, line.name),
        count=line.held,
        registered=line.registered,
        came=line.came,
    )


def _name(by: By, name: str | None) -> Text:
    if name is None:
        return _NAMELESS[by]
    if by == "kind":
        return KINDS.get(name) or as_said(name)
    return as_said(name) if by == "host" else prose(name)
