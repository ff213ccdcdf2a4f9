"""``mimis check`` and ``mimis catalogue check``: everything that must work, each with its mend."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mimis_core.cli.check import _lists
from tests.command import Mimis


def change(folder: Path, old: str, new: str) -> None:
    """Change the configuration."""
    file = folder / "mimis.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def retitle(folder: Path, word: str) -> None:
    """Put a word before the Swedish title of one entry."""
    file = folder / "catalogue" / "verktygsvana.yaml"
    file.write_text(file.read_text("utf-8").replace('"sv":"', f'"sv":"{word} ', 1), "utf-8")


def findings(mimis: Mimis, folder: Path, status: str) -> dict[str, dict[str, Any]]:
    ended = mimis("check", "--config", folder, "--json")
    return {one["subject"]: one for one in ended.json["findings"] if one["status"] == status}


def test_sound_school_has_no_error(folder: Path, mimis: Mimis) -> None:
    ended = mimis("check", "--config", folder, "--json")
    found = {one["subject"]: one["status"] for one in ended.json["findings"]}
    assert (ended.code, "error" in found.values()) == (0, False)
    assert found.keys() >= {"configuration", "database", "catalogue", "source hand", "courier mail"}


def test_what_production_needs_is_warned(folder: Path, mimis: Mimis) -> None:
    ended = mimis("check", "--config", folder)
    assert "docs/sigill.md" in ended.out
    assert "https" in ended.out


def test_level_of_seal_is_advised(folder: Path, mimis: Mimis) -> None:
    assert "LTA" in findings(mimis, folder, "warning")["sealer jades"]["mend"]


def test_full_disk_is_an_error(folder: Path, mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "disk" not in findings(mimis, folder, "error")
    left = shutil._ntuple_diskusage(10**12, 10**12, 0)
    monkeypatch.setattr("mimis_core.services.health.shutil.disk_usage", lambda _: left)
    assert mimis("check", "--config", folder).code == 1
    found = findings(mimis, folder, "error")["disk"]
    assert str(folder) in found["message"]
    assert "Make room" in found["mend"]


def test_unanswered_privacy_is_an_error(folder: Path, mimis: Mimis) -> None:
    change(folder, 'protected = "none-enrolled"', "")
    assert mimis("check", "--config", folder).code == 1
    assert "none-enrolled" in findings(mimis, folder, "error")["privacy"]["mend"]


@pytest.mark.parametrize(
    ("old", "new", "subject", "words"),
    [
        ("[sources.hand]", "[sources.canvas]", "source canvas", "There is no source of kind 'canvas'"),
        ("[sources.hand]", "[sources.hand]\nurl = 1", "source hand", "[source hand]: url"),
        ("trial-seal.p12", "borta.p12", "signer pkcs12", "borta.p12"),
        ("trial-anchor.pem", "borta.pem", "trust", "borta.pem"),
        ("trial-anchor.pem", "session.key", "trust", "not a certificate"),
        ("[sources.hand]", '[look]\ncolour = "#ffcc00"\n[sources.hand]', "look", "text needs 4.5:1"),
        ("[sources.hand]", '[look]\nlogo = "borta.svg"\n[sources.hand]', "look", "borta.svg"),
        ("http://127.0.0.1:9", "skolan.se", "base_url", "no web address"),
        ("sqlite:///mimis.db", "sqlite:////finns/inte/x.db", "database", "unable to open database file"),
        ("sqlite:///mimis.db", "sqlite:///mimis.toml", "database", "file is not a database"),
        ("sqlite:///mimis.db", "access://x", "database", "not an address that mimis knows"),
        ("database = ", 'catalogue = "katalog"\ndatabase = ', "catalogue", "there is no catalogue folder"),
    ],
)
def test_wrong_part_is_named(folder: Path, mimis: Mimis, old: str, new: str, subject: str, words: str) -> None:
    change(folder, old, new)
    found = findings(mimis, folder, "error")
    assert list(found) == [subject]
    assert words in found[subject]["message"]
    assert found[subject]["mend"]


def test_protected_title_is_warned(folder: Path, mimis: Mimis) -> None:
    retitle(folder, "Undersköterska")
    ended = mimis("catalogue", "check", "--config", folder, "--json")
    (warned,) = [one for one in ended.json["findings"] if "yrkestitel" in one["reason"]]
    assert (ended.code, warned["entry"], warned["status"]) == (0, "verktygsvana@1", "warning")
    assert warned["mend"]


def test_typo_in_entry_stops_check(folder: Path, mimis: Mimis) -> None:
    file = folder / "catalogue" / "verktygsvana.yaml"
    file.write_text(file.read_text("utf-8").replace("workload_hours", "workload_hour"), "utf-8")
    ended = mimis("catalogue", "check", "--config", folder)
    assert (ended.code, ended.out) == (2, "")
    assert "verktygsvana.yaml:1: workload_hour" in ended.err


def test_starter_catalogue_passes(folder: Path, mimis: Mimis) -> None:
    ended = mimis("catalogue", "check", "--config", folder, "--json")
    assert (ended.code, ended.json["passes"]) == (0, True)
    assert {one["principle"] for one in ended.json["findings"]} >= {1, 2, 3, 4, 5, 6}


def test_unfit_entry_exits_one(folder: Path, mimis: Mimis) -> None:
    retitle(folder, "Behörighetsintyg")
    ended = mimis("catalogue", "check", "--config", folder)
    assert ended.code == 1
    assert "verktygsvana@1" in ended.out
    assert findings(mimis, folder, "error")["catalogue"]["mend"] == "See: mimis catalogue check"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (None, "warning", "not been fetched"),
        ('{"fetched":"2026-11-01T00:00:00Z","next_update":"2027-01-01T00:00:00Z"}', "ok", "due on 2027-01-01"),
        ('{"fetched":"2026-01-01T00:00:00Z","next_update":"2026-02-01T00:00:00Z"}', "warning", "was due on 2026-02-01"),
        ('{"fetched":"2026-01-01T00:00:00Z"}', "error", "damaged"),
        ("[]", "error", "damaged"),
    ],
)
def test_age_of_trusted_lists_is_told(tmp_path: Path, content: str | None, status: str, words: str) -> None:
    file = tmp_path / "trusted-lists.json"
    if content is not None:
        file.write_text(content)
    finding = _lists(file, datetime(2026, 11, 24, tzinfo=UTC))
    assert (finding.status, words in finding.message) == (status, True)
