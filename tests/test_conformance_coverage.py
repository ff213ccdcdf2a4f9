"""Every adapter that we ship runs the whole suite of its kind: none is left out, and no test of a suite is replaced."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mimis_core.plugins import KINDS, load_plugins
from mimis_core.testing import conformance

SUITES = {
    "source": "SourceConformance",
    "format": "FormatConformance",
    "signer": "SignerConformance",
    "sealer": "SealerConformance",
    "courier": "CourierConformance",
    "feed": "TalentFeedConformance",
}
TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Use:
    """A test class that subclasses a suite, straight or through another class of its file."""

    suite: str
    adapter: str | None
    node: ast.ClassDef


def uses() -> list[Use]:
    found = []
    for path in (TESTS / "adapters").rglob("test_*.py"):
        classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
        known = {node.name: node for node in classes}
        for node in classes:
            found += [Use(suite, adapter_type(node), node) for suite in suites_above(node, known)]
    return found


def suites_above(node: ast.ClassDef, known: dict[str, ast.ClassDef]) -> set[str]:
    names = {base.id for base in node.bases if isinstance(base, ast.Name)}
    through = (suites_above(known[name], known) for name in names & set(known))
    return {name for name in names if name.endswith("Conformance") and hasattr(conformance, name)}.union(*through)


def adapter_type(node: ast.ClassDef) -> str | None:
    for part in node.body:
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Name):
            names = [target.id for target in part.targets if isinstance(target, ast.Name)]
            if names == ["adapter_type"]:
                return part.value.id
    return None


def shipped(category: str) -> list[Any]:
    folders = {f"mimis_{path.name}" for path in (TESTS.parent / "adapters").iterdir()}
    types = load_plugins().types(category).values()
    return [one for one in types if one.__module__.partition(".")[0] in folders]


def test_every_kind_has_a_suite() -> None:
    assert set(SUITES) == set(KINDS)
    assert all(hasattr(conformance, suite) for suite in SUITES.values())


@pytest.mark.parametrize("category", KINDS)
def test_every_adapter_runs_its_suite(category: str) -> None:
    run = {use.adapter for use in uses() if use.suite == SUITES[category] and use.node.name.startswith("Test")}
    types = {one.__name__ for one in shipped(category)}
    assert types
    assert types - run == set()


@pytest.mark.parametrize("use", uses(), ids=lambda use: use.node.name)
def test_no_test_of_a_suite_is_replaced(use: Use) -> None:
    suite = getattr(conformance, use.suite)
    own = [part.name for part in use.node.body if isinstance(part, ast.FunctionDef)]
    assert [name for name in own if name.startswith("test_") and hasattr(suite, name)] == []


@pytest.mark.parametrize("category", KINDS)
def test_every_kind_says_what_it_was_proven_against(category: str) -> None:
    assert [one.__name__ for one in shipped(category) if one.proven is None] == []
