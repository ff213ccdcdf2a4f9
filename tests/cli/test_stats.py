"""``mimis stats``: the same figures as a table, JSON, CSV and charts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from lxml import etree

from mimis_core.observe.charts import bars
from tests.command import Mimis

SVG = "{http://www.w3.org/2000/svg}"


def test_small_counts_are_hidden_unless_asked_for(credential: str, folder: Path, mimis: Mimis) -> None:
    hidden = mimis("stats", "--config", folder, "--json")
    assert (hidden.json["least"], hidden.json["rows"][0]["issued"]) == (10, None)
    shown = mimis("stats", "--config", folder, "--json", "--exact")
    assert (shown.json["least"], shown.json["rows"][0]["issued"]) == (None, 1)
    assert "Do not publish" in shown.err
    assert "1-9" in mimis("stats", "--config", folder).out


def test_csv_has_swedish_headings_and_dots_for_hidden(credential: str, folder: Path, mimis: Mimis) -> None:
    head, row = csv.reader(io.StringIO(mimis("stats", "--config", folder, "--csv").out), delimiter=";")
    assert head == ["Mikromerit", "Månad", "Utfärdade", "Levererade", "Visade", "Delade", "Återkallade"]
    assert (row[0], row[2]) == ("digitala-arbetsmiljoer", "..")


def test_charts_can_be_read_aloud(credential: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    mimis("stats", "--config", folder, "--exact", "--charts", tmp_path / "charts")
    files = sorted(path.name for path in (tmp_path / "charts").iterdir())
    assert files == ["delivered.svg", "issued.svg", "revoked.svg", "shared.svg", "viewed.svg"]
    root = etree.parse(tmp_path / "charts" / "issued.svg").getroot()
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Utfärdade mikromeriter per månad"
    assert (root.findtext(f"{SVG}desc") or "").endswith(": 1.")


def test_chart_says_that_small_counts_are_missing(credential: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    mimis("stats", "--config", folder, "--charts", tmp_path)
    assert "Antal från 1 till 9" in (tmp_path / "issued.svg").read_text("utf-8")


def test_chart_escapes_its_texts() -> None:
    root = etree.fromstring(bars("A & <b>", "c < d", [("<x>", 3, "3 & 4")]).encode())
    assert root.findtext(f"{SVG}title") == "A & <b>"


@pytest.mark.parametrize("words", [["--csv", "--json"], ["--from", "2026-13"]])
def test_wrong_usage_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    assert mimis("stats", "--config", folder, *words).code == 2
