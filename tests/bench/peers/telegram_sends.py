"""`Bot.send_message` as it comes. `python -m tests.bench.peers.telegram_sends BASE_URL`, told "MESSAGES AT_ONCE" a line.

Says "done" when all of them are answered.
"""

import asyncio
import sys

from telegram import Bot

FIRST_CHAT = 100_001
TEXT = "周六停水"


async def send(bot: Bot, messages: int, at_once: int) -> None:
    waiting = iter(range(FIRST_CHAT, FIRST_CHAT + messages))

    async def work() -> None:
        for chat in waiting:
            await bot.send_message(chat, TEXT)

    await asyncio.gather(*(work() for _ in range(at_once)))


async def main(base_url: str) -> None:
    async with Bot("654321:peer", base_url) as bot:
        while line := await asyncio.to_thread(sys.stdin.readline):
            messages, at_once = map(int, line.split())
            await send(bot, messages, at_once)
            print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
