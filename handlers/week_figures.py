"""服务站周报: the figures of a week for the staff of the stations, in words and as a picture, beside the week before."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import week_files
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from handlers.week_cards import Board, board, headline, lines
from models import duty, station_visit, week_figures
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, as_said

# A week and a place, of which 0 is all of one's own, stand in one number.
_PLACES = 100_000
_WEEK = r"(?:上上?个?|本|这个?|这一|近一|最近一|每|一)(?:周|星期|礼拜)(?![一二三四五六日天末])"
_ABOUT = r"服务站|站里|站点|本站|我们站|党群|驿站|中心"
_FIGURES = r"报表|数据|统计|数字|周报|情况汇总|运营情况"
_ASKED = (
    Phrase(
        rf"(?:{_WEEK}).{{0,16}}(?:{_FIGURES})|(?:{_ABOUT}).{{0,12}}(?:周报|报表)|^(?:看|发|出|给我|要|来|生成)?(?:一份|一下)?(?:周报|周报表)[。!]*$",
        weight=8,
        unless=r"活动|沙龙|讲座|写周报|课|投诉|诉求|项目|读数|双报|走访|人流|客流|人次",
    ),
    Phrase(
        r"(?:weekly|last week'?s?|this week'?s?) (?:station |service station )?(?:figures|report|numbers|statistics)|"
        r"(?:figures|report|numbers) (?:for|of) (?:the )?(?:last |this )?week",
        weight=8,
        unless=r"activit|event|need|project",
    ),
)


def _asks(reading: Reading) -> Arguments:
    today = reading.now.astimezone(reading.lexicon.zone).date()
    return {"stations": list(reading.stations), "week": week_figures.week_of(_day(reading, today))}


def _day(reading: Reading, today: date) -> date:
    """A day in the week that is meant: the last one where it does not say."""
    text = reading.text
    if re.search(r"上上个?(?:周|星期|礼拜)", text):
        return today - timedelta(days=14)
    if re.search(r"(?:本|这个?|这一)(?:周|星期|礼拜)|this week", text):
        return today
    first = reading.when.first if reading.when else None
    return first if first is not None and first <= today else today - timedelta(days=7)


@on(
    "staff.report",
    head="weekfigures",
    example=Text("上周服务站报表"),
    for_staff=True,
    rank=122,
    allow=anybody,
    private=True,
    phrases=_ASKED,
    reads=_asks,
)
def show(
    talk: Talk, number: int | None = None, stations: list[int] | None = None, week: int | None = None
) -> Card:
    """Every number as a line and in the picture; a button for the week before, and of several stations for each."""
    today = talk.now.astimezone(talk.zone).date()
    this = week_figures.week_of(today)
    if number is not None:
        week, place = divmod(number, _PLACES)
        stations = [place] if place else []
    week = this - 1 if week is None else min(week, this)
    own = _own(talk, stations or [])
    wanted = tuple(each.id for each in own)
    found = board(talk.db, own, week, talk.now, talk.zone)
    every = not stations or len(own) > 1
    choices = [_week(Text("看前一周"), week - 1, own, every=every)]
    if week < this:
        choices.append(_week(Text("看后一周"), week + 1, own, every=every))
    if len(own) > 1:
        choices += [
            Choice(as_said(each.name), press("weekfigures", week * _PLACES + each.id)) for each in own
        ]
    return Card(
        _said(found),
        choices=tuple(choices),
        refs=tuple(f"place:{each.code}" for each in own),
        attachments=(week_files.attached(week, wanted, found),),
    )


def _said(found: Board) -> Text:
    return Text("{lines}", lines=Several((headline(found), *lines(found)), lines=True))


def _week(label: Text, week: int, own: Sequence[Row[Any]], *, every: bool) -> Choice:
    return Choice(label, press("weekfigures", week * _PLACES + (0 if every else own[0].id)))


def _own(talk: Talk, stations: list[int]) -> list[Row[Any]]:
    """The stations that are asked for, of those that he is staff of. Leaves with who may, where it is not he."""
    there = station_visit.stations(talk.db)
    asked = [each for each in there if each.id in stations] or ([] if stations else there)
    own = [each for each in asked if duty.covers(talk.db, talk.person.id, each.id)]
    if not own:
        try:
            if stations and asked:
                duty.check(talk.db, talk.person.id, asked[0].id, f"place:{asked[0].code}")
            raise Refusal("duty.other", Text("请找服务站的工作人员，报表只有工作人员看。"))
        except Refusal as refusal:
            talk.leave(refusal, *menu())
    return own
