"""A broadcast with python-telegram-bot's own limiter, tried again where Telegram refuses all the same.

`python -m tests.bench.peers.telegram_limited TOKEN BASE_URL`, told the chats as JSON in one line.
"""

import asyncio
import json
import sys

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot

AT_ONCE = 32
TEXT = "周六停水"


async def main(token: str, base_url: str) -> None:
    chats = iter(json.loads(sys.stdin.readline()))
    limiter = AIORateLimiter(group_max_rate=20, group_time_period=60)
    async with ExtBot(token, base_url, rate_limiter=limiter) as bot:

        async def work() -> None:
            for chat in chats:
                await _send(bot, chat)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _send(bot: "ExtBot[int]", chat: int) -> None:
    while True:
        try:
            await bot.send_message(chat, TEXT)
        except RetryAfter as refused:
            wait = refused.retry_after
            await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())
        else:
            return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
