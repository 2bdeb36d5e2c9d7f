"""What goes out by the API: customer messages while one may write, else the platform's forms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.app import App
from bot.channels import CHANNELS, ChannelError
from bot.channels.rendering import Button, numbered, render
from bot.channels.wechat import attaching, forms
from bot.channels.wechat.access import Keeper
from bot.channels.wechat.client import Client, UnknownOutcome
from bot.channels.wechat.refusals import Refused
from bot.channels.wechat.wording import plain
from bot.configuration import Carrier
from handlers.words import Reader
from models import conversation, grant
from models.card import Attachment
from models.notice import Outgoing, Part
from models.reach import Way

CUSTOMER = "cgi-bin/message/custom/send"
TEMPLATE = "cgi-bin/message/template/send"
SUBSCRIPTION = "cgi-bin/message/subscribe/bizsend"
# A longer menu is read by nobody on a phone; then there are numbers to type.
MOST_ITEMS = 7
# What carries a kind of notice that has no carrier of its own.
ANY = "notice"
Body = dict[str, Any]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Shown:
    """One message: its text, the sentences that can be tapped, and what goes along with it.

    An empty text was read already, and only what goes along with it is left.
    """

    text: str
    items: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()


async def push(
    client: Client,
    app: App,
    outgoing: Outgoing,
    notices: Mapping[str, Carrier],
    page: str | None = None,
) -> None:
    """Sends a delivery, or raises ChannelError. `page` is where forms and files lead: server.public_url."""
    if outgoing.window and outgoing.window.is_open(app.clock.now()):
        try:
            await _write(client, app, outgoing, page)
            return
        except Refused as error:
            if error.meaning != "no window" or error.sent > outgoing.sent:
                raise
    carrier = _carrier(outgoing, notices)
    if carrier is None:
        raise ChannelError(
            "nobody may write there now", permanent=False, until_contact=True, sent=outgoing.sent
        )
    fill = _subscription if carrier.kind == "subscription" else _template
    await fill(client, app, outgoing, carrier, page)


def way(notices: Mapping[str, Carrier]) -> Way:
    """While somebody wrote lately, else by the forms that are set up."""
    forms = frozenset(_every(kind) for kind, each in notices.items() if each.kind == "template")
    consents = tuple((_every(kind), each.id) for kind, each in notices.items() if each.kind == "subscription")
    return Way(windowed=True, forms=forms, consents=consents)


def _every(kind: str) -> str:
    return "" if kind == ANY else kind


def _carrier(outgoing: Outgoing, notices: Mapping[str, Carrier]) -> Carrier | None:
    """An answer waits for its reader, as does what he has read in part; news has a form."""
    if outgoing.kind is None or outgoing.sent:
        return None
    return notices.get(outgoing.kind) or notices.get(ANY)


# Customer messages.


async def _write(client: Client, app: App, outgoing: Outgoing, page: str | None) -> None:
    """Everything that is left, as far as the window goes."""
    keeper, sent = client.keeper(app), outgoing.sent
    window = outgoing.window
    left = window.left if window else 0
    try:
        for shown in _messages(outgoing, app.clock.now(), app.zone, page):
            bodies = await _bodies(client, keeper, app, outgoing, shown, page)
            for nth, body in enumerate(bodies, 1):
                if left <= 0:
                    raise ChannelError("no more may be written now", permanent=False, until_contact=True)
                if not outgoing.is_ours():
                    raise ChannelError("another one's by now", permanent=False)
                await client.call(keeper, CUSTOMER, {"touser": outgoing.to, **body})
                left -= 1
                sent += 1 if shown.text and nth == len(bodies) else 0
                await app.read(lambda db: conversation.spend(db, outgoing.address))
    except ChannelError as error:
        error.sent = sent
        raise
    except Exception as error:
        _log.error("not sent", delivery=outgoing.claim.delivery, exc_info=error)
        raise ChannelError(type(error).__name__, permanent=False, sent=sent) from None


async def _bodies(
    client: Client, keeper: Keeper, app: App, outgoing: Outgoing, shown: _Shown, page: str | None
) -> list[Body]:
    """The images first: what can be tapped then stands last, and a picture that cannot be made repeats nothing."""
    reader = _reader(outgoing, app.clock.now(), app.zone)
    images = await attaching.upload(client, keeper, app, outgoing, shown.attachments)
    lines = attaching.lines(app, outgoing, shown.attachments, reader, page)
    texts = list(_pieces("\n\n".join([*([shown.text] if shown.text else []), *lines])))
    bodies: list[Body] = [{"msgtype": "image", "image": {"media_id": image}} for image in images]
    bodies += [_words(text) for text in texts]
    if shown.items and texts:
        bodies[-1] = _menu(texts[-1], shown.items)
    return bodies


def _words(text: str) -> Body:
    return {"msgtype": "text", "text": {"content": text}}


def _menu(text: str, items: Sequence[Button]) -> Body:
    """A tap comes back as the label, and what it says as its number."""
    listed = [{"id": item.says.replace(" ", "_"), "content": plain(item.label)} for item in items]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": text, "list": listed, "tail_content": ""}}


def _messages(outgoing: Outgoing, now: datetime, zone: ZoneInfo, page: str | None) -> list[_Shown]:
    """The messages that were not sent yet, as `rendering.render_outgoing` counts them."""
    reader = _reader(outgoing, now, zone)
    parts = (replace(part, card=attaching.carried(part.card, page)) for part in numbered(outgoing).parts)
    shown = [each for part in parts for each in _shown(part, reader)]
    texts = [nth for nth, each in enumerate(shown) if each.text]
    gone = (
        0
        if not outgoing.sent
        else texts[outgoing.sent - 1] + 1
        if outgoing.sent <= len(texts)
        else len(shown)
    )
    return shown[gone:]


def _shown(part: Part, reader: Reader) -> Iterator[_Shown]:
    """What of a card is to be sent; a card that is one message has its choices as a menu where they fit."""
    capabilities, card = CHANNELS["wechat"], part.card
    numbered = [each.text for each in render(card, reader, capabilities, part.first)]
    if len(numbered) == 1 and part.skip == 0 and part.most is None:
        pressed = render(card, reader, replace(capabilities, buttons=True), part.first)
        items = tuple(_numbered(pressed[-1].rows, part))
        if len(pressed) == 1 and 0 < len(items) <= MOST_ITEMS:
            yield _Shown(pressed[0].text, items, card.attachments)
            return
    last = None if part.most is None else part.skip + part.most
    texts = numbered[part.skip : last]
    whole = part.most is None  # else the rest, with what goes along, has a delivery of its own
    for nth, text in enumerate(texts, 1):
        yield _Shown(text, attachments=card.attachments if whole and nth == len(texts) else ())
    if not texts and card.attachments:
        yield _Shown("", attachments=card.attachments)


def _numbered(rows: Sequence[Sequence[Button]], part: Part) -> Iterator[Button]:
    """With the numbers that can be typed instead of a tap; the lines of a list have theirs."""
    numbers = {choice.says: nth for nth, choice in enumerate(part.card.numbered(), part.first or 0)}
    for button in (button for row in rows for button in row):
        nth = numbers.get(button.says) if part.first else None
        listed = nth is None or button.label.startswith(f"{nth}. ")
        yield button if listed else replace(button, label=f"{nth} {button.label}")


def _pieces(text: str) -> Iterator[str]:
    """Messages of the length that the platform takes; each is cut after a line where there is one."""
    text = plain(text)
    while len(text.encode()) > CHANNELS["wechat"].text_limit:
        most = text.encode()[: CHANNELS["wechat"].text_limit].decode(errors="ignore")
        cut = most.rfind("\n") if "\n" in most[1:] else len(most)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text.strip():
        yield text


def _reader(outgoing: Outgoing, now: datetime, zone: ZoneInfo) -> Reader:
    return Reader(outgoing.language, now, zone)


# The platform's forms.


async def _template(client: Client, app: App, outgoing: Outgoing, carrier: Carrier, page: str | None) -> None:
    """The same delivery, tried again within ten minutes, is the same message to the platform."""
    message = _form(app, outgoing, carrier) | {"client_msg_id": f"linli-{outgoing.claim.delivery}"}
    await client.call(client.keeper(app), TEMPLATE, message | ({"url": page} if page else {}))


async def _subscription(
    client: Client, app: App, outgoing: Outgoing, carrier: Carrier, page: str | None
) -> None:
    """Only with a consent, of which each is good for one message."""
    address = outgoing.address
    if not await app.read(lambda db: grant.spend(db, address, carrier.id)):
        raise ChannelError("no consent to this template is left", permanent=False, until_contact=True)
    message = _form(app, outgoing, carrier) | ({"page": page} if page else {})
    try:
        await client.call(client.keeper(app), SUBSCRIPTION, message)
    except UnknownOutcome:
        raise
    except Refused as error:
        back = grant.take_back if error.meaning == "no consent" else grant.give_back
        await app.read(lambda db: back(db, address, carrier.id))
        raise
    except ChannelError:
        await app.read(lambda db: grant.give_back(db, address, carrier.id))
        raise


def _form(app: App, outgoing: Outgoing, carrier: Carrier) -> Body:
    reader = _reader(outgoing, app.clock.now(), app.zone)
    filled = forms.fields(carrier, outgoing.cards[0], reader)
    return {"touser": outgoing.to, "template_id": carrier.id, "data": filled}
