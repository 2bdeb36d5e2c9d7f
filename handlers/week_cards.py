"""How the figures of a week read: a headline that says what is found, and a line for each figure beside the week before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from handlers import station_checkins
from models import week_figures
from models.database import Db
from models.text import Text, as_said
from models.week_figures import Figures

UNSAID = Text("没说来做什么")


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a week and of the week before; `until` is where the week is cut off, since it is not over."""

    place: Text
    first: date
    figures: Figures
    before: Figures
    until: datetime | None

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def board(db: Db, places: Sequence[Row[Any]], week: int, now: datetime, zone: ZoneInfo) -> Board:
    keys = [each.id for each in places]
    name = as_said(places[0].name) if len(places) == 1 else Text("{count}个服务站", count=len(places))
    first = week_figures.monday(week)
    over = now.astimezone(zone).date() > first + timedelta(days=6)
    return Board(
        name,
        first,
        week_figures.of(db, keys, week, zone),
        week_figures.of(db, keys, week - 1, zone),
        None if over else now,
    )


def days(found: Board) -> Text:
    first, last = found.first, found.last
    return Text("{first}至{last}", first=_day(first), last=_day(last))


def _day(day: date) -> Text:
    return Text("{month}月{day}日", month=day.month, day=day.day)


def headline(found: Board) -> Text:
    return Text("{place}，{days}：", place=found.place, days=days(found))


def finding(found: Board) -> Text:
    """What is to be seen first: how many came, and whether more than before."""
    now, before = found.figures.people, found.before.people
    if found.until is not None:
        # A week that is not over is not measured by one that is.
        return Text("到现在来了{people}人次，前一周一共{before}", people=now, before=before)
    if now == 0:
        return Text("这一周没有人签到")
    if now > before:
        return Text("来了{people}人次，比前一周多{more}", people=now, more=now - before)
    if now < before:
        return Text("来了{people}人次，比前一周少{less}", people=now, less=before - now)
    return Text("来了{people}人次，和前一周一样多", people=now)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is called, and how much it is now and was before."""

    name: Text
    now: Text
    before: Text


def purposes(found: Board) -> list[tuple[Text, int, int]]:
    """What people came for, the most first; what nobody comes for any more stands last."""
    known = dict(found.figures.visits)
    gone = [(purpose, 0) for purpose, _ in found.before.visits if purpose not in known]
    return [
        (station_checkins.purpose(purpose) if purpose else UNSAID, many, found.before.came_for(purpose))
        for purpose, many in (*found.figures.visits, *gone)
    ]


def counts(found: Board) -> list[Line]:
    """Everything besides, each with its unit."""
    now, before = found.figures, found.before
    pairs = (
        (Text("其中扫打印码"), now.weak, before.weak),
        (Text("签到了活动"), now.at_activities, before.at_activities),
        (Text("约好的"), now.booked, before.booked),
        (Text("取号的"), now.numbers, before.numbers),
        (Text("办好的"), now.served, before.served),
        (Text("没来的"), now.absent, before.absent),
    )
    lines = [Line(name, as_said(f"{one}"), as_said(f"{other}")) for name, one, other in pairs]
    return [*lines, Line(Text("评价平均"), _rating(now), _rating(before))]


def _rating(figures: Figures) -> Text:
    """The mean to one place, which is not rounded up."""
    if not figures.ratings:
        return Text("没有")
    tenths = figures.stars * 10 // figures.ratings
    return Text("{mean}分，{count}人评", mean=f"{tenths // 10}.{tenths % 10}", count=figures.ratings)


def lines(found: Board) -> list[Text]:
    """The same in words, as everybody reads it who sees no picture."""
    said = [finding(found)]
    said += [_line(name, as_said(f"{now}"), as_said(f"{before}")) for name, now, before in purposes(found)]
    return [*said, *(_line(each.name, each.now, each.before) for each in counts(found))]


def _line(name: Text, now: Text, before: Text) -> Text:
    return Text("· {name}：{now}（前一周{before}）", name=name, now=now, before=before)
