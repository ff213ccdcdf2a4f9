"""The table feed x property: what the suite of talent feeds has shown of each, for the end of a test run.

``conftest.py`` prints it::

    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line("\\n".join(feed_table(terminalreporter)))
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., None])

PROPERTIES = (
    "find", "none", "several", "write", "twice", "update", "take back", "revoke", "429", "5xx", "wrong key",
    "candidate gone", "anonymised",
)  # fmt: skip
"""What employers and learners rely on, in the order of the table."""

OPTIONAL = ("none", "several", "429", "5xx", "wrong key", "candidate gone", "anonymised")
"""What a system can be unable to have, such as a folder that knows no candidates; the rest every feed must do."""

FAULTS = {"429": "429", "429-silent": "429", "500": "5xx", "503": "5xx"}
"""Which property a test with this ``fault`` shows."""

SIGNS = {"failed": "FAILS", "skipped": "-", "passed": "yes"}
"""What the table says of an outcome, the one that decides first."""


def shows(name: str) -> Callable[[F], F]:
    """Mark a test of the suite as one that shows this property."""

    def mark(test: F) -> F:
        vars(test)["shows"] = name
        return test

    return mark


def property_of(request: pytest.FixtureRequest) -> str | None:
    """Which property the running test shows, by its mark or by the fault that it is about; None for the others."""
    marked = getattr(request.function, "shows", None)
    parameters = getattr(request.node, "callspec", None)
    return marked or FAULTS.get(parameters.params.get("fault", "") if parameters else "")


def feed_table(reporter: pytest.TerminalReporter) -> list[str]:
    """Lines of the table, a row for each feed that was run, and why a property is lacking; none without a feed."""
    rows: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    reasons: dict[str, None] = {}
    for outcome, report in _reports(reporter):
        told = dict(report.user_properties)
        if "shows" in told:
            rows[str(told["feed"])][str(told["shows"])].add(outcome)
            if outcome == "skipped" and isinstance(report.longrepr, tuple):
                reasons[f"{told['feed']}, {told['shows']}: {report.longrepr[2].removeprefix('Skipped: ')}"] = None
    widest = max(map(len, rows), default=0)
    head = " " * widest + "".join(f"  {name}" for name in PROPERTIES)
    return [head, *(_line(name, rows[name], widest) for name in sorted(rows)), *sorted(reasons)] if rows else []


def _reports(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, pytest.TestReport]]:
    for outcome in SIGNS:
        for key in ("failed", "error") if outcome == "failed" else (outcome,):
            yield from ((outcome, report) for report in reporter.stats.get(key, []))


def _line(name: str, outcomes: dict[str, set[str]], widest: int) -> str:
    signs = [next((SIGNS[one] for one in SIGNS if one in outcomes.get(name, ())), "") for name in PROPERTIES]
    cells = (f"  {sign:<{len(title)}}" for sign, title in zip(signs, PROPERTIES, strict=True))
    return f"{name:<{widest}}{''.join(cells)}".rstrip()
