"""Who gives a service reads who comes to him, when and why; of a private one nobody else does."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import booking, booking_privacy, notice, place, service
from models.card import Article, Card, Choice, State
from models.refusal import Refusal
from models.text import Span, Text, as_said, prose

_END = r"[吧啊呀啦了吗呢?.。!~\s]*$"
_DAY = r"(?:今天|明天|后天|(?:下|这|本)?(?:周|星期)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号])?"
_ASK = (
    Phrase(
        rf"^{_DAY}(?:有)?(?:谁|哪些人|几个人|多少人){_DAY}(?:预?约|来找)了?我(?:的咨询|的时间)?{_END}",
        weight=7,
    ),
    Phrase(
        rf"^(?:看看|查|查一下)?(?:我|我的){_DAY}(?:的)?(?:值班|坐诊|咨询|接待)(?:名单|安排|预约){_END}",
        weight=7,
    ),
    Phrase(rf"^(?:看看|查|查一下)?我{_DAY}(?:的)?(?:预约|来访)名单{_END}", weight=7),
    Phrase(r"^who (?:has |is )?(?:booked|coming to|seeing) me\b.*|^my (?:host|duty) list[?.!]*$", weight=7),
)
_LOOK = Choice(Text("看名单"), press("hostday"))


def _said(reading: Reading) -> Arguments:
    when = reading.when
    return {"day": when.first.isoformat() if when and when.first else None}


@on("service.host", head="hostday", allow=anybody, private=True, phrases=_ASK, reads=_said)
def listed(talk: Talk, day: str | None = None) -> Card:
    """The day that is said, else today, else the next one on which somebody comes."""
    services = booking_privacy.hosted(talk.db, talk.person.id)
    if not services:
        text = Text("请让服务站把您登记为值班人，现在还没有您的服务。")
        talk.leave(Refusal("host.nobody", text), *menu())
    today = talk.now.astimezone(talk.zone).date()
    wanted = date.fromisoformat(day) if day else today
    found = booking_privacy.of_day(talk.db, services, wanted)
    if not found and day is None:
        later = booking_privacy.next_day(talk.db, services, today)
        found = booking_privacy.of_day(talk.db, services, later) if later else []
    if not found:
        return Card(Text("还没有人约您。有人约了，当天早上告诉您。"), choices=menu())
    return Card(
        Text("约了您的有{count}位：", count=len(found)), articles=tuple(_row(talk, each) for each in found)
    )


def _row(talk: Talk, one: Row[Any]) -> Article:
    facts = [
        (Text("时间"), Text("{span}", span=Span(one.starts, one.ends))),
        (Text("服务"), prose(one.service)),
        (Text("地点"), as_said(place.name(talk.db, one.place_id))),
    ]
    about = booking_privacy.matter(talk.db, talk.vault, one, talk.person.id)
    if about:
        facts.append((Text("想问的"), as_said(about)))
    title = as_said(one.who) if one.who else Text("没有留名字的人")
    return Article(title, booking.ref(one.id), State(booking.STATES[one.state], "good"), facts=tuple(facts))


def tell_hosts(talk: Talk, number: int) -> None:
    """Somebody booked a private service or moved there: its hosts hear of it on the morning of that day, else at once.

    No name and no matter stand in it: who may read them looks at the list.
    """
    one = booking.find(talk.db, number)
    about = service.find(talk.db, one.service_id) if one else None
    if one is None or about is None or one.starts is None:
        return
    due = booking_privacy.morning(talk.schedule, one.day)
    event = one.day if talk.now < due else f"booking {number}"
    text = Text("今天有人约了您的「{service}」。", service=prose(about.name))
    card = Card(text, choices=(_LOOK,), tone="notice", refs=(service.ref(about),))
    for member in booking_privacy.hosts(talk.db, about):
        if member == one.member_id:
            continue
        notice.tell_member(
            talk.db,
            [card],
            member,
            talk.now,
            key=f"host:{about.id}:{event}:{member}",
            kind="reminder",
            still=f"hostday {about.id}",
            rests=True,
            due=max(due, talk.now),
        )
