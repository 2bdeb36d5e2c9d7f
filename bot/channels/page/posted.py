"""What a poster's code opens: the activity, and the ways into a chat about it, each channel by its own."""

import io
from dataclasses import dataclass
from datetime import datetime

import segno

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.page.cards import ArticleView, article_view
from bot.channels.page.words import words
from bot.posting import PATH
from handlers import activity_cards
from handlers.accounts import channel_name
from handlers.talk import press
from handlers.words import Reader, say
from models import activity, community
from models.activity import Listing
from models.database import Db
from models.member import Language
from models.refusal import Refusal
from models.text import Text, prose

# Pixels of a module of the code that somebody holds his finger on.
_SCALE = 8


@dataclass(frozen=True, slots=True)
class Way:
    """Into a chat elsewhere: an address to follow, or the `picture` of a code to hold one's finger on."""

    words: str
    address: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class PostedView:
    """The whole page; `says` is what its own button says, shown as `label` in the chat."""

    language: str
    words: dict[str, str]
    article: ArticleView
    ways: tuple[Way, ...]
    says: str
    label: str
    message: str
    style: str = "/page.css"

    @property
    def title(self) -> str:
        return self.words["title"]


def find(db: Db, number: int) -> tuple[Listing, str] | None:
    """The activity and the name of the community; None where there is none of this number."""
    try:
        return activity.find(db, number), community.name(db) or ""
    except Refusal:
        return None


async def view(
    app: App, found: tuple[Listing, str], language: Language, now: datetime, message: str
) -> PostedView:
    one, name = found
    reader = Reader(language, now, app.zone)
    says = press("show", one.number)
    links = await app.posting.links(says)
    shown = article_view(activity_cards.subject_now(one, now), reader, f"posted-{one.number}")
    return PostedView(
        language,
        words(reader, name),
        shown,
        tuple(_way(channel, link, one.number, reader) for channel, link in links.items()),
        says,
        say(prose(one.title), reader),
        message,
    )


def _way(channel: str, link: str, number: int, reader: Reader) -> Way:
    name = channel_name(channel)
    if CHANNELS[channel].scanned:
        text = Text("用{channel}打开：按住下面的码，选“识别图中的二维码”。", channel=name)
        return Way(say(text, reader), link, f"{PATH}/{number}/{channel}.png")
    return Way(say(Text("用{channel}打开", channel=name), reader), link)


async def picture(app: App, number: int, channel: str) -> bytes | None:
    """The code of this channel's own link, as PNG; None where it has none."""
    link = (await app.posting.links(press("show", number))).get(channel)
    if link is None:
        return None
    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(drawn, kind="png", scale=_SCALE, border=4)
    return drawn.getvalue()
