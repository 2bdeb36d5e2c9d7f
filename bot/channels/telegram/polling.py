"""Updates are fetched, and only what is committed is confirmed: the next fetch begins after it."""

import asyncio

import structlog
from telegram.error import BadRequest, Conflict, TelegramError

from bot.app import App
from bot.channels.telegram import answering
from bot.channels.telegram.answering import Later
from bot.channels.telegram.calls import Calls, TooFast, failure
from bot.channels.telegram.speaking import Payload
from bot.channels.telegram.updates import ALLOWED
from bot.channels.telegram.waiting import Backoff

# Telegram holds a fetch for so long when there is nothing; the call may take so much longer.
HOLD_SECONDS = 25
SLACK_SECONDS = 10
MOST_UPDATES = 100
_log = structlog.get_logger()


async def poll(app: App, calls: Calls) -> None:
    """Until it is cancelled: no error ends it."""
    backoff = Backoff("Telegram is not heard")
    ready, offset = False, 0
    while True:
        try:
            if not ready:
                await calls.me()
                await calls.call("deleteWebhook", drop_pending_updates=False)
                ready = True
            offset, whole = await _fetch(app, calls, offset)
            if whole:
                backoff.succeeded()
            else:
                await backoff.failed("nothing can be written")
        except TooFast as error:
            await backoff.failed(str(error), error.wait.total_seconds())
        except TelegramError as error:
            # A webhook may have been set meanwhile: it is taken away again.
            ready = ready and not isinstance(error, Conflict)
            await backoff.failed(str(error) or type(error).__name__)
        except Exception as error:
            # Whatever it was, the next fetch may go better.
            _log.error("fetching stumbled", exc_info=error)
            await backoff.failed(type(error).__name__)


async def _fetch(app: App, calls: Calls, offset: int) -> tuple[int, bool]:
    """Hears what there is; gives where the next fetch begins, and whether everything was heard."""
    updates = await calls.call(
        "getUpdates",
        seconds=HOLD_SECONDS + SLACK_SECONDS,
        offset=offset,
        timeout=HOLD_SECONDS,
        limit=MOST_UPDATES,
        allowed_updates=list(ALLOWED),
    )
    # Begun in their order, they are heard in it, as far as they are one person's.
    heard = await asyncio.gather(*(_hear(app, calls, each) for each in updates), return_exceptions=True)
    for update, failed in zip(updates, heard, strict=True):
        if isinstance(failed, Later):
            return offset, False
        if failed is not None:
            raise failed
        offset = update["update_id"] + 1
    return offset, True


async def _hear(app: App, calls: Calls, update: Payload) -> None:
    await answering.answer(app, calls, update, responds=None, show=lambda payload: _shows(calls, payload))


async def _shows(calls: Calls, payload: Payload) -> bool:
    """False where another try may go better."""
    try:
        await _show(calls, dict(payload))
    except TelegramError as error:
        _log.warning("not shown", reason=str(error))
        return failure(error).permanent
    return True


async def _show(calls: Calls, payload: Payload) -> None:
    """A new message, or in place of the pressed one; below it, where that is gone. Raises TelegramError."""
    method = payload.pop("method")
    try:
        await calls.call(method, **payload)
    except BadRequest as error:
        # What stands there already was shown at an earlier attempt.
        if "not modified" in str(error):
            return
        if "text" not in payload or "message_id" not in payload:
            raise
        del payload["message_id"]
        await calls.call("sendMessage", **payload)
