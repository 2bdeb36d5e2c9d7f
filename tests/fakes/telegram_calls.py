"""The methods of the Bot API that the fake knows: what they do to its chats, and what they refuse."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.telegram_chats import Chat, Json, Refusal, Shown, State
from tests.fakes.telegram_door import Door

_NAME = re.compile(r"[a-z0-9_]{1,32}")
# What comes as JSON within a form.
_NESTED = {"reply_markup", "link_preview_options", "scope", "commands", "allowed_updates"}
_WHOLE = {"chat_id", "message_id", "offset", "limit", "timeout", "max_connections", "message_thread_id"}


class BotApi:
    """All methods but getUpdates, which waits."""

    def __init__(self, me: Json, state: State, door: Door) -> None:
        self._me, self._state = me, state
        self._next_message = 100
        self._known: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _: self._me,
            "sendMessage": self._send_message,
            "sendPhoto": lambda given: self._send_file(given, "photo"),
            "sendDocument": lambda given: self._send_file(given, "document"),
            "sendLocation": self._send_location,
            "editMessageText": self._edit,
            "editMessageReplyMarkup": self._edit,
            "answerCallbackQuery": self._answer,
            "setMyCommands": self._set_commands,
            "setWebhook": door.set_webhook,
            "deleteWebhook": door.delete_webhook,
            "getWebhookInfo": door.webhook_info,
        }

    def act(self, method: str, given: Json) -> Any:
        """Raises Refusal."""
        if method not in self._known:
            raise Refusal(404, "Not Found")
        return self._known[method](given)

    def next_message(self) -> int:
        self._next_message += 1
        return self._next_message

    def _send_message(self, given: Json) -> Json:
        return self._show(given, _text(given.get("text"), 4096, given))

    def _send_file(self, given: Json, kind: str) -> Json:
        file = given.get(kind)
        if not isinstance(file, dict) or not file["size"]:
            raise Refusal(400, f"Bad Request: there is no {kind} in the request")
        return self._show(given, _text(given.get("caption", ""), 1024, given, least=0), file)

    def _send_location(self, given: Json) -> Json:
        place = {name: given.get(name) for name in ("latitude", "longitude")}
        if not all(isinstance(each, int | float) for each in place.values()):
            raise Refusal(400, "Bad Request: bad location")
        return self._show(given, "", place)

    def _show(self, given: Json, text: str, file: Json | None = None) -> Json:
        chat = self._writable(given.get("chat_id"))
        shown = Shown(self.next_message(), text, _rows(given.get("reply_markup")), file)
        chat.messages.append(shown)
        self._state.sent_at.append((time.monotonic(), given["chat_id"]))
        return {
            "message_id": shown.number,
            "date": int(time.time()),
            "chat": {"id": given["chat_id"], "type": chat.kind},
        }

    def _edit(self, given: Json) -> Json:
        chat = self._writable(given.get("chat_id"))
        shown = next((each for each in chat.messages if each.number == given.get("message_id")), None)
        if shown is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        text = _text(given["text"], 4096, given) if "text" in given else shown.text
        rows = _rows(given.get("reply_markup"))
        if (text, rows) == (shown.text, shown.rows):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        shown.text, shown.rows, shown.edits = text, rows, shown.edits + 1
        return {
            "message_id": shown.number,
            "date": int(time.time()),
            "chat": {"id": given["chat_id"], "type": chat.kind},
        }

    def _answer(self, given: Json) -> bool:
        query = given.get("callback_query_id")
        if query not in self._state.presses or self._state.presses[query] is not None:
            raise Refusal(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self._state.presses[query] = _text(given.get("text", ""), 200, given, least=0)
        return True

    def _set_commands(self, given: Json) -> bool:
        for each in given["commands"]:
            if not _NAME.fullmatch(each["command"]) or not 1 <= len(each["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        scope = given.get("scope", {}).get("type", "default")
        self._state.commands[f"{scope}/{given.get('language_code', '')}"] = given["commands"]
        return True

    def _writable(self, number: object) -> Chat:
        """A chat in which the bot may write."""
        chat = self._state.chats.get(number) if isinstance(number, int) else None
        if chat is None:
            if isinstance(number, int) and number > 0:
                raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
            raise Refusal(400, "Bad Request: chat not found")
        if chat.moved is not None:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, why, migrate_to_chat_id=chat.moved)
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat


def _text(value: object, most: int, given: Json, *, least: int = 1) -> str:
    """Lengths are counted in UTF-16, and blanks at the ends are not counted at all."""
    if not isinstance(value, str):
        raise Refusal(400, "Bad Request: message text is empty")
    units = len(value.strip().encode("utf-16-le")) // 2
    if units < least:
        raise Refusal(400, "Bad Request: message text is empty")
    if units > most:
        raise Refusal(400, "Bad Request: message is too long")
    if given.get("parse_mode") and re.search(r"[<&*_\[`]", value):
        raise Refusal(400, "Bad Request: can't parse entities: unsupported start tag at byte offset 0")
    return value.strip()


def _rows(markup: object) -> list[list[Json]]:
    if markup is None:
        return []
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not str(button.get("text", "")).strip():
            raise Refusal(400, "Bad Request: can't parse inline keyboard button: text is empty")
        if "url" in button and "callback_data" not in button:
            if not str(button["url"]).startswith(("https://", "http://", "tg://")):
                raise Refusal(400, "Bad Request: inline keyboard button URL is invalid")
        elif not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


async def parameters(request: web.Request) -> Json:
    if request.content_type == "application/json":
        given = await request.json()
        return given if isinstance(given, dict) else {}
    found: Json = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = {"name": value.filename, "size": len(value.file.read()), "type": value.content_type}
        elif isinstance(value, str) and name in _NESTED | _WHOLE:
            found[name] = json.loads(value)
        else:
            found[name] = value
    return found
