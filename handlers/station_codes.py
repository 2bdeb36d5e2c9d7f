"""The codes of a station, for its staff: the one that changes, the one to print, its screen and its digits."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import checkin_code, duty, station_visit
from models.card import Attachment, Card, Choice
from models.checkin_code import Code
from models.refusal import Refusal
from models.text import Text, as_said

_PRINTED = (
    Phrase(
        r"打印(?:的)?(?:签到)?(?:二维)?码|(?:贴|挂)(?:在)?(?:门口|墙上)的(?:签到)?(?:二维)?码|可以打印的|\bprint(?:ed|able)? (?:check-?\s?in )?(?:qr )?code",
        weight=8,
        unless=r"是什么|什么意思|多少|\bwhat is\b",
    ),
)
_NOTHING = Text("请说站的名字，比如“服务站签到码”。您这里没有可以签到的站。")


def named(reading: Reading) -> list[int] | None:
    """The stations that are meant, where the sentence says nothing of an activity."""
    return None if reading.titles or reading.topic else list(reading.stations) or None


def own(talk: Talk) -> list[int]:
    """The stations where somebody lets people in."""
    found = station_visit.stations(talk.db)
    return [each.id for each in found if duty.may(talk.db, talk.person.id, each.id, "door")]


def which(talk: Talk, number: int | None, stations: list[int] | None) -> Row[Any]:
    """The station that is meant, of those where he lets people in. Leaves with who does, where not he."""
    keys = [number] if number else stations or own(talk)
    found = [each for key in keys if (each := station_visit.station(talk.db, key))]
    may = [each for each in found if duty.may(talk.db, talk.person.id, each.id, "door")]
    if found and not may:
        try:
            duty.check(talk.db, talk.person.id, found[0].id, f"place:{found[0].code}")
        except Refusal as refusal:
            talk.leave(refusal, Choice(Text("看看这个站"), press("station", found[0].id)))
    if not may:
        talk.leave(Refusal("station.none", _NOTHING), Choice(Text("所有服务站"), press("stations")))
    if len(may) == 1:
        return may[0]
    talk.keep(stations=[each.id for each in may])
    options = [Option(each.id, as_said(each.name)) for each in may]
    chosen = talk.ask("station", Text("哪个站的码？"), *options)
    return next(each for each in may if each.id == chosen)


@on("staff.activity", head="stationcode", allow=anybody, private=True)
def code(talk: Talk, number: int | None = None, stations: list[int] | None = None) -> Card:
    """The code of now, for who stands there: it proves more than what can be printed, and is over in a minute."""
    station = which(talk, number, stations)
    says = f"checkin {checkin_code.on_screen(talk.vault, station.id, talk.now)}"
    text = Text(
        "请现在给到{place}的人扫，一分钟内有效。\n一直要用，就开签到屏幕，或者贴打印码。",
        place=as_said(station.name),
    )
    name = Text("签到码 {place}", place=as_said(station.name))
    return Card(
        text,
        choices=(Choice(Text("换新码"), press("stationcode", station.id)), *_others(station, "stationcode")),
        refs=(f"place:{station.code}",),
        attachments=(Attachment("qr", name, says=says),),
    )


def _reads(reading: Reading) -> dict[str, Any]:
    return {"stations": named(reading)}


@on(
    "staff.activity",
    head="stationprint",
    example=Text("服务站的打印码"),
    for_staff=True,
    rank=105,
    allow=anybody,
    private=True,
    phrases=_PRINTED,
    reads=_reads,
)
def printed(talk: Talk, number: int | None = None, stations: list[int] | None = None) -> Card:
    """The code for the wall. It never changes, so that a photo of it is as good: every figure counts it apart."""
    station = which(talk, number, stations)
    says = f"checkin {checkin_code.sign(talk.vault, Code('printed', station.id))}"
    text = Text(
        "请打印出来贴在{place}门口，一直有效。\n拍下来别处也能扫，所以签到会记成“打印码”，统计里分开算，也不能用来签活动。",
        place=as_said(station.name),
    )
    return Card(
        text,
        choices=_others(station, "stationprint"),
        refs=(f"place:{station.code}",),
        attachments=(Attachment("qr", Text("打印码 {place}", place=as_said(station.name)), says=says),),
    )


@on("staff.activity", head="doorscreen", allow=anybody, private=True)
def screen(talk: Talk, number: int | None = None, stations: list[int] | None = None) -> Card:
    """A link to a page for the screen of the station, which shows a new code every 30 seconds."""
    station = which(talk, number, stations)
    if talk.public_url is None:
        text = Text("请用打印码，或者念6位数字。这里还没有对外的网址，开不了签到屏幕。")
        choices = _others(station, "doorscreen")
        return Card(text, choices=choices, tone="notice", refs=(f"place:{station.code}",))
    token = checkin_code.entrance(talk.vault, station.id, talk.now)
    text = Text(
        "请在{place}的屏幕上打开这个网址，码每30秒换一次，旁边有6位数字：\n{link}\n"
        "{count}天里有效，到期再要一个。别发给别人，拿到它就能看到站里的码。",
        place=as_said(station.name),
        link=as_said(f"{talk.public_url.rstrip('/')}/screen/{token}"),
        count=checkin_code.ENTRANCE_DAYS,
    )
    return Card(text, choices=_others(station, "doorscreen"), refs=(f"place:{station.code}",))


@on("staff.activity", head="stationsix", allow=anybody, private=True)
def digits(talk: Talk, number: int | None = None, stations: list[int] | None = None) -> Card:
    """The digits of now, for who cannot scan."""
    station = which(talk, number, stations)
    shown = checkin_code.digits(talk.vault, station.id, talk.now)
    text = Text(
        "请念给到{place}的人听：{digits}\n发来这6位数字就能签到。每分钟换一次，换了还能用一分钟。",
        place=as_said(station.name),
        digits=as_said(f"{shown[:3]} {shown[3:]}"),
    )
    again = Choice(Text("换新数字"), press("stationsix", station.id))
    return Card(text, choices=(again, *_others(station, "stationsix")), refs=(f"place:{station.code}",))


def _others(station: Row[Any], but: str) -> tuple[Choice, ...]:
    found = {
        "stationcode": Text("现在的码"),
        "doorscreen": Text("签到屏幕"),
        "stationprint": Text("打印码"),
        "stationsix": Text("念6位数字"),
    }
    return tuple(Choice(label, press(head, station.id)) for head, label in found.items() if head != but)
