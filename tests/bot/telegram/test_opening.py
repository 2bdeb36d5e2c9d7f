"""How the channel is opened, what Telegram is told of it, and what `linli check` finds."""

import asyncio
from typing import Any

import pytest

from bot.app import App
from bot.channels.telegram import open_channel, waiting
from bot.channels.telegram.commands import commands
from bot.configuration import Configuration, ConfigurationError
from handlers.talk import ACTIONS
from handlers.words import Reader
from models.member import Language
from tests.bot.telegram.conftest import settings
from tests.bot.telegram.town import SECRET
from tests.conftest import NOW
from tests.fakes import telegram as fakes


def configured(public_url: str | None = None, **telegram: str) -> Configuration:
    return Configuration.model_validate({"telegram": telegram, "server": {"public_url": public_url}})


def test_without_a_token_there_is_none() -> None:
    assert open_channel(Configuration()) is None


def test_polling_needs_nothing_but_the_token() -> None:
    assert open_channel(configured(token=fakes.TOKEN)) is not None


@pytest.mark.parametrize(
    ("public_url", "more", "key", "mend"),
    [
        ("https://linli.test", {}, "telegram.secret_token", "LINLI_TELEGRAM__SECRET_TOKEN"),
        (None, {"secret_token": SECRET}, "server.public_url", "https://"),
        ("http://linli.test", {"secret_token": SECRET}, "server.public_url", "https://"),
    ],
)
def test_a_webhook_that_would_not_work_is_not_opened(
    public_url: str | None, more: dict[str, str], key: str, mend: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        open_channel(configured(public_url, token=fakes.TOKEN, mode="webhook", **more))
    assert str(error.value).startswith(f"{key}: ")
    assert mend in str(error.value)
    assert SECRET not in str(error.value)


def test_a_webhook_with_everything_is() -> None:
    given = {"token": fakes.TOKEN, "mode": "webhook", "secret_token": SECRET}
    assert open_channel(configured("https://linli.test", **given)) is not None


async def run_until(app: App, fake: fakes.Telegram, mode: str, count: int) -> None:
    channel = open_channel(settings(fake, mode))
    assert channel is not None
    running = asyncio.create_task(channel.run(app))
    while len(fake.state.commands) < count:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_telegram_is_told_where_we_are_until_it_knows(
    app: App, fake: fakes.Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FIRST_SECONDS", 0.01)
    fake.fail("getMe", "500", "html")
    fake.fail("setWebhook", "502", "429:1", "garbage")
    await run_until(app, fake, "webhook", 6)
    assert fake.called("setWebhook")[-1] == {
        "url": "http://linli.test/telegram",
        "secret_token": SECRET,
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }


async def test_the_menu_is_told_in_the_languages_that_telegram_knows(app: App, fake: fakes.Telegram) -> None:
    await run_until(app, fake, "polling", 6)
    assert sorted(fake.state.commands) == [
        *("all_group_chats/", "all_group_chats/en", "all_group_chats/zh"),
        *("all_private_chats/", "all_private_chats/en", "all_private_chats/zh"),
    ]
    chinese = {each["command"]: each["description"] for each in fake.state.commands["all_private_chats/zh"]}
    assert chinese["activities"] == "找活动"


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_command_is_one_that_telegram_takes_and_we_know(app: App, language: Language) -> None:
    reader = Reader(language, NOW, app.zone)
    alone, together = commands(reader, in_group=False), commands(reader, in_group=True)
    assert [each["command"] for each in alone] == [
        action.head for action in sorted(ACTIONS.values(), key=lambda action: action.rank) if action.menu
    ]
    assert 1 <= len(together) < len(alone) <= 100
    assert all(1 <= len(each["command"]) <= 32 and 1 <= len(each["description"]) <= 256 for each in alone)


async def found(fake: fakes.Telegram, mode: str) -> list[tuple[bool, str]]:
    channel = open_channel(settings(fake, mode))
    assert channel is not None
    return await channel.check()


NAMED = (True, "telegram: @linli_fake_bot answers")


@pytest.mark.parametrize(
    ("mode", "webhook", "finding"),
    [
        ("polling", {}, (True, "telegram: polling; no webhook is set; 0 updates wait")),
        (
            "polling",
            {"url": "https://elsewhere.test/hook", "pending_update_count": 3},
            (True, "telegram: polling; the webhook https://elsewhere.test/hook is set, and `linli run` takes it away; 3 updates wait"),
        ),
        (
            "webhook",
            {},
            (True, "telegram: the webhook is not set; `linli run` sets http://linli.test/telegram; 0 updates wait"),
        ),
        (
            "webhook",
            {"url": f"https://elsewhere.test/{fakes.TOKEN}"},
            (True, "telegram: the webhook is https://elsewhere.test/TOKEN; `linli run` sets http://linli.test/telegram; 0 updates wait"),
        ),
        (
            "webhook",
            {"url": "http://linli.test/telegram"},
            (True, "telegram: the webhook is http://linli.test/telegram; 0 updates wait"),
        ),
        (
            "webhook",
            {"url": "http://linli.test/telegram", "pending_update_count": 9, "last_error_message": "Connection refused"},
            (False, "telegram: the webhook http://linli.test/telegram failed last with 'Connection refused'; 9 updates wait; is it reached?"),
        ),
        (
            "webhook",
            {"url": "http://linli.test/telegram", "last_error_message": "Connection refused"},
            (True, "telegram: the webhook http://linli.test/telegram failed last with 'Connection refused'; 0 updates wait"),
        ),
    ],
)  # fmt: skip
async def test_what_telegram_says_of_us(
    fake: fakes.Telegram, mode: str, webhook: dict[str, Any], finding: tuple[bool, str]
) -> None:
    fake.state.webhook = webhook
    assert await found(fake, mode) == [NAMED, finding]


async def test_a_wrong_token_is_told_without_it(fake: fakes.Telegram) -> None:
    channel = open_channel(settings(fake, "polling", token="770001:another-token"))
    assert channel is not None
    assert await channel.check() == [
        (False, "telegram.token: Telegram does not know it; copy it anew from @BotFather")
    ]


@pytest.mark.parametrize("fault", ["500", "html", "garbage", "429:3"])
async def test_a_telegram_that_fails_is_told(fake: fakes.Telegram, fault: str) -> None:
    fake.fail("getMe", fault)
    [(works, line)] = await found(fake, "polling")
    assert (works, line.endswith("; check the network and telegram.base_url")) == (False, True)
    assert fake.token not in line
