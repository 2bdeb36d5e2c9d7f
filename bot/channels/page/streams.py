"""The stream of an open page: what came since its last number, then whatever comes, until either side goes."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any

from bot.app import App
from bot.channels.page import looking
from bot.channels.page.looking import CHANNEL, News

# A silent connection is cut by what stands between; other processes' news is read at this beat too.
BEAT_SECONDS = 20.0
# A browser that lost its stream comes again after this, in milliseconds.
RETRY = 2000


async def news(app: App, key: str, after: int) -> AsyncIterator[News]:
    """What there is now, then what comes; nothing where only the beat has passed."""
    with app.listeners.at((CHANNEL, key)) as woken:
        while not app.listeners.all_gone:
            # Cleared before reading: who wakes us while we read is heard by the next round.
            woken.clear()
            found = await app.read(partial(looking.later, key=key, after=after))
            yield found
            if found.exchanges:
                after = found.exchanges[-1].number
                continue
            try:
                await asyncio.wait_for(woken.wait(), BEAT_SECONDS)
            except TimeoutError:
                continue


def write(events: Iterable[tuple[int, dict[str, Any]]]) -> str:
    """Server-sent events (HTML Living Standard, section 9.2); a comment where there are none, which keeps it open."""
    written = [f"id: {number}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for number, event in events]
    return "".join(written) or f"retry: {RETRY}\n: \n\n"
