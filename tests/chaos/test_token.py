"""Four processes and ten ends of the access token: it is fetched ten times, and everything is sent once."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from models import conversation, member, notice
from models.card import Card
from models.conversation import Memory, Window
from models.database import Db, transaction
from models.delivery import DELIVERY
from models.text import as_said
from tests.chaos import quarter
from tests.fakes.wechat_api import WeChatAPI, serving

PROCESSES, SENDS, ENDS = 4, 200, 10
BETWEEN_SECONDS = 0.5
SECONDS = 90
_ROOT = Path(__file__).parents[2]


@pytest.mark.chaos
async def test_each_end_of_the_token_makes_one_fetch_and_all_is_sent(empty: Engine, tmp_path: Path) -> None:
    quarter.build(empty, tmp_path)
    empty.dispose()
    url = empty.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with serving(WeChatAPI()) as api:
        processes = [_start(url, api.url, tmp_path, nth) for nth in range(PROCESSES)]
        try:
            for each in processes:
                assert each.stdout is not None
                assert await asyncio.to_thread(each.stdout.readline) == "open\n", _errors(tmp_path)
            with transaction(empty) as db:
                _owe(db, api)
            async with asyncio.timeout(SECONDS):
                # There is no token at first: that is the first end.
                for nth in range(1, ENDS):
                    await _until_sent(api, nth * SENDS // ENDS)
                    # A call that is on its way meets one end of the token, or two; not all of them.
                    await asyncio.sleep(BETWEEN_SECONDS)
                    api.void()
                await _until_sent(api, SENDS)
                while _states(empty) != {"sent": SENDS}:
                    await asyncio.sleep(0.1)
        finally:
            for each in processes:
                each.kill()
                each.communicate()
    assert api.token_fetches <= ENDS
    assert Counter(body["text"]["content"] for body in api.sent) == Counter(map(str, range(SENDS)))


def _start(url: str, api: str, folder: Path, nth: int) -> "subprocess.Popen[str]":
    with (folder / f"{nth}.log").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.sender", url, api],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def _errors(folder: Path) -> str:
    return "".join(each.read_text() for each in sorted(folder.glob("*.log")))


def _owe(db: Db, api: WeChatAPI) -> None:
    """Each of them is to be told one thing, and may be written to."""
    now = datetime.now(UTC)
    for nth in range(SENDS):
        key = f"reader{nth}"
        address, _ = member.meet(db, "wechat", key, "zh-Hans")
        conversation.keep(db, address, Memory(), known=False)
        conversation.open_window(db, address, Window(now + timedelta(hours=48), 5), None, now)
        notice.tell(db, [Card(as_said(str(nth)))], [address], now)
        api.hear(key)


async def _until_sent(api: WeChatAPI, count: int) -> None:
    while len(api.sent) < count:
        await asyncio.sleep(0.002)


def _states(engine: Engine) -> dict[str, int]:
    counted = select(DELIVERY.c.state, func.count().label("many")).group_by(DELIVERY.c.state)
    with transaction(engine) as db:
        return {row.state: row.many for row in db.rows(counted)}
