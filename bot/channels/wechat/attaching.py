"""What goes along with a card: pictures and codes as images, files as lines that say where they are."""

import io
from collections.abc import Sequence
from dataclasses import replace

import segno

from bot.app import App
from bot.channels import ChannelError
from bot.channels.wechat import codes, files
from bot.channels.wechat.access import Keeper
from bot.channels.wechat.client import Client, File
from handlers.words import Reader, say
from models.card import Attachment, Card
from models.notice import Outgoing
from models.text import Text

# Pixels of a module: a code of usual length is then some 300 wide.
SCALE = 10


def draw(says: str) -> bytes:
    """A QR code as PNG."""
    drawn = io.BytesIO()
    segno.make_qr(says, error="m").save(drawn, kind="png", scale=SCALE, border=4)
    return drawn.getvalue()


async def upload(
    client: Client, keeper: Keeper, app: App, outgoing: Outgoing, attachments: Sequence[Attachment]
) -> list[str]:
    """The images among them, as the platform names them: nobody sees anything yet. Raises ChannelError."""
    made = [await _image(client, app, outgoing, each) for each in attachments if each.kind in ("image", "qr")]
    uploaded = []
    for file in made:
        answer = await client.call(keeper, "cgi-bin/media/upload", query={"type": "image"}, file=file)
        uploaded.append(str(answer["media_id"]))
    return uploaded


async def _image(client: Client, app: App, outgoing: Outgoing, attachment: Attachment) -> File:
    if attachment.kind == "qr":
        return "code.png", draw(await _opens(client, app, attachment.says or "")), "image/png"
    person = await app.read(lambda db: files.reader(db, outgoing.channel, outgoing.to))
    if person is None:
        raise LookupError("nobody to make it for")
    _, content = await app.content(attachment, person)
    # The name tells the platform what it is; the one for people stands in the text.
    return f"image.{content.media_type.rpartition('/')[2]}", content.data, content.media_type


async def _opens(client: Client, app: App, says: str) -> str:
    """An address that opens the account and says it: bare words in a code are shown, and say nothing to anybody."""
    try:
        return await codes.link(client, app, says)
    except ValueError:
        return says
    except ChannelError as error:
        # An account that may make no codes still shows what can be typed.
        if not error.permanent:
            raise
        return says


def carried(card: Card, page: str | None) -> Card:
    """The card with what can go along: without an address of our own a file cannot, and a spare one is left out."""
    if page is not None:
        return card
    return replace(card, attachments=tuple(each for each in card.attachments if not each.spare))


def lines(
    app: App, outgoing: Outgoing, attachments: Sequence[Attachment], reader: Reader, page: str | None
) -> list[str]:
    """A line for each file: the account cannot send one."""
    return [
        say(_where(app, outgoing, each, reader, page), reader) for each in attachments if each.kind == "file"
    ]


def _where(app: App, outgoing: Outgoing, attachment: Attachment, reader: Reader, page: str | None) -> Text:
    name = say(attachment.name, reader)
    if page is None:
        return Text("请向工作人员要“{name}”，这里的微信还发不了文件。", name=name)
    address = files.link(app, page, outgoing.channel, outgoing.to, attachment)
    return Text("打开“{name}”（24小时内有效）：\n{link}", name=name, link=address)
