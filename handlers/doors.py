"""At the door: staff scan somebody's own code, or type its number, and put right what was not."""

import re
from typing import Any

from sqlalchemy import Row

from handlers.checkins import lines_of
from handlers.checks import Number
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press, refused
from handlers.understanding.reading import Reading
from models import activity, checkin, checkin_code, checking_in, door, profile, registration, visit
from models.activity import Listing
from models.card import Card, Choice
from models.refusal import Refusal
from models.registering import LARGEST_PARTY
from models.text import Moment, Text, as_said, prose
from models.visit import How

_TYPED = r"到场号\D{0,3}(\d{1,9})|(?:entry|admission) (?:number|no\.?) ?(\d{1,9})"
_NUMBER = (Phrase(_TYPED, weight=7),)


def _said(reading: Reading) -> Arguments:
    found = re.search(_TYPED, reading.text)
    return {"number": int(found[1] or found[2]) if found else None}


@on("staff.activity", head="admit", allow=anybody, private=True, phrases=_NUMBER, reads=_said)
def admit(talk: Talk, number: int | None = None, code: str | None = None) -> Card:
    """Whoever has the door of the activity checks in who stands before him; to anybody else it says nothing."""
    how: How = "staff" if code is None else "personal"
    found = _read(talk, code) if code else registration.find(talk.db, number or 0)
    wanted = activity.held(talk.db, found.activity_id) if found is not None else None
    may = door.may if code else door.may_by_number
    if found is None or wanted is None or not may(talk.db, talk.person.id, wanted):
        duty = Refusal("checkin.duty", Text("请把签到码给现场的工作人员扫，由他们来签到。"))
        checkin.note(talk.db, talk.person.id, duty, how, talk.now)
        return refused(duty, Choice(Text("我的签到码"), press("mycode")))
    try:
        done = checking_in.admit(talk.db, wanted, found, how, talk.person.id, talk.now)
    except Refusal as refusal:
        checkin.note(talk.db, talk.person.id, refusal, how, talk.now, activity=wanted.id)
        return refused(refusal, *_steps(wanted))
    return _card(talk, wanted, found, done.visit, again=done.again)


def _read(talk: Talk, code: str) -> Row[Any] | None:
    read = checkin_code.read(talk.vault, code)
    return registration.find(talk.db, read.key) if read is not None and read.kind == "personal" else None


def _card(talk: Talk, wanted: Listing, one: Row[Any], came: Row[Any], *, again: bool) -> Card:
    """Who it is and how many, so that the one at the door sees whether that is right."""
    who, at, title = _name(talk, one), Moment(came.entered), prose(wanted.title)
    first = Text("已签到：{name}，{count}位，「{title}」。", name=who, count=came.seats, title=title)
    if again:
        first = Text(
            "之前签到过了：{name}，{count}位，{at}，由{by}。",
            name=who,
            count=came.seats,
            at=at,
            by=_by(talk, came),
        )
    total = Text("现在到了{count}位。", count=visit.count(talk.db, wanted.id))
    undo = Choice(Text("撤销签到"), press("undo", came.id))
    correct = Choice(Text("改到场人数"), press("headcount", came.id))
    return Card(lines_of([first, total]), choices=(undo, correct), tone="done", refs=(wanted.ref,))


def _name(talk: Talk, one: Row[Any]) -> Text:
    if one.guest:
        return as_said(one.guest)
    known = profile.find(talk.db, one.member_id).name if one.member_id else None
    return as_said(known) if known else Text("到场号{number}", number=one.id)


def _by(talk: Talk, came: Row[Any]) -> Text:
    if came.by_id is None:
        return Text("本人")
    name = profile.find(talk.db, came.by_id).name
    return as_said(name) if name else Text("工作人员")


def _steps(wanted: Listing) -> tuple[Choice, ...]:
    return (
        Choice(Text("签到码图片"), press("checkincode", wanted.number)),
        Choice(Text("详情"), press("show", wanted.number)),
    )


@on("staff.activity", head="headcount", allow=anybody, private=True)
def headcount(talk: Talk, number: int = 0) -> Card:
    """How many of a party have really come."""
    came = visit.find(talk.db, number)
    wanted = activity.held(talk.db, came.activity_id) if came is not None and came.activity_id else None
    if (
        came is None
        or came.undone
        or wanted is None
        or not door.may_by_number(talk.db, talk.person.id, wanted)
    ):
        text = Text("请再扫一次签到码，这次签到已经不算了。")
        return Card(text, tone="notice")
    check = Number(1, LARGEST_PARTY, lambda _number: Text("请发1到{count}之间的数字。", count=LARGEST_PARTY))
    party = talk.ask("party", Text("实际到了几位？现在记的是{count}位。", count=came.seats), check=check)
    visit.correct(talk.db, came, party, talk.person.id, talk.now)
    text = Text("改好了，记{count}位。", count=party)
    return Card(text, choices=_steps(wanted), tone="done", refs=(wanted.ref,))
