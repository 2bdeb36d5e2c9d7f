"""The menu at the bottom of the account, made of the handlers' own."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.wechat.access import Keeper
from bot.channels.wechat.client import Client
from bot.clock import SystemClock
from handlers import talk
from handlers.words import Reader, say
from models.card import Choice
from models.text import Text

# Three stand side by side; each of them opens at most five. Names are measured in bytes.
SIDE_BY_SIDE, AMONG = 3, 5
SHORT, LONG = 16, 60
# They are named by what they hold: what is asked for most, and the rest.
_OFTEN, _MORE = Text("常用"), Text("更多")
Entry = dict[str, Any]


def build(choices: Sequence[Choice], reader: Reader) -> tuple[list[Entry], list[Choice]]:
    """The platform's buttons for these choices, the first ones open to view; and the choices without a place."""
    if len(choices) <= SIDE_BY_SIDE:
        return [_click(each, reader, SHORT) for each in choices], []
    if len(choices) <= SIDE_BY_SIDE - 1 + AMONG:
        open_ones, folded = choices[: SIDE_BY_SIDE - 1], [(_MORE, choices[SIDE_BY_SIDE - 1 :])]
    else:
        open_ones, rest = choices[:1], choices[1 : 1 + 2 * AMONG]
        folded = [(_OFTEN, rest[:AMONG]), (_MORE, rest[AMONG:])]
    buttons = [_click(each, reader, SHORT) for each in open_ones]
    buttons += [
        {"name": say(name, reader), "sub_button": [_click(each, reader, LONG) for each in held]}
        for name, held in folded
    ]
    placed = len(open_ones) + sum(len(held) for _, held in folded)
    return buttons, list(choices[placed:])


def _click(choice: Choice, reader: Reader, most: int) -> Entry:
    """A tap says the sentence, as a button does."""
    name = say(choice.label, reader).encode()[:most].decode(errors="ignore").strip()
    return {"type": "click", "name": name, "key": choice.says}


def ours() -> tuple[list[Entry], list[Choice]]:
    """The handlers' menu, in Simplified Chinese: all see the same."""
    return build(talk.menu(), Reader("zh-Hans", SystemClock().now(), ZoneInfo("Asia/Shanghai")))


async def set_menu(client: Client, keeper: Keeper, buttons: list[Entry]) -> None:
    """Raises ChannelError."""
    await client.call(keeper, "cgi-bin/menu/create", {"button": buttons})


def lines(buttons: Sequence[Entry]) -> list[str]:
    """The buttons as an operator reads them."""
    told = []
    for button in buttons:
        told.append(_line(button))
        told += [f"  {_line(each)}" for each in button.get("sub_button", ())]
    return told


def _line(button: Entry) -> str:
    return f"{button['name']} -> {button['key']}" if "key" in button else f"{button['name']}:"
