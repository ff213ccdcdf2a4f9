"""``mimis seals trust``: what is fetched, what is said of each list, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mimis_seals.commands.root import app
from mimis_seals.sandboxes.lists import TrustListSandbox
from typer.testing import CliRunner, Result

from mimis_core import ConfigurationError, Trust


@pytest.fixture
def lists() -> Iterator[TrustListSandbox]:
    with TrustListSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def settings(lists: TrustListSandbox, tmp_path: Path) -> SimpleNamespace:
    (tmp_path / "lotl.pem").write_text(lists.signer_pem)
    trust = SimpleNamespace(lotl=lists.lotl_url, lotl_certificates=[Path("lotl.pem")])
    folder = str(tmp_path / "lists")
    return SimpleNamespace(folder=tmp_path, trust=trust, reliance=lambda: Trust(lists=folder))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, settings: SimpleNamespace) -> Any:
    import mimis_core.services

    @contextmanager
    def configured(config: Path) -> Iterator[Any]:
        yield SimpleNamespace(settings=settings)

    monkeypatch.setattr(mimis_core.services, "configured", configured)
    return lambda *words: CliRunner().invoke(app, ["trust", *words])


def test_update_tells_of_each_list(run: Any) -> None:
    result: Result = run("update", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [(row["territory"], row["old"]) for row in rows] == [("EU", False), ("SE", False), ("FI", False)]


def test_update_with_one_list_away_ends_with_three(run: Any, lists: TrustListSandbox) -> None:
    lists.countries["SE"].fault = "away"
    result: Result = run("update")
    assert result.exit_code == 3
    assert "SE: its publisher refused (503); nobody there is trusted" in result.stderr
    assert "FI " in result.stdout


def test_show_marks_what_is_out_of_date(run: Any, lists: TrustListSandbox) -> None:
    lists.countries["FI"].valid_days = -3
    run("update")
    lines = run("show").stdout.splitlines()
    assert ["OUT OF DATE" in line for line in lines] == [False, False, True]


def test_show_without_copy_names_the_command(run: Any) -> None:
    result: Result = run("show")
    assert isinstance(result.exception, ConfigurationError)
    assert "mimis seals trust update" in str(result.exception)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reliance": lambda: Trust()}, "No folder"),
        ({"trust": SimpleNamespace(lotl="x", lotl_certificates=[])}, "who may sign"),
        ({"trust": SimpleNamespace(lotl="x", lotl_certificates=[Path("gone.pem")])}, "cannot be read"),
    ],
)
def test_missing_settings_are_named(run: Any, settings: SimpleNamespace, change: dict[str, Any], words: str) -> None:
    vars(settings).update(change)
    result: Result = run("update")
    assert isinstance(result.exception, ConfigurationError)
    assert words in str(result.exception)
