"""A delivery, message by message and then what goes along with each: what went out is not sent again."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import segno
from telegram import InputFile
from telegram.error import ChatMigrated, TelegramError

from bot.app import App
from bot.channels import ChannelError
from bot.channels.rendering import Rendered, render_outgoing
from bot.channels.telegram import speaking
from bot.channels.telegram.calls import Calls, failure
from bot.channels.telegram.speaking import LONGEST_CAPTION, Payload, shortened
from bot.channels.telegram.updates import CHANNEL
from handlers.words import Reader, read_as, say
from models import group_binding
from models.card import Attachment
from models.member import Person
from models.notice import Outgoing, Part

# A file takes longer than words, and a photo that Telegram shows at once may have so many bytes.
FILE_SECONDS = 25.0
LARGEST_PHOTO = 10 * 1024 * 1024
_GROUP = "group:"
Link = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True)
class Push:
    """One delivery under way."""

    app: App
    calls: Calls
    link: Link
    outgoing: Outgoing
    # Beyond what is free each message says that it is paid for.
    paid: bool = False

    async def send(self) -> None:
        """Raises ChannelError, which tells how much went out."""
        chat = int(self.outgoing.to.removeprefix(_GROUP))
        for nth, step in enumerate(self._steps()):
            if nth < self.outgoing.sent:
                continue
            if not self.outgoing.is_ours():
                raise ChannelError("another one's by now", permanent=False, sent=nth)
            if nth > self.outgoing.sent:
                # A delivery has one turn, however many messages it is.
                self.app.spent[CHANNEL] += 1
            try:
                chat = await self._send(chat, step)
            except TelegramError as error:
                raise failure(error, sent=nth) from None
            except KeyError:
                # Of a recipe that a newer version has not got any more.
                raise ChannelError("nobody knows how to make it", permanent=True, sent=nth) from None

    def _steps(self) -> Iterator[Rendered | Attachment]:
        """Everything that goes out, each as a message of its own."""
        for part in self.outgoing.parts:
            for shown in self._rendered(part):
                yield shown
                if shown.attachments:
                    yield from (each for each in part.card.attachments if self._may_be_made(each))

    def _rendered(self, part: Part) -> list[Rendered]:
        """Once for all who read it in this language today."""
        now, made = self.app.clock.now(), self.outgoing.made
        key = (id(part), *read_as(Reader(self.outgoing.language, now, self.app.zone)))
        if key not in made:
            alone = replace(self.outgoing, parts=(part,), sent=0)
            made[key] = render_outgoing(alone, now, self.app.zone)
        rendered: list[Rendered] = made[key]
        return rendered

    def _may_be_made(self, attachment: Attachment) -> bool:
        """What is made for one person is not made for a group."""
        return attachment.recipe is None or self.outgoing.member is not None

    async def _send(self, chat: int, step: Rendered | Attachment) -> int:
        """Gives where it went: a group that has grown has another number."""
        payload = (
            speaking.send(chat, step, bot=await self._name())
            if isinstance(step, Rendered)
            else await self._attached(chat, step)
        )
        if self.paid:
            payload["allow_paid_broadcast"] = True
        seconds = payload.pop("seconds", None)
        method, timeout = payload.pop("method"), {"seconds": seconds} if seconds else {}
        try:
            await self.calls.call(method, **timeout, **payload)
        except ChatMigrated as moved:
            chat = moved.new_chat_id
            await self._move(chat)
            await self.calls.call(method, **timeout, **{**payload, "chat_id": chat})
        return chat

    async def _name(self) -> str | None:
        """Ours, where it goes to a group."""
        return await self.calls.me() if self.outgoing.to.startswith(_GROUP) else None

    async def _move(self, chat: int) -> None:
        old, new = self.outgoing.to, f"{_GROUP}{chat}"
        await self.app.read(lambda db: group_binding.move(db, CHANNEL, old, new))

    async def _attached(self, chat: int, attachment: Attachment) -> Payload:
        reader = Reader(self.outgoing.language, self.app.clock.now(), self.app.zone)
        caption = shortened(say(attachment.name, reader), LONGEST_CAPTION)
        if attachment.kind == "location" and attachment.at:
            latitude, longitude = attachment.at
            return {"method": "sendLocation", "chat_id": chat, "latitude": latitude, "longitude": longitude}
        if attachment.kind == "qr":
            return _file(chat, "photo", caption, f"{CHANNEL}.png", await self._code(attachment.says or ""))
        person = Person(self.outgoing.member or 0, self.outgoing.language, None, None)
        name, content = await self.app.content(attachment, person)
        shown = attachment.kind == "image" and len(content.data) <= LARGEST_PHOTO
        return _file(chat, "photo" if shown else "document", caption, name, content.data)

    async def _code(self, says: str) -> bytes:
        """A picture that opens this chat and says it, where a link can say it."""
        try:
            words = await self.link(says) or says
        except ValueError:
            words = says
        written = BytesIO()
        segno.make(words, error="m").save(written, kind="png", scale=8)
        return written.getvalue()


def _file(chat: int, kind: str, caption: str, name: str, data: bytes) -> dict[str, Any]:
    return {
        "method": f"send{kind.capitalize()}",
        "chat_id": chat,
        "caption": caption,
        kind: InputFile(data, filename=name),
        "seconds": FILE_SECONDS,
    }
