"""One way of logging for mimis and all that it is built of: JSON in production, a line to read on a terminal.

``MIMIS_LOG`` (``json`` or ``text``) and ``MIMIS_LOG_LEVEL`` say otherwise. Modules use :mod:`logging`; structlog only
formats, and is imported for the first line that is written.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mimis_core.errors import ConfigurationError
from mimis_core.observe.crashes import told
from mimis_core.observe.masking import mask_all

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from structlog.stdlib import ProcessorFormatter

    Entry = MutableMapping[str, Any]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
QUIET = ("sqlalchemy", "alembic", "urllib3", "huey", "werkzeug", "flask_limiter", "PIL", "fontTools", "mail.log")
"""Libraries of which only warnings are of use; below that some write statements, paths or whole conversations."""
FIELDS = (
    "step", "outcome", "code", "seconds", "source", "pages", "method", "route", "status", "host", "kind", "worker",
)  # fmt: skip
"""What a call may give in ``extra`` to stand in an entry of its own; whatever else comes that way is left out."""

_context: ContextVar[dict[str, str] | None] = ContextVar("mimis_log", default=None)
_log = logging.getLogger("mimis")


@contextmanager
def bound(**ids: str) -> Iterator[None]:
    """Put ids, such as ``request`` or ``job``, into every entry that this thread writes meanwhile."""
    token = _context.set({**(_context.get() or {}), **ids})
    try:
        yield
    finally:
        _context.reset(token)


def configure(level: str = "WARNING", *, threads: bool = False) -> None:
    """Log to stderr; called again it changes the level and nothing else.

    Arguments:
        level: for our own entries, where ``MIMIS_LOG_LEVEL`` gives no other.
        threads: also tell of exceptions that end a thread; for processes that stay.

    Raises ConfigurationError for an environment variable that says something else than it may.
    """
    level = _choice("MIMIS_LOG_LEVEL", level, LEVELS)
    form = _choice("MIMIS_LOG", "text" if sys.stderr.isatty() else "json", ("json", "text"))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, StderrHandler)]:
        root.removeHandler(old)
    handler = StderrHandler(as_json=form == "json")
    handler.setLevel(level)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    if threads:
        threading.excepthook = _thread_ended


def tell_crash(error: BaseException) -> None:
    """Tell of an error that nobody foresaw, without its text, which may hold whatever it was about."""
    _log.critical("mimis ended by an error that it did not foresee.", exc_info=error)


class StderrHandler(logging.Handler):
    """Writes to what is ``sys.stderr`` at that moment."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self.setFormatter(_LateFormatter(as_json))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be formatted is told by where it was logged."""
        try:
            line = self.format(record)
        except Exception as error:  # the usual answer would print the arguments, which is what must not happen
            line = f"a log entry of {record.name} at {record.pathname}:{record.lineno} failed: {type(error).__name__}"
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class _LateFormatter(logging.Formatter):
    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        return self._made.format(record)

    @cached_property
    def _made(self) -> ProcessorFormatter:
        from structlog.dev import ConsoleRenderer
        from structlog.processors import JSONRenderer, TimeStamper
        from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

        ours: list[Any] = [add_log_level, add_logger_name, TimeStamper(fmt="iso", utc=True), ExtraAdder(allow=FIELDS)]
        shown = JSONRenderer(ensure_ascii=False) if self._as_json else ConsoleRenderer(colors=sys.stderr.isatty())
        return ProcessorFormatter(
            foreign_pre_chain=[*ours, _add_context, _add_error],
            processors=[ProcessorFormatter.remove_processors_meta, _mask, shown],
        )


def _add_context(_: object, __: str, entry: Entry) -> Entry:
    entry.update(_context.get() or {})
    return entry


def _add_error(_: object, __: str, entry: Entry) -> Entry:
    """Put our own account of an exception into the place of Python's."""
    entry.pop("stack_info", None)
    error = entry.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry["exception"] = told(error)
    return entry


def _mask(_: object, __: str, entry: Entry) -> Entry:
    kept = {key: entry[key] for key in ("timestamp", "level", "logger") if key in entry}
    masked: dict[str, Any] = mask_all({key: value for key, value in entry.items() if key not in kept})
    return {**kept, **masked}


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is not SystemExit and arguments.exc_value is not None:
        tell_crash(arguments.exc_value)


def _choice(name: str, default: str, known: tuple[str, ...]) -> str:
    value = os.environ.get(name, default)
    for one in known:
        if value.lower() == one.lower():
            return one
    raise ConfigurationError(f"{name} says something unknown.", mend=f"Set it to one of: {', '.join(known)}.")
