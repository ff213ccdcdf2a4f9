"""Pagers as plain iterators, each with protection against a server that turns in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mimis_core.errors import TemporaryError

T = TypeVar("T")


def by_offset(fetch: Callable[[int, int], Sequence[T]], size: int) -> Iterator[T]:
    """Items of ``fetch(offset, size)`` until an *empty* page: a short one can come from filtering after the limit."""
    offset = 0
    while page := fetch(offset, size):
        yield from page
        offset += size


def by_cursor(fetch: Callable[[str | None], tuple[Sequence[T], str | None]]) -> Iterator[T]:
    """Items of ``fetch(cursor)``, which gives a page and the next cursor; None ends it.

    Raises TemporaryError when a cursor comes back: the server would otherwise be asked for ever.
    """
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        items, cursor = fetch(cursor)
        yield from items
        if cursor is None:
            return
        if cursor in seen:
            raise TemporaryError("The server's paging turns in a circle.", mend="Try again later.")
        seen.add(cursor)
