"""What a card becomes on Telegram: a method and its parameters, never with markup, so that nobody's words are any."""

from typing import Any

from bot import links
from bot.channels.rendering import Button, Rendered

# Limits of the Bot API: a button's data in bytes, a caption in UTF-16 units; a longer label is cut by every app.
LONGEST_DATA = 64
LONGEST_LABEL = 64
LONGEST_CAPTION = 1024
LONGEST_TOAST = 200
MOST_BUTTONS = 100
_NO_PREVIEW = {"is_disabled": True}
Payload = dict[str, Any]


def send(chat: int, shown: Rendered, topic: int | None = None, bot: str | None = None) -> Payload:
    """A new message; `bot` is our name where it goes to a group."""
    payload: Payload = {
        "method": "sendMessage",
        "chat_id": chat,
        "text": shown.text,
        "link_preview_options": _NO_PREVIEW,
    }
    if topic is not None:
        payload["message_thread_id"] = topic
    if shown.rows:
        payload["reply_markup"] = keyboard(shown.rows, bot)
    return payload


def edit(chat: int, message: int, shown: Rendered, bot: str | None = None) -> Payload:
    """The message on which a button was pressed becomes its answer; without rows it has no buttons any more."""
    payload: Payload = {
        "method": "editMessageText",
        "chat_id": chat,
        "message_id": message,
        "text": shown.text,
        "link_preview_options": _NO_PREVIEW,
    }
    if shown.rows:
        payload["reply_markup"] = keyboard(shown.rows, bot)
    return payload


def strip(chat: int, message: int) -> Payload:
    """The message keeps its words and loses its buttons."""
    return {"method": "editMessageReplyMarkup", "chat_id": chat, "message_id": message}


def link(bot: str, says: str) -> str:
    """What opens the private chat with us and says this there; what no link can say is left to its reader."""
    try:
        return f"https://t.me/{bot}?start={links.payload(says)}"
    except ValueError:
        return f"https://t.me/{bot}"


def keyboard(rows: tuple[tuple[Button, ...], ...], bot: str | None = None) -> Payload:
    """In a group, where our name is needed, private buttons lead out of it."""
    shown, left = [], MOST_BUTTONS
    for row in rows:
        buttons = [
            {"text": shortened(each.label, LONGEST_LABEL) or "…", **_pressed(each, bot)}
            for each in row
            if 0 < len(each.says.encode()) <= LONGEST_DATA
        ][:left]
        left -= len(buttons)
        if buttons:
            shown.append(buttons)
    return {"inline_keyboard": shown}


def _pressed(button: Button, bot: str | None) -> dict[str, str]:
    return {"url": link(bot, button.says)} if bot and button.private else {"callback_data": button.says}


def shortened(words: str, most: int) -> str:
    """At most so many UTF-16 units, in which Telegram counts."""
    if len(words.encode("utf-16-le")) // 2 <= most:
        return words
    return words.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore").rstrip() + "…"
