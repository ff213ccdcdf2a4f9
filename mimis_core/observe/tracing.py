"""OpenTelemetry spans; nothing at all happens where ``opentelemetry-api`` is not installed.

Where the spans go is the operator's, by OpenTelemetry's own means (docs/operations.md). No span holds a text of an
exception, a path, or anything of a learner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType


@contextmanager
def span(name: str, *, client: bool = False, **attributes: str | int) -> Iterator[dict[str, str | int]]:
    """A span around what happens inside. What is put into the given dictionary meanwhile becomes its attributes.

    Arguments:
        client: what happens is a call of another system.
        attributes: known at the beginning; an underscore stands for a dot.
    """
    trace, late = _api(), dict[str, str | int]()
    if trace is None:
        yield late
        return
    started = trace.get_tracer("mimis").start_as_current_span(
        name,
        kind=trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL,
        attributes={key.replace("_", "."): value for key, value in attributes.items()},
        record_exception=False,
        set_status_on_exception=False,
    )
    with started as current:
        try:
            yield late
        except BaseException as error:
            current.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            current.set_attributes(late)


@cache
def _api() -> ModuleType | None:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace
