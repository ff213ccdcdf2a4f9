"""Keeping below the limits of Open edX, and waiting as it asks, without waiting in tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.client import BUDGETS, COURSES, ENROLMENTS
from mimis_openedx.pace import PATIENCE, WINDOW, Pace, Timing
from mimis_openedx.sandbox import OpenEdxSandbox

from mimis_core import TemporaryError
from mimis_core.testing import Answer

from .conftest import COURSE, Times, asked, connect, override


def test_budgets_are_below_what_staff_may() -> None:
    assert BUDGETS[COURSES] < 40
    assert BUDGETS[ENROLMENTS] < 120


def test_first_calls_go_at_once(times: Times) -> None:
    pace = Pace(3, times.timing)
    for _ in range(3):
        pace.wait()
    assert times.waits == []
    pace.wait()
    assert times.waits == [WINDOW]


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=30))
def test_no_minute_has_more_calls(calls: int, gaps: list[float]) -> None:
    now, starts = [0.0], list[float]()
    pace = Pace(calls, Timing(lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds)))
    for gap in gaps:
        now[0] += gap
        pace.wait()
        starts.append(now[0])
    assert all(later - earlier >= WINDOW - 1e-6 for earlier, later in zip(starts, starts[calls:], strict=False))


def test_threads_share_a_pace() -> None:
    waits: list[float] = []
    pace = Pace(2, Timing(lambda: 0.0, waits.append))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: pace.wait(), range(6)))
    assert sorted(waits) == [WINDOW, WINDOW, 2 * WINDOW, 2 * WINDOW]


def test_many_course_pages_are_paced(server: OpenEdxSandbox, times: Times) -> None:
    for number in range(100 * BUDGETS[COURSES] + 1):
        server.add_course(f"course-v1:STOR+K{number}+1", "Kurs")
    with connect(server, times) as source:
        assert len(list(source._lms.courses("STOR"))) == len(server.courses) - 2
    assert times.waits == [WINDOW]


@pytest.mark.parametrize(("told", "waits"), [("0", [0, 0]), ("7", [7, 7]), ("600", [120, 120]), (None, [20, 20])])
def test_busy_site_is_waited_for_as_told(
    server: OpenEdxSandbox, times: Times, told: str | None, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib3.util.retry.time.sleep", lambda seconds: None)
    override(server, "grades", Answer(429, b"{}", headers={} if told is None else {"Retry-After": told}))
    with connect(server, times) as source, pytest.raises(TemporaryError) as caught:
        source._lms.grade(COURSE, "eva")
    assert (times.waits, caught.value.code) == (waits, None)
    assert len(asked(server, "grades")) == 4 * (PATIENCE + 1)


def test_pull_goes_on_after_the_wait(server: OpenEdxSandbox, times: Times) -> None:
    server.throttled, server.retry_after = 5, None
    with connect(server, times) as source:
        pages = list(source.pull(None))
    assert sum(len(page.completions) for page in pages) == 4
    assert times.waits == [20]


def test_limited_token_endpoint_is_told(server: OpenEdxSandbox) -> None:
    server.tokens.limited = 99
    with connect(server) as source, pytest.raises(TemporaryError, match="minute") as caught:
        source._lms.sign_in()
    assert caught.value.retry_after == 60
