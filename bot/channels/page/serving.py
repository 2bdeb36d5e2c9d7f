"""The addresses of the page: what each answers, with script and without."""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels.page import identity, looking, posted, streams
from bot.channels.page.identity import Cookies, Visitor
from bot.channels.page.looking import CHANNEL, Look, News
from bot.channels.page.printing import Printer
from bot.dispatch import LONGEST_TEXT
from bot.inbound import Inbound, Reply
from bot.limits import AddressLimits
from bot.posting import PATH
from models import community
from models.database import Db
from models.folding import clean
from models.member import Language

_STATIC = Path(__file__).parent / "static"
# A posted form is a line and a few short fields; nothing larger is read.
LARGEST_BODY = 64 * 1024
# Numbers of exchanges beyond it are not stored.
LARGEST_NUMBER = 2**31 - 1
LONGEST_NUMBER = 12
# For a page that was somebody else's, who was forgotten in another tab: nothing was heard.
CHANGED = {"changed": True}
_MESSAGE = re.compile(r"[\w-]{8,64}", re.ASCII)
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Endpoint = Callable[[Request], Awaitable[Response]]


class Pages:
    """Each browser is a person, told by a signed cookie; what it shows are the deliveries to its address."""

    def __init__(self, app: App, *, secure: bool) -> None:
        self._app = app
        self._cookies = Cookies(app.equipment.vault, secure=secure)
        self._limits = AddressLimits(app.clock)
        self._printer = Printer(app)

    def routes(self) -> list[BaseRoute]:
        gets: dict[str, Endpoint] = {
            "/": self.show,
            "/events": self.events,
            "/history": self.history,
            "/aside": self.aside,
            "/display": self.show_display,
            "/file/{number:int}/{nth:int}": self.file,
            f"{PATH}/{{number:int}}": self.posted,
            f"{PATH}/{{number:int}}/{{channel}}.png": self.posted_code,
        }
        posts: dict[str, Endpoint] = {
            "/": self.hear,
            "/display": self.set_display,
            "/persona": self.become,
            "/forget": self.forget,
        }
        return [
            *(Route(path, self._limited(endpoint), methods=["GET"]) for path, endpoint in gets.items()),
            *(Route(path, self._limited(endpoint), methods=["POST"]) for path, endpoint in posts.items()),
            *(Route(f"/{name}", _file(name)) for name in ("page.css", "page.js", "icon.svg")),
        ]

    def _limited(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            visitor = self._cookies.visitor(request)
            if wait := self._limits.allow_request(_from(request), visitor.key if visitor else None):
                return _later(wait)
            if request.method == "POST" and _is_too_long(request):
                return PlainTextResponse("too long", status_code=413)
            return await endpoint(request)

        return answer

    async def show(self, request: Request) -> Response:
        """The page with its history, or with a greeting; looking makes nobody a member."""
        return await self._page(request)

    async def hear(self, request: Request) -> Response:
        """One line; the form's own id makes a second posting the same message."""
        visitor, scripted = self._cookies.visitor(request), _is_scripted(request)
        if visitor is None:
            return JSONResponse({"gone": True}) if scripted else RedirectResponse("/", status_code=303)
        async with request.form(max_files=0, max_fields=8) as form:
            fields = {name: str(value) for name, value in form.items()}
        if scripted and fields.get("who", visitor.mark) != visitor.mark:
            return JSONResponse(CHANGED)
        text, message = fields.get("text") or fields.get("says", ""), fields.get("message", "")
        if not clean(text) or not _MESSAGE.fullmatch(message):
            return PlainTextResponse("no message", 400) if scripted else RedirectResponse("/", 303)
        label = (
            fields.get("label") or ("says" in fields and await self._label(request, visitor, text)) or None
        )
        inbound = _inbound(request, visitor, text, label, message)
        reply = await self._app.answer(inbound)
        if scripted:
            return await self._answer(visitor, reply, fields.get("after", ""))
        if reply.gone or reply.retry_after is not None:
            return await self._told(request, reply)
        return RedirectResponse("/#end", status_code=303)

    async def _label(self, request: Request, visitor: Visitor, says: str) -> str | None:
        """What a button was called that was pressed without script: then only its sentence is posted."""
        label, language = await self._app.read(lambda db: looking.label_of(db, visitor.key, says))
        reads = language or identity.language(request) or "zh-Hans"
        return self._printer.say(label, reads) if label else None

    async def _answer(self, visitor: Visitor, reply: Reply, after: str) -> Response:
        """What the script asked for: everything since what it has, its own line among it."""
        if reply.gone or reply.retry_after is not None:
            name = await self._app.read(community.name)
            return self._unkept(reply, JSONResponse(self._printer.notice(reply, name or "")))
        number = _number(after) or 0
        news = await self._app.read(lambda db: looking.later(db, visitor.key, number))
        return JSONResponse(self._printer.news(news, visitor))

    async def _told(self, request: Request, reply: Reply) -> Response:
        """What is kept nowhere is shown here and now."""
        return self._unkept(reply, await self._page(request, reply))

    def _unkept(self, reply: Reply, response: Response) -> Response:
        if reply.gone:
            self._cookies.forget(response)
        elif reply.retry_after is not None:
            response.status_code = 429
            response.headers["Retry-After"] = str(max(1, round(reply.retry_after)))
        return response

    async def _page(self, request: Request, told: Reply | None = None) -> Response:
        visitor = self._cookies.visitor(request)
        if visitor is None:
            if wait := self._limits.allow_newcomer(_from(request)):
                return _later(wait)
            visitor = identity.newcomer()
        look = await self._look(visitor, _number(request.query_params.get("before", "")))
        html = self._printer.page(
            look, _language(look, request), identity.display(request), told, visitor.mark
        )
        response = HTMLResponse(html, headers=HEADERS)
        self._cookies.remember(response, visitor)
        return response

    async def _look(self, visitor: Visitor, before: int | None = None) -> Look:
        app = self._app
        return await app.read(
            lambda db: looking.look(
                db, visitor.key, app.clock.now(), app.equipment, before, alone=app.platforms == 0
            )
        )

    async def events(self, request: Request) -> Response:
        """A stream of what comes, from the number on that the page has; it goes on where it was cut."""
        visitor, network = self._cookies.visitor(request), _from(request)
        if visitor is None:
            return PlainTextResponse("no cookie", status_code=403)
        if not self._limits.has_room(network):
            return _later(60)
        last = request.headers.get("last-event-id") or request.query_params.get("after", "")
        after = _number(last) or 0
        whose = request.query_params.get("who", visitor.mark)

        async def written() -> AsyncIterator[str]:
            # Counted here and not before: who is gone by now never comes to the end of this.
            self._limits.open_stream(network)
            try:
                if whose != visitor.mark:
                    yield streams.write([(after, CHANGED)])
                    return
                async for news in streams.news(self._app, visitor.key, after):
                    yield streams.write(self._printer.events(news, visitor))
            finally:
                self._limits.close_stream(network)

        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(written(), media_type="text/event-stream", headers=headers)

    async def history(self, request: Request) -> Response:
        """Exchanges after a number, or the last ones before it."""
        visitor = self._cookies.visitor(request)
        if visitor is None:
            return PlainTextResponse("no cookie", status_code=403)
        if request.query_params.get("who", visitor.mark) != visitor.mark:
            return JSONResponse(CHANGED, headers=HEADERS)
        after, before = (_number(request.query_params.get(name, "")) for name in ("after", "before"))

        def read(db: Db) -> News:
            if after is not None:
                return looking.later(db, visitor.key, after)
            return looking.earlier(db, visitor.key, before)

        news = await self._app.read(read)
        return JSONResponse(self._printer.news(news, visitor), headers=HEADERS)

    async def aside(self, request: Request) -> Response:
        """What somebody goes to next, for the column beside the chat."""
        visitor = self._cookies.visitor(request)
        if visitor is None:
            return HTMLResponse("", headers=HEADERS)
        look = await self._look(visitor)
        return HTMLResponse(self._printer.aside(look, _language(look, request)), headers=HEADERS)

    async def file(self, request: Request) -> Response:
        """An attachment, made for the one whom it was sent to and for nobody else."""
        visitor, nth = self._cookies.visitor(request), request.path_params["nth"]
        number = request.path_params["number"]
        found = None
        if visitor and number <= LARGEST_NUMBER:
            found = await self._app.read(lambda db: looking.exchange(db, visitor.key, number))
        attached = [each for card in found[0].cards for each in card.attachments] if found else []
        if found is None or not 1 <= nth <= len(attached) or attached[nth - 1].recipe is None:
            return PlainTextResponse("not found", status_code=404)
        name, content = await self._app.content(attached[nth - 1], found[1])
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        headers = {**HEADERS, "Content-Disposition": disposition}
        return Response(content.data, media_type=content.media_type, headers=headers)

    async def posted(self, request: Request) -> Response:
        """What a poster's code opens; looking makes nobody a member, its button says the sentence."""
        number, app = request.path_params["number"], self._app
        found = None
        if number <= LARGEST_NUMBER:
            found = await app.read(lambda db: posted.find(db, number))
        if found is None:
            return RedirectResponse("/", status_code=303)
        visitor = self._cookies.visitor(request)
        if visitor is None and (wait := self._limits.allow_newcomer(_from(request))):
            return _later(wait)
        language = identity.language(request) or "zh-Hans"
        shown = await posted.view(app, found, language, app.clock.now(), token_urlsafe(16))
        html = self._printer.posted(shown, identity.display(request))
        response = HTMLResponse(html, headers=HEADERS)
        self._cookies.remember(response, visitor or identity.newcomer())
        return response

    async def posted_code(self, request: Request) -> Response:
        """The code of one channel's own way in, for whoever holds his finger on it."""
        number, channel = request.path_params["number"], request.path_params["channel"]
        found = None
        if number <= LARGEST_NUMBER and await self._app.read(lambda db: posted.find(db, number)):
            found = await posted.picture(self._app, number, channel)
        if found is None:
            return PlainTextResponse("not found", status_code=404)
        return Response(found, media_type="image/png", headers=HEADERS)

    async def show_display(self, request: Request) -> Response:
        """Text size and colours, for a browser without script."""
        look = await self._look(self._cookies.visitor(request) or identity.newcomer())
        html = self._printer.display(look, _language(look, request), identity.display(request))
        return HTMLResponse(html, headers=HEADERS)

    async def set_display(self, request: Request) -> Response:
        size, theme = identity.display(request)
        async with request.form(max_files=0, max_fields=4) as form:
            size = identity.as_size(str(form.get("size") or size))
            theme = identity.as_theme(str(form.get("theme") or theme))
        response: Response = (
            Response(status_code=204) if _is_scripted(request) else RedirectResponse("/", status_code=303)
        )
        self._cookies.remember_display(response, size, theme)
        return response

    async def become(self, request: Request) -> Response:
        """One of the demo's people, as a browser that was never here."""
        async with request.form(max_files=0, max_fields=4) as form:
            code = str(form.get("member") or "")
        response = RedirectResponse("/", status_code=303)
        if wait := self._limits.allow_newcomer(_from(request)):
            return _later(wait)
        visitor, alone = identity.newcomer(), self._app.platforms == 0
        if await self._app.read(
            lambda db: looking.become(db, visitor.key, code, self._app.clock.now(), alone=alone)
        ):
            self._cookies.remember(response, visitor)
        return response

    async def forget(self, _request: Request) -> Response:
        """This browser is nobody any more; what it said stays where it was said."""
        response = RedirectResponse("/", status_code=303)
        self._cookies.forget(response)
        return response


def _inbound(request: Request, visitor: Visitor, text: str, label: str | None, message: str) -> Inbound:
    # Who goes back to a page and presses another button of it says something else.
    # Mixed with the token, which is stored nowhere: else a phone number could be guessed from it.
    message = f"{message}-{hashlib.sha256(f'{visitor.token} {text}'.encode()).hexdigest()[:8]}"
    return Inbound(
        CHANNEL,
        visitor.key,
        text[:LONGEST_TEXT],
        message=visitor.scoped(message),
        # Whoever writes is answered as he writes, where his browser does not tell; a button is no writing.
        language=identity.language(request) or ("zh-Hans" if label else None),
        history=True,
        label=label[:LONGEST_TEXT] if label else None,
    )


def _language(look: Look, request: Request) -> Language:
    return look.news.language or identity.language(request) or "zh-Hans"


def _from(request: Request) -> str:
    """The network address of who asks; behind a proxy uvicorn has put the right one there."""
    return request.client.host if request.client else ""


def _is_scripted(request: Request) -> bool:
    return request.headers.get("x-requested-with") == "linli"


def _is_too_long(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return not length.isdecimal() or int(length) > LARGEST_BODY


def _number(written: str) -> int | None:
    """The number of an exchange; None where none is written."""
    if not (written.isascii() and written.isdecimal()):
        return None
    return min(int(written[:LONGEST_NUMBER]), LARGEST_NUMBER)


def _later(seconds: float) -> Response:
    told = "请过一会儿再试 / please try again in a moment"
    return PlainTextResponse(told, status_code=429, headers={"Retry-After": str(max(1, round(seconds)))})


def _file(name: str) -> Endpoint:
    async def serve(_request: Request) -> Response:
        # Asked for again each time, and not sent again where it is the same.
        return FileResponse(_STATIC / name, headers={"Cache-Control": "no-cache"})

    return serve
