"""The web server: the chat page, liveness and metrics."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Collection, Iterator, Mapping
from types import FrameType

import structlog
import uvicorn
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot import calendar, clock, courier, fetching, open311, robots, screen
from bot.app import App, open_app
from bot.channels import Channel, Entrance, open_channels
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from bot.configuration import Server as ServerSettings
from models import checking, member, outbox, replay
from models.outbox import Outbox

# A database that does not answer a liveness check within this is down.
LIVE_SECONDS = 2.0
# A thread that computes gives way to the others after this; Python's own 5 ms, at each statement of the database,
# keep answers waiting for seconds while an attachment is made.
GIVES_WAY_SECONDS = 0.0005
# Smaller answers are not worth packing, in bytes.
SMALLEST_TO_PACK = 1024
# When a channel that stumbled begins again.
AGAIN_SECONDS = 5.0
_log = structlog.get_logger()


class Site(Starlette):
    """A platform's call goes past what pages need: packing, error pages, the search among all routes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            for route in self.routes:
                if isinstance(route, Entrance) and route.path == scope["path"]:
                    await route.app(scope, receive, send)
                    return
        await super().__call__(scope, receive, send)


def build(app: App, channels: Mapping[str, Channel]) -> Site:
    """Everything that is served over HTTP."""

    async def healthz(_request: Request) -> Response:
        seen = await _look(app, channels)
        alive = seen is not None
        state = {
            "database": "ok" if alive else "down",
            "expected_wait": round(app.worker.expected_wait(), 3),
            "outbox": seen.health(app.clock.now()) if seen else None,
        }
        return JSONResponse(state, status_code=200 if alive else 503)

    async def show_metrics(_request: Request) -> Response:
        app.metrics.expected_wait.set(app.worker.expected_wait())
        if seen := await _look(app, channels):
            app.metrics.show(seen, app.clock.now(), channels)
            await _watch(app)
        return PlainTextResponse(app.metrics.text(), media_type="text/plain; version=0.0.4")

    async def unavailable(_request: Request, error: Exception) -> Response:
        """Nothing was answered, so nothing is lost: who sent it may send it again."""
        _log.error("not available", reason=type(error).__name__)
        return PlainTextResponse("请过一会儿再试 / please try again in a moment", 503, {"Retry-After": "5"})

    routes: list[BaseRoute] = [
        Route("/healthz", healthz),
        Route("/metrics", show_metrics),
        calendar.route(app),
        *screen.routes(app, channels),
        *open311.routes(app),
    ]
    routes += [route for channel in channels.values() for route in channel.routes(app)]
    return Site(
        routes=routes,
        middleware=[Middleware(GZipMiddleware, minimum_size=SMALLEST_TO_PACK)],
        exception_handlers={DBAPIError: unavailable},
    )


async def _look(app: App, channels: Collection[str]) -> Outbox | None:
    """How the ledger is; None where the worker does not come to it in time, or its database is away."""
    try:
        asked = app.worker.ask("healthz", lambda db: outbox.look(db, app.clock.now(), channels))
        return await asyncio.wait_for(asked.answer, LIVE_SECONDS)
    except Exception as error:
        _log.warning("not alive", reason=type(error).__name__)
        return None


async def _watch(app: App) -> None:
    queue, newest = await app.read(lambda db: (checking.overall(db), replay.newest(db)))
    app.metrics.watch(queue.count, queue.oldest, newest.wrong if newest else 0, app.clock.now())


class _Server(uvicorn.Server):
    """Stops at a signal, and does not raise it again: that would end the process before it is tidy."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Whoever listens is sent home first: a stream that stays open would hold up the end."""
        self._app.listeners.send_home()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


async def serve(settings: Configuration) -> None:
    """Serves until it is told to stop; what was accepted is answered first."""
    sys.setswitchinterval(GIVES_WAY_SECONDS)
    with _listen(settings.server) as listening:
        channels = open_channels(settings)
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
        robots.enrol(app, settings.wecom)
        scheduler = clock.start(app)
        app.platforms = len(channels) - 1
        app.posting.channels = channels
        if app.platforms:
            await app.read(member.end_play)
        served = uvicorn.Config(
            build(app, channels), log_config=None, access_log=False, timeout_graceful_shutdown=10
        )
        server = _Server(served, app)
        _rest_from_collecting()
        sends = asyncio.ensure_future(courier.run(app, channels))
        beside = [
            fetching.run(app, channels),
            _tell(server, settings, listening.getsockname()[1]),
            *(_keep_up(name, each, app) for name, each in channels.items()),
        ]
        running = [asyncio.ensure_future(each) for each in beside]
        try:
            await server.serve([listening])
        finally:
            # The channels are open until what is on its way has arrived.
            for some in ([sends], running):
                for each in some:
                    each.cancel()
                await asyncio.gather(*some, return_exceptions=True)
            scheduler.shutdown(wait=False)
            app.close()


async def _keep_up(name: str, channel: Channel, app: App) -> None:
    """A channel that stumbles over something that nobody thought of begins again, and says so."""
    while True:
        try:
            await channel.run(app)
            return
        except Exception as error:
            _log.error("a channel stumbled", channel=name, exc_info=error)
            await asyncio.sleep(AGAIN_SECONDS)


def _rest_from_collecting() -> None:
    """What there is now stays to the end: looking through it again and again took a seventh of each answer's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _listen(server: ServerSettings) -> socket.socket:
    """The socket to serve on, taken before anything else is touched. Raises ConfigurationError."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        listening = socket.create_server((server.host, server.port), family=family)
    except OSError as error:
        where, why = f"{server.host}:{server.port}", str(error.strerror).partition(" (")[0]
        raise ConfigurationError(
            f"server.host, server.port: cannot serve on {where} ({why}); give another host or port"
        ) from None
    # Passed on to each connection: else the end of every answer waits for 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def _tell(server: uvicorn.Server, settings: Configuration, port: int) -> None:
    """Says where the page is as soon as it can be opened."""
    while not server.started:
        await asyncio.sleep(0.01)
    address = settings.server.public_url or f"http://{settings.server.host}:{port}"
    print(f"Linli is here: {address}  (stop with Ctrl-C)", flush=True)  # noqa: T201
