"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of official data; absent, the test is skipped, or fails where CI must have it."""
    path = Path(os.environ.get("MIMIS_SHARED", ROOT.parent / "shared")).resolve()
    if not (path / "elm").is_dir():
        sentence = f"official data is not at {path}: set MIMIS_SHARED to run this test"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on official data."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call" and "official" in report.keywords
    ]
    terminalreporter.write_line(f"{len(ran)} tests ran on official data")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the caller's mimis settings."""
    for name in ("MIMIS_CONFIG", "MIMIS_DISABLED_ADAPTERS"):
        monkeypatch.delenv(name, raising=False)
