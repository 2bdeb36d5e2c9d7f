"""A file in a chat that carries none: a link to it, which nobody can guess and which ends soon."""

import json
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from models import conversation
from models.card import NOTHING, Attachment, Card
from models.database import Db
from models.member import Person

PATH = "/wechat/files"
# Whoever reads it in the evening can still open it.
KEPT = timedelta(hours=24)
# A longer one was never made here.
_LONGEST = 4096
_HEADERS = {
    # What is in it may be somebody's words: nothing of it runs.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def link(app: App, page: str, channel: str, key: str, attachment: Attachment) -> str:
    """Where the one who is reached there gets this attachment, until KEPT from now."""
    until = (app.clock.now() + KEPT).isoformat()
    dumped = Card(NOTHING, attachments=(attachment,)).dump()
    sealed = app.equipment.vault.seal(json.dumps(["file", until, channel, key, dumped]))
    return f"{page.rstrip('/')}{PATH}/{sealed}"


def route(app: App) -> Route:
    """Serves what `link` names, made anew for the one it was for."""

    async def serve(request: Request) -> Response:
        found = _open(app, request.path_params["sealed"], app.clock.now())
        person = await app.read(lambda db: reader(db, found[0], found[1])) if found else None
        if found is None or person is None:
            return PlainTextResponse("not found; please ask for it again / 请再要一次", 404, _HEADERS)
        name, content = await app.content(found[2], person)
        disposition = f"inline; filename*=UTF-8''{quote(name)}"
        headers = {**_HEADERS, "Content-Disposition": disposition}
        return Response(content.data, media_type=content.media_type, headers=headers)

    return Route(f"{PATH}/{{sealed}}", serve)


def reader(db: Db, channel: str, key: str) -> Person | None:
    """Who is reached there; None where nobody is (any more)."""
    row = conversation.look(db, channel, key)
    if row is None or row.member is None:
        return None
    return Person(row.member, row.language, row.home_id, row.work_id)


def _open(app: App, sealed: str, now: datetime) -> tuple[str, str, Attachment] | None:
    words = app.equipment.vault.open(sealed) if len(sealed) <= _LONGEST and sealed.isascii() else None
    try:
        what, until, channel, key, dumped = json.loads(words or "null")
    except (ValueError, TypeError):
        return None  # sealed by us, but no file: as a phone number is
    if what != "file" or now >= datetime.fromisoformat(until):
        return None
    return channel, key, Card.load(dumped).attachments[0]
