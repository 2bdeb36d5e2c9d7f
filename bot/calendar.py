"""What a calendar program fetches that subscribes to somebody's activities: whoever has the link may."""

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from handlers import calendar_files
from handlers.recipes import Maker, Making
from models import calendar
from models.database import Db

# What is no token is nobody's, and asks nothing of the database.
_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)
_HEADERS = {
    # It is one person's: kept by his own program alone, and asked for again each time.
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def route(app: App) -> Route:
    """Serves GET and HEAD /calendar/<token>.ics."""

    async def serve(request: Request) -> Response:
        token = request.path_params["token"]
        found = await app.read(lambda db: _read(db, app, token)) if _TOKEN.fullmatch(token) else None
        if found is None:
            return PlainTextResponse("not found", 404, _HEADERS)
        content = await asyncio.to_thread(found)
        headers = {**_HEADERS, "ETag": f'"{hashlib.sha256(content.data).hexdigest()[:32]}"'}
        if _has_it(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="linli.ics"'
        return Response(content.data, media_type=content.media_type, headers=headers)

    return Route("/calendar/{token}.ics", serve)


def _read(db: Db, app: App, token: str) -> Making | None:
    vault = app.equipment.vault
    person = calendar.whose(db, token, vault)
    if person is None:
        return None
    return calendar_files.feed(db, Maker(person, app.clock.now(), app.zone, vault))


def _has_it(request: Request, tag: str) -> bool:
    """Whether the program has what it would get. No time could say so: a title is mended without one."""
    known = request.headers.get("If-None-Match", "")
    # Whoever packs it on the way may mark the tag as a weak one.
    return known.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in known.split(",")}
