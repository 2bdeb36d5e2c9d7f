"""预约: a slot of a service in one short form, its ticket, and the list of what one has booked."""

from typing import Any

from sqlalchemy import Row

from handlers import (
    booking_cards,
    booking_matters,
    booking_meant,
    booking_phrases,
    booking_pickups,
    booking_when,
    hosting,
)
from handlers.activity_cards import MY_LIST
from handlers.booking_cards import MINE
from handlers.booking_when import Chosen, Wanted, Wish
from handlers.checks import Number
from handlers.talk import Option, Talk, anybody, on, press
from handlers.yes_no import NO, YES
from models import booking, booking_due, booking_rules, place, service
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said

BOOK = Choice(Text("去预约"), press("book"))
# How often the time may be changed before it is confirmed.
_TURNS = 4
# Asked where the last place went while the form was filled.
_LATE = "late"
_OTHER = Option("other", Text("换个时间"), ("换时间", "改时间", "another time"))


@on(
    "service.book",
    head="book",
    example=Text("预约明天上午办居住证"),
    rank=44,
    allow=anybody,
    private=True,
    phrases=booking_phrases.BOOK,
    reads=booking_phrases.wished,
)
def book(
    talk: Talk,
    number: int | None = None,
    said: str = "",
    party: int | None = None,
    places: list[int] | None = None,
    times: dict[str, str] | None = None,
    minutes: int | None = None,
) -> Card:
    """Service, station, how many, day, slot, and a yes; what was said is not asked."""
    one = booking_meant.find(talk, number) if number else booking_meant.one_meant(talk, said)
    talk.keep(number=one.id)
    try:
        return _form(talk, one, party, places or [], Wish(**(times or {})), minutes)
    except Refusal as refusal:
        talk.leave(refusal, *_ways_on(talk, one, refusal))


def _form(
    talk: Talk, one: Row[Any], party: int | None, places: list[int], wish: Wish, minutes: int | None
) -> Card:
    rules = talk.schedule.bookings
    _check_bookable(talk, one)
    booking_rules.check(talk.db, one, talk.person.id, talk.now, rules)
    about = (booking_cards.subject(one),)
    where = _where(talk, one, places)
    party = _party(talk, one, party)
    whose = booking_pickups.whose(talk, one)
    today = booking_rules.is_held_to_today(talk.db, talk.person.id, talk.now, rules)
    wanted = Wanted(one, where, party, today, about, booking_meant.in_a_row(talk, one, minutes))
    matter = None
    for turn in range(_others(talk), _TURNS):
        chosen = booking_when.choose(talk, wanted, Wish() if turn else wish, str(turn or ""))
        matter = matter if "matter" in talk.asked else booking_matters.matter(talk, one)
        answer = _confirmed(talk, wanted, chosen, whose, turn)
        if answer != "other":
            break
    if answer != "yes":
        return Card(Text("好的，没有预约。"), choices=(booking_when.details(one), MINE))
    key = _enter(talk, wanted, chosen, whose, matter)
    if key is None:
        chosen = booking_when.instead(talk, wanted, chosen.window, _LATE)
        key = _enter(talk, wanted, chosen, whose, matter)
    if key is None:
        raise booking_when.none_left(wanted)
    return _done(talk, one, key)


def _others(talk: Talk) -> int:
    """How often another time was wanted: what was chosen before that is not looked at again."""
    answers = talk.form.answers if talk.form else {}
    words = {_OTHER.value, _OTHER.label.message, *_OTHER.also}
    turn = 0
    while (answers.get(f"sure{turn or ''}") or [None, None])[1] in words:
        turn += 1
    later = (str(turn), _LATE)
    talk.asked += [
        name
        for name in answers
        if turn and name not in ("matter", *talk.asked) and not name.rstrip("-").endswith(later)
    ]
    return min(turn, _TURNS - 1)


def _check_bookable(talk: Talk, one: Row[Any]) -> None:
    if one.paused:
        sentence = Text(
            "请过些天再来看看，「{service}」现在暂停办理。", service=booking_cards.subject(one).title
        )
        raise Refusal("service.paused", sentence, service.ref(one))
    if not one.slots or not service.stations(talk.db, one.id):
        sentence = Text("直接去就行，「{service}」不用预约。", service=booking_cards.subject(one).title)
        raise Refusal("service.walk_in", sentence, service.ref(one))


def _where(talk: Talk, one: Row[Any], places: list[int]) -> int:
    """The station: the only one, the one that was said, or as he says."""
    given = service.stations(talk.db, one.id)
    meant = [each for each in given if each in places] or given
    if len(meant) == 1:
        return meant[0]
    options = [Option(each, as_said(place.name(talk.db, each))) for each in meant]
    return int(talk.ask("where", Text("去哪里办？"), *options, about=(booking_cards.subject(one),)))


def _party(talk: Talk, one: Row[Any], party: int | None) -> int:
    """How many come, where groups do."""
    if one.party is None:
        return 1
    if party is not None and 1 <= party <= one.party:
        return party
    check = Number(1, one.party, lambda _number: Text("请发1到{count}之间的数字。", count=one.party))
    about = (booking_cards.subject(one),)
    return int(
        talk.ask("party", Text("一共几位？最多{count}位。", count=one.party), check=check, about=about)
    )


def _confirmed(talk: Talk, wanted: Wanted, chosen: Chosen, whose: int | None, turn: int) -> str:
    """Yes, no, or another time."""
    yes, no = Option("yes", Text("确认预约"), YES), Option("no", Text("不约了"), NO)
    lines = [Text("这样约，对吗？")]
    if chosen.waits:
        yes, no = Option("yes", Text("确认候补"), YES), Option("no", Text("不候补"), NO)
        lines = [Text("这样候补，对吗？有空位先问您，只问您一个人。")]
    elif not wanted.today:
        missed = talk.schedule.bookings.missed
        lines.append(Text("来不了请先取消。90天里{count}次没来，之后只能约当天的。", count=missed))
    lines += _overlaps(talk, chosen)
    about = booking_cards.plan(talk.db, wanted.service, wanted.place, chosen.window, wanted.party, whose)
    name = f"sure{turn or ''}"
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    options = (yes, _OTHER, no) if turn < _TURNS - 1 else (yes, no)
    return str(talk.ask(name, text, *options, about=(about,)))


def _overlaps(talk: Talk, chosen: Chosen) -> list[Text]:
    """What else he has booked at that time."""
    found = booking.live(talk.db, talk.person.id)
    return [
        Text("请注意：和约{number}（{when}）时间有重叠。", number=each.id, when=Moment(each.starts))
        for each in found
        if each.starts and each.starts < chosen.window.ends and chosen.window.starts < each.ends
    ]


def _enter(talk: Talk, wanted: Wanted, chosen: Chosen, whose: int | None, matter: str | None) -> int | None:
    window, schedule = chosen.window, talk.schedule
    due = booking_due.until(schedule, window.starts) if chosen.waits else booking_due.alarm(schedule, window.starts, talk.now)  # fmt: skip
    return booking_rules.enter(
        talk.db,
        wanted.service,
        wanted.place,
        talk.person.id,
        window,
        talk.now,
        day=window.starts.astimezone(talk.zone).date(),
        state="waiting" if chosen.waits else "booked",
        party=wanted.party,
        organization_id=whose,
        matter=matter,
        due=due,
    )


def _done(talk: Talk, one: Row[Any], key: int) -> Card:
    made = booking.find(talk.db, key)
    assert made is not None
    if made.state == "waiting":
        text = Text(
            "候补上了：约{number}，第{nth}位。有空位先问您，不用守着。",
            number=key,
            nth=booking_due.nth(talk.db, made),
        )
        return booking_cards.card(talk, made, text)
    hosting.tell_hosts(talk, key)
    return booking_cards.card(talk, made, booked(talk, one, made))


def booked(talk: Talk, one: Row[Any], made: Row[Any]) -> Text:
    """What somebody who has a slot reads: his number, what to show, and until when it can be changed."""
    lines = [Text("约好了：约{number}。到了给工作人员扫码，或者报这个号。", number=made.id)]
    if not booking_rules.is_locked(made, one, talk.now, talk.schedule.bookings):
        lines.append(
            Text("{at}前可以改一次时间，也可以取消。", at=booking_cards.until(made, one, talk.schedule))
        )
    return Text("{lines}", lines=Several(tuple(lines), lines=True))


def _ways_on(talk: Talk, one: Row[Any], refusal: Refusal) -> tuple[Choice, ...]:
    """What can be done instead, for each reason of a refusal."""
    if refusal.code == "booking.already" and (own := booking_rules.live_of(talk.db, talk.person.id, one.id)):
        return (*booking_cards.choices(own, one, talk.now, talk.schedule.bookings), MINE)
    return (booking_when.details(one), MINE)


@on(
    "service.list",
    head="mybookings",
    example=Text("我的预约"),
    rank=45,
    allow=anybody,
    private=True,
    phrases=booking_phrases.MINE,
)
def mine(talk: Talk) -> Card:
    """What somebody has booked, waits for, and the numbers that he drew."""
    held = booking.live(talk.db, talk.person.id)
    if not held:
        return Card(Text("您现在没有预约。要约的话，说“预约”加要办的事。"), choices=(BOOK, MY_LIST))
    rules = talk.schedule.bookings
    articles = tuple(booking_cards.article(talk.db, each, talk.now, rules) for each in held)
    return Card(Text("您约了{count}项：", count=len(held)), articles=articles)


@on(
    "service.list",
    head="ticket",
    allow=anybody,
    private=True,
    phrases=booking_phrases.TICKET,
    reads=booking_phrases.named,
)
def ticket(talk: Talk, number: int | None = None, said: str = "") -> Card:
    """One's booking with its code, as it stands."""
    try:
        one = booking_meant.booking_meant(talk, number, said, Text("看哪一个？"))
    except Refusal as refusal:
        talk.leave(refusal, BOOK, MINE)
    given = booking_meant.find(talk, one.service_id)
    text = booking.STATES[one.state]
    if one.state == "booked":
        text = booked(talk, given, one)
    return booking_cards.card(talk, one, text)
