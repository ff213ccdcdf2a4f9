"""Marks for work: each marked piece is timed, counted, traced, and logged when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Any, TypeVar, cast

from mimis_core.errors import MimisError, TemporaryError
from mimis_core.observe.meters import count_call, count_step
from mimis_core.observe.tracing import span

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger("mimis.steps")


@contextmanager
def step(name: str) -> Iterator[None]:
    """One step of the work, such as ``issue``; around a block, or as a decorator of a method."""
    began, outcome, code = perf_counter(), "done", None
    try:
        with span(f"mimis.{name}"):
            yield
    except BaseException as error:
        outcome, code = _outcome(error), getattr(error, "code", None)
        raise
    finally:
        seconds = perf_counter() - began
        count_step(name, outcome, seconds)
        fields = {"step": name, "outcome": outcome, "code": code, "seconds": round(seconds, 3)}
        _log.log(logging.DEBUG if outcome == "done" else logging.INFO, "step", extra=fields)


def outgoing(method: F) -> F:
    """Mark a method of a client, called as (HTTP method, path, ...), whose object has ``_host()``.

    Only the host and the answer's status are kept: paths hold addresses and tokens.
    """

    @wraps(method)
    def marked(client: Any, verb: str, *arguments: Any, **named: Any) -> Any:
        host, began, outcome = client._host(), perf_counter(), "none"
        try:
            with span(verb, client=True, server_address=host) as attributes:
                response = method(client, verb, *arguments, **named)
                outcome = str(response.status_code)
                attributes["http.response.status_code"] = response.status_code
                return response
        finally:
            count_call(host, outcome, perf_counter() - began)

    return cast(F, marked)


def _outcome(error: BaseException) -> str:
    if isinstance(error, TemporaryError):
        return "temporary"
    return "refused" if isinstance(error, MimisError) else "failed"
