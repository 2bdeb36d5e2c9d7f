"""Taking over a shift: who is asked by name or has the code accepts it or not, and whoever asked hears of it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, calendar_files, registrations, reminder_cards, shifts
from handlers.activity_cards import MY_LIST
from handlers.checks import find_code
from handlers.jobs import job
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import handover, invite, notice, phone, reminder
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Text, as_said, prose

# What begins so soon is told at once, also in the quiet hours.
_URGENT = timedelta(hours=12)
_DIGITS = r"\d(?:[ .,\-]{0,3}\d){8}(?![ .,\-]?\d)"
_TAKE = (Phrase(rf"(?:接班|接这个班|替班|take ?over|take the shift)\D{{0,8}}{_DIGITS}", weight=8),)
_YES = Option(
    "yes", Text("接这个班"), ("接班", "接", "我接", "好", "好的", "可以", "行", "yes", "ok", "take it")
)
_NO = Option("no", Text("不接"), ("不", "不行", "不去", "去不了", "no"))


def rests(wanted: Listing, now: datetime) -> bool:
    return wanted.starts - now > _URGENT


def name_of(db: Db, member: int | None) -> Text:
    found = handover.name(db, member) if member else None
    return as_said(found) if found else Text("一位邻居")


# Whoever is asked.


@on("shift.accept", head="takeover", allow=anybody, private=True, scans=True, phrases=_TAKE,
    reads=lambda reading: {"number": find_code(reading.said)})  # fmt: skip
def with_code(talk: Talk, number: int | None = None, given: int | None = None) -> Card:
    """By the code that whoever hands it on gave him. `given` is what was asked, once its code was heard."""
    if given is None:
        if until := invite.locked_until(talk.db, talk.person.id, talk.now):
            return Card(Text("请在{at}以后再试，说错的码太多了。", at=Moment(until)), tone="notice")
        found = handover.with_code(talk.db, talk.vault, number) if number else None
        if found is None:
            return _no_code(talk, number)
        # From here on the code is not remembered, only which one it was.
        talk.keep(number=None, given=found.id)
        given = int(found.id)
    one = handover.find(talk.db, given)
    assert one is not None
    if one.state == "taken" and one.to_id == talk.person.id:
        return _already(talk, one)
    return _taken(talk, one, sure=True)


def _no_code(talk: Talk, number: int | None) -> Card:
    """A code that is none; that it was wrong stays noted."""
    if number:
        invite.miss(talk.db, talk.person.id, talk.now)
    return Card(Text("请再看看接班的码，是9位数字，这个不对。"), choices=menu(), tone="notice")


@on("shift.accept", head="takeshift", allow=anybody, private=True)
def accept(talk: Talk, number: int | None = None) -> Card:
    """By the button of who was asked by name."""
    one = _asked(talk, number)
    return _already(talk, one) if one.state == "taken" else _taken(talk, one, sure=False)


@on("shift.decline", head="leaveshift", allow=anybody, private=True)
def decline(talk: Talk, number: int | None = None) -> Card:
    one = _asked(talk, number)
    _, wanted = handover.of(talk.db, one)
    if one.state == "taken":
        return _already(talk, one)
    if handover.refuse(talk.db, one, talk.person.id, talk.now) and one.from_id:
        text = Text(
            "请另找人，或者自己来：{name}接不了「{title}」，班还是您的。",
            name=name_of(talk.db, talk.person.id),
            title=prose(wanted.title),
        )
        again = Choice(Text("转给别人"), press("giveshift", wanted.number))
        _tell_giver(talk.db, one, wanted, Card(text, choices=(again, MY_LIST), tone="notice"), talk.now)
    return Card(Text("好的，没有接。已经告诉对方。"), choices=menu(), refs=(wanted.ref,))


def _asked(talk: Talk, number: int | None) -> Row[Any]:
    """What this person was asked for. Raises Refusal, the same for what is another's and what there is not."""
    one = handover.find(talk.db, number) if number else None
    if one is None or one.to_id != talk.person.id:
        raise Refusal("handover.unknown", Text("请问问转给您的人要接班的码，没有找到要您接的班。"))
    return one


def _already(talk: Talk, one: Row[Any]) -> Card:
    _, wanted = handover.of(talk.db, one)
    text = Text("「{title}」已经是您的班，不用再接。", title=prose(wanted.title))
    return Card(text, choices=(MY_LIST,), refs=(wanted.ref,))


def _taken(talk: Talk, one: Row[Any], *, sure: bool) -> Card:
    """It is checked, asked what the organiser asks, and then his."""
    given, wanted = handover.of(talk.db, one)
    try:
        handover.check_take(talk.db, one, talk.person.id, talk.now)
        about = shifts.about(talk.db, wanted, given.role_id)
        answers = registrations.answers_to(talk, wanted, (about,))
        if sure:
            question = Text(
                "接{name}的班「{title}」，对吗？",
                name=name_of(talk.db, one.from_id),
                title=prose(wanted.title),
            )
            if talk.ask("sure", question, _YES, _NO, about=(about,)) == "no":
                return Card(Text("好的，没有接，班还是对方的。"), choices=menu(), refs=(wanted.ref,))
        kept = phone.seal_in(answers, talk.vault)
        key = handover.take(talk.db, one, talk.person.id, kept, talk.schedule, talk.now)
    except Refusal as refusal:
        details = Choice(Text("详情"), press("show", wanted.number))
        role = Choice(Text("我有这个技能"), press("skilled", given.role_id or 0))
        talk.leave(refusal, *((role,) if refusal.code == "shift.skill" else ()), details, MY_LIST)
    _tell_all(talk, one, given, wanted)
    mine = activity_cards.full(wanted, talk.now, party=given.seats)
    shown = reminder_cards.with_times(mine, wanted, reminder.ahead(talk.db, key))
    return Card(
        Text("接好了，这个班是您的了。开始前来不了，请取消或再转给同事。"),
        articles=(shifts.own(talk, wanted, shown),),
        choices=(MY_LIST,),
        tone="done",
        attachments=(calendar_files.attached(wanted),),
    )


def _tell_all(talk: Talk, one: Row[Any], given: Row[Any], wanted: Listing) -> None:
    """Whose it was, and who looks after it."""
    name, title = name_of(talk.db, talk.person.id), prose(wanted.title)
    text = Text("不用来了，{name}接了您的「{title}」。谢谢您安排好。", name=name, title=title)
    _tell_giver(talk.db, one, wanted, Card(text, choices=(MY_LIST,), tone="notice"), talk.now)
    if wanted.contact_id and wanted.contact_id not in (one.from_id, talk.person.id):
        text = Text(
            "请看一眼：「{title}」换人了，{giver}的班由{name}来。",
            title=title,
            giver=name_of(talk.db, one.from_id),
            name=name,
        )
        card = Card(text, articles=(shifts.about(talk.db, wanted, given.role_id),), tone="notice")
        notice.tell_member(
            talk.db,
            [card],
            wanted.contact_id,
            talk.now,
            key=f"handover:{one.id}:contact",
            kind="answer",
            rests=rests(wanted, talk.now),
        )


def _tell_giver(db: Db, one: Row[Any], wanted: Listing, card: Card, now: datetime) -> None:
    if one.from_id:
        notice.tell_member(
            db,
            [card],
            one.from_id,
            now,
            key=f"handover:{one.id}:end",
            kind="answer",
            rests=rests(wanted, now),
        )


# Nobody answered.


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return handover.next_due(db)


@job("handovers", next=_next)
def lapse(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One that nobody answered: whoever asked keeps it, and is told so where he does have it still."""
    one = handover.next_lapsed(db, now)
    if one is None:
        return False
    given, wanted = handover.of(db, one)
    if handover.lapse(db, one, now) and given.state == "confirmed" and not wanted.is_off:
        text = Text("请自己来，或者另找人：「{title}」还没有人接，班还是您的。", title=prose(wanted.title))
        choices = (
            Choice(Text("转给别人"), press("giveshift", wanted.number)),
            Choice(Text("取消报名"), press("withdraw", wanted.number)),
        )
        about = activity_cards.subject(wanted)
        _tell_giver(db, one, wanted, Card(text, articles=(about,), choices=choices, tone="notice"), now)
    return True
