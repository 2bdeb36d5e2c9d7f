"""One line for each thing that an operator should know: for people on a terminal, else as JSON."""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

# Access lines would tell who wrote when, and are no news.
_SILENT = ("uvicorn.access",)
_QUIET = {
    **dict.fromkeys(("apscheduler", "alembic", "uvicorn", "python_multipart", "sqlalchemy"), logging.WARNING),
    # They tell whole addresses, in which a platform's secret may stand.
    **dict.fromkeys(("httpx", "httpcore", "urllib3", "aiohttp", "telegram"), logging.WARNING),
    # In its debug mode it shows what slow callbacks were called with.
    "asyncio": logging.ERROR,
}


def configure(level: str) -> None:
    """Sends everything to standard error. What members write is never logged."""
    pretty = sys.stderr.isatty()
    render: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(_first_line)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in _SILENT:
        logging.getLogger(name).disabled = True
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def _trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an error came from and of what kind it is. Its words are left out: they may be a member's."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event["exception"] = "\nfrom ".join(_places(error))
    return event


def _places(error: BaseException | None) -> Iterator[str]:
    """The trace of an error, then that of the one it came from, and so on."""
    while error is not None:
        kind = type(error)
        yield f"{kind.__module__}.{kind.__qualname__}\n{''.join(traceback.format_tb(error.__traceback__))}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _first_line(record: logging.LogRecord) -> bool:
    """asyncio tells below its first line what a task held, which may be what somebody wrote."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True
