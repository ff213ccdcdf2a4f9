"""Counting many uses a second: each key by itself, anew in each window, and without growing for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mimis_core.web import state
from mimis_core.web.state import Windows


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds; a test changes it."""
    now = [120.0]
    monkeypatch.setattr(state, "time", lambda: now[0])
    return now


def test_keys_are_counted_each(moment: list[float]) -> None:
    windows = Windows()
    assert [windows.count(key, 60)[0] for key in "aab"] == [1, 2, 1]


def test_window_ends_and_begins_anew(moment: list[float]) -> None:
    windows = Windows()
    assert windows.count("a", 60) == (1, 60)
    moment[0] = 179.0
    assert windows.count("a", 60) == (2, 1)
    moment[0] = 180.0
    assert windows.count("a", 60) == (1, 60)


def test_what_is_over_is_forgotten_and_nothing_else(moment: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MOST_KEYS", 3)
    windows = Windows()
    for key in "abc":
        windows.count(key, 60)
    windows.count("long", 3600)
    moment[0] = 200.0
    windows.count("d", 60)
    assert len(windows._counts) == 2
    assert windows.count("long", 3600)[0] == 2


def test_no_use_is_lost_between_threads() -> None:
    windows = Windows()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: windows.count("a", 10**9), range(1_000)))
    assert windows.count("a", 10**9)[0] == 1_001
