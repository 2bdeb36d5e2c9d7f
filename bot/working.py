"""What `linli worker` does: the scheduler and the courier, beside a `linli run` on the same database."""

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.engine import make_url

from bot import clock, courier, fetching
from bot.app import open_app
from bot.channels import CHANNELS, Channel, open_channels
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError

# What its readers fetch by themselves is settled where they are: there they are woken.
_FETCHED = "page"


@runtime_checkable
class _Closes(Protocol):
    async def close(self) -> None: ...


async def work(settings: Configuration) -> None:
    """Until it is told to stop; what is on its way is waited for. Raises ConfigurationError."""
    address = make_url(settings.database.url)
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite and address.database in (None, "", ":memory:"):
        raise ConfigurationError(
            "database.url: nobody else can use what is in this process's memory; write postgresql://…"
        )
    channels = {name: each for name, each in open_channels(settings).items() if name != _FETCHED}
    app = open_app(
        settings.database.url,
        SystemClock(),
        [],
        settings.security,
        settings.limits,
        settings.schedule,
        settings.server.public_url,
        settings.waiting,
        settings.needs,
    )
    if sqlite:
        print("With SQLite one process is enough: `linli run` sends by itself.", flush=True)  # noqa: T201
    scheduler = clock.start(app)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    served = ", ".join(channels) or "no channel"
    print(f"Linli sends from here too: {served}  (stop with Ctrl-C)", flush=True)  # noqa: T201
    fetches = asyncio.ensure_future(fetching.run(app, channels))
    try:
        await _until(stop, courier.run(app, channels, {_FETCHED: CHANNELS[_FETCHED]}))
    finally:
        fetches.cancel()
        await asyncio.gather(fetches, return_exceptions=True)
        scheduler.shutdown(wait=False)
        await _close(channels)
        app.close()


async def _until(stop: asyncio.Event, sending: Coroutine[Any, Any, None]) -> None:
    """Raises what ended it before it was told to stop."""
    courier_at_work = asyncio.ensure_future(sending)
    told = asyncio.ensure_future(stop.wait())
    await asyncio.wait({courier_at_work, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    courier_at_work.cancel()
    try:
        await courier_at_work
    except asyncio.CancelledError:
        return


async def _close(channels: Mapping[str, Channel]) -> None:
    for each in channels.values():
        if isinstance(each, _Closes):
            await each.close()
