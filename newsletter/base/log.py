"""The structured log: events by name with fields, on stderr or in a file, never an address in clear.

A log line is for machines and operators; what a person asked for goes to stdout by the command. Servers quote addresses
in their answers and errors quote them in their words, so every text is masked on its way out, whoever wrote it.
"""

import logging
import re
import sys
from typing import Any, TextIO, cast

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.types import EventDict, Processor, WrappedLogger

_NO_LOCAL = r"\s@<>\"(),;:\[\]\\"  # what ends a local part outside quotes (RFC 5322, section 3.2.3)
_ADDRESS = re.compile(rf"([^{_NO_LOCAL}]{{1,2}})[^{_NO_LOCAL}]*@(?=[^\s@])")


def get_log(room: str) -> Any:
    """Give the log of a room; every event carries `room`. It may be taken before the log is set up."""
    return structlog.get_logger(room=room)


def configure_log(*, json: bool, level: str = "info", stream: TextIO | None = None) -> None:
    """Set up the log once, at an entrance. JSON for services, plain words for people at a terminal."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_json_end() if json else _words_end()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream or cast("TextIO", _PresentStderr())),
        cache_logger_on_first_use=False,
    )


def mask_addresses(text: str) -> str:
    """Leave two characters of the local part of each address: enough to recognise, not to write to."""
    return _ADDRESS.sub(r"\1***@", text)


def _json_end() -> list[Processor]:
    # Without the variables of each frame: they hold readers and secrets.
    tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    return [tracebacks, _mask, structlog.processors.JSONRenderer()]


def _words_end() -> list[Processor]:
    words = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return [structlog.processors.format_exc_info, _mask, cast("Processor", words)]


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: object) -> object:
    match value:
        case str():
            return mask_addresses(value)
        case dict():
            return {key: _masked(part) for key, part in value.items()}
        case list() | tuple():
            return [_masked(part) for part in value]
        case None | bool() | int() | float():
            return value
        case _:
            return mask_addresses(str(value))


class _PresentStderr:
    """Whatever sys.stderr is when a line is written: it may be another one than when the log was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
