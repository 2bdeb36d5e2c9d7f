"""The day's list for staff and hosts: who comes when, with as much of a name as the reader may know."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers import desk_cards, desk_which
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import booking, booking_privacy, desk_day, duty, place
from models.card import Article, Card, Choice, State
from models.text import Several, Text, as_said, prose

_LIST = (
    Phrase(
        r"(?:今天|今日|明天|后天|当天|周[一二三四五六日天]|号|日|下午|上午)?(?:的|都)?(?:有)?(?:预约|取号|排队|办事|叫号)(?:的)?名单|^(?:看看?)?(?:今天|今日)的?名单$|"
        r"^(?:看看?)?(?:今天|明天|后天|下午|上午).{0,8}(?:有谁|有哪些人|都有谁|谁)(?:预约|来办|约了)(?:我)?[?？了]*$",
        weight=7,
        unless=r"报名|候补|活动|课",
    ),
    Phrase(
        r"\b(?:today'?s|tomorrow'?s|the day'?s) (?:list|bookings|appointments)\b|who (?:has booked|is booked) (?:today|tomorrow)",
        weight=7,
    ),
)
_PAGE = 12
_TONES = {"served": "past", "absent": "past", "arrived": "good", "queued": "good", "called": "warning"}


def _said(reading: Reading) -> Arguments:
    first = reading.when.first if reading.when else None
    return {"day": first.isoformat() if first else None, "places": list(reading.places or ())}


@on(
    "staff.desk",
    head="daylist",
    example=Text("今天的预约名单"),
    for_staff=True,
    rank=107,
    allow=anybody,
    private=True,
    phrases=_LIST,
    reads=_said,
)
def day_list(
    talk: Talk, number: int | None = None, day: str | None = None, places: list[int] | None = None
) -> Card:
    """`number` is the place. Who gives a service himself sees who comes to him, wherever that is."""
    desk_which.check_staff(talk)
    wanted = date.fromisoformat(day) if day else desk_which.today(talk)
    known = _known(talk, wanted, [number] if number is not None else places or [])
    if not known:
        text = Text("{day}没有人预约，也没有人取号。", day=_day(talk, wanted))
        tomorrow = () if wanted != desk_which.today(talk) else (Choice(Text("叫下一个"), press("callnext")),)
        return Card(text, choices=tomorrow)
    at = known[0]
    if len(known) > 1:
        talk.keep(day=wanted.isoformat())
        options = [Option(each, as_said(place.name(talk.db, each))) for each in known]
        at = talk.ask("where", Text("看哪里的名单？"), *options)
    return _card(talk, at, wanted, None)


@on("staff.desk", head="daymore", allow=anybody, private=True)
def more(talk: Talk, number: int = 0) -> Card:
    """What follows after this booking on its day at its place."""
    desk_which.check_staff(talk)
    last = desk_which.mine(talk, number, None, reaches=False)
    return _card(talk, last.place_id, last.day, last)


def _known(talk: Talk, day: date, named: list[int]) -> list[int]:
    """Where somebody comes that day whom he may look after."""
    hosted = booking_privacy.hosted(talk.db, talk.person.id)
    found = []
    for row in desk_day.places(talk.db, day):
        if named and row.place_id not in named:
            continue
        if row.service_id in hosted or duty.covers(talk.db, talk.person.id, row.place_id):
            found.append(row.place_id)
    return list(dict.fromkeys(found))


def _card(talk: Talk, at: int, day: date, last: Row[Any] | None) -> Card:
    hosted = booking_privacy.hosted(talk.db, talk.person.id)
    everybody = duty.covers(talk.db, talk.person.id, at)
    rows = desk_day.of(talk.db, at, day, None if everybody else hosted)
    if duty.plays(talk.db, talk.person.id):
        rows = [one for one in rows if one.member_id == talk.person.id]
    counted = desk_day.sums(rows)
    following = rows if last is None else [one for one in rows if desk_day.order(one) > desk_day.order(last)]
    shown = following[:_PAGE]
    sums = Several(
        tuple(Text("{state}{figure}", state=booking.STATES[state], figure=count) for state, count in counted)
    )
    text = Text("{place}，{day}，一共{count}份：{sums}。", place=as_said(place.name(talk.db, at)), day=_day(talk, day), count=len(rows), sums=sums)  # fmt: skip
    choices: tuple[Choice, ...] = (desk_cards.next_one(at),) if day == desk_which.today(talk) else ()
    if len(following) > len(shown):
        choices = (Choice(Text("后面的"), press("daymore", shown[-1].id)), *choices)
    return Card(text, articles=tuple(_row(talk, one, hosted) for one in shown), choices=choices)


def _row(talk: Talk, one: Row[Any], hosted: list[int]) -> Article:
    """Of a private service it says that a time is taken, and no more."""
    who = desk_cards.who(talk.db, one, hosted)
    at = one.starts or one.came or one.at
    time = as_said(f"{at.astimezone(talk.zone):%H:%M}")
    if who is None:
        title = Text("{time} 已约，{service}", time=time, service=prose(one.service))
        return Article(title, f"booking:{one.id}", state=_state(one))
    title = Text("{time} {number} {who}，{service}", time=time, number=desk_cards.number(one), who=who, service=prose(one.service))  # fmt: skip
    if one.party > 1:
        title = Text("{title}，{count}位", title=title, count=one.party)
    return Article(title, f"booking:{one.id}", state=_state(one))


def _state(one: Row[Any]) -> State:
    return State(booking.STATES[one.state], _TONES.get(one.state, "good"))  # type: ignore[arg-type]


def _day(talk: Talk, day: date) -> Text:
    if day == desk_which.today(talk):
        return Text("今天")
    return Text("{month}月{day}日", month=day.month, day=day.day)
