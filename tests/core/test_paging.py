"""Pagers give each item once, in order, and never turn for ever."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core import TemporaryError
from mimis_core.paging import by_cursor, by_offset

pages_of_numbers = st.lists(st.lists(st.integers(), max_size=5), min_size=1, max_size=10)


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=7))
def test_offset_gives_each_item_once(items: list[int], size: int) -> None:
    assert list(by_offset(lambda offset, limit: items[offset : offset + limit], size)) == items


@given(st.lists(st.integers(min_value=0, max_value=9), max_size=40), st.integers(min_value=1, max_value=7))
def test_short_offset_page_goes_on(items: list[int], size: int) -> None:
    def fetch(offset: int, limit: int) -> list[int]:
        return [item for item in items[offset : offset + limit] if item < 9 or item == items[offset]]

    kept = [item for start in range(0, len(items), size) for item in fetch(start, size)]
    assert list(by_offset(fetch, size)) == kept


def test_empty_offset_page_ends() -> None:
    asked: list[int] = []

    def fetch(offset: int, size: int) -> list[int]:
        asked.append(offset)
        return []

    assert list(by_offset(fetch, 5)) == []
    assert asked == [0]


@given(pages_of_numbers)
def test_cursor_gives_each_item_once(pages: list[list[int]]) -> None:
    def fetch(cursor: str | None) -> tuple[list[int], str | None]:
        number = int(cursor or 0)
        return pages[number], str(number + 1) if number + 1 < len(pages) else None

    assert list(by_cursor(fetch)) == list(itertools.chain.from_iterable(pages))


@given(st.integers(min_value=1, max_value=20), st.data())
def test_circle_of_any_length_ends(length: int, data: st.DataObject) -> None:
    back = data.draw(st.integers(min_value=1, max_value=length))
    asked: list[str | None] = []

    def fetch(cursor: str | None) -> tuple[list[int], str | None]:
        asked.append(cursor)
        number = int(cursor or 0)
        return [number], str(number + 1 if number < length else back)

    with pytest.raises(TemporaryError, match="circle"):
        list(by_cursor(fetch))
    assert len(asked) == length + 1


def test_cursor_is_asked_for_lazily() -> None:
    asked: list[str | None] = []

    def fetch(cursor: str | None) -> tuple[list[int], str | None]:
        asked.append(cursor)
        return [1, 2], f"{cursor}x"

    assert list(itertools.islice(by_cursor(fetch), 3)) == [1, 2, 1]
    assert len(asked) == 2


def test_fault_between_pages_is_raised() -> None:
    def fetch(cursor: str | None) -> tuple[list[int], str | None]:
        if cursor:
            raise TemporaryError("later")
        return [1], "a"

    items = by_cursor(fetch)
    assert next(items) == 1
    with pytest.raises(TemporaryError, match="later"):
        next(items)
