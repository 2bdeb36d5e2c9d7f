"""Sends what the ledger says is due: claims it, hands it to its channel outside any transaction, settles it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.channels import Channel, ChannelError
from models import conversation, delivery, member, notice
from models.database import Db
from models.delivery import Claim
from models.notice import Outgoing

# So many rows are claimed at once; each must be sent within a lease.
BATCH = 20
# So many are on their way at once: one that takes long holds up nobody else.
AT_ONCE = 40
# How often it looks where nobody told it that there is something.
PAUSE_SECONDS = 1.0
_log = structlog.get_logger()


async def run(app: App, channels: Mapping[str, Channel]) -> None:
    """Sends until it is cancelled. What it held then is taken over when its lease ends."""
    on_their_way: set[asyncio.Task[None]] = set()
    while True:
        app.due.clear()
        taken = 0
        try:
            if len(on_their_way) < AT_ONCE:
                taken, outgoing = await _take(app, channels)
                for there in _by_address(outgoing):
                    sending = asyncio.create_task(_send_in_order(app, channels, there))
                    on_their_way.add(sending)
                    sending.add_done_callback(on_their_way.discard)
                    sending.add_done_callback(lambda _: app.due.set())
        except DBAPIError as error:
            _log.error("nothing can be sent", reason=type(error).__name__)
        except Exception as error:
            # Whatever it was, the others' messages still go out.
            _log.error("the courier stumbled", exc_info=error)
        if not taken:
            with suppress(TimeoutError):
                await asyncio.wait_for(app.due.wait(), PAUSE_SECONDS)


async def deliver(app: App, channels: Mapping[str, Channel], there: str | None = None) -> int:
    """Sends one batch of what is due on these channels, or only at one key of theirs; gives how many it took."""
    taken, outgoing = await _take(app, channels, there)
    await _send_in_order(app, channels, outgoing)
    return taken


async def _take(
    app: App, channels: Mapping[str, Channel], there: str | None = None
) -> tuple[int, list[Outgoing]]:
    def take(db: Db) -> tuple[int, list[Outgoing]]:
        now = app.clock.now()
        claims = delivery.claim(db, now, channels, BATCH, there)
        prepared = [notice.prepare(db, claim, now) for claim in claims]
        return len(claims), [each for each in prepared if each is not None]

    return await app.read(take)


def _by_address(outgoing: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """One after the other at each address, in the order of the ledger."""
    address = attrgetter("address")
    return [list(there) for _, there in groupby(sorted(outgoing, key=address), key=address)]


async def _send_in_order(app: App, channels: Mapping[str, Channel], there: Sequence[Outgoing]) -> None:
    """Where one is put off the next ones wait behind it, so that they are read in order."""
    put_off: dict[int, Claim] = {}
    for each in there:
        if each.address in put_off:
            await app.read(partial(_give_back, each, put_off[each.address], app.clock.now()))
        elif app.clock.now() < each.claim.until and not await _send(app, channels[each.channel], each):
            put_off[each.address] = each.claim


def _give_back(outgoing: Outgoing, behind: Claim, now: datetime, db: Db) -> None:
    delivery.give_back(db, outgoing.claim, behind, now, outgoing.sent)


async def _send(app: App, channel: Channel, outgoing: Outgoing) -> bool:
    """One delivery, and what became of it; a lost lease is somebody else's to settle. False where it waits."""
    failure: Exception | None = None
    try:
        await channel.push(app, outgoing)
    except Exception as error:
        failure = error
    await app.read(lambda db: _settle(db, outgoing, failure, app.clock.now()))
    if failure is None:
        app.listeners.wake((outgoing.channel, outgoing.to))
    return failure is None or (isinstance(failure, ChannelError) and failure.permanent)


def _settle(db: Db, outgoing: Outgoing, failure: Exception | None, now: datetime) -> None:
    if failure is None:
        delivery.settle(db, outgoing.claim, "sent", now)
        return
    if not isinstance(failure, ChannelError):
        _log.error("not sent", delivery=outgoing.claim.delivery, exc_info=failure)
        delivery.put_off(db, outgoing.claim, now, type(failure).__name__, sent=outgoing.sent)
        return
    why, sent = str(failure), max(failure.sent, outgoing.sent)
    if failure.unreachable:
        member.close(db, outgoing.address, now)
    if failure.permanent:
        delivery.settle(db, outgoing.claim, "failed", now, why)
    elif failure.until_contact:
        # Whoever wrote while it was on its way is not to write once more for it.
        delivery.hold(
            db, outgoing.claim, why, sent, now if _has_written(db, outgoing, now) else delivery.NEVER
        )
    elif failure.unknown:
        delivery.doubt(db, outgoing.claim, now, why, failure.retry_after, sent)
    else:
        delivery.put_off(db, outgoing.claim, now, why, failure.retry_after, sent)


def _has_written(db: Db, outgoing: Outgoing, now: datetime) -> bool:
    """Whether there is another window than the one that it was tried in."""
    window = conversation.window(db, outgoing.address)
    return (
        window is not None
        and window != outgoing.window
        and window.is_open(now)
        and (outgoing.window is None or window.until > outgoing.window.until)
    )
