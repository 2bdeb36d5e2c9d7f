"""An account that is configured by half is refused with its mend; one in plain mode is warned of."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import structlog
from pydantic import SecretStr

from bot.app import App
from bot.channels import open_channels
from bot.channels.wechat import open_channel
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from tests.bot.programs import serving
from tests.bot.wechat.conftest import opened, settings
from tests.conftest import PACK
from tests.fakes.wechat_callback import APP_ID, FAULT, KEY, TOKEN, Platform

OPEN = (
    "wechat.encoding_aes_key: is not set, so that anybody who saw one address of a call can forge messages; "
    "choose the safe mode on the platform's page and set LINLI_WECHAT__ENCODING_AES_KEY"
)
CONFIGURED: Mapping[str, str] = {
    "LINLI_WECHAT__APP_ID": APP_ID,
    "LINLI_WECHAT__APP_SECRET": "canary-secret",
    "LINLI_WECHAT__TOKEN": TOKEN,
    "LINLI_WECHAT__ENCODING_AES_KEY": KEY,
    "LINLI_WECHAT__API_BASE_URL": "http://127.0.0.1:9",
}


def test_without_an_account_there_is_no_channel() -> None:
    assert open_channel(Configuration()) is None
    assert set(open_channels(Configuration())) == {"page"}
    assert set(open_channels(settings())) == {"page", "wechat"}


@pytest.mark.parametrize(
    ("missing", "mend"), [("token", "LINLI_WECHAT__TOKEN"), ("app_secret", "LINLI_WECHAT__APP_SECRET")]
)
def test_half_an_account_is_refused_with_its_mend(missing: str, mend: str) -> None:
    account = settings().wechat.model_copy(update={missing: None})
    with pytest.raises(ConfigurationError, match=f"wechat.{missing}: is missing.*{mend}"):
        open_channel(Configuration(wechat=account))


async def test_plain_mode_is_warned_of_at_the_start_and_by_check(app: App) -> None:
    with structlog.testing.capture_logs() as logs:
        opened(KEY).routes(app)
        assert logs == []
        opened(None).routes(app)
    assert [(line["event"], line["log_level"]) for line in logs] == [(OPEN, "warning")]
    assert (await opened(None).check())[0] == (False, OPEN)
    assert (False, OPEN) not in await opened(KEY).check()


def test_the_secrets_stand_in_no_word_of_the_settings() -> None:
    account = settings().wechat.model_copy(update={"app_secret": SecretStr("canary-secret")})
    shown = repr(account)
    assert not any(secret in shown for secret in ("canary-secret", TOKEN, KEY))


async def test_the_program_answers_the_platform(tmp_path: Path) -> None:
    """`linli run` with the environment of an account: verified, spoken with, and quiet about its people."""
    loading = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "load", str(PACK)),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await loading.wait() == 0
    with serving(tmp_path, CONFIGURED) as running:
        async with httpx.AsyncClient(timeout=30) as http:
            platform = Platform(http, f"{running.address}/wechat", SystemClock().now)
            assert await platform.verify("echo") == "echo"
            shown = await platform.say("oCanary_openid", "周六有什么活动")
            assert shown.text not in (None, FAULT)
            wrong = platform.account.call("", platform.now()).changed(signature="0" * 40)
            assert (await platform.post(wrong)).status_code == 403
        code, told = await asyncio.to_thread(running.stop, signal.SIGTERM)
    assert code == 0
    assert "call refused" in told
    assert not any(secret in told for secret in ("canary", "Canary", TOKEN, KEY, "周六"))
