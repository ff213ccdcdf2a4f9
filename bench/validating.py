"""Holding documents against the rule table, JSON parse included; parsing alone is the baseline."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from mimis_europass.rules.judge import inspect

from bench.measure import Result, Size, in_turn

SAMPLES = {
    "minimal": "minimal-microcredential.jsonld",
    "sample": "samples/Sample-MC-Annex1-unsigned.jsonld",
}
REPEATS = 100
"""Documents in one round: one alone is too quick to time."""


def measure(size: Size) -> Iterator[Result]:
    """The small and the official sample by the table, and the small one by pyshacl where it is installed."""
    folder = Path(os.environ.get("MIMIS_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "elm"
    if not folder.is_dir():
        sys.stderr.write(f"validate: skipped, the official samples are not at {folder}: set MIMIS_SHARED.\n")
        return
    for name, path in SAMPLES.items():
        content = (folder / path).read_bytes()
        yield _table(name, content, size.rounds)
    if find_spec("pyshacl") and find_spec("pyld"):
        yield _pyshacl((folder / SAMPLES["minimal"]).read_bytes(), size.rounds)


def _table(name: str, content: bytes, rounds: int) -> Result:
    what = f"{rounds} rounds of {REPEATS} documents of {len(content)} bytes, both results; baseline: json.loads alone"
    return _milliseconds(f"validate.table.{name}", content, rounds, REPEATS, inspect, what)


def _pyshacl(content: bytes, rounds: int) -> Result:
    from mimis_europass.rules.shacl import ask_shacl

    what = f"{rounds} documents of {len(content)} bytes by PyLD and pyshacl, shapes kept; baseline: json.loads alone"
    return _milliseconds(
        "validate.pyshacl", content, rounds, 1, lambda document: ask_shacl(document, frozenset()), what
    )


def _milliseconds(
    name: str, content: bytes, rounds: int, repeats: int, judge: Callable[[dict[str, Any]], object], what: str
) -> Result:
    def ours() -> None:
        for _ in range(repeats):
            judge(json.loads(content))

    def bare() -> None:
        for _ in range(repeats):
            json.loads(content)

    ours()  # warm: tables are read and compiled once
    times, bare_times = in_turn(rounds, ours, bare)
    value, baseline = (1000 * median(column) / repeats for column in (times, bare_times))
    return Result(name, value, "ms", baseline, value / baseline, what)
