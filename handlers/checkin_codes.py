"""The codes by which one checks in: a picture, a screen or digits for staff, and everybody's own one."""

import re

from handlers import activity_cards, station_codes
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, checkin_code, checking_in, door, registered, search, visit
from models.activity import Listing
from models.card import Article, Attachment, Card, Choice
from models.checkin_code import Code
from models.refusal import Refusal
from models.registered import Held
from models.text import Moment, Text, as_said, prose

_MOST = 5
_CODE = r"签到(?:的)?(?:二维码|码|图)|check-?\s?in (?:qr ?)?(?:code|picture)|qr code for check"
_PICTURE = (Phrase(_CODE, weight=6, unless=r"我的|自己的|怎么|数字|屏|\bmy\b"),)
_SCREEN = (Phrase(r"签到(?:的)?(?:屏幕|大屏|页面|屏)|check-?\s?in screen", weight=7, unless="怎么"),)
_ALOUD = (Phrase(r"签到(?:的)?(?:数字|口令)|check-?\s?in digits", weight=7, unless=r"\d{3}|怎么"),)
_STATION = re.compile(r"服务站|服务中心|站里|站点|本站|我们站|\bstation\b")
_OWN = (
    Phrase(
        r"(?:我的|自己的)(?:个人)?(?:签到|入场|到场)(?:二维)?码|my (?:check-?\s?in|entry) (?:qr )?code",
        weight=7,
    ),
)


def _named(reading: Reading) -> Arguments:
    query = None if reading.titles or not reading.topic else search.dump(reading.query())
    return {"numbers": [title.number for title in reading.titles], "query": query}


def _named_with_stations(reading: Reading) -> Arguments:
    named = _named(reading)
    says_station = bool(_STATION.search(reading.text)) and not named["numbers"] and named["query"] is None
    return {**named, "stations": station_codes.named(reading), "at_station": says_station}


@on(
    "staff.activity",
    head="checkincode",
    example=Text("周四瑜伽的签到码"),
    for_staff=True,
    rank=104,
    allow=anybody,
    private=True,
    phrases=_PICTURE,
    reads=_named_with_stations,
)
def picture(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, object] | None = None,
    stations: list[int] | None = None,
    at_station: bool = False,
) -> Card:
    """A code of this one activity, to hang up or to send on; who has it may be anywhere, so that it proves less."""
    if stations or at_station or _has_stations_only(talk, number, numbers, query):
        return station_codes.code(talk, None, stations)
    wanted = _which(talk, number, numbers, query, Text("要哪一场的签到码？"))
    since, until = Moment(checking_in.opens(wanted)), Moment(wanted.ends)
    title = prose(wanted.title)
    text = Text(
        "给大家扫就能签到，「{title}」。\n{since}起，到{until}有效。图片可以转给别人，签到会记成“扫图片”。",
        title=title,
        since=since,
        until=until,
    )
    says = f"checkin {checkin_code.sign(talk.vault, Code('picture', wanted.id))}"
    stands = (Choice(Text("服务站的码"), press("stationcode")),) if station_codes.own(talk) else ()
    return Card(
        text,
        choices=(_screen(wanted), _aloud(wanted), *stands),
        articles=(_turnout(talk, wanted),),
        attachments=(Attachment("qr", Text("签到码 {title}", title=title), says=says),),
    )


def _turnout(talk: Talk, wanted: Listing) -> Article:
    about = activity_cards.subject(wanted)
    came = Text("{came}位，共报名{count}位", came=visit.count(talk.db, wanted.id), count=wanted.seats)
    return Article(about.title, about.ref, facts=(*about.facts[:2], (Text("已到"), came)))


def _screen(wanted: Listing) -> Choice:
    return Choice(Text("签到屏幕"), press("screen", wanted.number))


def _aloud(wanted: Listing) -> Choice:
    return Choice(Text("念6位数字"), press("digits", wanted.number))


def _picture(wanted: Listing) -> Choice:
    return Choice(Text("签到码图片"), press("checkincode", wanted.number))


@on("staff.activity", head="screen", allow=anybody, private=True, phrases=_SCREEN, reads=_named_with_stations)
def screen(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, object] | None = None,
    stations: list[int] | None = None,
    at_station: bool = False,
) -> Card:
    """A link to a page that shows a new code every 30 seconds."""
    if stations or at_station or _has_stations_only(talk, number, numbers, query):
        return station_codes.screen(talk, None, stations)
    wanted = _which(talk, number, numbers, query, Text("要哪一场的签到屏幕？"))
    if talk.public_url is None:
        text = Text("请用签到码图片，或者念6位数字。这里还没有对外的网址，开不了签到屏幕。")
        return Card(text, choices=(_picture(wanted), _aloud(wanted)), tone="notice", refs=(wanted.ref,))
    token = checkin_code.sign(talk.vault, Code("door", wanted.id))
    text = Text(
        "请在现场的屏幕上打开这个网址，码每30秒换一次，旁边有6位数字：\n{link}\n"
        "到{until}有效。别发给别人，拿到它就能看到现场的码。",
        link=as_said(f"{talk.public_url.rstrip('/')}/screen/{token}"),
        until=Moment(checking_in.closes(wanted)),
    )
    return Card(text, choices=(_aloud(wanted), _picture(wanted)), refs=(wanted.ref,))


@on("staff.activity", head="digits", allow=anybody, private=True, phrases=_ALOUD, reads=_named_with_stations)
def aloud(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, object] | None = None,
    stations: list[int] | None = None,
    at_station: bool = False,
) -> Card:
    """The digits of now, for who has no screen."""
    if stations or at_station or _has_stations_only(talk, number, numbers, query):
        return station_codes.digits(talk, None, stations)
    wanted = _which(talk, number, numbers, query, Text("要哪一场的数字？"))
    shown = checkin_code.digits(talk.vault, wanted.place_id, talk.now)
    text = Text(
        "请现在念给大家听：{digits}\n发来这6位数字就能签到。每分钟换一次，换了还能用一分钟。",
        digits=as_said(f"{shown[:3]} {shown[3:]}"),
    )
    again = Choice(Text("换新数字"), press("digits", wanted.number))
    return Card(text, choices=(again, _screen(wanted)), refs=(wanted.ref,))


def _has_stations_only(
    talk: Talk, number: int | None, numbers: list[int] | None, query: dict[str, object] | None
) -> bool:
    """Whether somebody who names nothing can only mean a station's code: it has no activity to check in to."""
    if number or numbers or query or door.soon(talk.db, talk.person.id, talk.now):
        return False
    return bool(station_codes.own(talk))


def _which(
    talk: Talk, number: int | None, numbers: list[int] | None, query: dict[str, object] | None, question: Text
) -> Listing:
    """The activity that is meant, of those that this person has the door of. Leaves with who has it, where not he."""
    found = [activity.find(talk.db, number)] if number else activity.those(talk.db, numbers or [])
    if not found and query:
        found, _ = search.search(talk.db, search.load(query), talk.now, limit=_MOST)
    own = [each for each in found if door.may(talk.db, talk.person.id, each)]
    if found and not own:
        try:
            door.check(talk.db, talk.person.id, found[0])
        except Refusal as refusal:
            mine = registered.party_of(talk.db, found[0], talk.person.id)
            own_code = (activity_cards.own_code(found[0].number),) if mine else ()
            talk.leave(refusal, *own_code, Choice(Text("详情"), press("show", found[0].number)))
    own = (own or door.soon(talk.db, talk.person.id, talk.now))[:_MOST]
    if not own:
        sentence = Text("请说活动的名字，比如“周四瑜伽的签到码”。您这里一天内没有要签到的活动。")
        talk.leave(Refusal("checkin.nothing", sentence), Choice(Text("我的签到码"), press("mycode")), BROWSE)
    if len(own) == 1:
        return own[0]
    talk.keep(numbers=[each.number for each in own], query=None)
    options = [Option(each.number, activity_cards.label(each)) for each in own]
    about = tuple(Article(prose(each.title), each.ref) for each in own)
    chosen = talk.ask("which", question, *options, about=about)
    return next(each for each in own if each.number == chosen)


@on("registration.code", head="mycode", allow=anybody, private=True, phrases=_OWN, reads=_named)
def own_code(
    talk: Talk, number: int | None = None, numbers: list[int] | None = None, query: object = None
) -> Card:
    """A code of each of one's seats there, for staff to scan; it is no secret to them, and nothing to anybody else."""
    held = [each for each in registered.mine(talk.db, talk.person.id, talk.now) if each.state == "confirmed"]
    wanted = [number] if number else numbers or []
    meant = [each for each in held if not wanted or each.activity.number in wanted]
    if not meant:
        text = Text("请先报名，报好了就有签到码。您现在没有报名。")
        if wanted:
            text = Text("请先报名，这场您还没有报上，所以没有签到码。")
        return Card(text, choices=(MY_LIST, BROWSE))
    first = meant[0].activity.id
    return _pass(talk, [each for each in meant if each.activity.id == first])


def _pass(talk: Talk, held: list[Held]) -> Card:
    wanted = held[0].activity
    attachments, lines = [], []
    for each in held:
        token = checkin_code.sign(talk.vault, Code("personal", each.id))
        name = Text("签到码 {name}", name=as_said(each.guest)) if each.guest else Text("我的签到码")
        attachments.append(Attachment("qr", name, says=f"admit {token}"))
        lines.append(f"{each.guest} {each.id}" if each.guest else str(each.id))
    text = Text(
        "请在现场给工作人员扫，「{title}」。也可以报到场号：{numbers}。",
        title=prose(wanted.title),
        numbers=as_said("、".join(lines)),
    )
    details = Choice(Text("详情"), press("show", wanted.number))
    return Card(text, choices=(details,), refs=(wanted.ref,), attachments=tuple(attachments))
