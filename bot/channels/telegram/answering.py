"""One update, from what was read to what goes back: the answer of the core, and who carries which part of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import DBAPIError
from telegram.error import TelegramError

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.rendering import Rendered, render
from bot.channels.telegram import speaking, updates
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.speaking import LONGEST_TOAST, Payload, shortened
from bot.channels.telegram.updates import CHANNEL, Bot, Heard, Moved, Unreadable
from bot.fair_queue import Closed
from bot.inbound import Message, Reply
from handlers.words import Reader, say
from models import conversation, dead_letter, group_binding, notice
from models.database import Db
from models.notice import Part
from models.text import Text

_log = structlog.get_logger()


# Tells whether that is all that can be done.
Show = Callable[[Payload], Awaitable[bool]]


class Later(Exception):  # noqa: N818  (a way out, not a fault)
    """Nothing was done with this update: Telegram is to send it again."""


@dataclass(slots=True)
class Exchange:
    """What was said, and how its answer goes back. `responds`: with a response, that carries one message."""

    app: App
    heard: Heard
    responds: bool
    # Our name, where it was said in a group.
    bot: str | None = None
    _shown: tuple[Message, list[Rendered]] | None = None

    def carries(self, reply: Reply) -> Sequence[tuple[Message, int]]:
        """What the response leaves to the courier: confirmations, what follows, what is for another chat."""
        if not self.responds:
            return [(each, 0) for each in reply.messages]
        first = self._first(reply)
        left = [(each, 0) for each in reply.messages[1:]]
        if first is None:
            return [(each, 0) for each in reply.messages[:1]] + left
        return ([(reply.messages[0], 1)] if len(first) > 1 else []) + left

    def response(self, reply: Reply) -> Payload | None:
        """The one method that the response carries: the answer in place of the pressed message, or below."""
        if not self.responds:
            return None
        first, press, chat = self._first(reply), self.heard.press, self.heard.chat
        if first is not None:
            # An apology does not take away the button that is to be pressed again.
            if press and press.message is not None and press.text and not reply.failed:
                return speaking.edit(chat, press.message, first[0], self.bot)
            return speaking.send(chat, first[0], self.heard.topic, self.bot)
        if press and press.message is not None and _is_answered_here(reply, self.heard) and not reply.unkept:
            return speaking.strip(chat, press.message)
        return None

    def _first(self, reply: Reply) -> list[Rendered] | None:
        """The messages that show the first card, where the response carries the first of them."""
        if not _is_answered_here(reply, self.heard) or self.is_told_above(reply):
            return None
        message = reply.messages[0]
        # The response has no result: what must arrive is not left to it, unless nothing else has it.
        if message.card.tone == "done" and not reply.unkept:
            return None
        shown = self.render(message)
        return shown if shown and not shown[0].attachments else None

    def render(self, message: Message) -> list[Rendered]:
        """Once: the first message is asked for when it is entered into the ledger, and when it is sent."""
        if self._shown is None or self._shown[0] is not message:
            reader = Reader(message.language, self.app.clock.now(), self.app.zone)
            self._shown = message, render(message.card, reader, CHANNELS[CHANNEL], message.first)
        return self._shown[1]

    def is_told_above(self, reply: Reply) -> bool:
        """Whether it shows for a moment above what was pressed, which stays: it is to be pressed again."""
        return self.heard.press is not None and reply.retry_after is not None

    def toast(self, reply: Reply) -> str | None:
        """Whoever pressed too fast is told so; whoever is answered in private, where to look."""
        if reply.messages and self.is_told_above(reply):
            return shortened(self.render(reply.messages[0])[0].text, LONGEST_TOAST)
        if not self.heard.inbound.group or not reply.messages or _is_answered_here(reply, self.heard):
            return None
        reader = Reader(reply.messages[0].language, self.app.clock.now(), self.app.zone)
        return say(Text("请看我们的私聊，答复发在那里。没聊过的，先去那里点开始，再按一次。"), reader)


def _is_answered_here(reply: Reply, heard: Heard) -> bool:
    return bool(reply.messages) and reply.messages[0].to == heard.there


async def answer(
    app: App, calls: Calls, update: Payload, *, responds: bool | None, show: Show | None = None
) -> Payload | None:
    """Hears an update to its end, and gives what the response is to carry, as a method and its parameters.

    `show` calls it where there is no response; what it cannot show for now goes by the ledger.

    `responds` None: a press has a response, which changes its message, and what was said in a thread. Raises Later.
    """
    pressed = updates.query(update)
    toast: str | None = None
    try:
        heard = await _read(app, calls, update)
        if heard is None:
            return None
        editable = heard.press is not None and heard.press.message is not None
        # A thread of a group is not known to the ledger.
        if responds is None:
            responds = editable or heard.topic is not None
        exchange = Exchange(app, heard, responds, calls.username if heard.inbound.group else None)
        reply = await _hear(app, exchange)
        toast = exchange.toast(reply)
        payload = exchange.response(reply)
        if payload and "text" in payload:
            app.spent[CHANNEL] += 1
        if payload and show and not await show(payload) and "text" in payload and not reply.unkept:
            await _owe(exchange, reply.messages[0])
        if reply.unkept and not exchange.is_told_above(reply):
            await _send_the_rest(calls, exchange, reply, skip=1 if payload and "text" in payload else 0)
        return payload
    except Later:
        raise
    except Exception as error:
        # Heard again it would fail again: it is told to the operator, and holds up nobody.
        _log.error("not heard", exc_info=error)
        await _bury(app, calls, update, f"a fault of ours: {type(error).__name__}")
        return None
    finally:
        if pressed:
            calls.beside("answerCallbackQuery", callback_query_id=pressed, text=toast)


async def _read(app: App, calls: Calls, update: Payload) -> Heard | None:
    """What the core hears of it; what cannot be read is kept for the operator, and never asked for again."""
    if calls.username is None and updates.needs_our_name(update):
        raise Later
    try:
        found = updates.read(update, Bot(calls.id, calls.username or ""))
    except Unreadable as error:
        await _bury(app, calls, update, str(error))
        return None
    if isinstance(found, Moved):
        moved = found
        await _write(
            app, lambda db: group_binding.move(db, CHANNEL, f"group:{moved.old}", f"group:{moved.new}")
        )
        return None
    return found


async def _hear(app: App, exchange: Exchange) -> Reply:
    # Telegram lets no bot write first.
    inbound = replace(exchange.heard.inbound, carries=exchange.carries, waits_for_contact=True)
    try:
        reply = await app.answer(inbound)
    except (DBAPIError, Closed) as error:
        _log.error("not answered", reason=type(error).__name__)
        raise Later from None
    if reply.busy:
        raise Later
    return reply


async def _bury(app: App, calls: Calls, update: Payload, reason: str) -> None:
    nth, now = updates.number(update, calls.id), app.clock.now()
    _log.warning("not readable", message=nth, reason=reason)
    await _write(app, lambda db: dead_letter.keep(db, CHANNEL, nth, reason, now))


async def _write(app: App, work: Callable[[Db], None]) -> None:
    try:
        await app.read(work)
    except (DBAPIError, Closed) as error:
        _log.error("not written", reason=type(error).__name__)
        raise Later from None


async def _owe(exchange: Exchange, message: Message) -> None:
    """The one message that was to be shown at once; those that follow it are in the ledger by now."""
    now, key = exchange.app.clock.now(), f"shown:{CHANNEL}:{exchange.heard.inbound.message}"
    part = Part(message.card, message.first, language=message.language, most=1)

    def tell(db: Db) -> None:
        there = conversation.look(db, CHANNEL, message.to)
        if there is not None:
            notice.tell(db, [part], [there.address], now, key=key)

    await _write(exchange.app, tell)
    exchange.app.due.set()


async def _send_the_rest(calls: Calls, exchange: Exchange, reply: Reply, skip: int) -> None:
    """What stands in no ledger is sent now or never."""
    chats = {exchange.heard.there: exchange.heard.chat}
    shown = [(each.to, rendered) for each in reply.messages for rendered in exchange.render(each)]
    for to, rendered in shown[skip:]:
        try:
            payload = speaking.send(chats.get(to, 0) or int(to), rendered)
            await calls.call(payload.pop("method"), **payload)
        except TelegramError as error:
            _log.warning("not sent", reason=type(error).__name__)
