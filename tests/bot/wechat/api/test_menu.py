"""The account's menu: the handlers' own, within three times five and the lengths of names."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from bot.channels.wechat import menu
from bot.channels.wechat.client import Client
from handlers import talk
from handlers.words import Reader
from models.card import Choice
from models.text import as_said
from tests.fakes.wechat_api import WeChatAPI

READER = Reader("zh-Hans", datetime.fromisoformat("2026-11-23T09:10:00+08:00"), ZoneInfo("Asia/Shanghai"))


def choices(count: int) -> list[Choice]:
    return [Choice(as_said(f"第{nth}"), f"show {nth}") for nth in range(1, count + 1)]


def shape(buttons: list[dict[str, Any]]) -> list[Any]:
    return [
        [each["key"] for each in button["sub_button"]] if "sub_button" in button else button["key"]
        for button in buttons
    ]


SHAPES = {
    1: ["show 1"],
    3: ["show 1", "show 2", "show 3"],
    4: ["show 1", "show 2", ["show 3", "show 4"]],
    7: ["show 1", "show 2", [f"show {nth}" for nth in range(3, 8)]],
    8: ["show 1", [f"show {nth}" for nth in range(2, 7)], ["show 7", "show 8"]],
    11: ["show 1", [f"show {nth}" for nth in range(2, 7)], [f"show {nth}" for nth in range(7, 12)]],
}


@pytest.mark.parametrize(("count", "expected"), SHAPES.items())
async def test_choices_stand_side_by_side_then_in_folds(
    client: Client, app: App, api: WeChatAPI, count: int, expected: list[Any]
) -> None:
    buttons, left_out = menu.build(choices(count), READER)
    assert (shape(buttons), left_out) == (expected, [])
    await menu.set_menu(client, client.keeper(app), buttons)
    assert [button["name"] for button in api.menu] == [button["name"] for button in buttons]


def test_what_has_no_place_is_told() -> None:
    _, left_out = menu.build(choices(13), READER)
    assert [choice.says for choice in left_out] == ["show 12", "show 13"]


async def test_a_long_name_is_cut_at_a_character(client: Client, app: App, api: WeChatAPI) -> None:
    buttons, _ = menu.build([Choice(as_said("语言 Language 语言"), "language")], READER)
    assert buttons == [{"type": "click", "name": "语言 Language", "key": "language"}]
    await menu.set_menu(client, client.keeper(app), buttons)


def test_ours_is_what_the_handlers_offer() -> None:
    buttons, left_out = menu.ours()
    keys = [key for entry in shape(buttons) for key in (entry if isinstance(entry, list) else [entry])]
    assert keys + [each.says for each in left_out] == [choice.says for choice in talk.menu()]
    assert menu.lines(buttons)[0] == "找活动 -> activities"
