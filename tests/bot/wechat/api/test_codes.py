"""Codes that say a sentence: for good on walls, for a month elsewhere."""

import pytest

from bot.app import App
from bot.channels import ChannelError
from bot.channels.wechat import codes
from bot.channels.wechat.client import Client
from bot.links import sentence
from tests.fakes.wechat_api import WeChatAPI


async def test_a_code_that_is_said_once_lasts_for_thirty_days(
    client: Client, app: App, api: WeChatAPI
) -> None:
    assert await codes.link(client, app, "join 123456789") == "http://weixin.qq.com/q/join_123456789"
    assert api.codes == [
        {
            "action_name": "QR_STR_SCENE",
            "expire_seconds": 2_592_000,
            "action_info": {"scene": {"scene_str": "join_123456789"}},
        }
    ]
    assert sentence(api.codes[0]["action_info"]["scene"]["scene_str"]) == "join 123456789"


@pytest.mark.parametrize(("says", "scene"), [("at 3", "at_3"), ("show 17", "show_17")])
async def test_a_code_that_is_printed_lasts_for_good(
    client: Client, app: App, api: WeChatAPI, says: str, scene: str
) -> None:
    await codes.link(client, app, says)
    assert api.codes == [
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    ]
    assert sentence(scene) == says


async def test_a_command_needs_no_community(client: Client, api: WeChatAPI) -> None:
    assert await codes.link(client, None, "menu") == "http://weixin.qq.com/q/menu"
    assert len(api.codes) == 1


async def test_what_is_no_sentence_is_no_code(client: Client, app: App, api: WeChatAPI) -> None:
    with pytest.raises(ValueError, match="no sentence"):
        await codes.link(client, app, "给我报名")
    assert api.calls == []


async def test_a_platform_that_gives_none_says_so(client: Client, app: App, api: WeChatAPI) -> None:
    api.fail("cgi-bin/qrcode/create", 48001)
    with pytest.raises(ChannelError, match="cgi-bin/qrcode/create: 48001"):
        await codes.link(client, app, "show 17")
