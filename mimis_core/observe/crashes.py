"""An exception as it may stand in a log: kinds and places, and a text only where it is one of ours."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from mimis_core.errors import MimisError


def told(error: BaseException) -> str:
    """Each exception of the chain, first cause first, with the calls that led to it.

    A library's text may quote what it choked on, so it is left out; ours hold no name, address or token, and what the
    operating system or a database says in its own code tells what to mend.
    """
    return "\n".join(line for one in _chain(error) for line in _lines(one))


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found[::-1]


def _lines(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_reason(error)}"


def _reason(error: BaseException) -> str:
    if isinstance(error, MimisError):
        return f": {error}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f": SQLSTATE {state}" if state else ""
