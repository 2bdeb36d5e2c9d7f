"""The address that WeChat calls: who calls is checked, what is said is answered within five seconds."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from urllib.parse import parse_qsl

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.types import Receive, Scope, Send

from bot import patience
from bot.app import App
from bot.channels.wechat import elements
from bot.channels.wechat.elements import Unreadable
from bot.channels.wechat.envelope import Envelope, Refused
from bot.channels.wechat.reading import CHANNEL, Call, Consent, read
from bot.channels.wechat.replies import Passive, as_xml
from bot.channels.wechat.wording import plain
from bot.inbound import Inbound, Reply
from bot.patience import Missed
from handlers.words import Reader, say
from models import conversation, dead_letter, grant
from models.database import Db
from models.text import Text

LARGEST_BODY = 64 * 1024
# WeChat waits for 5 seconds, then asks again or shows an error.
ANSWER_SECONDS = 4.0
HOLD_SECONDS = 4.5
# Nothing is to be shown, and the call is not to come again.
NOTHING = "success"
_MOST_PARAMETERS = 16
# How often, and after what wait, it is tried to forget somebody whom nothing could be written about.
FORGET_TRIES, FORGET_SECONDS = 60, 5.0
_LATER = Text("请等一会儿，办好了马上发给您。现在比平时慢一些。")
_LOST = Text("请过一分钟再发一次。刚才这句没有收下，还没有办。")
_TOLD = {Missed.LATER: _LATER, Missed.LOST: _LOST}
_log = structlog.get_logger()


class _TooLarge(Exception):  # noqa: N818
    """More than LARGEST_BODY is not even read."""


class _Gone(Exception):  # noqa: N818
    """The caller hung up before he had said everything."""


class Callback:
    """A bare ASGI endpoint: each call of everybody comes through it."""

    def __init__(self, app: App, envelope: Envelope) -> None:
        self._app = app
        self._envelope = envelope
        self._forgetting: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, body = await self._answer(scope, receive)
        except Refused as refused:
            _log.warning("call refused", channel=CHANNEL, reason=str(refused))
            status, body = 403, "forbidden"
        except _TooLarge:
            status, body = 413, "too large"
        except _Gone:
            return
        await _respond(send, status, body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        if scope["method"] not in ("GET", "POST"):
            return 405, "GET, POST"
        query = _query(scope)
        self._envelope.check(query)
        if scope["method"] == "GET":
            return 200, query.get("echostr", "")
        xml = self._envelope.open(query, await _body(scope, receive))
        try:
            call = read(elements.read(xml))
        except Unreadable as error:
            await self._set_aside(error, xml)
            return 200, NOTHING
        text = await self._meant(call)
        return 200, self._envelope.seal(
            as_xml(call, text, self._app.clock), query["nonce"]
        ) if text else NOTHING

    async def _meant(self, call: Call) -> str:
        """The text that answers, or nothing. An authentic call is answered whatever happens: all else shows an error
        to the one who wrote, and may stop the deliveries to everybody."""
        try:
            if isinstance(call.means, Inbound):
                return await self._hear(call.means)
            if isinstance(call.means, Consent):
                await self._app.read(partial(_note, consent=call.means))
        except Exception as error:
            _log.error("not answered", channel=CHANNEL, exc_info=error)
            return self._said(_LOST) if isinstance(call.means, Inbound) else ""
        return ""

    async def _hear(self, inbound: Inbound) -> str:
        passive = Passive(self._app.clock, self._app.zone, self._app.equipment.public_url)
        heard = replace(inbound, carries=passive.left)
        answer = await patience.answer(self._app, heard, ANSWER_SECONDS, HOLD_SECONDS)
        if inbound.leaves:
            if answer is Missed.LOST or (isinstance(answer, Reply) and answer.busy):
                task = asyncio.create_task(self._forget(inbound))
                self._forgetting.add(task)
                task.add_done_callback(self._forgetting.discard)
            return ""
        if isinstance(answer, Reply):
            return passive.text(answer)
        return self._said(_TOLD[answer])

    async def _forget(self, inbound: Inbound) -> None:
        """Whoever left reads no answer and does not say it again, but his data has to go."""
        for _ in range(FORGET_TRIES):
            await asyncio.sleep(FORGET_SECONDS)
            with suppress(DBAPIError):
                if not (await self._app.answer(inbound)).busy:
                    return
        _log.error("somebody who left is not forgotten", channel=CHANNEL, message=inbound.message)

    def _said(self, text: Text) -> str:
        """In Chinese: who it is cannot be looked up now."""
        return plain(say(text, Reader("zh-Hans", self._app.clock.now(), self._app.zone)))

    async def _set_aside(self, error: Unreadable, xml: str | bytes) -> None:
        """For the operator. It is not to come again: it would be no better then."""
        read = xml.encode() if isinstance(xml, str) else xml
        message = error.message or "body:" + blake2b(read, digest_size=16).hexdigest()
        _log.warning("not readable", channel=CHANNEL, reason=error.field)
        now = self._app.clock.now()
        try:
            await self._app.read(lambda db: dead_letter.keep(db, CHANNEL, message, error.field, now))
        except DBAPIError as failure:
            _log.error("nothing can be written", reason=type(failure).__name__)


def _note(db: Db, consent: Consent) -> None:
    """Somebody who never wrote has no address to send to."""
    there = conversation.look(db, CHANNEL, consent.sender)
    if there is None:
        return
    for template in consent.given:
        grant.give(db, there.address, template, consent.event)
    for template in consent.taken:
        grant.take_back(db, there.address, template)


def _query(scope: Scope) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("ascii"), max_num_fields=_MOST_PARAMETERS))
    except ValueError as error:
        raise Refused("the address is none of the platform's") from error


async def _body(scope: Scope, receive: Receive) -> bytes:
    """What was sent, as far as it is not too much."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > LARGEST_BODY):
            raise _TooLarge
    parts, size, more = [], 0, True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise _Gone
        parts.append(part.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise _TooLarge
        more = part.get("more_body", False)
    return b"".join(parts)


async def _respond(send: Send, status: int, body: str) -> None:
    """A caller who was not heard to his end is not heard further."""
    content = body.encode()
    kind = b"application/xml" if body.startswith("<xml>") else b"text/plain"
    headers = [
        (b"content-type", kind + b"; charset=utf-8"),
        (b"content-length", b"%d" % len(content)),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
