"""What `linli check` says of the account: a line for each thing, with the mend, and never a secret."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.channels import Finding
from bot.channels.wechat import checking, menu
from bot.channels.wechat import client as clients
from bot.channels.wechat.access import Alone
from bot.channels.wechat.client import Client
from bot.clock import SystemClock
from bot.configuration import Carrier, Configuration
from tests.bot.wechat.api.conftest import account
from tests.fakes.wechat_api import APP_ID, APP_SECRET, WeChatAPI

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
FINE = [
    (True, f"wechat: {APP_ID} is known and gives us an access token"),
    (True, "wechat: only encrypted calls are heard (safe mode)"),
    (True, "wechat: there is no menu yet; `linli wechat menu` sets it"),
]


async def check(api: WeChatAPI, secret: str = APP_SECRET, **notices: Mapping[str, Any]) -> list[Finding]:
    carriers = {kind: Carrier.model_validate(carrier) for kind, carrier in notices.items()}
    more = {"encoding_aes_key": KEY, "notices": carriers}
    settings = Configuration(wechat=account(api, secret).model_copy(update=more))
    found = await checking.check(Client(settings.wechat), settings)
    assert not any(secret in line or "canary" in line for _, line in found)
    return found


async def test_an_account_that_works(api: WeChatAPI) -> None:
    assert await check(api) == FINE


async def test_the_menu_is_compared_with_ours(api: WeChatAPI, client: Client) -> None:
    keeper = Alone(SystemClock().now)
    await menu.set_menu(client, keeper, menu.ours()[0])
    assert (await check(api))[2] == (True, "wechat: the menu is set")
    await menu.set_menu(client, keeper, [{"type": "click", "name": "旧", "key": "menu"}])
    assert (await check(api))[2] == (
        True,
        "wechat: the menu is an older one; `linli wechat menu` sets today's",
    )


NOT_LISTED = "this server's address is not in the account's list (IP白名单); add it on the platform's page: 203.0.113.7"


async def test_a_wrong_secret(api: WeChatAPI) -> None:
    mend = "wechat.app_secret is wrong; reset it on the platform's page and set it here"
    assert await check(api, secret="wrong-secret") == [(False, f"wechat: access token: {mend}")]


async def test_an_address_that_is_not_listed(api: WeChatAPI) -> None:
    api.fail("cgi-bin/stable_token", 40164)
    assert await check(api) == [(False, f"wechat: access token: {NOT_LISTED}")]


async def test_a_code_that_nobody_knows(api: WeChatAPI) -> None:
    api.fail("cgi-bin/menu/get", 99999)
    assert (await check(api))[2] == (False, "wechat: menu: the platform refuses with 99999")


async def test_an_api_that_does_not_answer(api: WeChatAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "WAITS", (0.01, 0.01))
    api.fail_always("cgi-bin/stable_token", "5xx")
    why = "the API does not answer (cgi-bin/stable_token: HTTP 502)"
    mend = "check wechat.api_base_url and the network"
    assert await check(api) == [(False, f"wechat: access token: {why}; {mend}")]


START = {"kind": "template", "id": "tmpl-start"}
CONTENT = "活动：{{thing1.DATA}}\n时间：{{time2.DATA}}\n地点：{{thing3.DATA}}\n状态：{{phrase4.DATA}}"
CARRIERS = [
    (START, CONTENT, True, "carried by the template tmpl-start"),
    (START, None, False, "id: the account has no template tmpl-start; choose it on the platform's page"),
    (
        START,
        "{{thing1.DATA}}{{time4.DATA}}",
        False,
        "fields: tmpl-start has no phrase4, thing3, time2; it has thing1, time4",
    ),
    (
        START,
        CONTENT + "{{thing5.DATA}}",
        False,
        "fields: nothing is said for thing5, and an empty field is refused",
    ),
    (
        {**START, "fields": {"thing1": "titel"}},
        CONTENT,
        False,
        "fields: there is no titel; a field holds one of title, text, time, place, state, source, number",
    ),
]


@pytest.mark.parametrize(("carrier", "content", "works", "line"), CARRIERS)
async def test_a_template_is_there_with_its_fields(
    api: WeChatAPI, carrier: dict[str, Any], content: str | None, works: bool, line: str
) -> None:
    if content:
        api.templates["tmpl-start"] = content
    assert (await check(api, start=carrier))[3:] == [(works, f"wechat.notices.start: {line}")]


async def test_subscription_messages_are_looked_up_where_they_are(api: WeChatAPI) -> None:
    api.subscriptions["sub"] = "{{thing1.DATA}}{{time2.DATA}}{{thing3.DATA}}{{thing4.DATA}}"
    api.fail("cgi-bin/template/get_all_private_template", 48001)
    found = await check(api, start=START, news={"kind": "subscription", "id": "sub"})
    unverified = "the account may not use this; it must be verified (认证), and the interface granted"
    assert found[3:] == [
        (False, f"wechat: template messages: {unverified}"),
        (True, "wechat.notices.news: carried by the subscription sub"),
    ]
