"""The history says in words whatever the program records."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from mimis_portal.school.history_words import happened

import mimis_core

RECORDER = "_audit"
SOURCES = sorted(Path(mimis_core.__file__).parent.rglob("*.py"))


def recorded() -> Iterator[str]:
    """Actions that are written down as they stand; those that are put together begin with words that are known."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == RECORDER:
                said = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
                yield from (one for one in said if "." in one)


@pytest.fixture(scope="module")
def actions() -> list[str]:
    return sorted(set(recorded()))


def test_program_records_much(actions: list[str]) -> None:
    assert len(actions) > 40


def test_every_action_has_words(actions: list[str], app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert [one for one in actions if happened(one) == one] == []
