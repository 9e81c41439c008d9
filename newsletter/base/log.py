"""The structured log: events by name with fields, on stderr or in a file, never an address in clear.

A log line is for machines and operators; what a person asked for goes to stdout by the command.
"""

import logging
import sys
from typing import Any, TextIO, cast

import structlog


def get_log(room: str) -> Any:  # noqa: ANN401 - structlog's own lazy proxy has no narrower type
    """Give the log of a room; every event carries `room`."""
    return structlog.get_logger().bind(room=room)


def configure_log(*, json: bool, level: str = "info", stream: TextIO | None = None) -> None:
    """Set up the log once, at an entrance. JSON for services, plain words for people at a terminal."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks if json else structlog.processors.format_exc_info,
            cast("structlog.types.Processor", renderer),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
