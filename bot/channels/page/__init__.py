"""The chat page in a browser: a real channel, and the demo. It works by posting a form, without script."""

import hashlib
import re
import secrets
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.rendering import Rendered, render
from bot.configuration import Configuration
from bot.dispatch import LONGEST_TEXT
from bot.inbound import Inbound, Message, Reply
from handlers.help import greeting
from handlers.words import Reader, say
from models import community, heard, member
from models.member import Language
from models.text import Text

_HERE = Path(__file__).parent
COOKIE = "linli"
YEAR_SECONDS = 365 * 24 * 3600
# A posted form is a line and two short fields; nothing larger is read.
LARGEST_BODY = 64 * 1024
_MESSAGE = re.compile(r"[\w-]{8,64}", re.ASCII)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_WORDS = {
    "title": Text("邻里"),
    "write": Text("要办什么？"),
    "send": Text("发送"),
    "hint": Text("直接说就行，比如：周六有什么活动"),
}


def open_channel(settings: Configuration) -> "Page":
    """The page is always there; people come by https where `server.public_url` says so."""
    return Page(secure=(settings.server.public_url or "").startswith("https://"))


class Page:
    """The page as a channel: everything that it hears comes by HTTP."""

    capabilities = CHANNELS["page"]

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    def routes(self, app: App) -> list[BaseRoute]:
        return _Browsers(app, secure=self._secure).routes()

    async def run(self, app: App) -> None:
        """Nothing is fetched."""


class _Browsers:
    """Each browser is a person, told by a random cookie; its answers are kept with what was heard."""

    def __init__(self, app: App, *, secure: bool) -> None:
        self._app = app
        self._secure = secure
        loader = FileSystemLoader(_HERE)
        self._templates = Environment(loader=loader, autoescape=select_autoescape(default=True))

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/", self.post, methods=["POST"]),
            Route("/page.css", self.style),
        ]

    async def style(self, _request: Request) -> Response:
        return FileResponse(_HERE / "page.css", media_type="text/css")

    async def show(self, request: Request) -> Response:
        """The page with the answer that `?answer=` names, or with a greeting; looking makes nobody a member."""
        token = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        asked = request.query_params.get("answer")
        reply = await self._recall(asked, token) if asked else None
        if reply is None:
            reply = await self._greet(request, token)
        name = await self._app.read(community.name)
        response = HTMLResponse(self._page(reply, name), headers=_HEADERS)
        response.set_cookie(
            COOKIE, token, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=self._secure
        )
        return response

    async def post(self, request: Request) -> Response:
        """One line; the form's own id makes a second posting the same message."""
        if int(request.headers.get("content-length") or LARGEST_BODY + 1) > LARGEST_BODY:
            return PlainTextResponse("too long", status_code=413)
        token = request.cookies.get(COOKIE)
        if not token:
            return RedirectResponse("/", status_code=303)
        async with request.form(max_files=0, max_fields=8) as form:
            text, message = str(form.get("text") or form.get("says") or ""), str(form.get("message") or "")
        if not text.strip() or not _MESSAGE.fullmatch(message):
            return RedirectResponse("/", status_code=303)
        # Who goes back to a page and presses another button of it says something else.
        message = f"{message}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        inbound = self._inbound(request, token, text[:LONGEST_TEXT], _scoped(token, message))
        reply = await self._app.answer(inbound)
        if reply.did == "unknown" and reply.messages[0].card.tone == "notice":
            # Who is told to come later is shown that here: it is kept nowhere, so that he may say it again.
            return HTMLResponse(self._page(reply, None), headers=_HEADERS)
        return RedirectResponse(f"/?answer={message}", status_code=303)

    def _inbound(self, request: Request, token: str, text: str, message: str | None) -> Inbound:
        return Inbound("page", _sender(token), text, message=message, language=_language(request))

    async def _greet(self, request: Request, token: str) -> Reply:
        known = await self._app.read(lambda db: member.language_at(db, "page", _sender(token)))
        message = Message(_sender(token), greeting(), known or _language(request), None)
        return Reply("help", (message,))

    async def _recall(self, message: str, token: str) -> Reply | None:
        """The stored answer, which only the browser that asked has the name of."""
        kept = await self._app.read(lambda db: heard.recall(db, "page", _scoped(token, message)))
        return Reply.load(kept) if kept else None

    def _page(self, reply: Reply, name: str | None) -> str:
        language = reply.messages[0].language if reply.messages else "zh-Hans"
        reader = Reader(language, self._app.clock.now(), self._app.zone)
        shown: list[Rendered] = [
            rendered
            for message in reply.messages
            for rendered in render(message.card, reader, CHANNELS["page"], message.first)
        ]
        words = {name: say(text, reader) for name, text in _WORDS.items()}
        words["title"] = name or words["title"]
        return self._templates.get_template("page.html").render(
            language=language,
            words=words,
            shown=shown,
            message=secrets.token_urlsafe(16),
            longest=LONGEST_TEXT,
        )


def _sender(token: str) -> str:
    """Who has the database does not have the cookie."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _scoped(token: str, message: str) -> str:
    """A message id of this browser's own: nobody meets another one's by guessing it."""
    return hashlib.sha256(f"{token} {message}".encode()).hexdigest()


def _language(request: Request) -> Language:
    """The first language of the browser that we speak."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "zh-Hans"
