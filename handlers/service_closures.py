"""Staff and hosts say that a service isn't given at some time; who had booked it then is told why and offered other slots."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, closure_reading
from handlers.closure_reading import Spans
from handlers.closure_times import said_when, times
from handlers.closures import LIST, check_real, sure
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on
from handlers.understanding.reading import Reading
from models import booking_privacy, closed_bookings, closure, duty, place, service
from models.card import Article, Card
from models.office_hours import Span
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_OFFERED = 10
_STOPS = (
    Phrase(
        closure_reading.STOPS,
        weight=9,
        needs="service_likely",
        unless=r"吗|嘛|么|几点|为什么|怎么|是不是|\?|停车|活动|我的|停电.*修",
    ),
)


def _asks(reading: Reading) -> Arguments:
    found = closure_reading.wished(reading)
    return {"services": reading.services, "spans": found["spans"], "reason": found["reason"]}


@on(
    "staff.station",
    head="closeslots",
    allow=anybody,
    private=True,
    phrases=_STOPS,
    reads=_asks,
)
def stop(
    talk: Talk,
    number: int | None = None,
    services: list[int] | None = None,
    spans: Spans | None = None,
    reason: str | None = None,
) -> Card:
    """Which service, from when to when, why, and a yes."""
    one, places = _which(talk, [number] if number else services or [])
    ref = service.ref(one)
    there = place.whole(talk.db, places[0])
    assert there is not None
    question = Text("「{service}」什么时候停？比如“明天下午”。", service=prose(one.name))
    wanted = times(talk, there, spans or [], question, from_now=False)
    about = _about(one, wanted, reason, talk)
    why = reason or talk.ask(
        "why", Text("为什么停？写一句，约好的人会看到，比如“律师出差”。"), check=checks.words, about=(about,)
    )
    count = len({row.id for each in wanted for where in places for row in _booked(talk, one, where, each)})
    lines = [Text("这段时间停约，对吗？")]
    if count:
        lines.append(Text("会通知{count}位约好的人，请他们改时间。", count=count))
    if not sure(talk, lines, _about(one, wanted, why, talk), Text("确认停约"), Text("照常办")):
        return Card(Text("好的，照常办。"), choices=(LIST,), refs=(ref,))
    check_real(talk, there)
    for where in places:
        for begins, ends in wanted:
            closure.enter(
                talk.db,
                where,
                begins,
                ends,
                talk.person.id,
                talk.now,
                opens=False,
                reason=why,
                service=one.id,
            )
    text = Text("好了，「{service}」那时候不能约。", service=prose(one.name))
    if count:
        text = Text("{text}正在通知{count}位约好的人。", text=text, count=count)
    return Card(text, choices=(LIST,), tone="done", refs=(ref,))


def _which(talk: Talk, named: list[int]) -> tuple[Row[Any], list[int]]:
    """The service that is meant, and where one may stop it: at one's own places, of one's own service anywhere."""
    own: dict[int, list[int]] = {}
    for each in [service.find(talk.db, key) for key in named] if named else service.everything(talk.db):
        if each is not None and each.slots and (places := _own(talk, each.id)):
            own[each.id] = places
    if not own:
        text = Text("请找服务站的工作人员，什么时候停由他们定。")
        talk.leave(Refusal("duty.other", text, *_refs(talk, named)), *menu())
    key = next(iter(own))
    if len(own) > 1:
        found = [service.find(talk.db, each) for each in list(own)[:_OFFERED]]
        options = [Option(each.id, prose(each.name)) for each in found if each is not None]
        key = talk.ask("which", Text("停哪一项？"), *options)
    talk.keep(number=key)
    one = service.find(talk.db, key)
    assert one is not None
    return one, own[key]


def _own(talk: Talk, key: int) -> list[int]:
    places = service.stations(talk.db, key)
    if key in booking_privacy.hosted(talk.db, talk.person.id):
        return places
    return [each for each in places if duty.covers(talk.db, talk.person.id, each)]


def _refs(talk: Talk, named: list[int]) -> list[str]:
    found = service.find(talk.db, named[0]) if named else None
    return [service.ref(found)] if found is not None else []


def _booked(talk: Talk, one: Row[Any], where: int, span: Span) -> list[Row[Any]]:
    return closed_bookings.inside(talk.db, where, one.id, *span, talk.now, talk.zone)


def _about(one: Row[Any], wanted: list[Span], why: str | None, talk: Talk) -> Article:
    said = Several(tuple(said_when(talk, begins, ends) for begins, ends in wanted))
    facts = [(Text("停约"), Text("{times}", times=said))]
    if why:
        facts.append((Text("原因"), as_said(why)))
    return Article(prose(one.name), service.ref(one), facts=tuple(facts))
