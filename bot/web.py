"""The web server: the chat page, liveness and metrics."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import uvicorn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import clock, metrics
from bot.app import App, open_app
from bot.channels.page import Page
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from models.database import Db

# A database that does not answer a liveness check within this is down.
LIVE_SECONDS = 2.0
_log = structlog.get_logger()


def build(app: App, *, secure: bool) -> Starlette:
    """Everything that is served over HTTP. `secure`: people come by https."""

    async def healthz(_request: Request) -> Response:
        alive = await _answers(app)
        state = {"database": "ok" if alive else "down", "expected_wait": round(app.worker.expected_wait(), 3)}
        return JSONResponse(state, status_code=200 if alive else 503)

    async def show_metrics(_request: Request) -> Response:
        metrics.EXPECTED_WAIT.set(app.worker.expected_wait())
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4")

    async def unavailable(_request: Request, error: Exception) -> Response:
        """Nothing was answered, so nothing is lost: who sent it may send it again."""
        _log.error("not available", reason=type(error).__name__)
        return PlainTextResponse("请过一会儿再试 / please try again in a moment", 503, {"Retry-After": "5"})

    routes = [Route("/healthz", healthz), Route("/metrics", show_metrics)]
    return Starlette(
        routes=[*routes, *Page(app, secure=secure).routes()], exception_handlers={DBAPIError: unavailable}
    )


async def _answers(app: App) -> bool:
    """Whether the worker comes to a statement in time: its queue and its database are alive."""

    def ask(db: Db) -> object:
        return db.value(text("SELECT 1"))

    try:
        await asyncio.wait_for(asyncio.wrap_future(app.worker.submit("healthz", ask)), LIVE_SECONDS)
    except Exception as error:
        _log.warning("not alive", reason=type(error).__name__)
        return False
    return True


class _Server(uvicorn.Server):
    """Stops at a signal, and does not raise it again: that would end the process before it is tidy."""

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
    app = open_app(settings.database.url, SystemClock(), [])
    scheduler = clock.start(app.clock, app.worker)
    secure = (settings.server.public_url or "").startswith("https://")
    server = _Server(
        uvicorn.Config(
            build(app, secure=secure),
            host=settings.server.host,
            port=settings.server.port,
            log_config=None,
            timeout_graceful_shutdown=10,
        )
    )
    try:
        told = asyncio.ensure_future(_tell(server, settings))
        await server.serve()
        told.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await told
    except SystemExit:
        where = f"{settings.server.host}:{settings.server.port}"
        raise ConfigurationError(f"server.port: {where} is taken or not allowed; give another one") from None
    finally:
        scheduler.shutdown(wait=False)
        app.close()


async def _tell(server: uvicorn.Server, settings: Configuration) -> None:
    """Says where the page is as soon as it can be opened."""
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = settings.server.public_url or f"http://{settings.server.host}:{port}"
    print(f"Linli is here: {address}  (stop with Ctrl-C)", flush=True)  # noqa: T201
