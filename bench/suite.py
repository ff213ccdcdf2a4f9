"""The measurements in order, the table on the screen, and ``bench-results.json`` in the current folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import (
    badges,
    issuing,
    matching,
    nightly,
    partner,
    portal,
    pulling,
    scale,
    starting,
    syncing,
    validating,
    verifying,
)
from bench.measure import FULL, QUICK, USUAL, Result, Size

RESULTS = "bench-results.json"
MEASUREMENTS: dict[str, Callable[[Size], Iterator[Result]]] = {
    "start": starting.measure,
    "issue": issuing.measure,
    "validate": validating.measure,
    "verify": verifying.measure,
    "badges": badges.measure,
    "sync": syncing.measure,
    "pull": pulling.measure,
    "scale": scale.measure,
    "nightly": nightly.measure,
    "portal": portal.measure,
    "partner": partner.measure,
    "match": matching.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; gives the exit code."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="What mimis adds to the bare work under it.")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--quick", action="store_true", help="the least amount: shows that it runs, not how fast")
    amount.add_argument("--full", action="store_true", help="100,000 credentials on each database: takes hours")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS), help="some of them")
    chosen = parser.parse_args(arguments)
    results: list[Result] = []
    _say(f"{'name':<18}{'value':>11} {'unit':<15}{'baseline':>11}{'ratio':>8}  payload")
    for name in chosen.only:
        for result in MEASUREMENTS[name](QUICK if chosen.quick else FULL if chosen.full else USUAL):
            results.append(result)
            _say(_line(result))
    Path(RESULTS).write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n", encoding="utf-8")
    return 0


def _line(one: Result) -> str:
    return f"{one.name:<18}{one.value:>11.4g} {one.unit:<15}{one.baseline:>11.4g}{one.ratio:>8.2f}  {one.payload}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
