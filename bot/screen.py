"""The page that a screen at the door shows: a code that changes every 30 seconds, for whoever is there to scan."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import structlog
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels import Channel, ChannelError
from handlers import station_screen
from handlers.accounts import channel_name
from handlers.words import Reader, say
from models import activity, checkin_code, checking_in, visit
from models.activity import Listing
from models.checkin_code import Code
from models.database import Db
from models.text import Moment, Span, Text, prose

_FILES = Path(__file__).parent / "screen_page"
# A platform that does not tell its address by then is left out, and asked again for the next code.
LINK_SECONDS = 5.0
# How soon a screen looks again that shows no code, in seconds.
IDLE_SECONDS = 15
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    # The address is the secret.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
LATE = Text("连不上了，正在重试。码扫不了就找工作人员。")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code as it is drawn, and the app that it is for."""

    name: str
    drawn: Markup


@dataclass(frozen=True, slots=True)
class Screen:
    """All that a screen shows; it names nobody. New after `seconds`; `late` is seen while nothing new comes."""

    title: str
    place: str
    span: str
    count: str
    seconds: float
    codes: tuple[Drawn, ...] = ()
    or_send: str = ""
    digits: str = ""
    state: str = ""
    late: str = ""


class Links:
    """The addresses of the newest code of each place, asked of the platforms once however many screens show it."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._lock = asyncio.Lock()
        self._known: dict[int, tuple[str, dict[str, str]]] = {}

    async def of(self, place: int, says: str) -> Mapping[str, str]:
        """By channel; what a platform did not tell is asked again."""
        async with self._lock:
            said, found = self._known.get(place, ("", {}))
            if said != says:
                found = {}
            for name, channel in self._channels.items():
                if name not in found and (link := await _link(name, channel, says)):
                    found[name] = link
            self._known[place] = says, found
            return found


async def _link(name: str, channel: Channel, says: str) -> str | None:
    try:
        return await asyncio.wait_for(channel.link(says), LINK_SECONDS)
    except (ChannelError, TimeoutError) as error:
        _log.warning("no link for the screen", channel=name, reason=type(error).__name__)
        return None


def routes(app: App, channels: Mapping[str, Channel]) -> list[BaseRoute]:
    """GET /screen/<signed token>, and /now below it for what is new of it."""
    links, pages = Links(channels), _environment()

    async def entered(made: Template, code: Code) -> Response:
        station = await app.read(lambda db: station_screen.read(db, code.key, app.clock.now()))
        if station is None or not checkin_code.is_open_entrance(code, app.clock.now()):
            return PlainTextResponse("已结束 / over", 410, HEADERS)
        return HTMLResponse(made.render(shown=await _entrance(app, links, station)), headers=HEADERS)

    def serve(template: str) -> Route:
        made = pages.get_template(template)

        async def answer(request: Request) -> Response:
            code = checkin_code.read(app.equipment.vault, request.path_params["token"])
            if code is not None and code.kind == "entrance":
                return await entered(made, code)
            if code is None or code.kind != "door":
                return PlainTextResponse("not found", 404, HEADERS)
            wanted, came = await app.read(lambda db: _read(db, code.key))
            if app.clock.now() >= checking_in.closes(wanted):
                return PlainTextResponse("已结束 / over", 410, HEADERS)
            return HTMLResponse(made.render(shown=await _screen(app, links, wanted, came)), headers=HEADERS)

        return Route("/screen/{token}" + ("/now" if template == "now.html" else ""), answer)

    def file(name: str) -> Route:
        async def send(_request: Request) -> Response:
            return FileResponse(_FILES / name, headers={"X-Content-Type-Options": "nosniff"})

        return Route(f"/{name}", send)

    return [serve("screen.html"), serve("now.html"), file("screen.css"), file("screen.js")]


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_FILES), autoescape=select_autoescape(default=True))


def _read(db: Db, key: int) -> tuple[Listing, int]:
    return activity.held(db, key), visit.count(db, key)


async def _screen(app: App, links: Links, wanted: Listing, came: int) -> Screen:
    now = app.clock.now()
    told = (
        _say(app, prose(wanted.title)),
        wanted.place,
        _say(app, Text("{span}", span=Span(wanted.starts, wanted.ends))),
        _twice(app, Text("已签到{count}位", count=came)),
    )
    if state := _state(wanted, now):
        return Screen(*told, IDLE_SECONDS, state=_twice(app, state), late=_twice(app, LATE))
    return Screen(*told, **await _codes(app, links, wanted.place_id))


async def _codes(app: App, links: Links, place: int) -> dict[str, Any]:
    """What anybody who is at a place scans or types now, and how long it stands."""
    now, vault = app.clock.now(), app.equipment.vault
    says = f"checkin {checkin_code.on_screen(vault, place, now)}"
    digits, left = checkin_code.digits(vault, place, now), checkin_code.changes(now)
    found = await links.of(place, says)
    codes = [Drawn(_twice(app, channel_name(name)), draw(link)) for name, link in found.items()]
    if not codes:
        codes = [Drawn(_twice(app, Text("扫出来的字，发给我们")), draw(says))]
    return {
        "seconds": round(left.total_seconds(), 1),
        "codes": tuple(codes),
        "or_send": _twice(app, Text("或者发这6位数字")),
        "digits": f"{digits[:3]} {digits[3:]}",
        "late": _twice(app, LATE),
    }


async def _entrance(app: App, links: Links, station: station_screen.Station) -> Screen:
    """The screen of a station, with its code while it is open."""
    told = (
        station.name,
        station.address or "",
        _twice(app, station.hours),
        _twice(app, Text("今天来了{count}位", count=station.came)),
    )
    if not station.is_open:
        return Screen(*told, IDLE_SECONDS, state=_twice(app, station.hours), late=_twice(app, LATE))
    return Screen(*told, **await _codes(app, links, station.place))


def _state(wanted: Listing, now: datetime) -> Text | None:
    """Why there is no code; None where there is one."""
    if wanted.is_off:
        return Text("活动取消了")
    if now < checking_in.opens(wanted):
        return Text("{at}开始签到", at=Moment(checking_in.opens(wanted)))
    return None


def _say(app: App, text: Text, language: str = "zh-Hans") -> str:
    return say(text, Reader("en" if language == "en" else "zh-Hans", app.clock.now(), app.zone))


def _twice(app: App, text: Text) -> str:
    """Nobody has said in which language he reads it."""
    both = dict.fromkeys((_say(app, text), _say(app, text, "en")))
    return " · ".join(both)


def draw(says: str) -> Markup:
    """Black on white with four modules of margin: else it is not read."""
    drawn = segno.make_qr(says, error="m").svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawn)
