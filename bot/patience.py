"""An answer within the time that a platform gives: in time, late by the courier, or not at all and told so."""

import asyncio
from enum import Enum

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.inbound import Inbound, Reply
from models import conversation, notice
from models.database import Db
from models.notice import Part

# How long one waits before it is tried again to write.
AGAIN_SECONDS = 0.2
# How often what was promised for later is tried.
PROMISED_TRIES = 30
_log = structlog.get_logger()


class Missed(Enum):
    """Why there is no answer in time: it comes `later`, or what was said is `lost` and has had no effect."""

    LATER = "later"
    LOST = "lost"


async def answer(app: App, inbound: Inbound, seconds: float, hold: float) -> Reply | Missed:
    """The reply within so many seconds. Where nothing can be written it is tried again until `hold` is over."""
    began = asyncio.get_running_loop().time()

    def left(of: float) -> float:
        return max(0.0, began + of - asyncio.get_running_loop().time())

    tried = seconds
    while True:
        before, waiting = left(hold), asyncio.ensure_future(app.answer(inbound))
        done, _ = await asyncio.wait({waiting}, timeout=left(tried))
        if not done and app.withdraw(inbound):
            await asyncio.wait({waiting})
            return Missed.LOST
        if not done:
            following = asyncio.ensure_future(_follow(app, inbound, waiting))
            following.add_done_callback(lambda done: done.cancelled() or done.exception())
            return Missed.LATER
        if waiting.cancelled():
            return Missed.LOST  # taken back for another delivery of the same message
        try:
            return waiting.result()
        except DBAPIError as error:
            # Another try takes as long as this one took: what is at work when the time is over cannot be taken back.
            if left(hold) < before - left(hold) + 2 * AGAIN_SECONDS:
                _log.error("nothing can be written", reason=type(error).__name__)
                return Missed.LOST
            tried = hold
            await asyncio.sleep(AGAIN_SECONDS)


async def _follow(app: App, inbound: Inbound, waiting: "asyncio.Future[Reply]") -> None:
    """What was too late for the response goes through the ledger; it was promised, so it is tried on for a while."""
    for left in reversed(range(PROMISED_TRIES)):
        try:
            reply = await waiting
        except DBAPIError as error:
            _log.error("nothing can be written", reason=type(error).__name__, promised=True)
        else:
            # Too much to do is no answer to what was promised, while it can still be kept.
            if not reply.busy or not left:
                if not reply.repeated:
                    await _insist(app, inbound, reply)
                return
        await asyncio.sleep(AGAIN_SECONDS * 5)
        waiting = asyncio.ensure_future(app.answer(inbound))


async def _insist(app: App, inbound: Inbound, reply: Reply) -> None:
    """It was heard and has had its effect: its answer is not lost where it cannot be written at once."""
    for _ in range(PROMISED_TRIES):
        try:
            await _tell(app, inbound, reply)
            return
        except DBAPIError as error:
            _log.error("nothing can be written", reason=type(error).__name__, promised=True)
        await asyncio.sleep(AGAIN_SECONDS * 5)


async def _tell(app: App, inbound: Inbound, reply: Reply) -> None:
    """Everything that the response would have carried; what it would not have is in the ledger by now."""
    left = {id(message): skip for message, skip in (inbound.carries(reply) if inbound.carries else ())}
    parts = [
        Part(each.card, each.first, language=each.language, most=left.get(id(each)))
        for each in reply.messages
        if left.get(id(each)) != 0
    ]

    def tell(db: Db) -> None:
        there = conversation.look(db, inbound.channel, inbound.sender)
        if parts and there is not None:
            key = f"late:{inbound.channel}:{inbound.message}"
            notice.tell(db, parts, [there.address], app.clock.now(), key=key)

    await app.read(tell)
    app.due.set()
