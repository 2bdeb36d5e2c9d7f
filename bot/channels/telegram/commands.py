"""The menu that Telegram shows beside the line: what one can do, as commands, in the languages that it tells apart."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.telegram.calls import Calls
from bot.channels.telegram.speaking import shortened
from handlers.talk import ACTIONS
from handlers.words import Reader, say
from models.member import Language

LONGEST_DESCRIPTION = 256
# By two letters: who reads anything else gets the one without any.
_LANGUAGES: tuple[tuple[str | None, Language], ...] = ((None, "en"), ("en", "en"), ("zh", "zh-Hans"))
_SCOPES = (("all_private_chats", False), ("all_group_chats", True))


def commands(reader: Reader, *, in_group: bool) -> list[dict[str, str]]:
    """Every action of the menu; in a group none whose answer comes in private."""
    ranked = sorted(ACTIONS.values(), key=lambda action: action.rank)
    return [
        {"command": action.head, "description": shortened(say(action.menu, reader), LONGEST_DESCRIPTION)}
        for action in ranked
        if action.menu and not (in_group and action.private)
    ]


async def set_commands(calls: Calls, now: datetime, zone: ZoneInfo) -> None:
    """Raises TelegramError."""
    for code, language in _LANGUAGES:
        for scope, in_group in _SCOPES:
            shown = commands(Reader(language, now, zone), in_group=in_group)
            called: dict[str, Any] = {"commands": shown, "scope": {"type": scope}, "language_code": code}
            await calls.call("setMyCommands", **called)
