"""One line for each thing that an operator should know: for people on a terminal, else as JSON."""

import logging
import sys
from typing import Any

import structlog


def configure(level: str) -> None:
    """Sends everything to standard error. What members write is never logged."""
    pretty = sys.stderr.isatty()
    render = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    trace: list[Any] = [] if pretty else [structlog.processors.format_exc_info]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *trace,
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
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Access lines would tell who wrote when, and are no news.
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("apscheduler", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
