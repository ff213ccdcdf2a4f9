"""Every adapter kind that we ship runs the conformance suite of its category."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from mimis_core.plugins import KINDS, load_plugins

SUITES = {"source": "SourceConformance", "courier": "CourierConformance", "feed": "TalentFeedConformance"}
UNASKABLE = {
    "FilesSource": "a folder of lists has no server that could fail",
    "MailCourier": "a mail server cannot be asked what it has",
}
"""Adapters that only run the suite of all kinds, and why."""

TESTS = Path(__file__).parent


def suites_in_use() -> set[tuple[str, str]]:
    """(suite, adapter class) of every test class that subclasses a suite and names its ``adapter_type``."""
    found = set()
    for path in (TESTS / "adapters").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                found |= {(base, name) for base in bases(node) for name in adapter_types(node)}
    return found


def bases(node: ast.ClassDef) -> list[str]:
    return [base.id for base in node.bases if isinstance(base, ast.Name)]


def adapter_types(node: ast.ClassDef) -> list[str]:
    return [
        part.value.id
        for part in node.body
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Name)
        and [target.id for target in part.targets if isinstance(target, ast.Name)] == ["adapter_type"]
    ]  # fmt: skip


def shipped(category: str) -> list[Any]:
    folders = {f"mimis_{path.name}" for path in (TESTS.parent / "adapters").iterdir()}
    types = load_plugins().types(category).values()
    return [one for one in types if one.__module__.partition(".")[0] in folders]


@pytest.mark.parametrize("category", KINDS)
def test_every_kind_runs_its_suite(category: str) -> None:
    suite, used = SUITES.get(category, "AdapterConformance"), suites_in_use()
    types = {one.__name__ for one in shipped(category)}
    wanted = {("AdapterConformance" if name in UNASKABLE else suite, name) for name in types}
    assert types
    assert wanted - used == set()
