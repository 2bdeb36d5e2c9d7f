"""取号: a number of the day without a booking, how many are ahead, and giving it back."""

from typing import Any

from sqlalchemy import Row

from handlers import desk_cards, desk_news, desk_which
from handlers.questions import words
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import booking, desk, office_hours, place, service
from models.card import Card, Choice
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_DRAW = (
    Phrase(
        r"取(?:个|一个|张)?号|(?:排|拿|领)(?:个|一个|张)号|现场排号",
        weight=7,
        unless=r"取消|取号(?:机|规则)|不取号|怎么取号|要不要取号|叫号",
    ),
    Phrase(r"(?:叫|排)到(?:了)?(?:几|多少|哪)(?:个)?号|我的号(?:码)?(?:是|到|前面|还)|我是几号", weight=7),
    Phrase(
        r"\b(?:take|get|draw) (?:a |me a )?(?:queue |waiting )?number\b|\bqueue number\b|how many (?:are |people )+(?:ahead|before) (?:of )?me",
        weight=7,
    ),
)
_LEAVE = (
    Phrase(r"^(?:我)?(?:要|想)?(?:退号|不排号了|取消(?:取号|排号|我的号|a\d{3,4}))[吧啊了。.!]*$", weight=8),
    Phrase(r"^(?:give back|cancel) my (?:queue )?number[.!]*$", weight=8),
)
_OFFERED = 6
# For the others one has to come at a time.
_WALK_IN = ("item", "window")


def _said(reading: Reading) -> Arguments:
    return {"said": reading.text, "places": list(reading.places or ())}


@on(
    "service.queue",
    head="drawnumber",
    example=Text("取号"),
    rank=42,
    allow=anybody,
    private=True,
    phrases=_DRAW,
    reads=_said,
)
def draw(
    talk: Talk, number: int | None = None, said: str | None = None, places: list[int] | None = None
) -> Card:
    """`number` is the service. Who has a number already is told how it stands."""
    if (held := own(talk)) is not None:
        return standing(talk, held)
    wanted = _service(talk, number, said or "")
    try:
        _check(wanted)
        at = _where(talk, wanted, places or [])
    except Refusal as refusal:
        talk.leave(refusal, *_instead(wanted))
    today = desk_which.today(talk)
    here = [one for one in desk.own(talk.db, talk.person.id, today) if one.place_id == at]
    booked = next((one for one in here if one.service_id == wanted.id), None)
    if booked is not None:
        return _booked(talk, booked)
    key = desk.draw(talk.db, wanted, at, talk.person.id, today, talk.now)
    one = desk.find(talk.db, key)
    assert one is not None
    return standing(talk, one)


def own(talk: Talk) -> Row[Any] | None:
    """The number that he has today."""
    held = desk.own(talk.db, talk.person.id, desk_which.today(talk))
    return next((one for one in held if one.number is not None), None)


def _service(talk: Talk, number: int | None, said: str) -> Row[Any]:
    if number is not None:
        one = service.find(talk.db, number)
        if one is None:
            raise _unknown()
        return one
    found = _named(talk, said) or talk.ask("what", Text("要办什么事？说名字就行，比如“居住证”。"), check=lambda text: _sought(talk, words(text)))  # fmt: skip
    if len(found) > 1:
        options = [Option(each.id, prose(each.name)) for each in found[:_OFFERED]]
        chosen = talk.ask("which", Text("是哪一项？"), *options)
        found = [each for each in found if each.id == chosen]
    return found[0]


def _sought(talk: Talk, said: str) -> list[Row[Any]]:
    """Raises Refusal, where nothing is called so."""
    if found := _named(talk, said) or _like(talk, said):
        return found
    raise _unknown()


def _like(talk: Talk, said: str) -> list[Row[Any]]:
    """What it sounds like, as the search of services has it."""
    ranked = [service.find(talk.db, each.key) for each in talk.lexicon.services.ranked(said)[:_OFFERED]]
    return [one for one in ranked if one is not None and one.kind in _WALK_IN]


def _unknown() -> Refusal:
    return Refusal("queue.unknown", Text("请换个名字说，或者发“办事”从单子里选。没有找到要办的这一项。"))


def _named(talk: Talk, said: str) -> list[Row[Any]]:
    """Those that one can draw a number for and whose name is in what was said, the longest name first; else those in whose name it is."""
    said = fold(said)
    known = [
        (each, [fold(name) for name in (each.name, *each.aliases)])
        for each in service.everything(talk.db)
        if each.kind in _WALK_IN
    ]
    inside = [(max(len(name) for name in names if name in said), each) for each, names in known if any(name in said for name in names)]  # fmt: skip
    if inside:
        longest = max(length for length, _ in inside)
        return [each for length, each in inside if length == longest]
    return [each for each, names in known if len(said) > 1 and any(said in name for name in names)]


def _check(wanted: Row[Any]) -> None:
    """Raises a Refusal where there are no numbers for it."""
    ref = service.ref(wanted)
    if wanted.paused:
        raise Refusal(
            "queue.paused", Text("请过几天再来问，「{name}」现在暂停办理。", name=prose_of(wanted)), ref
        )
    if wanted.kind not in _WALK_IN or wanted.private:
        raise Refusal("queue.booked", Text("请先约时间，「{name}」不取号。", name=prose_of(wanted)), ref)


def prose_of(wanted: Row[Any]) -> Text:
    return prose(wanted.name)


def _instead(wanted: Row[Any]) -> tuple[Choice, ...]:
    """A time of his own, where there are any."""
    booked = (Choice(Text("预约"), press("book", wanted.id)),) if wanted.slots and not wanted.paused else ()
    return (*booked, Choice(Text("所有服务站"), press("stations")))


def _where(talk: Talk, wanted: Row[Any], named: list[int]) -> int:
    """Where it is given and somebody is there now. Raises Refusal where all is closed."""
    given = service.stations(talk.db, wanted.id)
    given = [each for each in given if each in named] or given
    if not given:
        sentence = Text("请到服务站问一问，「{name}」不在这里取号。", name=prose_of(wanted))
        raise Refusal("queue.nowhere", sentence, service.ref(wanted))
    rows = [row for each in given if (row := place.whole(talk.db, each)) is not None]
    opened = [row for row in rows if office_hours.is_open(talk.db, row, talk.now, talk.zone)]
    if not opened:
        raise _closed(talk, wanted, rows)
    if len(opened) == 1:
        return int(opened[0].id)
    options = [Option(row.id, as_said(row.name)) for row in opened]
    return int(talk.ask("where", Text("在哪里取号？"), *options))


def _closed(talk: Talk, wanted: Row[Any], rows: list[Row[Any]]) -> Refusal:
    opens = [
        (span[0], row) for row in rows if (span := office_hours.next_span(talk.db, row, talk.now, talk.zone))
    ]
    refs = (service.ref(wanted), *(f"place:{row.code}" for row in rows[:1]))
    if not opens:
        return Refusal("queue.closed", Text("请先打电话问一问，这里最近不开门。"), *refs)
    at, row = min(opens, key=lambda each: each[0])
    sentence = Text("请{at}以后来取号，{place}现在没开门。", at=Moment(at), place=as_said(row.name))
    return Refusal("queue.closed", sentence, service.ref(wanted), f"place:{row.code}")


def standing(talk: Talk, one: Row[Any]) -> Card:
    """His number and how many are ahead."""
    number, counter = desk_cards.number(one), desk_cards.counter(one)
    where = counter or desk_cards.station(talk.db, one)
    if one.state == "called":
        text = Text("请到{desk}，轮到您了：{number}。", desk=where, number=number)
        return Card(text, choices=(_give_back(one),), tone="notice", refs=(booking.ref(one.id),))
    ahead = desk.ahead(talk.db, one, talk.now)
    about = Text("您的号是{number}，在{place}办「{service}」。", number=number, place=desk_cards.station(talk.db, one), service=prose(one.service))  # fmt: skip
    wait = Text(
        "前面还有{count}位。剩{near}位时，还有轮到您时，都发到这里。", count=ahead, near=desk_news.NEAR
    )
    if ahead <= desk_news.NEAR:
        wait = Text("前面还有{count}位，请在旁边等，轮到您就发到这里。", count=ahead)
    if ahead == 0:
        wait = Text("请在旁边等，下一个就是您，轮到了发到这里。")
    again = Choice(Text("前面几位"), press("drawnumber", one.service_id))
    return Card(Text("{about}\n{wait}", about=about, wait=wait), choices=(again, _give_back(one)), tone="done", refs=(booking.ref(one.id),))  # fmt: skip


def _give_back(one: Row[Any]) -> Choice:
    return Choice(Text("不等了"), press("unqueue", one.id))


def _booked(talk: Talk, one: Row[Any]) -> Card:
    text = Text(
        "不用取号，您约了{at}。到了扫站里的码，或者把凭证给工作人员扫。", at=Moment(one.starts or one.at)
    )
    return Card(text, choices=(Choice(Text("看凭证"), press("ticket", one.id)),), refs=(booking.ref(one.id),))


@on("service.cancel", head="unqueue", allow=anybody, private=True, phrases=_LEAVE)
def give_back(talk: Talk, number: int | None = None) -> Card:
    """He waits no longer; the others move up."""
    one = own(talk)
    if one is None or number not in (None, one.id) or not desk.leave(talk.db, one, talk.person.id, talk.now):
        return Card(Text("想排队就发“取号”。您现在没有号。"), choices=menu())
    desk_news.moved_up(talk.db, one, talk.person.id, talk.now)
    text = Text("退掉了，{number}不再叫。还想办，再发“取号”。", number=desk_cards.number(one))
    return Card(text, choices=(Choice(Text("重新取号"), press("drawnumber", one.service_id)),), tone="done", refs=(booking.ref(one.id),))  # fmt: skip
