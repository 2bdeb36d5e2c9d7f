"""Sends what the ledger says is due: claims it, hands it to its channel outside any transaction, settles it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.channels import Channel, ChannelError
from models import delivery, notice
from models.database import Db
from models.notice import Outgoing

# So many rows are claimed at once; all of them must be sent within a lease.
BATCH = 20
# How often it looks where nobody told it that there is something.
PAUSE_SECONDS = 1.0
_log = structlog.get_logger()


async def run(app: App, channels: Mapping[str, Channel]) -> None:
    """Sends until it is cancelled. What it held then is taken over when its lease ends."""
    while True:
        try:
            while await deliver(app, channels):
                pass
        except DBAPIError as error:
            _log.error("nothing can be sent", reason=type(error).__name__)
        except Exception as error:
            # Whatever it was, the others' messages still go out.
            _log.error("the courier stumbled", exc_info=error)
        await asyncio.sleep(PAUSE_SECONDS)


async def deliver(app: App, channels: Mapping[str, Channel], there: str | None = None) -> int:
    """Sends one batch of what is due on these channels, or only at one key of theirs; gives how many it took."""

    def take(db: Db) -> tuple[int, list[Outgoing]]:
        now = app.clock.now()
        claims = delivery.claim(db, now, channels, BATCH, there)
        prepared = [notice.prepare(db, claim, now) for claim in claims]
        return len(claims), [each for each in prepared if each is not None]

    taken, outgoing = await app.read(take)
    for each in outgoing:
        await _send(app, channels[each.channel], each)
    return taken


async def _send(app: App, channel: Channel, outgoing: Outgoing) -> None:
    """One delivery, and what became of it; a lost lease is somebody else's to settle."""
    failure: Exception | None = None
    try:
        await channel.push(app, outgoing)
    except Exception as error:
        failure = error
    await app.read(lambda db: _settle(db, outgoing, failure, app.clock.now()))
    if failure is None:
        app.listeners.wake((outgoing.channel, outgoing.to))


def _settle(db: Db, outgoing: Outgoing, failure: Exception | None, now: datetime) -> None:
    if failure is None:
        delivery.settle(db, outgoing.claim, "sent", now)
    elif not isinstance(failure, ChannelError):
        _log.error("not sent", delivery=outgoing.claim.delivery, exc_info=failure)
        delivery.put_off(db, outgoing.claim, now, type(failure).__name__)
    elif failure.permanent:
        delivery.settle(db, outgoing.claim, "failed", now, str(failure))
    else:
        delivery.put_off(db, outgoing.claim, now, str(failure), failure.retry_after)
