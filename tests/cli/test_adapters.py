"""``mimis adapters``: what is installed, and which one is broken and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Mimis, plugins_with_hand
from tests.school import HandSource

OURS = {"files", "moodle", "openedx", "europass", "seals", "mail", "portal", "ats"}


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution whose adapter lacks its own module."""
    info = tmp_path / "mimis_canvas-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mimis-canvas\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[mimis]\ncanvas = mimis_canvas.plugin\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_all_adapters_are_listed_with_kinds(mimis: Mimis) -> None:
    ended = mimis("adapters", "--json", "--strict")
    assert (ended.code, ended.err) == (0, "")
    assert {one["name"] for one in ended.json["adapters"] if one["state"] == "ok"} >= OURS
    assert set(ended.json["kinds"]["source"]) >= {"files", "moodle", "openedx"}
    assert set(ended.json["kinds"]["courier"]) >= {"europass", "mail"}


def test_each_kind_says_what_it_was_proven_against(mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimis_core.cli.adapters.load_plugins", plugins_with_hand)
    monkeypatch.setattr(HandSource, "proven", "real system: a test")
    proven = mimis("adapters", "--json").json["proven"]
    assert (proven["source"]["hand"], proven["courier"]["hand"]) == ("real system: a test", "not said")
    out = mimis("adapters").out
    assert ("real system: a test" in out, "not said" in out) == (True, True)


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--strict"], 1)])
def test_broken_adapter_is_named(mimis: Mimis, broken: None, words: list[str], code: int) -> None:
    ended = mimis("adapters", "--json", *words)
    (state,) = [one["state"] for one in ended.json["adapters"] if one["name"] == "canvas"]
    assert ended.code == code
    assert "No module named 'mimis_canvas'" in state


def test_broken_adapter_stops_no_other(mimis: Mimis, broken: None) -> None:
    assert mimis("adapters").code == 0
    assert mimis("partners", "--help").code == 0


def test_disabled_adapter_is_left_out(mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIMIS_DISABLED_ADAPTERS", "ats")
    assert "ats" not in {one["name"] for one in mimis("adapters", "--json").json["adapters"]}
    assert mimis("partners", "list").code == 2
