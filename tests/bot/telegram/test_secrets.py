"""No token is told anywhere, however much is told and whatever fails."""

import subprocess
import sys
from pathlib import Path

from tests.fakes import telegram as fakes

ROOT = Path(__file__).parents[3]
# Every failure that a call can have, by somebody who tells everything.
_FAILING = """
import asyncio, sys
{logging}
import structlog
from telegram.error import TelegramError
from bot.channels.telegram.calls import Calls, failure
log = structlog.get_logger()

async def fail():
    for url in sys.argv[1:]:
        calls = Calls("{token}", url, seconds=2)
        for method in ("getMe", "sendMessage", "getUpdates", "noSuchMethod") * 3:
            try:
                await calls.call(method, chat_id=1, text="x")
            except TelegramError as error:
                log.error("failed", reason=str(error), error=repr(failure(error)), exc_info=error)
        calls.beside("answerCallbackQuery", callback_query_id="q")
        await asyncio.sleep(0.05)
        await calls.close()

asyncio.run(fail(), debug=True)
"""
CONFIGURED = 'from bot.logs import configure; configure("DEBUG")'
AS_IT_COMES = "import logging; logging.basicConfig(level=logging.DEBUG)"


NOWHERE = ("http://127.0.0.1:9/bot", "http://[/bot")


def told(logging: str, *elsewhere: str) -> str:
    with fakes.running() as telegram:
        telegram.fail("*", "500", "html", "garbage", "401", "404", "409", "429:1", "lost", "hang:3")
        script = _FAILING.format(logging=logging, token=telegram.token)
        ran = subprocess.run(
            [sys.executable, "-c", script, telegram.url, *elsewhere],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=60,
            check=True,
        )
    return ran.stdout + ran.stderr


def test_at_debug_no_line_holds_the_token() -> None:
    lines = told(CONFIGURED, *NOWHERE)
    assert lines.count("failed") >= 30
    assert fakes.TOKEN.partition(":")[2] not in lines


def test_the_library_by_itself_would_tell_it() -> None:
    """The twin: without our settings of the loggers it stands there."""
    assert fakes.TOKEN.partition(":")[2] in told(AS_IT_COMES)
