"""Coming to a station: a scan or the six digits check in, and one may say what for."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, opening, station_cards, ticket_scans
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press, refused
from handlers.understanding.reading import Reading
from models import checkin, checkin_code, place, station_visit, visit
from models.activity import Listing
from models.card import Article, Card, Choice
from models.checkin import Shown
from models.refusal import Refusal
from models.station_visit import Stop
from models.text import Moment, Several, Text, as_said, prose
from models.visit import How

_DIGITS = r"(?<!\d)\d{3}[ \-]?\d{3}(?!\d)"
_STATION = r"(?:党群)?(?:服务)?(?:站|中心)"
_OTHER = r"签到(?:的)?(?:二维)?(?:码|图|屏|数字|口令|页面|记录|名单)|打印码|多少|几个|几人|人数|统计|谁|取消|撤销|怎么没|不了"
_HERE = (
    Phrase(
        r"^(?:i'?m|i am|we'?re|we are|i(?:'ve| have)? arrived) (?:here |now )?(?:at|in) .{0,30}\b(?:station|centre|center)[,.]? ?"
        r"(?:and |i )?(?:(?:want to |would like to |please )?check(?:ing)?(?: me| us)?[ -]in)[.!]*$",
        weight=7,
    ),
    Phrase(r"签到|check(?:ing|ed)?[ -]?in\b", weight=7, needs="stations", unless=_OTHER),
    Phrase(
        rf"^(?:我|我们|人)?(?:已经|刚刚?|现在)?(?:到|来到|在)(?:了)?.{{0,14}}{_STATION}(?:门口)?(?:了|啦)[。.!,]*$|"
        r"^(?:i'?m|i am|we'?re|we are|i(?:'ve| have)? arrived) (?:here |now )?(?:at|in) .{2,40}$",
        weight=6,
        needs="stations",
        unless=_OTHER,
    ),
    Phrase(
        r"^(?:我|我们)?(?:已经|刚刚?)?(?:到|来到?|在)?(?:了)?(?:党群)?服务(?:站|中心)(?:了|啦)?[,，]?(?:我)?(?:要|想|来)?签到[了吧啦。.!]*$",
        weight=7,
    ),
    Phrase(rf"^(?:党群)?服务(?:站|中心)(?:的)?(?:签到|check-?in)\D{{0,3}}{_DIGITS}\D{{0,3}}$", weight=8),
)
STATIONS = Choice(Text("所有服务站"), press("stations"))
# A visit and the number of a purpose stand in one number, as 173.
_EACH = 10


def purpose(name: str) -> Text:
    """What the data calls it; what the pack does not name is ours, in every language."""
    return visit.PURPOSES.words.get(name) or prose(name)


def ref(station: Row[Any]) -> str:
    return f"place:{station.code}"


def there(talk: Talk, shown: Shown) -> Row[Any] | None:
    """The station whose code this is; None where it is none, or an activity of his is on there, which goes first."""
    if shown.place is None or (station := station_visit.station(talk.db, shown.place)) is None:
        return None
    # What hangs on a wall says nothing of an activity: who has its picture would be at each of them.
    if shown.how != "printed" and checkin.is_expected(talk.db, talk.person.id, station.id, talk.now):
        return None
    return station


def refusal_of(talk: Talk, code: str | None, refusal: Refusal) -> Refusal:
    """A code that is refused is about its station, where nothing else is meant."""
    read = checkin_code.read(talk.vault, code) if code else None
    if read is None or read.kind not in ("screen", "printed"):
        if not checkin.is_any_activity_on(talk.db, talk.now):
            talk.did = "station.checkin"
        return refusal
    if (station := there(talk, Shown("screen", place=read.key))) is None:
        return refusal
    talk.did = "station.checkin"
    return Refusal(refusal.code, refusal.sentence, ref(station))


def activity_meant(talk: Talk, station: Row[Any], shown: Shown) -> Listing | None:
    """What is on there and he comes for, of which he is asked: nobody is registered by coming in; None for the station."""
    on_here = [] if shown.how == "printed" else checkin.on_at(talk.db, station.id, talk.now)
    is_open = station_visit.is_open(talk.db, station, talk.now)
    if not on_here:
        return None
    if len(on_here) == 1 and not is_open:
        return on_here[0]
    # The code may be another one by the time of the answer: that he is there was seen already.
    talk.keep(code=None, digits=None, how=shown.how, place=station.id)
    options = [Option(each.number, activity_cards.label(each)) for each in on_here]
    about = tuple(Article(prose(each.title), each.ref) for each in on_here)
    if is_open:
        talk.did = "station.checkin"
        options.append(Option(0, Text("来办别的事")))
    chosen = talk.ask(
        "which", Text("您来{place}做什么？", place=as_said(station.name)), *options, about=about
    )
    talk.did = None
    return next((each for each in on_here if each.number == chosen), None)


def come(talk: Talk, station: Row[Any], how: How) -> Card:
    """He is there; outside its hours it says when it opens."""
    talk.did = "station.checkin"
    if not station_visit.is_open(talk.db, station, talk.now):
        closed = _closed(talk, station)
        checkin.note(talk.db, talk.person.id, closed, how, talk.now, place=station.id)
        return refused(closed, *_at_closed(station))
    stop = station_visit.come(talk.db, station.id, talk.person.id, how, talk.now)
    return _card(talk, station, stop)


def _closed(talk: Talk, station: Row[Any]) -> Refusal:
    now = opening.now(talk.db, station, talk.now, talk.zone)
    sentence = Text("请开门后再来签到，{place}{now}。", place=as_said(station.name), now=now)
    if station.opening:
        sentence = Text(
            "{sentence}\n开放时间：{hours}。", sentence=sentence, hours=opening.hours(station.opening)
        )
    return Refusal("station.closed", sentence, ref(station))


def _at_closed(station: Row[Any]) -> tuple[Choice, ...]:
    return Choice(Text("看看这个站"), press("station", station.id)), STATIONS


def _card(talk: Talk, station: Row[Any], stop: Stop) -> Card:
    """That he is there, what is on today, and what he may say: what he comes for."""
    one, name = stop.visit, as_said(station.name)
    lines = [Text("已签到 {at}，{place}。", at=Moment(one.entered), place=name)]
    lines += [ticket_scans.arrived_line(talk, each) for each in ticket_scans.arrive_at(talk, station.id)]
    if stop.again:
        lines.append(Text("4小时里再扫一次，还算这一次。"))
    elif one.how == "printed":
        lines.append(Text("扫的是打印码，记录里会注明。"))
    if (other := checkin.elsewhere(talk.db, talk.person.id, station.id, talk.now)) is not None:
        lines.append(
            Text(
                "您报的「{title}」在{place}，请到那里扫码。",
                title=prose(other.title),
                place=as_said(other.place),
            )
        )
    lines += _today(talk, station)
    choices = _ways_on(talk, station)
    if one.purpose is None:
        lines.append(Text("您来做什么？点一个，不点也行。"))
        choices = _purposes(talk, one) + choices
    if station_visit.may_take_back(one, talk.person.id, talk.now):
        choices += (Choice(Text("撤销签到"), press("undo", one.id)),)
    return Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)),
        choices=choices,
        tone="done",
        refs=(ref(station),),
    )


def _today(talk: Talk, station: Row[Any]) -> list[Text]:
    """What is on there today, as far as it is not over."""
    held, total = station_cards.programme(talk, station.id, talk.now.astimezone(talk.zone).date())
    if not held:
        return []
    lines = [
        Text("{hour} {title}", hour=f"{each.starts.astimezone(talk.zone):%H:%M}", title=prose(each.title))
        for each in held
    ]
    more = [Text("还有{count}场", count=total - len(held))] if total > len(held) else []
    return [Text("今天这里有：{names}。", names=Several((*lines, *more)))]


def _ways_on(talk: Talk, station: Row[Any]) -> tuple[Choice, ...]:
    """Today's programme, rooms, what can be done there, and somebody to ask."""
    offered = station_cards.full(talk, station.id).choices
    here = tuple(each for each in offered if not each.says.startswith("stationmap"))
    return (*here, Choice(Text("转人工"), press("person")))


def _purposes(talk: Talk, one: Row[Any]) -> tuple[Choice, ...]:
    names = station_visit.purposes(talk.db)
    return tuple(
        Choice(purpose(name), press("camefor", one.id * _EACH + nth)) for nth, name in enumerate(names, 1)
    )


@on("station.checkin", head="camefor", allow=anybody, private=True)
def came_for(talk: Talk, number: int = 0) -> Card:
    """What he came for; said again it is corrected, and of a visit that is over it stays."""
    key, nth = divmod(number, _EACH)
    one, names = visit.find(talk.db, key), station_visit.purposes(talk.db)
    mine = one is not None and one.member_id == talk.person.id and one.activity_id is None
    if one is None or not mine or not 1 <= nth <= len(names) or not _is_fresh(talk, one):
        text = Text("请到了再扫一次码，这次签到已经过了。")
        return Card(text, choices=(STATIONS,), tone="notice")
    visit.came_for(talk.db, one, names[nth - 1])
    station = place.whole(talk.db, one.place_id)
    assert station is not None
    text = Text(
        "记下了，来{place}：{purpose}。", place=as_said(station.name), purpose=purpose(names[nth - 1])
    )
    lines = [text, *_today(talk, station)]
    return Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)),
        choices=_ways_on(talk, station),
        tone="done",
        refs=(ref(station),),
    )


def _is_fresh(talk: Talk, one: Row[Any]) -> bool:
    return one.undone is None and talk.now - one.entered < station_visit.WITHIN


def take_back(talk: Talk, one: Row[Any]) -> Card:
    """He did not mean to; after ten minutes it stays. `one` is his own visit of a station."""
    talk.did = "station.undo"
    station = place.whole(talk.db, one.place_id)
    assert station is not None
    if not station_visit.may_take_back(one, talk.person.id, talk.now):
        sentence = Text("请告诉站里的工作人员，过了10分钟就不能撤销了。")
        talk.leave(Refusal("checkin.late", sentence, ref(station)), Choice(Text("转人工"), press("person")))
    visit.undo(talk.db, one, talk.person.id, talk.now)
    text = Text("签到撤销了，{place}。", place=as_said(station.name))
    return Card(text, choices=(STATIONS,), tone="done", refs=(ref(station),))


def _said(reading: Reading) -> Arguments:
    found = re.search(r"(?<!\d)(\d{3})[ \-]?(\d{3})(?!\d)", reading.said)
    return {"places": list(reading.stations), "digits": found[1] + found[2] if found else None}


@on(
    "station.checkin",
    head="stationin",
    example=Text("我到服务站了，签到"),
    rank=33,
    allow=anybody,
    private=True,
    phrases=_HERE,
    reads=_said,
)
def say_so(
    talk: Talk, number: int | None = None, places: list[int] | None = None, digits: str | None = None
) -> Card:
    """Nobody is there by saying so: it asks for the code or the digits of the station's screen."""
    station = station_visit.station(talk.db, number) if number else None
    if station is None and places and len(places) == 1:
        station = station_visit.station(talk.db, places[0])
    if digits is not None:
        return _by_digits(talk, digits)
    if station is None:
        text = Text("请扫站里屏幕上的码，或者发屏幕上的6位数字，就签到了。")
        return Card(text, choices=(STATIONS, Choice(Text("转人工"), press("person"))))
    if not station_visit.is_open(talk.db, station, talk.now):
        return refused(_closed(talk, station), *_at_closed(station))
    if (known := station_visit.lately(talk.db, station.id, talk.person.id, talk.now)) is not None:
        return _card(talk, station, Stop(known, again=True))
    text = Text(
        "请扫{place}屏幕上的码，或者发屏幕上的6位数字。门口的打印码也可以扫。", place=as_said(station.name)
    )
    return Card(
        text,
        choices=(
            Choice(Text("看看这个站"), press("station", station.id)),
            Choice(Text("转人工"), press("person")),
        ),
        refs=(ref(station),),
    )


def _by_digits(talk: Talk, digits: str) -> Card:
    """Digits show where somebody is, whatever station he names."""
    shown = checkin.shown_by_digits(talk.db, talk.vault, talk.person.id, digits, talk.now)
    if isinstance(shown, Refusal):
        return refused(shown, STATIONS, Choice(Text("转人工"), press("person")))
    station = there(talk, shown)
    if station is None:
        raise Refusal("checkin.nothing", Text("请只发6位数字，这里要签到的是活动。"))
    return come(talk, station, shown.how)
