"""What Telegram writes of what people do: a message, a press of a button, a bot that is blocked."""

import time

from tests.fakes.telegram_chats import Chat, Json


def _person(who: int) -> Json:
    return {"id": who, "is_bot": False, "first_name": "N", "language_code": "zh-hans"}


def message(number: int, who: int, chat: int, kind: str, text: str | None, extra: Json) -> Json:
    written = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": kind},
        "from": _person(who),
    }
    if text is not None:
        written["text"] = text
    return {"message": {**written, **extra}}


def press(query: str, who: int, label: str, number: int, chat: Chat, me: Json) -> Json:
    """The newest button of this label in the chat."""
    for shown in reversed(chat.messages):
        data = next((b.get("callback_data") for row in shown.rows for b in row if b["text"] == label), None)
        if data is not None:
            break
    else:
        raise AssertionError(f"no button {label!r} in {chat.messages}")
    there = {
        "message_id": shown.number,
        "date": int(time.time()),
        "chat": {"id": number, "type": chat.kind},
        "from": me,
        "text": shown.text,
        "reply_markup": {"inline_keyboard": shown.rows},
    }
    pressed = {"id": query, "from": _person(who), "message": there, "chat_instance": "1", "data": data}
    return {"callback_query": pressed}


def block(who: int, *, blocked: bool) -> Json:
    return {
        "my_chat_member": {
            "chat": {"id": who, "type": "private"},
            "from": {"id": who, "is_bot": False, "first_name": "N"},
            "date": int(time.time()),
            "old_chat_member": {"status": "member"},
            "new_chat_member": {"status": "kicked" if blocked else "member"},
        }
    }
