"""How a booking is shown: its number, when and where, what to bring, and what can be done with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import calendar_files
from handlers.talk import Talk, press
from models import booking, booking_due, booking_rules, organization, place, service, ticket
from models.card import Article, Attachment, Card, Choice, State
from models.database import Db
from models.schedule import Bookings, Schedule
from models.slot import Window
from models.text import Moment, Several, Span, Text, as_said, prose

MINE = Choice(Text("我的预约"), press("mybookings"))
_WARNING = ("waiting", "offered", "absent", "called")
_PAST = ("served", "cancelled", "revoked", "expired")


def again(one: Row[Any]) -> Choice:
    """Another slot of the service of a booking."""
    return Choice(Text("重新预约"), press("book", one.service_id))


def code(one: Row[Any]) -> Text:
    """约17, or the number of the day."""
    if one.starts is None and one.number is not None:
        return as_said(f"A{one.number:03}")
    return Text("约{number}", number=one.id)


def subject(one: Row[Any]) -> Article:
    """The service that somebody is about to book, as a question names it."""
    return Article(prose(one.name), service.ref(one))


def plan(db: Db, one: Row[Any], where: int, window: Window, party: int, whose: int | None) -> Article:
    """What is about to be booked."""
    when = Text("{span}", span=Span(window.starts, window.ends))
    return Article(prose(one.name), service.ref(one), facts=_facts(db, one, where, when, party, whose))


def _facts(
    db: Db, one: Row[Any], where: int, when: Text, party: int, whose: int | None
) -> tuple[tuple[Text, Text], ...]:
    facts = [(Text("时间"), when), (Text("地点"), at(db, where))]
    if one.party is not None:
        facts.append((Text("人数"), Text("{count}位", count=party)))
    if whose is not None:
        facts.append((Text("代表"), as_said(organization.name(db, whose))))
    if one.materials:
        facts.append((Text("带上"), papers(one)))
    return tuple(facts)


def papers(one: Row[Any]) -> Text:
    return Text("{materials}", materials=Several(tuple(prose(each) for each in one.materials)))


def at(db: Db, where: int) -> Text:
    """The place with its address."""
    there = place.whole(db, where)
    assert there is not None
    if there.address:
        return Text("{place}（{address}）", place=as_said(there.name), address=as_said(there.address))
    return as_said(there.name)


def when(one: Row[Any]) -> Text:
    if one.starts is None:
        return Text("当天叫号")
    return Text("{span}", span=Span(one.starts, one.ends))


def article(db: Db, one: Row[Any], now: datetime, rules: Bookings) -> Article:
    """A booking or a number, with what its owner can do."""
    given = service.find(db, one.service_id)
    assert given is not None
    tone = "warning" if one.state in _WARNING else "past" if one.state in _PAST else "good"
    word = booking.STATES[one.state]
    if one.state == "waiting" and one.starts is not None:
        word = Text("候补第{nth}位", nth=booking_due.nth(db, one))
    return Article(
        Text("{code} {service}", code=code(one), service=prose(given.name)),
        booking.ref(one.id),
        state=State(word, tone),  # type: ignore[arg-type]
        facts=_facts(db, given, one.place_id, when(one), one.party, one.organization_id),
        choices=choices(one, given, now, rules),
    )


def choices(one: Row[Any], given: Row[Any], now: datetime, rules: Bookings) -> tuple[Choice, ...]:
    """What can be done with it now."""
    number = one.id
    if one.state == "offered":
        return (
            Choice(Text("要这个"), press("takeslot", number)),
            Choice(Text("不要了"), press("passslot", number)),
        )
    if one.state == "waiting":
        return (Choice(Text("取消候补"), press("unbook", number)),)
    if one.starts is None or one.state not in ("booked", "arrived"):
        return (Choice(Text("不办了"), press("unbook", number)),) if one.state == "queued" else ()
    shown = (Choice(Text("看凭证"), press("ticket", number)),)
    if booking_rules.is_locked(one, given, now, rules) or one.state == "arrived":
        return shown
    move = (Choice(Text("改时间"), press("rebook", number)),) if booking_rules.may_move(one) else ()
    return (*shown, *move, Choice(Text("取消预约"), press("unbook", number)))


def card(talk: Talk, one: Row[Any], text: Text) -> Card:
    """The ticket: what staff scan, and its number for where nothing can be scanned."""
    given = service.find(talk.db, one.service_id)
    assert given is not None
    shown = article(talk.db, one, talk.now, talk.schedule.bookings)
    attachments: tuple[Attachment, ...] = ()
    if one.state in ("booked", "arrived", "called"):
        name = Text("凭证 约{number}", number=one.id)
        attachments = (Attachment("qr", name, says=f"admitticket {ticket.sign(talk.vault, one)}"),)
        if one.state == "booked" and not given.private:
            file = calendar_files.CHANGE if one.moved else calendar_files.ADD
            attachments += (calendar_files.attached_slot(one.id, file),)
    refs = (service.ref(given), booking.ref(one.id))
    return Card(text, articles=(shown,), choices=(MINE,), tone="done", refs=refs, attachments=attachments)


def until(one: Row[Any], given: Row[Any], schedule: Schedule) -> Text:
    """Until when it can still be changed."""
    return Text("{at}", at=Moment(one.starts - booking_rules.lock(given, schedule.bookings)))
