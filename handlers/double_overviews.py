"""双报告 as staff see it: how far a quarter is, the cards that are wrong first, and making them now."""

import re
from typing import Any

from sqlalchemy import Row

from handlers.double_cards import card_article, period
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import double_registration, double_report, duty, quarter
from models.card import Article, Card, Choice, State
from models.quarter import Quarter
from models.refusal import Refusal
from models.text import Text, as_said

_SHOWN = 8
_NTH = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SAID = re.compile(r"(?:(\d{4})年?)?\s*(?:第?([一二三四1-4])季度|q([1-4]))")
_SEE = (
    Phrase(r"双报告", weight=6, unless="我的|我要|什么是"),
    Phrase(r"\bdouble reports?\b", weight=6, unless=r"\bmy\b"),
)


def number_of(of: Quarter) -> int:
    """As buttons say it: 20264."""
    return of.year * 10 + of.nth


def _said(reading: Reading) -> Arguments:
    found = _SAID.search(reading.text)
    if found:
        nth = _NTH[found[2] or found[3]]
        return {"year": int(found[1]) if found[1] else None, "nth": nth}
    return {"before": True} if re.search(r"上(?:个|一)?季度|last quarter", reading.text) else {}


@on("staff.report", head="quartercards", allow=anybody, private=True, for_staff=True, rank=130,
    example=Text("本季度双报告"), phrases=_SEE, reads=_said)  # fmt: skip
def see(
    talk: Talk,
    number: int | None = None,
    year: int | None = None,
    nth: int | None = None,
    before: bool = False,
) -> Card:
    places = _places(talk)
    of = _which(talk, number, year, nth, before)
    found = double_report.at(talk.db, places, of.name)
    people = [row for row in found if row.kind == "person"]
    states = {state: sum(row.state == state for row in people) for state in double_report.STATES}
    text = Text(
        "{quarter}双报告：报到的{cards}位有服务卡，确认{confirmed}位，不对{disputed}位，不发{withheld}位，没回复{asked}位。",
        quarter=_name(of),
        cards=len(people) - states["empty"],
        confirmed=states["agreed"],
        disputed=states["disputed"],
        withheld=states["withheld"],
        asked=states["asked"],
    )
    wrong = [row for row in people if row.state == "disputed"]
    units = [row for row in found if row.kind == "unit"]
    articles = [_wrong(row) for row in wrong] + [_unit(row) for row in units]
    return Card(
        text,
        articles=tuple(articles[:_SHOWN]),
        choices=(
            Choice(Text("请本人确认"), press("doublecards", number_of(of))),
            Choice(Text("现在发给单位"), press("doubleunits", number_of(of))),
            Choice(Text("上个季度"), press("quartercards", number_of(of.before))),
        ),
    )


def _places(talk: Talk) -> list[int]:
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        raise Refusal("duty.other", Text("请找服务站的工作人员，报告由他们看。您自己的，说“我的服务卡”。"))
    return places


def _which(talk: Talk, number: int | None, year: int | None, nth: int | None, before: bool) -> Quarter:
    """This quarter, unless another one is said; only this one and those before it have reports."""
    this = quarter.of(talk.now, talk.schedule.zone)
    of = this.before if before else this
    if number is not None:
        of = Quarter(number // 10, number % 10)
    elif nth is not None:
        of = Quarter(year or this.year, nth)
        if year is None and of > this:
            of = Quarter(this.year - 1, nth)
    if not 1 <= of.nth <= 4 or not 2000 < of.year <= this.year or of > this:
        raise Refusal("double.quarter", Text("请说到现在为止的季度，比如“本季度双报告”。"))
    return of


def _name(of: Quarter) -> Text:
    return Text("{year}年第{nth}季度", year=str(of.year), nth=str(of.nth))


def _wrong(one: Row[Any]) -> Article:
    shown = card_article(one)
    again = Choice(Text("重新出卡"), press("recount", one.id))
    name = as_said(one.who) if one.who else Text("一位居民")
    state = State(double_report.STATES["disputed"], "warning")
    return Article(name, "", state=state, facts=shown.facts, choices=(again,))


def _unit(one: Row[Any]) -> Article:
    state = State(double_report.STATES[one.state], "good" if one.state == "sent" else "warning")
    return Article(Text("{unit} {period}", unit=as_said(one.unit), period=period(one)), "", state=state)


@on("staff.report", head="doublecards", allow=anybody, private=True)
def cards_now(talk: Talk, number: int = 0) -> Card:
    """The cards are made and asked by a job, one after the other; what was asked already and has not changed is not asked again."""
    places, of = _recent(talk, number)
    count = double_registration.hurry(talk.db, places, of, talk.now)
    return _started(of, Text("好的，{count}条报到正在出卡，有记录的请本人确认。", count=count))


@on("staff.report", head="doubleunits", allow=anybody, private=True)
def units_now(talk: Talk, number: int = 0) -> Card:
    places, of = _recent(talk, number)
    count = double_report.hurry(talk.db, places, of, talk.now)
    return _started(of, Text("好的，{count}家单位的报告正在出，出好发给联系人。", count=count))


def _recent(talk: Talk, number: int) -> tuple[list[int], Quarter]:
    """Only of this quarter and the last one anything is made anew."""
    places = _places(talk)
    duty.check_real(talk.db, talk.person.id)
    of, this = _which(talk, number, None, None, False), quarter.of(talk.now, talk.schedule.zone)
    if of not in (this, this.before):
        raise Refusal("double.quarter", Text("请选本季度或上个季度，更早的已经定了。"))
    return places, of


def _started(of: Quarter, text: Text) -> Card:
    return Card(text, choices=(Choice(Text("看进度"), press("quartercards", number_of(of))),), tone="done")
