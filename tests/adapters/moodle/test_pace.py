"""How many calls run at once, on sites that are simulated: no time passes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import suppress

import pytest
from mimis_moodle.pace import START, Pace

from mimis_core import TemporaryError

Latency = Callable[[int], float]


class Site:
    """Keeps as many calls going as the pace lets through; ``latency`` says how long one takes beside how many."""

    def __init__(self, most: int) -> None:
        self.now = 0.0
        self.pace = Pace(most, clock=lambda: self.now)

    def serve(self, calls: int, latency: Latency, *, failing: float | None = None) -> float:
        """Answer some calls, the last of them with an error when ``failing`` says after how long to come back."""
        running: list[tuple[float, int, object]] = []
        begun, start = 0, self.now
        while begun < calls or running:
            while begun < calls and len(running) < self.pace.limit:
                call = self.pace.call()
                call.__enter__()
                heapq.heappush(running, (self.now + latency(len(running) + 1), begun, call))
                begun += 1
            self.now, number, call = heapq.heappop(running)  # type: ignore[assignment]  # the heap holds contexts
            error = TemporaryError("busy", retry_after=failing) if failing is not None and number == calls - 1 else None
            with suppress(TemporaryError):
                call.__exit__(type(error) if error else None, error, None)
        return calls / (self.now - start)


def workers(number: int) -> Latency:
    """A site that works on so many calls at once and lets the others wait."""
    return lambda running: 0.02 * max(1.0, running / number)


def test_begins_where_the_measured_site_was_best() -> None:
    assert (Pace(16).limit, Pace(2).limit) == (START, 2)


@pytest.mark.parametrize(("most", "able", "limit"), [(8, 16, 8), (16, 6, 6), (8, 4, 4), (4, 16, 4)])
def test_goes_up_while_that_gains(most: int, able: int, limit: int) -> None:
    site = Site(most)
    site.serve(3000, workers(able))
    assert limit <= site.pace.limit <= min(most, limit + 1)


@pytest.mark.parametrize("able", [1, 4, 6, 16])
def test_no_slower_than_a_fixed_number(able: int) -> None:
    fixed = min(4, able) / 0.02
    assert Site(8).serve(2000, workers(able)) >= 0.97 * fixed


def test_trouble_halves_once_for_calls_side_by_side() -> None:
    site = Site(8)
    calls = [site.pace.call() for _ in range(4)]
    for call in calls:
        call.__enter__()
    for call in calls:
        error = TemporaryError("busy")
        with suppress(TemporaryError):
            call.__exit__(TemporaryError, error, None)
    assert site.pace.limit == START // 2


def test_lasting_trouble_goes_down_to_one_and_recovers() -> None:
    site = Site(8)
    for _ in range(5):
        site.serve(1, workers(8), failing=0)
    assert site.pace.limit == 1
    site.serve(2000, workers(8))
    assert site.pace.limit == 8


def test_site_that_slows_down_is_relieved() -> None:
    site = Site(8)
    site.serve(1000, workers(8))
    site.serve(150, lambda running: 0.2)
    assert site.pace.limit < 8


def test_named_pause_holds_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(8)
    site.serve(1, workers(8), failing=7)
    waited = []

    def wait(timeout: float) -> None:
        waited.append(timeout)
        site.now += timeout

    monkeypatch.setattr(site.pace._free, "wait", wait)
    with site.pace.call():
        assert waited == [7]


def test_pause_that_nobody_waits_for_holds_nobody() -> None:
    site = Site(8)
    site.serve(1, workers(8), failing=300)
    with site.pace.call():
        assert site.now < 1


def test_few_calls_say_nothing_about_the_site() -> None:
    pace = Pace(8)
    for _ in range(500):
        with pace.call():
            pass
    assert pace.limit == START
