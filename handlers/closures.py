"""Staff close and open their stations beyond the usual hours; who had booked then is told why and offered other slots."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from handlers import checks, closure_reading
from handlers.closure_reading import Spans
from handlers.closure_times import said_when, times
from handlers.opening import now as standing
from handlers.talk import Option, Talk, anybody, menu, on, press
from handlers.yes_no import NO, YES
from models import closed_bookings, closure, duty, office_hours, opening, place, service, slot
from models.card import Article, Card, Choice
from models.office_hours import Span
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

KINDS = ("station", "venue")
_OFFERED = 10
LIST = Choice(Text("开关门安排"), press("unclose"))


@on(
    "staff.station",
    head="closeplace",
    example=Text("服务站明天下午关门，停电"),
    for_staff=True,
    rank=140,
    allow=anybody,
    private=True,
    phrases=closure_reading.SHUT,
    reads=closure_reading.wished,
)
def shut(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    spans: Spans | None = None,
    from_now: bool = False,
    until: bool = False,
    reason: str | None = None,
) -> Card:
    """Which station, from when to when, why, and a yes."""
    one = _which(talk, number, numbers or [], Text("哪个站关门？"))
    wanted = times(
        talk,
        one,
        spans or [],
        Text("从什么时候到什么时候关门？比如“明天下午”，或者“12月1日至3日”。"),
        from_now,
    )
    wanted = [each for each in wanted if _overlap(talk, one, each)]
    if not wanted:
        text = Text("不用关，{place}那时候本来就不开门。", place=as_said(one.name))
        talk.leave(Refusal("closure.shut", text, _ref(one)), LIST)
    about = _about(talk, one, wanted, reason, Text("关门"))
    why = reason or talk.ask(
        "why", Text("为什么关门？写一句，来的人会看到，比如“停电”。"), check=checks.words, about=(about,)
    )
    count = len({row.id for each in wanted for row in _booked(talk, one, each)})
    lines = [Text("这段时间关门，对吗？")]
    if count:
        lines.append(Text("会通知{count}位约好的人，请他们改时间。", count=count))
    if not sure(
        talk, lines, _about(talk, one, wanted, why, Text("关门")), Text("确认关门"), Text("照常开门")
    ):
        return Card(Text("好的，照常开门。"), choices=(LIST,), refs=(_ref(one),))
    check_real(talk, one)
    for begins, ends in wanted:
        closure.enter(talk.db, one.id, begins, ends, talk.person.id, talk.now, opens=False, reason=why)
    text = Text("好了，{place}那时候关门。", place=as_said(one.name))
    if count:
        text = Text("{text}正在通知{count}位约好的人。", text=text, count=count)
    return Card(text, articles=(_now(talk, one),), choices=(LIST,), tone="done", refs=(_ref(one),))


@on(
    "staff.station",
    head="openplace",
    example=Text("服务站周六9点到12点开门"),
    for_staff=True,
    rank=141,
    allow=anybody,
    private=True,
    phrases=closure_reading.OPEN,
    reads=closure_reading.wished,
)
def open_up(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    spans: Spans | None = None,
    from_now: bool = False,
    until: bool = False,
    reason: str | None = None,
) -> Card:
    """The same for hours in which it is not open otherwise."""
    one = _which(talk, number, numbers or [], Text("哪个站开门？"))
    question = Text("从什么时候到什么时候开门？比如“周六9点到12点”。")
    wanted = times(talk, one, spans or [], question, from_now, opens=True, until=until)
    # What is open anyway needs no word.
    wanted = [piece for each in wanted for piece in office_hours.beyond([each], _open_in(talk, one, each))]
    if not wanted:
        text = Text("不用开，{place}那时候本来就开着。", place=as_said(one.name))
        talk.leave(Refusal("closure.open", text, _ref(one)), LIST)
    about = _about(talk, one, wanted, reason, Text("开门"))
    asked = Text("这段时间开门，对吗？")
    booked_too = False
    if _given(talk, one, wanted):
        yes = (Option("slots", Text("开门也能约")), Option("yes", Text("只开门"), YES))
        said = talk.ask("sure", asked, *yes, Option("no", Text("不加开"), NO), about=(about,))
        agreed, booked_too = said != "no", said == "slots"
    else:
        agreed = sure(talk, [asked], about, Text("确认开门"), Text("不加开"))
    if not agreed:
        return Card(Text("好的，照原来的时间。"), choices=(LIST,), refs=(_ref(one),))
    check_real(talk, one)
    for begins, ends in wanted:
        closure.enter(
            talk.db,
            one.id,
            begins,
            ends,
            talk.person.id,
            talk.now,
            opens=True,
            reason=reason,
            slots=booked_too,
        )
    text = Text("好了，{place}那时候开门。预约的时段照原来的，不会多出来。", place=as_said(one.name))
    if booked_too:
        text = Text("好了，{place}那时候开门，办事也能约。", place=as_said(one.name))
    return Card(text, articles=(_now(talk, one),), choices=(LIST,), tone="done", refs=(_ref(one),))


@on("staff.station", head="unclose", allow=anybody, private=True, phrases=closure_reading.UNDO)
def take_back(talk: Talk, number: int | None = None) -> Card:
    """What is still to come of one's places, and one of it taken back."""
    own = _own(talk)
    one = closure.find(talk.db, number) if number else None
    if one is None:
        coming = closure.upcoming(talk.db, own, talk.now)
        if not own:
            _refuse(talk)
        if not coming:
            return Card(Text("现在没有另外的安排，都照平时的时间。"), choices=menu())
        rows = tuple(_row(talk, each) for each in coming)
        return Card(Text("另外安排的有{count}段，点一段就撤销：", count=len(rows)), articles=rows)
    there = place.whole(talk.db, one.place_id)
    assert there is not None
    duty.check(talk.db, talk.person.id, there.id, _ref(there))
    if one.withdrawn is None and one.ends > talk.now:
        check_real(talk, there)
        # Who booked what was opened loses it, and is told why.
        lost = _booked_beyond(talk, there, one) if one.opens and one.slots else []
        why = None
        if lost:
            question = Text(
                "为什么不开了？写一句，约好的{count}位会看到，比如“停电”。",
                count=len({row.id for row in lost}),
            )
            why = talk.ask("why", question, check=checks.words)
        closure.withdraw(talk.db, one.id, talk.person.id, talk.now)
        for begins, ends in dict.fromkeys((row.starts, row.ends) for row in lost):
            closure.enter(talk.db, there.id, begins, ends, talk.person.id, talk.now, opens=False, reason=why)
    text = Text("撤销了，{place}照平时的时间。", place=as_said(there.name))
    if not one.opens:
        text = Text("{text}已经通知过的预约不会自己恢复。", text=text)
    return Card(text, articles=(_now(talk, there),), choices=(LIST,), tone="done", refs=(_ref(there),))


def _row(talk: Talk, one: Row[Any]) -> Article:
    there = place.whole(talk.db, one.place_id)
    assert there is not None
    name, when = as_said(there.name), said_when(talk, one.begins, one.ends)
    title = Text("{place}关门：{when}", place=name, when=when)
    if one.opens:
        title = Text("{place}开门：{when}", place=name, when=when)
    elif one.service_id and (given := service.find(talk.db, one.service_id)):
        title = Text("{place}停约「{service}」：{when}", place=name, service=prose(given.name), when=when)
    facts = ((Text("原因"), as_said(one.reason)),) if one.reason else ()
    return Article(title, _ref(there), facts=facts, choices=(Choice(Text("撤销"), press("unclose", one.id)),))


def _ref(one: Row[Any]) -> str:
    return f"place:{one.code}"


def _own(talk: Talk) -> list[int]:
    """The stations and venues of which somebody is staff."""
    keys = duty.everywhere(talk.db, talk.person.id)
    return [key for key in keys if talk.lexicon.places[key].kind in KINDS]


def _refuse(talk: Talk) -> None:
    text = Text("请找服务站的工作人员，开门关门由工作人员定。")
    talk.leave(Refusal("duty.other", text), *menu())


def _which(talk: Talk, number: int | None, numbers: list[int], question: Text) -> Row[Any]:
    """The place that is meant, of those that are one's own. Leaves with who may, where it is not he."""
    named = [number] if number else [each for each in numbers if each in talk.lexicon.places]
    own = _own(talk)
    mine = [each for each in named if duty.covers(talk.db, talk.person.id, each)]
    if named and not mine:
        there = place.whole(talk.db, named[0])
        try:
            duty.check(talk.db, talk.person.id, named[0], _ref(there) if there else None)
        except Refusal as refusal:
            talk.leave(refusal, *menu())
    if not (mine or own):
        _refuse(talk)
    # Who names none speaks of a station; a hall or a yard is named.
    stations = [each for each in own if talk.lexicon.places[each].kind == "station"]
    meant = (mine or stations or own)[:_OFFERED]
    key = meant[0]
    if len(meant) > 1:
        options = [Option(each, prose(talk.lexicon.places[each].name)) for each in meant]
        key = talk.ask("which", question, *options)
    one = place.whole(talk.db, key)
    assert one is not None
    talk.keep(number=one.id)
    return one


def _overlap(talk: Talk, one: Row[Any], span: Span) -> bool:
    """Whether it would be open then."""
    return any(begins < span[1] and span[0] < ends for begins, ends in _open_in(talk, one, span)) or bool(
        _booked(talk, one, span)
    )


def _open_in(talk: Talk, one: Row[Any], span: Span, without: int | None = None) -> list[Span]:
    """What is open around that time; what began the evening before may go on."""
    first, last = (at.astimezone(talk.zone).date() for at in span)
    first -= timedelta(days=1)
    return office_hours.of_days(talk.db, one, first, (last - first).days + 1, talk.zone, without)


def _booked(talk: Talk, one: Row[Any], span: Span) -> list[Row[Any]]:
    return closed_bookings.inside(talk.db, one.id, None, *span, talk.now, talk.zone)


def _booked_beyond(talk: Talk, there: Row[Any], one: Row[Any]) -> list[Row[Any]]:
    """Who booked in an opening, at a time at which the place is closed without it."""
    usual = _open_in(talk, there, (one.begins, one.ends), without=one.id)
    pieces = office_hours.beyond([(one.begins, one.ends)], usual)
    return [row for each in pieces for row in _booked(talk, there, each) if row.starts is not None]


def _given(talk: Talk, one: Row[Any], wanted: Sequence[Span]) -> bool:
    """Whether more could be booked there: outside of its calendar, where something is booked at all."""
    given = service.given_at(talk.db, one.id)
    if not any(each.slots and each.kind in slot.WITH_THE_PLACE for each in given):
        return False
    periods = opening.parse(one.opening) if one.opening else ()
    for span in wanted:
        day = span[0].astimezone(talk.zone).date()
        usual = office_hours.within(office_hours.usual(talk.db, periods, day), day, talk.zone)
        if office_hours.beyond([span], usual):
            return True
    return False


def _about(talk: Talk, one: Row[Any], wanted: Sequence[Span], why: str | None, label: Text) -> Article:
    times = Several(tuple(said_when(talk, begins, ends) for begins, ends in wanted))
    facts = [(label, Text("{times}", times=times))]
    if why:
        facts.append((Text("原因"), as_said(why)))
    return Article(prose(one.name), _ref(one), facts=tuple(facts))


def sure(talk: Talk, lines: list[Text], about: Article, yes: Text, no: Text) -> bool:
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return talk.ask("sure", text, Option("yes", yes, YES), Option("no", no, NO), about=(about,)) == "yes"


def check_real(talk: Talk, one: Row[Any]) -> None:
    """What a visitor of the demo says changes nothing for the others."""
    if duty.plays(talk.db, talk.person.id):
        text = Text("请在自己的社区里试。演示到这里为止，{place}照平时的时间开门。", place=as_said(one.name))
        talk.leave(Refusal("demo.ends", text, _ref(one)), *menu())


def _now(talk: Talk, one: Row[Any]) -> Article:
    return Article(prose(one.name), _ref(one), body=standing(talk.db, one, talk.now, talk.zone))
