"""What Telegram delivers becomes what the core hears: plain JSON is read, field by field, and nothing is believed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot import links
from bot.inbound import Inbound
from models.member import Language
from models.photo import MOST_FETCHED, Sent

CHANNEL = "telegram"
# What is asked for; edits, channels and polls are not.
ALLOWED = ("message", "callback_query", "my_chat_member")
_ATTACHED = (
    *("photo", "document", "sticker", "voice", "audio", "video", "video_note", "animation", "contact"),
    *("story", "dice", "game", "poll", "paid_media", "checklist", "invoice"),
)
_FORWARDED = (
    *("forward_origin", "forward_date", "forward_from", "forward_from_chat", "forward_sender_name"),
    "is_automatic_forward",
)
_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII)
_NUMBERED = re.compile(r"([a-z]+)_(\d{1,9})")
_PHONE = re.compile(r"\+?[\d ()-]{3,20}")
_LARGEST = 2**63
# Far beyond any date, and still one.
_LARGEST_TIME = 2**36
# Pictures that come as files, and how long a name of a file may be.
_PICTURES = ("image/jpeg", "image/png", "image/webp")
_LONGEST_KEY = 256


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are there."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the query to answer, and the message that it stands on, where that is still within reach.

    A message that is no text cannot be turned into one, so `text` tells of that.
    """

    query: str
    message: int | None
    text: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """Something was said in this chat; `topic` is the thread of it, in a group that has such."""

    inbound: Inbound
    chat: int
    press: Press | None = None
    topic: int | None = None

    @property
    def there(self) -> str:
        """The key of the address where it was said."""
        return f"group:{self.inbound.group}" if self.inbound.group else self.inbound.sender


@dataclass(frozen=True, slots=True)
class Moved:
    """A group has another number from now on."""

    old: int
    new: int


class Unreadable(Exception):  # noqa: N818  (what came, not a fault of ours)
    """Names the field that is not what it should be; what stands there is not told."""


def number(update: dict[str, Any], bot: int) -> str | None:
    """The platform's number of an update, for everything that is kept of it."""
    found = update.get("update_id")
    return f"{bot}:{found}" if type(found) is int and 0 <= found < _LARGEST else None


def query(update: dict[str, Any]) -> str | None:
    """The press that is to be answered, however little of the rest can be read."""
    pressed = update.get("callback_query")
    found = pressed.get("id") if isinstance(pressed, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= 64 else None


def needs_our_name(update: dict[str, Any]) -> bool:
    """In a group it decides whether we are meant at all."""
    said = update.get("message")
    chat = said.get("chat") if isinstance(said, dict) else None
    return isinstance(chat, dict) and chat.get("type") != "private"


def read(update: dict[str, Any], bot: Bot) -> Heard | Moved | None:
    """None is for what is not for us. Raises Unreadable."""
    message = number(update, bot.id)
    if message is None:
        raise Unreadable("update_id: no number")
    if "message" in update:
        return _message(_object(update, "message", "message"), bot, message)
    if "callback_query" in update:
        return _press(_object(update, "callback_query", "callback_query"), message)
    if "my_chat_member" in update:
        return _membership(_object(update, "my_chat_member", "my_chat_member"), message)
    return None


def _message(said: dict[str, Any], bot: Bot, message: str) -> Heard | Moved | None:
    chat = _object(said, "chat", "message.chat")
    there = _whole(chat, "id", "message.chat.id")
    if "migrate_to_chat_id" in said:
        return Moved(there, _whole(said, "migrate_to_chat_id", "message.migrate_to_chat_id"))
    kind = _words(chat, "type", "message.chat.type")
    if kind not in ("private", "group", "supergroup") or "sender_chat" in said or "from" not in said:
        return None
    sender = _object(said, "from", "message.from")
    if sender.get("is_bot"):
        return None
    who = _person(sender, "message.from.id")
    group = None if kind == "private" else str(there)
    text, addressed = _text(said, bot)
    if _for_another_bot(text, bot) or (group and not addressed and not _replies(said, bot)):
        return None
    heard = _content(said, who, text)
    if heard is None:
        return None
    inbound = Inbound(
        CHANNEL,
        str(who),
        message=message,
        group=group,
        language=_language(sender),
        **heard,
    )
    return Heard(inbound, there, topic=_topic(said) if group else None)


def _content(said: dict[str, Any], who: int, text: str) -> dict[str, Any] | None:
    """What was said, as the core's fields; None for what only tells of the chat, as that somebody joined."""
    forwarded = any(each in said for each in _FORWARDED)
    if "location" in said:
        place = None if forwarded else _place(_object(said, "location", "message.location"))
        return {
            "location": place,
            "forwarded": forwarded,
            "attached": forwarded,
            "sent": place and _sent(said),
        }
    if "contact" in said:
        contact = _object(said, "contact", "message.contact")
        number = contact.get("phone_number")
        if not forwarded and contact.get("user_id") == who and _is_phone(number):
            return {"text": f"my phone is {number}"}
        return {"attached": True, "forwarded": True}
    if any(each in said for each in _ATTACHED):
        return {"text": text, "attached": True, "forwarded": forwarded, "photo": _photo(said)}
    if "text" not in said:
        return None
    if not forwarded and (command := _COMMAND.fullmatch(text)):
        return _command(command)
    return {"text": text, "forwarded": forwarded}


def _photo(said: dict[str, Any]) -> Sent | None:
    """The largest of the sizes in which a photo is there that is taken; a picture may come as a file too."""
    sizes = said.get("photo")
    file = said.get("document")
    if isinstance(file, dict) and str(file.get("mime_type", "")) in _PICTURES:
        sizes = [file]
    fits = [each for each in sizes if _is_taken(each)] if isinstance(sizes, list) else []
    return Sent(CHANNEL, max(fits, key=_pixels)["file_id"]) if fits else None


def _is_taken(size: object) -> bool:
    if not isinstance(size, dict) or not isinstance(key := size.get("file_id"), str):
        return False
    large = size.get("file_size")
    return 0 < len(key) <= _LONGEST_KEY and (type(large) is not int or large <= MOST_FETCHED)


def _pixels(size: dict[str, Any]) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if type(width) is int and type(height) is int else 0


def _command(found: re.Match[str]) -> dict[str, Any]:
    """A command is a sentence of the menu, or what a link says; without more, /start stands for itself."""
    head, _, rest = found.groups()
    if head == "start":
        return {"text": links.sentence(rest.strip()), "scanned": True} if rest else {"text": "/start"}
    numbered = _NUMBERED.fullmatch(head)
    words = f"{numbered[1]} {numbered[2]}" if numbered else head
    return {"text": f"{words} {rest}" if rest else words}


def _text(said: dict[str, Any], bot: Bot) -> tuple[str, bool]:
    """The words without our own name, and whether they are for us, in a group: a command or a mention is."""
    of = "text" if "text" in said else "caption"
    if of not in said:
        return "", False
    text = _words(said, of, f"message.{of}")
    if _COMMAND.fullmatch(text):
        return text, of == "text"
    return _without_our_name(text, said.get("entities" if of == "text" else "caption_entities"), bot)


def _for_another_bot(text: str, bot: Bot) -> bool:
    command = _COMMAND.fullmatch(text)
    # In private it is ours before we know our name too.
    return bool(bot.username and command and command[2] and command[2].lower() != bot.username.lower())


def _without_our_name(text: str, entities: object, bot: Bot) -> tuple[str, bool]:
    """Telegram marks what is a mention, counting in UTF-16."""
    if not isinstance(entities, list):
        return text, False
    units, kept, end, addressed = text.encode("utf-16-le", "surrogatepass"), b"", 0, False
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in ("mention", "text_mention"):
            continue
        start, length = entity.get("offset"), entity.get("length")
        if type(start) is not int or type(length) is not int or not end <= 2 * start or length < 1:
            continue
        named = units[2 * start : 2 * (start + length)]
        user = entity.get("user")
        ours = named.decode("utf-16-le", "replace").lower() == f"@{bot.username.lower()}" or (
            isinstance(user, dict) and user.get("id") == bot.id
        )
        if ours:
            kept, end, addressed = kept + units[end : 2 * start], 2 * (start + length), True
    if not addressed:
        return text, False
    return (kept + units[end:]).decode("utf-16-le", "replace").strip(), True


def _replies(said: dict[str, Any], bot: Bot) -> bool:
    """Whether it answers a message of ours."""
    answered = said.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    return isinstance(author, dict) and author.get("id") == bot.id


def _press(pressed: dict[str, Any], message: str) -> Heard | None:
    identity = query({"callback_query": pressed})
    if identity is None:
        raise Unreadable("callback_query.id: no text")
    sender = _object(pressed, "from", "callback_query.from")
    if sender.get("is_bot") or "data" not in pressed:
        return None
    who = _person(sender, "callback_query.from.id")
    says = _words(pressed, "data", "callback_query.data")
    language = _language(sender)
    if pressed.get("message") is None:
        inbound = Inbound(CHANNEL, str(who), says, message=message, language=language)
        return Heard(inbound, who, Press(identity, None))
    shown = _object(pressed, "message", "callback_query.message")
    chat = _object(shown, "chat", "callback_query.message.chat")
    there = _whole(chat, "id", "callback_query.message.chat.id")
    kind = _words(chat, "type", "callback_query.message.chat.type")
    if kind not in ("private", "group", "supergroup"):
        return None
    group = None if kind == "private" else str(there)
    if group is None and there != who:
        raise Unreadable("callback_query.message.chat.id: another private chat")
    # A date of 0 stands for a message that is too old to be changed.
    within_reach = bool(shown.get("date"))
    nth = _whole(shown, "message_id", "callback_query.message.message_id")
    press = Press(identity, nth if within_reach else None, "text" in shown)
    inbound = Inbound(CHANNEL, str(who), says, message=message, group=group, language=language)
    return Heard(inbound, there, press, _topic(shown) if group else None)


def _topic(said: dict[str, Any]) -> int | None:
    topic = said.get("message_thread_id") if said.get("is_topic_message") else None
    return topic if type(topic) is int else None


def _membership(changed: dict[str, Any], message: str) -> Heard | None:
    """Whoever blocks us is not reached any more; one who lets us in again says so by writing."""
    chat = _object(changed, "chat", "my_chat_member.chat")
    there = _whole(chat, "id", "my_chat_member.chat.id")
    now = _object(changed, "new_chat_member", "my_chat_member.new_chat_member")
    status = _words(now, "status", "my_chat_member.new_chat_member.status")
    gone = ("kicked",) if chat.get("type") == "private" else ("kicked", "left")
    if status not in gone or chat.get("type") == "channel":
        return None
    sender = str(there) if chat.get("type") == "private" else f"group:{there}"
    return Heard(Inbound(CHANNEL, sender, message=message, leaves="unreachable"), there)


def _language(sender: dict[str, Any]) -> Language | None:
    """As the app of the sender is set, where it says."""
    code = sender.get("language_code")
    if not isinstance(code, str) or not code:
        return None
    code = code.lower().replace("_", "-")
    if code.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-Hant"
    return "zh-Hans" if code == "zh" or code.startswith("zh-") else "en"


def _sent(said: dict[str, Any]) -> datetime | None:
    """When it was sent: where somebody was an hour ago is not where he is."""
    at = said.get("date")
    return datetime.fromtimestamp(at, UTC) if type(at) is int and 0 < at < _LARGEST_TIME else None


def _place(location: dict[str, Any]) -> tuple[float, float]:
    return _degrees(location, "latitude", 90), _degrees(location, "longitude", 180)


def _degrees(location: dict[str, Any], name: str, most: int) -> float:
    value = location.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        raise Unreadable(f"message.location.{name}: no degrees")
    return float(value)


def _is_phone(number: object) -> bool:
    return isinstance(number, str) and _PHONE.fullmatch(number) is not None


def _person(sender: dict[str, Any], path: str) -> int:
    who = _whole(sender, "id", path)
    if who <= 0:
        raise Unreadable(f"{path}: nobody's")
    return who


def _object(of: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    value = of.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: {_kind(value)}, not an object")
    return value


def _words(of: dict[str, Any], name: str, path: str) -> str:
    value = of.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{path}: {_kind(value)}, not a text")
    # Half a character, of which JSON knows how to tell, stands in no text: the other units keep their places.
    return (
        value
        if value.isascii()
        else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


def _whole(of: dict[str, Any], name: str, path: str) -> int:
    value = of.get(name)
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        raise Unreadable(f"{path}: {_kind(value)}, not a number")
    return value


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__
