"""Timing two things in turn, and what a measurement is written down as."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Result:
    """One line of the table. ``ratio`` is our time over the baseline's for the same amount: 1 is nothing added."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    payload: str


@dataclass(frozen=True)
class Size:
    """How much is measured: as usual, just enough to see that it runs, or in full, which takes hours."""

    learners: int = 40
    issued: int = 1000
    completions: int = 2000
    moodle_learners: int = 500
    rounds: int = 5
    starts: int = 21
    scale_few: int = 100
    scale_many: int = 1000
    scale_workers: int = 300
    courses: int = 40
    portal_learners: int = 2000
    portal_visitors: int = 20
    portal_requests: int = 20
    partner_learners: int = 500
    partner_requests: int = 3000
    match_shares: int = 100_000


USUAL = Size()
QUICK = Size(
    learners=3,
    issued=3,
    completions=40,
    moodle_learners=5,
    rounds=1,
    starts=1,
    scale_few=2,
    scale_many=5,
    scale_workers=6,
    courses=2,
    portal_learners=80,
    portal_visitors=1,
    portal_requests=1,
    partner_learners=20,
    partner_requests=5,
    match_shares=200,
)
FULL = Size(
    scale_few=1000,
    scale_many=100_000,
    scale_workers=3000,
    courses=200,
    portal_learners=100_000,
    portal_requests=100,
    partner_learners=5000,
    partner_requests=20_000,
)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(rounds: int, *works: Callable[[], object]) -> list[list[float]]:
    """Times of each piece of work, run by turns: what else the machine does then falls on all of them."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [list(column) for column in zip(*times, strict=True)]


def rate(name: str, unit: str, count: int, ours: Sequence[float], bare: Sequence[float], payload: str) -> Result:
    """A result in pieces a second, from the times of rounds of ``count`` pieces."""
    return Result(name, count / median(ours), unit, count / median(bare), _ratio(ours, bare), payload)


def duration(name: str, ours: Sequence[float], bare: Sequence[float], payload: str) -> Result:
    """A result in seconds, from the times of rounds."""
    return Result(name, median(ours), "s", median(bare), _ratio(ours, bare), payload)


def _ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    return median(ours) / median(bare)
