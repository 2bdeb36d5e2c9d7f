"""What a call of WeChat says, as the core hears it: one function for each kind of message and event."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

from wechatpy import events, messages

from bot.channels.wechat import maps
from bot.channels.wechat.elements import Unreadable
from bot.inbound import Inbound
from bot.links import sentence
from models.photo import Sent

CHANNEL = "wechat"
# Counted as WeChat counts, a sign outside the basic plane as two; what is beyond is cut off.
LONGEST_TEXT = 4096
# How long, and how often, one may write to him after a message of his, and after a tap, a scan or his joining.
AFTER_WORDS = (timedelta(hours=48), 5)
AFTER_TAP = (timedelta(minutes=1), 3)
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEDIA = re.compile(r"[\w-]{1,256}", re.ASCII)
# The sentence of a button, as a menu of ours carries it.
_PRESSED = re.compile(r"[a-z]+(?:[ _]\d{1,9}(?:\.\d{1,3})?)?")
# MsgId is a number of 64 bits, CreateTime seconds.
_LARGEST_ID = 2**64
_LATEST = 2**40
# Far beyond any date, and still one.
_LARGEST_TIME = 2**36


@dataclass(frozen=True, slots=True)
class Consent:
    """Which subscription messages somebody wants from now on, and which no more, by the names of their templates."""

    sender: str
    event: str
    given: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """What was read. `account` is ours as the platform names it; `means` is None for what needs no answer."""

    sender: str
    account: str
    means: Inbound | Consent | None


Reads = Callable[[Any, str, str], Inbound | Consent | None]


def read(fields: dict[str, Any]) -> Call:
    """Raises Unreadable, with the number of the message where there is one."""
    number = _number(fields)
    try:
        kind, message = _typed(fields)
        sender, account = (_openid(fields, name) for name in ("FromUserName", "ToUserName"))
        created = _whole(fields, "CreateTime", _LATEST)
        if kind not in _READ:
            return Call(sender, account, None)
        key = number or _event_key(sender, created, fields)
        return Call(sender, account, _READ[kind](message, sender, key))
    except Unreadable as error:
        raise Unreadable(error.field, error.message or number) from None


def _typed(fields: dict[str, Any]) -> tuple[str, messages.BaseMessage]:
    """As `wechatpy.parse_message` chooses the class, from what we read ourselves."""
    kind = _words(fields, "MsgType").lower()
    if kind != "event":
        return kind, messages.MESSAGE_TYPES.get(kind, messages.UnknownMessage)(fields)
    kind = _words(fields, "Event").lower()
    if kind == "subscribe" and (key := fields.get("EventKey")):
        if not isinstance(key, str):
            raise Unreadable("EventKey")
        if key.startswith("qrscene_"):
            kind, fields = "subscribe_scan", {**fields, "EventKey": key.removeprefix("qrscene_")}
    return f"event {kind}", events.EVENT_TYPES.get(kind, messages.UnknownMessage)(fields)


def _number(fields: dict[str, Any]) -> str | None:
    """The number of a message; events have none, and some name that of a message of ours (MsgID)."""
    return str(_whole(fields, "MsgId", _LARGEST_ID)) if "MsgId" in fields else None


def _event_key(sender: str, created: int, fields: dict[str, Any]) -> str:
    """What is the same in each repeat. Hashed: it stands where the sender's name does not belong."""
    if fields.get("MsgType", "").lower() != "event":
        raise Unreadable("MsgId")
    about = repr((sender, created, fields["Event"], fields.get("EventKey")))
    return "event:" + blake2b(about.encode(errors="replace"), digest_size=16).hexdigest()


def _text(message: messages.TextMessage, sender: str, key: str) -> Inbound:
    """A tap in a menu that we sent comes as its label, with the sentence as its number."""
    words, pressed = _words(message._data, "Content"), message._data.get("bizmsgmenuid")
    if pressed is None:
        return Inbound(CHANNEL, sender, _cut(words), message=key, opens=AFTER_WORDS)
    if isinstance(pressed, str) and _PRESSED.fullmatch(pressed):
        return _tapped(sender, key, pressed.replace("_", " "))
    return _tapped(sender, key, _cut(words))


def _voice(message: messages.VoiceMessage, sender: str, key: str) -> Inbound:
    """What the platform understood, where it listens; else it is a file that came along."""
    words = message.recognition
    if isinstance(words, str) and words.strip():
        return Inbound(CHANNEL, sender, _cut(words), message=key, opens=AFTER_WORDS)
    return _attached(message, sender, key)


def _attached(_message: object, sender: str, key: str) -> Inbound:
    return Inbound(CHANNEL, sender, attached=True, message=key, opens=AFTER_WORDS)


def _image(message: messages.ImageMessage, sender: str, key: str) -> Inbound:
    """What the platform keeps for three days under this name."""
    named = message._data.get("MediaId")
    known = isinstance(named, str) and _MEDIA.fullmatch(named)
    sent = Sent(CHANNEL, named) if known else None
    return Inbound(CHANNEL, sender, attached=True, photo=sent, message=key, opens=AFTER_WORDS)


def _location(message: messages.LocationMessage, sender: str, key: str) -> Inbound:
    latitude = _degrees(message._data, "Location_X", 90)
    longitude = _degrees(message._data, "Location_Y", 180)
    lies = maps.to_world(latitude, longitude)
    sent = datetime.fromtimestamp(min(_whole(message._data, "CreateTime", _LATEST), _LARGEST_TIME), UTC)
    return Inbound(CHANNEL, sender, message=key, location=lies, sent=sent, opens=AFTER_WORDS)


def _follow(_message: object, sender: str, key: str) -> Inbound:
    return _tapped(sender, key, "/start")


def _scan(message: events.ScanEvent, sender: str, key: str) -> Inbound:
    return _tapped(sender, key, sentence(_words(message._data, "EventKey")), scanned=True)


def _scan_from_menu(message: events.ScanCodeWaitMsgEvent, sender: str, key: str) -> Inbound:
    """Whatever code was held before the camera."""
    found = message.scan_code_info
    said = found.get("ScanResult") if isinstance(found, dict) else None
    if not isinstance(said, str):
        raise Unreadable("ScanResult")
    return _tapped(sender, key, sentence(said.replace(" ", "_")), scanned=True)


def _click(message: events.ClickEvent, sender: str, key: str) -> Inbound:
    pressed = _words(message._data, "EventKey")
    return _tapped(sender, key, pressed.replace("_", " ") if _PRESSED.fullmatch(pressed) else "help")


def _leave(_message: object, sender: str, key: str) -> Inbound:
    return Inbound(CHANNEL, sender, message=key, leaves="forgotten")


def _tapped(sender: str, key: str, says: str, *, scanned: bool = False) -> Inbound:
    """The words are ours and tell nothing of the language that a newcomer reads; menus and walls are Chinese."""
    return Inbound(CHANNEL, sender, says, message=key, scanned=scanned, opens=AFTER_TAP, language="zh-Hans")


def _answered(within: str, message: messages.BaseMessage, sender: str, key: str) -> Consent:
    """What was said to each of the templates that were asked for."""
    said: dict[str, list[str]] = {"accept": [], "reject": []}
    for each in _listed(message._data, within):
        said.setdefault(_words(each, "SubscribeStatusString"), []).append(_words(each, "TemplateId"))
    return Consent(sender, key, tuple(said["accept"]), tuple(said["reject"]))


def _sent(message: messages.BaseMessage, sender: str, key: str) -> Consent:
    """One that was not delivered since he refuses it; what else became of them the ledger knows."""
    refused = [
        _words(each, "TemplateId")
        for each in _listed(message._data, "SubscribeMsgSentEvent")
        if each.get("ErrorCode") == _REFUSED
    ]
    return Consent(sender, key, taken=tuple(refused))


# No consent (any more).
_REFUSED = "43101"


def _listed(fields: dict[str, Any], within: str) -> list[dict[str, Any]]:
    """List is an element where there is one, and a list of them where there are several."""
    around = fields.get(within)
    found = around.get("List") if isinstance(around, dict) else None
    listed = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]
    if not listed:
        raise Unreadable(f"{within}: List")
    return listed


def _words(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Unreadable(name)
    return value


def _openid(fields: dict[str, Any], name: str) -> str:
    value = _words(fields, name)
    if not _OPENID.fullmatch(value):
        raise Unreadable(name)
    return value


def _whole(fields: dict[str, Any], name: str, below: int) -> int:
    value = _words(fields, name).strip()
    if not (value.isascii() and value.isdigit() and len(value) <= 20 and int(value) < below):
        raise Unreadable(name)
    return int(value)


def _degrees(fields: dict[str, Any], name: str, most: int) -> float:
    try:
        degrees = float(_words(fields, name))
    except ValueError:
        raise Unreadable(name) from None
    if not -most <= degrees <= most:
        raise Unreadable(name)
    return degrees


def _cut(words: str) -> str:
    if 2 * len(words) <= LONGEST_TEXT:
        return words
    return words.encode("utf-16-le", "replace")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")


# What is not here needs no answer: reports of the platform, and taps that are followed by the message itself.
_READ: Mapping[str, Reads] = {
    "text": _text,
    "voice": _voice,
    "location": _location,
    "image": _image,
    **dict.fromkeys(("video", "shortvideo", "link", "file", "miniprogrampage"), _attached),
    "event subscribe": _follow,
    "event subscribe_scan": _scan,
    "event scan": _scan,
    "event click": _click,
    "event scancode_waitmsg": _scan_from_menu,
    "event unsubscribe": _leave,
    "event subscribe_msg_popup_event": partial(_answered, "SubscribeMsgPopupEvent"),
    "event subscribe_msg_change_event": partial(_answered, "SubscribeMsgChangeEvent"),
    "event subscribe_msg_sent_event": _sent,
}
