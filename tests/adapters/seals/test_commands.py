"""``mimis seals trial``: three files, and the table to paste."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mimis_seals.commands.root import app
from typer.testing import CliRunner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, organisation: Any) -> Any:
    """Run the command; the services are replaced by their settings."""
    import mimis_core.services

    @contextmanager
    def configured(config: Path) -> Iterator[Any]:
        yield SimpleNamespace(settings=SimpleNamespace(organisation=organisation))

    monkeypatch.setattr(mimis_core.services, "configured", configured, raising=False)
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("name", ["sigill", 'Åsas "sigill"', "a\\new"])
def test_table_can_be_pasted(run: Any, tmp_path: Path, name: str) -> None:
    result = run("trial", str(tmp_path / name))
    table = tomllib.loads(result.stdout)
    assert result.exit_code == 0
    assert Path(table["signer"]["file"]).is_file()
    assert Path(table["signer"]["password"]["file"]).is_file()
    assert "BEGIN CERTIFICATE" in Path(table["trust"]["anchors"][0]).read_text()


def test_json_gives_the_table(run: Any, tmp_path: Path) -> None:
    assert json.loads(run("trial", str(tmp_path), "--json").stdout)["file"] == "trial-seal.p12"


def test_second_run_fails_with_mend(run: Any, tmp_path: Path) -> None:
    run("trial", str(tmp_path))
    result = run("trial", str(tmp_path))
    assert result.exit_code != 0
    assert "trial key already" in str(result.exception)
