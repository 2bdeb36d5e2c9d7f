"""The one text that a response carries of a reply, and what is left of it for the courier."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from wechatpy.replies import TextReply

from bot.channels import CHANNELS
from bot.channels.rendering import render
from bot.channels.wechat import attaching
from bot.channels.wechat.reading import CHANNEL, Call
from bot.channels.wechat.wording import plain, within_xml
from bot.clock import Clock
from bot.inbound import Message, Reply
from handlers.words import Reader

CAPABILITIES = CHANNELS[CHANNEL]
# What one may write without being asked is counted; so short cards go together, as far as they fit.
_BETWEEN = "\n\n"


class Passive:
    """One reply: laid out when it is entered into the ledger, and not again when it is sent."""

    def __init__(self, clock: Clock, zone: ZoneInfo, page: str | None = None) -> None:
        self._clock = clock
        self._zone = zone
        self._page = page
        self._laid_out: tuple[Message, ...] | None = None
        self._text = ""
        self._left: list[tuple[Message, int]] = []

    def left(self, reply: Reply) -> Sequence[tuple[Message, int]]:
        """The messages of which something is left, in order, and how many of their texts the response carries.

        What goes along with a card never fits; so a card with such things is left, even with all of its texts carried.
        """
        self._lay_out(reply.messages)
        return self._left

    def text(self, reply: Reply) -> str:
        """Nothing where nothing is said, or not even the first text fits."""
        self._lay_out(reply.messages)
        return self._text

    def _lay_out(self, messages: tuple[Message, ...]) -> None:
        if messages is self._laid_out:
            return
        texts: list[str] = []
        room, self._left = CAPABILITIES.text_limit, []
        for message in messages:
            carried, rendered = 0, self._texts(message)
            for each in rendered:
                room -= len(each.encode()) + (len(_BETWEEN) if texts else 0)
                if room < 0:
                    break
                texts.append(each)
                carried += 1
            if carried < len(rendered) or attaching.carried(message.card, self._page).attachments:
                self._left.append((message, carried))
        self._laid_out, self._text = messages, _BETWEEN.join(texts)

    def _texts(self, message: Message) -> list[str]:
        reader = Reader(message.language, self._clock.now(), self._zone)
        card = attaching.carried(message.card, self._page)
        return [plain(each.text) for each in render(card, reader, CAPABILITIES, message.first)]


def as_xml(call: Call, text: str, clock: Clock) -> str:
    """The response to a call; the text is plain already."""
    reply = TextReply(
        source=call.account,
        target=call.sender,
        time=int(clock.now().timestamp()),
        content=within_xml(text),
    )
    rendered: str = reply.render()
    return rendered
