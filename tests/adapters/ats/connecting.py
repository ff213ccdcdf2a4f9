"""Feeds as a test asks for them, with settings of its own; all are closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from mimis_core import TalentFeed

F = TypeVar("F", bound=TalentFeed[Any])


@contextmanager
def connecting(opened: Callable[..., F]) -> Iterator[Callable[..., F]]:
    """Opens one feed after the other by ``opened``, which is given what the test changes."""
    with ExitStack() as stack:

        def connect(**changed: Any) -> F:
            feed = opened(**changed)
            stack.callback(feed.close)
            return feed

        yield connect
