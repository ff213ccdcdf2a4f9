"""A pytest plugin: prints at the end of a run what the suite of talent feeds has shown of each feed."""

from __future__ import annotations

import pytest

from mimis_core.testing.suites.feed_table import feed_table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table feed x property, where a feed was run."""
    if lines := feed_table(terminalreporter):
        terminalreporter.section("Feeds: what each was shown to do")
        terminalreporter.write_line("\n".join(lines))
