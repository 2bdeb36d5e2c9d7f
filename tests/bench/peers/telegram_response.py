"""The fastest echo that python-telegram-bot's own classes allow: the call stands in the response to the webhook.

A press is echoed as the text that its answer shows, so that it too is one call. `python -m tests.bench.peers.telegram_response PORT`.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

_ME = {"id": 654321, "is_bot": True, "first_name": "Peer", "username": "peer_bot"}
_SENT = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}
_RESULTS: dict[str, object] = {"getMe": _ME, "sendMessage": _SENT, "answerCallbackQuery": True}
_response: ContextVar[dict[str, Any]] = ContextVar("response")


class Captured(BaseRequest):
    """Puts the call into the response instead of sending it."""

    read_timeout = None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if request_data is not None and name != "getMe":
            _response.get().update(request_data.parameters, method=name)
        return 200, json.dumps({"ok": True, "result": _RESULTS[name]}).encode()


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


async def echo_press(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer(update.callback_query.data)


def build() -> Starlette:
    bot = Application.builder().token("654321:peer").request(Captured()).get_updates_request(Captured())
    application = bot.updater(None).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(echo_press))

    async def webhook(request: Request) -> Response:
        response: dict[str, Any] = {}
        _response.set(response)
        await application.process_update(Update.de_json(json.loads(await request.body()), application.bot))
        return Response(json.dumps(response), media_type="application/json")

    @asynccontextmanager
    async def alive(_app: Starlette) -> AsyncIterator[None]:
        async with application:
            yield

    return Starlette(routes=[Route("/telegram", webhook, methods=["POST"])], lifespan=alive)


if __name__ == "__main__":
    uvicorn.run(build(), port=int(sys.argv[1]), log_level="warning", access_log=False)
