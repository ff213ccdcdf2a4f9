"""``mimis stats``: the same figures as a table, JSON, CSV and charts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from lxml import etree

from mimis_core.cli.stats import _month
from mimis_core.observe.charts import bars
from mimis_core.services import Figures, Statistics
from tests.command import Mimis

SVG = "{http://www.w3.org/2000/svg}"


def test_small_counts_are_hidden_unless_asked_for(credential: str, folder: Path, mimis: Mimis) -> None:
    hidden = mimis("stats", "--config", folder, "--json")
    assert (hidden.json["least"], hidden.json["rows"][0]["issued"]) == (10, None)
    shown = mimis("stats", "--config", folder, "--json", "--exact")
    assert (shown.json["least"], shown.json["rows"][0]["issued"]) == (None, 1)
    assert "Do not publish" in shown.err
    assert "fewer than 10" in mimis("stats", "--config", folder).out


def test_csv_has_swedish_headings_and_says_what_is_hidden(credential: str, folder: Path, mimis: Mimis) -> None:
    head, row = csv.reader(io.StringIO(mimis("stats", "--config", folder, "--csv").out), delimiter=";")
    assert head == ["Mikromerit", "Månad", "Utfärdade", "Levererade", "Visade", "Delade", "Återkallade"]
    assert (row[0], row[2]) == ("digitala-arbetsmiljoer", "färre än 10")


def test_charts_can_be_read_aloud(credential: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    mimis("stats", "--config", folder, "--exact", "--charts", tmp_path / "charts")
    files = sorted(path.name for path in (tmp_path / "charts").iterdir())
    assert files == ["delivered.svg", "issued.svg", "revoked.svg", "shared.svg", "viewed.svg"]
    root = etree.parse(tmp_path / "charts" / "issued.svg").getroot()
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Utfärdade mikromeriter per månad"
    assert (root.findtext(f"{SVG}desc") or "").endswith(": 1.")


def test_hidden_month_has_a_gap_and_says_so(credential: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    mimis("stats", "--config", folder, "--charts", tmp_path)
    issued, revoked = (drawn(tmp_path / f"{name}.svg") for name in ("issued", "revoked"))
    assert issued == (0, "färre än 10")
    assert revoked == (1, "0")
    told = etree.parse(tmp_path / "issued.svg").getroot().findtext(f"{SVG}desc") or ""
    assert ": färre än 10. " in told
    assert "visas inte" in told


def drawn(file: Path) -> tuple[int, str]:
    """How many bars a chart has beside its ground, and its last text."""
    root = etree.parse(file).getroot()
    return len(root.findall(f"{SVG}rect")) - 1, root.findall(f"{SVG}text")[-1].text or ""


@pytest.mark.parametrize(
    ("counts", "length", "said"),
    [
        ((12, 0), 12, "12"),
        ((12, None), 12, "mer än 12"),
        ((None, 0), None, "färre än 10"),
        ((None, None), None, "färre än 10 av varje"),
        ((0, 0), 0, "0"),
    ],
    ids=["shown", "partly hidden", "hidden", "several hidden", "nothing"],
)
def test_month_of_several_entries_gives_no_small_count_away(
    counts: tuple[int | None, ...], length: int | None, said: str
) -> None:
    rows = tuple(Figures(achievement=f"a{index}", month="2026-11", issued=count) for index, count in enumerate(counts))
    assert _month(Statistics(rows=rows, least=10), "issued", "2026-11") == (length, said)


def test_chart_escapes_its_texts() -> None:
    root = etree.fromstring(bars("A & <b>", "c < d", [("<x>", 3, "3 & 4")]).encode())
    assert root.findtext(f"{SVG}title") == "A & <b>"


@pytest.mark.parametrize("words", [["--csv", "--json"], ["--from", "2026-13"]])
def test_wrong_usage_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    assert mimis("stats", "--config", folder, *words).code == 2
