"""At the desk: the next one is called, and staff say what became of whom they called."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import desk_cards, desk_news, desk_which
from handlers.desk_which import NAMED
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import booking, booking_privacy, desk, duty, moves, place
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, as_said

_COUNTER = r"(\d{1,2}|[一二三四五六七八九十])\s?号?(?:窗口|台|桌|柜台)"
_NEXT = (
    Phrase(
        rf"^(?:{_COUNTER}[,，]?)?(?:请|现在)?(?:叫(?:一?下)?号|(?:叫|喊|请)(?:一下)?下一?(?:个|位|号)(?:号|人)?|下一?位(?:请)?)[吧啊啦了。.!]*$",
        weight=7,
    ),
    Phrase(
        r"^(?:please )?call (?:in )?(?:the )?next(?: one| person| number| visitor)?[.!]*$|^next,? please[.!]*$",
        weight=7,
    ),
)
_AGAIN = (
    Phrase(rf"^(?:再叫(?:一次|一遍)?|重新叫){NAMED}|{NAMED}(?:再叫|重新叫)|call {NAMED} again", weight=8),
)
_PASSED = (Phrase(rf"{NAMED}\s?(?:过号|跳过|过一下)|^过号{NAMED}|pass over {NAMED}", weight=8),)
_SERVED = (
    Phrase(
        rf"{NAMED}\s?(?:已经|都)?(?:办好|办完|弄好|结束|完成)了?[。.!]*$|{NAMED} (?:is )?(?:served|done)[.!]*$",
        weight=8,
    ),
)
_MISSED = (
    Phrase(
        rf"{NAMED}\s?(?:还是)?(?:没有?来|没有?到|没人|不在|爽约)了?[。.!]*$|{NAMED} (?:did not|didn'?t) come[.!]*$",
        weight=8,
    ),
)


def _next_said(reading: Reading) -> Arguments:
    found = re.search(_COUNTER, reading.text)
    return {"counter": found[1] if found else None, "places": list(reading.places or ())}


@on(
    "staff.desk",
    head="callnext",
    example=Text("叫下一个"),
    for_staff=True,
    rank=106,
    allow=anybody,
    private=True,
    phrases=_NEXT,
    reads=_next_said,
)
def call_next(
    talk: Talk, number: int | None = None, counter: str | None = None, places: list[int] | None = None
) -> Card:
    """`number` is the place. Whose booked time has come is called first, then numbers in their order."""
    desk_which.check_staff(talk)
    hosted = booking_privacy.hosted(talk.db, talk.person.id)
    lines = _lines(talk, [number] if number is not None else places or [], hosted)
    if not lines:
        return _nobody(talk)
    at = _which(talk, list(lines))
    today = desk_which.today(talk)
    known = counter or desk.last_desk(talk.db, talk.person.id, at, today)
    one = desk.call(talk.db, lines[at], talk.person.id, known, talk.now)
    if one is None:
        return _nobody(talk)
    desk_news.called(talk.db, one, talk.now, str(moves.event(talk.db, booking.MACHINE, one.id)))
    desk_news.moved_up(talk.db, one, talk.person.id, talk.now)
    return _called(talk, one, hosted, len(lines[at]))


def _lines(talk: Talk, wanted: list[int], hosted: list[int]) -> dict[int, list[Row[Any]]]:
    """Who stands before him, place by place; before who only plays staff nobody but himself."""
    today = desk_which.today(talk)
    lines = {}
    for at in wanted or desk.places(talk.db, today):
        covers = duty.covers(talk.db, talk.person.id, at)
        line = desk.line(talk.db, at, today, talk.now, hosts=hosted, everybody=covers)
        if duty.plays(talk.db, talk.person.id):
            line = [one for one in line if one.member_id == talk.person.id]
        if line:
            lines[at] = line
    return lines


def _which(talk: Talk, places: list[int]) -> int:
    if len(places) == 1:
        return places[0]
    options = [Option(each, as_said(place.name(talk.db, each))) for each in places]
    return talk.ask("where", Text("叫哪里的号？"), *options)


def _nobody(talk: Talk) -> Card:
    text = Text("现在没有人在等。有人取号，或者约好的人到了，再说“叫下一个”。")
    return Card(text, choices=(*_open(talk), Choice(Text("今天的名单"), press("daylist"))))


def _open(talk: Talk) -> tuple[Choice, ...]:
    """Of whom nothing was said yet."""
    left = desk.called_by(talk.db, talk.person.id, desk_which.today(talk))
    return tuple(
        Choice(Text("{number}办好了", number=desk_cards.number(each)), press("served", each.id))
        for each in left[:3]
    )


def _called(talk: Talk, one: Row[Any], hosted: list[int], stood: int) -> Card:
    who, counter = desk_cards.called(talk.db, one, hosted), desk_cards.counter(one)
    first = Text("请叫{who}。", who=who)
    if counter is not None:
        first = Text("请叫{who}，到{desk}。", who=who, desk=counter)
    lines = [first]
    if stood > 1:
        lines.append(Text("后面还有{count}位。{rule}", count=stood - 1, rule=desk_cards.RULE))
    before = [
        each for each in desk.called_by(talk.db, talk.person.id, desk_which.today(talk)) if each.id != one.id
    ]
    if before:
        names = Several(tuple(desk_cards.number(each) for each in before))
        lines.append(Text("还没有记结果的：{names}。发“A012办好了”或“A012没来”。", names=names))
    choices = (*desk_cards.decisions(one), desk_cards.next_one(one.place_id))
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=choices, tone="done", refs=(booking.ref(one.id),))  # fmt: skip


@on("staff.desk", head="recall", allow=anybody, private=True, phrases=_AGAIN, reads=desk_which.said)
def recall(talk: Talk, number: int | None = None, nth: int | None = None) -> Card:
    """The same once more, at most once a minute."""
    one = desk_which.mine(talk, number, nth)
    if one.state != "called":
        return _settled(talk, one)
    desk_news.called(talk.db, one, talk.now, f"again {int(talk.now.timestamp()) // 60}")
    text = Text("又叫了一次：{who}。", who=_whom(talk, one))
    return Card(text, choices=(*desk_cards.decisions(one)[:1], *desk_cards.decisions(one)[2:]), tone="done", refs=(booking.ref(one.id),))  # fmt: skip


@on("staff.desk", head="passover", allow=anybody, private=True, phrases=_PASSED, reads=desk_which.said)
def pass_over(talk: Talk, number: int | None = None, nth: int | None = None) -> Card:
    """Called and not there: he gets one more call after the next ones, and then none."""
    one = desk_which.mine(talk, number, nth)
    if one.state != "called":
        return _settled(talk, one)
    if one.passed:
        return _absent(talk, one)
    if not desk.pass_over(talk.db, one, talk.person.id, talk.now):
        return _settled(talk, one)
    text = Text(
        "{number}过号了，后面{count}位叫完再叫一次。", number=desk_cards.number(one), count=desk.AFTER
    )
    return Card(text, choices=(desk_cards.next_one(one.place_id),), tone="done", refs=(booking.ref(one.id),))


@on("staff.desk", head="served", allow=anybody, private=True, phrases=_SERVED, reads=desk_which.said)
def served(talk: Talk, number: int | None = None, nth: int | None = None) -> Card:
    one = desk_which.mine(talk, number, nth)
    if one.state not in ("called", "arrived", "queued", "booked", "absent"):
        return _settled(talk, one)
    _check_day(talk, one)
    if not desk.serve(talk.db, one, talk.person.id, talk.now):
        return _settled(talk, one)
    desk_news.served(talk.db, one, talk.now)
    if one.state in ("arrived", "queued"):
        desk_news.moved_up(talk.db, one, talk.person.id, talk.now)
    text = Text("记下了：{number}办好了。", number=desk_cards.number(one))
    return Card(text, choices=(desk_cards.next_one(one.place_id),), tone="done", refs=(booking.ref(one.id),))


@on("staff.desk", head="missed", allow=anybody, private=True, phrases=_MISSED, reads=desk_which.said)
def missed(talk: Talk, number: int | None = None, nth: int | None = None) -> Card:
    one = desk_which.mine(talk, number, nth)
    if one.state not in ("called", "arrived", "queued", "booked"):
        return _settled(talk, one)
    _check_day(talk, one)
    if one.starts is not None and one.starts > talk.now and one.state == "booked":
        sentence = Text("请到了时间再记，{number}约的时间还没有到。", number=desk_cards.number(one))
        raise Refusal("desk.early", sentence, booking.ref(one.id))
    return _absent(talk, one)


def _absent(talk: Talk, one: Row[Any]) -> Card:
    if not desk.miss(talk.db, one, talk.person.id, talk.now):
        return _settled(talk, one)
    desk_news.absent(talk.db, one, talk.now)
    if one.state in ("arrived", "queued"):
        desk_news.moved_up(talk.db, one, talk.person.id, talk.now)
    text = Text("记下了：{number}没有来。人来了，点下面的按钮改过来。", number=desk_cards.number(one))
    choices = (desk_cards.next_one(one.place_id), desk_cards.decisions(one)[0])
    return Card(text, choices=choices, tone="done", refs=(booking.ref(one.id),))


def _check_day(talk: Talk, one: Row[Any]) -> None:
    """What is said of a day to come is a slip."""
    if one.day > desk_which.today(talk):
        sentence = Text("请到那一天再记，{number}约的不是今天。", number=desk_cards.number(one))
        raise Refusal("desk.day", sentence, booking.ref(one.id))


def _whom(talk: Talk, one: Row[Any]) -> Text:
    return desk_cards.called(talk.db, one, booking_privacy.hosted(talk.db, talk.person.id))


def _settled(talk: Talk, one: Row[Any]) -> Card:
    """Somebody said it before, perhaps himself: how it stands now."""
    now = desk.find(talk.db, one.id) or one
    text = Text("{number}现在是：{state}。", number=desk_cards.number(now), state=booking.STATES[now.state])
    return Card(text, choices=(desk_cards.next_one(now.place_id),), refs=(booking.ref(now.id),))
