"""The door that Telegram comes through: who has not the secret, or brings too much, is not let in."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from bot.app import App
from bot.channels.telegram import answering
from bot.channels.telegram.answering import Later
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.speaking import Payload

PATH = "/telegram"
LONGEST_BODY = 64 * 1024
DEEPEST = 32
# When Telegram may come again with what could not be heard.
AGAIN_SECONDS = 2
_SECRET = b"x-telegram-bot-api-secret-token"
_JSON = (b"content-type", b"application/json")
_log = structlog.get_logger()


class Refused(Exception):  # noqa: N818  (an answer, not a fault)
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Door:
    """An ASGI application of its own: everything that comes is one small object, and must be cheap."""

    app: App
    calls: Calls
    secret: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            update = _parse(await _body(scope, receive, self.secret.encode()))
        except Refused as refused:
            await _respond(send, refused.status, closes=refused.status == 413)
            return
        try:
            payload = await answering.answer(self.app, self.calls, update, responds=True)
        except Later:
            await _respond(send, 503, again=AGAIN_SECONDS)
            return
        await _respond(send, 200, _written(payload) if payload else b"")


async def _body(scope: Scope, receive: Receive, secret: bytes) -> bytes:
    """The whole body of somebody who has the secret. Raises Refused."""
    given, length = b"", b"0"
    for name, value in scope["headers"]:
        if name == _SECRET:
            given = value
        elif name == b"content-length":
            length = value
    if not hmac.compare_digest(given, secret):
        raise Refused(403)
    if not length.isdigit() or len(length) > 9 or int(length) > LONGEST_BODY:
        raise Refused(413)
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            raise Refused(413)
    return body


def _parse(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(update, dict) or _is_deep(body, update):
        raise Refused(400)
    return update


def _is_deep(body: bytes, update: dict[str, Any]) -> bool:
    """Whether it is nested deeper than anything that Telegram sends; few brackets tell already that it is not."""
    if body.count(b"{") + body.count(b"[") <= DEEPEST:
        return False
    level: list[Any] = [update]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _written(payload: Payload) -> bytes:
    try:
        return to_json(payload)
    except ValueError:  # half a character, which nobody could read
        return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")


async def _respond(
    send: Send, status: int, body: bytes = b"", *, again: int | None = None, closes: bool = False
) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    if body:
        headers.append(_JSON)
    if again is not None:
        headers.append((b"retry-after", str(again).encode()))
    if closes:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
